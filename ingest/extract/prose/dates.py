"""Dates as blogs write them -> ISO 8601.

Only what is certain becomes ISO: a date without a year, or one whose day and month could be
swapped ("03/04/2025"), is returned as stated. Month names are English; dates in other
languages stay as stated too.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from ingest.article import tidy

_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
_MONTH += r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TIME = r"\d{1,2}(?::\d{2}){1,2}\s*(?:[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?"
_CLOCK = rf"(?:,?\s+(?:at\s+)?(?:{_TIME})(?:\s+(?:[A-Z]{{2,4}}|[+-]\d{{4}}))?)?"
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ,]+(?:at )?(\d{1,2}):(\d{2})(:\d{2})?(?:[.,]\d+)? ?([ap]\.?m\.?)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.I,
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{2}:?\d{2})?)?", re.I)
_EPOCH = re.compile(r"(1\d{9})(?:\d{3})?(?:\.\d+)?")  # seconds or milliseconds, 2001 to 2033
_SEPARATOR = r"(?:\s+|\s?[-./]\s?)"
_YEAR = r"(?:(?:,?\s+|\s?[-./]\s?)(?P<year>\d{4}))?"
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH}{_SEPARATOR}{_DAY}{_YEAR}{_CLOCK}", re.I)
_DAY_FIRST = re.compile(rf"{_WEEKDAY}{_DAY}\.?{_SEPARATOR}(?:of\s+)?{_MONTH}{_YEAR}{_CLOCK}", re.I)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}}),?{_SEPARATOR}{_MONTH}{_SEPARATOR}{_DAY}{_CLOCK}", re.I)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_LABEL = re.compile(
    r"(?:(?:first|originally)\s+)?(?:published|posted|written|created|date)(?:\s+(?:on|at))?\s*:?\s+", re.I
)
_FILE_NAME = re.compile(r"((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?=[-_. ]|$)[-_. ]*")


def iso_date(stated: str) -> str | None:
    """A stated date in ISO 8601.

    Args:
        stated: a date in any form, also behind "Published on:".

    Returns:
        ISO date, or date-time where a time is part of an ISO-like one; the text as stated if it has
        no year or its day and month could be swapped; None when nothing is stated.
    """
    text = tidy(stated)
    if m := _LABEL.match(text):
        text = text[m.end() :]
    if m := _ISO.fullmatch(text):
        return _iso(m) or text
    if m := _COMPACT.fullmatch(text):
        time = f" {m[4]}:{m[5]}:{m[6] or '00'}{m[7] or ''}" if m[4] else ""
        again = _ISO.fullmatch(f"{m[1]}-{m[2]}-{m[3]}{time}")
        return (again and _iso(again)) or text
    if m := _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return _named(m) or text
    if m := _SLASHED.fullmatch(text):
        return _unambiguous(int(m[1]), int(m[2]), m[3]) or text
    if m := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(m[1]), tz=UTC).isoformat()
    return text or None


def date_in_name(stem: str) -> tuple[str | None, str]:
    """The date at the beginning of a file's name (`2021-02-03-knees`), and the rest of the name."""
    m = _FILE_NAME.match(stem)
    try:
        found = date(int(m[1]), int(m[3]), int(m[4])).isoformat() if m else None
    except ValueError:
        found = None
    return (found, stem[m.end() :]) if m and found else (None, stem)


def is_date(text: str) -> bool:
    """Whether the whole text is a date, with or without a year."""
    forms = (_ISO, _MONTH_FIRST, _DAY_FIRST, _YEAR_FIRST, _SLASHED)
    return len(text) < 60 and any(form.fullmatch(text) for form in forms)


def _iso(m: re.Match[str]) -> str | None:
    try:
        day = date(int(m[1]), int(m[3]), int(m[4])).isoformat()
        if not m[5]:
            return day
        hour = int(m[5])
        if m[8]:
            hour = hour % 12 + 12 * (m[8][0].lower() == "p")
        zone = "+00:00" if (m[9] or "").upper() in ("Z", "UTC", "GMT") else m[9] or ""
        return datetime.fromisoformat(f"{day}T{hour:02}:{m[6]}{m[7] or ':00'}{zone}").isoformat()
    except ValueError:  # the 31st of June: as stated, then
        return None


def _unambiguous(first: int, second: int, year: str) -> str | None:
    """`25.12.2020`: only one of the two can be the month."""
    if len(year) != 4 or (first <= 12) == (second <= 12):
        return None
    day, month = (first, second) if first > 12 else (second, first)
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return None


def _named(m: re.Match[str]) -> str | None:
    if not m["year"]:
        return None
    try:
        return date(int(m["year"]), _MONTHS[m["month"][:3].lower()], int(m["day"])).isoformat()
    except ValueError:
        return None
