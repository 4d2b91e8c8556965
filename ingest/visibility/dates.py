"""The dates that posts state, as moments to compare with the present one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_DAY = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?",
    re.I,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?")
_SWAPPED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_LONGEST = 300  # letters of a value that is looked at


def moments(value: object) -> tuple[datetime, ...]:
    """The moments that a value may mean: none, one, or two where day and month could be swapped."""
    if isinstance(value, datetime):
        return (value,)
    if isinstance(value, date):
        return (datetime(value.year, value.month, value.day),)  # the owner's own day
    text = " ".join(str(value)[:_LONGEST].split()).strip("\"' ")
    found = [each for each in (_epoch(text) or _stated(text),) if each]
    if not found and (m := _SWAPPED.fullmatch(text)):
        pairs = {(int(m[1]), int(m[2])), (int(m[2]), int(m[1]))}
        found = [each for month, day in sorted(pairs) if (each := _made(int(m[3]), month, day))]
    return tuple(found)


def _stated(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if m := _DAY.fullmatch(text):
        day = _made(int(m[1]), int(m[2]), int(m[3]))
        zone = "+00:00" if (m[5] or "").upper() == "Z" else m[5] or ""
        try:
            return day and datetime.fromisoformat(f"{day.date()}T{(m[4] or '00:00').zfill(5)}{zone}")
        except ValueError:
            return day
    if (m := _COMPACT.fullmatch(text)) and 1900 <= int(m[1]) <= 2999:
        return _made(int(m[1]), int(m[2]), int(m[3]))
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    return _in_words(text)


def _in_words(text: str) -> datetime | None:
    """ "6 May 2031", "May 6th, 2031" and the like, as the readers of articles take them."""
    from ingest.extract import iso_date  # here: that room may ask for this table one day

    try:
        return datetime.fromisoformat(iso_date(text) or "")
    except ValueError:
        return None


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if not re.fullmatch(r"\d{10}|\d{13}", text):
        return None
    seconds = int(text) / (1000 if len(text) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _made(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # the owner's own day
    except ValueError:
        return None


def is_past(moment: datetime, now: datetime) -> bool:
    """A moment without a zone is of this computer's."""
    return moment <= (now if moment.tzinfo else now.astimezone().replace(tzinfo=None))
