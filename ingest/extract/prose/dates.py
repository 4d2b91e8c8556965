"""Dates as blogs write them -> ISO 8601.

Only what is certain becomes ISO: a date without a year, or one whose day and month could be
swapped ("03/04/2025"), is returned as it is stated. Month names are English; dates in other
languages stay as stated too.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from ingest.article import tidy

_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
_MONTH += r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_CLOCK = r"(?:,?\s+(?:at\s+)?\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s+(?:[A-Z]{2,4}|[+-]\d{4}))?)?"
_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]+(\d{1,2}:\d{2})(:\d{2})?(?:[.,]\d+)? ?(Z|[+-]\d{2}:?\d{2})?)?",
    re.I,
)
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH}\s+{_DAY}{_YEAR}{_CLOCK}", re.I)
_DAY_FIRST = re.compile(rf"{_WEEKDAY}{_DAY}\.?\s+(?:of\s+)?{_MONTH}{_YEAR}{_CLOCK}", re.I)
_SLASHED = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})")


def iso_date(stated: str) -> str | None:
    """ISO date (or date-time, where a time is part of an ISO one); else the text as stated.

    None when nothing is stated.
    """
    text = tidy(stated)
    if m := _ISO.fullmatch(text):
        return _iso(m) or text
    if m := _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text):
        return _named(m) or text
    return text or None


def is_date(text: str) -> bool:
    """Whether the whole text is a date, with or without a year."""
    forms = (_ISO, _MONTH_FIRST, _DAY_FIRST, _SLASHED)
    return len(text) < 60 and any(form.fullmatch(text) for form in forms)


def _iso(m: re.Match[str]) -> str | None:
    try:
        day = date(int(m[1]), int(m[2]), int(m[3])).isoformat()
        if not m[4]:
            return day
        zone = "+00:00" if (m[6] or "").upper() == "Z" else m[6] or ""
        return datetime.fromisoformat(f"{day}T{m[4].zfill(5)}{m[5] or ':00'}{zone}").isoformat()
    except ValueError:  # the 31st of June: as stated, then
        return None


def _named(m: re.Match[str]) -> str | None:
    if not m["year"]:
        return None
    try:
        return date(int(m["year"]), _MONTHS[m["month"][:3].lower()], int(m["day"])).isoformat()
    except ValueError:
        return None
