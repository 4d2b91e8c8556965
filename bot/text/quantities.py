"""Amounts in a text, as values with units: "thirty seconds", "20–30 s", "half a minute", "twice a week".

Amounts that mean the same compare equal, whatever words they are written with. English only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.text.english import ORDINALS, cardinals
from bot.text.tokens import STOPWORDS, stem, words
from bot.text.units import PERIODS, PERIODS_MONTHS, UNITS

Bound = Literal["", "least", "most", "over", "under", "after"]

_ONES, _TENS = cardinals(0, 19), cardinals(20, 90)
_FEW = frozenset({"few", "several", "some", "many"})
_NEAR = 16  # characters between "one" and "a week" in "one long lesson a week"
_PREPOSITIONS = frozenset(
    "for in after of within about around at than like as and or to is takes lasts half add then plus with".split()
)
_PIECE = re.compile(
    r"\d+(?:[.,]\d+)*(?:(?=[a-z°%])|\b)|[^\W\d_]+(?:['’][^\W\d_]+)*|[%°€$]|[-–—]", re.IGNORECASE
)
_LEAST = re.compile(r"(?:at least|a minimum of|minimum|no less than|not less than|no fewer than)\W*$")
_MOST = re.compile(
    r"(?:at most|up to|a maximum of|maximum|no more than|not more than|no longer than|not longer than)\W*$"
)
_OVER = re.compile(
    r"(?:more than|over|longer than|above|past|beyond|greater than|older than|higher than|bigger than|larger than|warmer than|hotter than)\W*(?:about\W*)?$"
)
_UNDER = re.compile(
    r"(?:less than|under|shorter than|below|fewer than|within|younger than|lower than|smaller than|colder than|cooler than)\W*(?:about\W*)?$"
)
_NOT_BEYOND = re.compile(r"(?:n['’]t|not|never)\W+(?:\w+\W+){0,3}$")
_AFTER = re.compile(r"\bafter\W*$")
_LEAST_AFTER = re.compile(r"\W*(?:or more|or longer|at least|and more|and over|minimum|and older)\b")
_MOST_AFTER = re.compile(
    r"\W*(?:or less|or fewer|at most|at the most|maximum|no longer|no more|or shorter)\b"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount or a range of amounts.

    Attributes:
        low, high: In the smallest unit of the kind (seconds, months, metres ...).
        kind: "time", "length" ...; "per" for a frequency (low = high = the period in seconds, or minus the months);
            "few" for an unknown number of units (low: the unit's size); "count" for things.
        noun: The stem of what is counted; "" if the text does not name it.
        bound: Whether the amount is a limit, and of which kind.
        start, end: Offsets in the text.
        size: Of the unit that the text uses.
    """

    low: float
    high: float
    kind: str
    noun: str
    bound: Bound
    start: int
    end: int
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    start: int
    end: int


def quantities(text: str) -> list[Quantity]:
    """The amounts in a text, in order."""
    pieces = [_Piece(m[0].lower().replace("’", "'"), m.start(), m.end()) for m in _PIECE.finditer(text)]
    found: list[Quantity] = []
    at = 0
    while at < len(pieces):
        step = _often(pieces, at, found) or _amount(pieces, at, text, found)
        at += max(step, 1)
    return found


def _often(pieces: list[_Piece], at: int, found: list[Quantity]) -> int:
    """ "daily", "every eight weeks", "a day" after a number of times; how many pieces were read."""
    word = pieces[at].text

    def add(size: float, taken: int) -> int:
        found.append(Quantity(size, size, "per", "", "", pieces[at].start, pieces[at + taken - 1].end))
        return taken

    if word in PERIODS:
        return add(PERIODS[word], 1)
    if word in PERIODS_MONTHS:
        return add(-PERIODS_MONTHS[word], 1)
    if word == "everyday":
        return 0
    if word in ("every", "each", "per"):
        after = at + 1
        value, taken = _number(pieces, after)
        ordinal = ORDINALS.get(_text(pieces, after)) if taken == 0 else None
        if _text(pieces, after) == "other":
            value, taken = 2.0, 1
        elif ordinal:
            value, taken = float(ordinal), 1
        if _text(pieces, after) in ("morning", "evening", "night") and word != "per":
            return add(86_400.0, 2)
        unit = UNITS.get(_text(pieces, after + taken))
        if unit and unit[0] in ("time", "months"):
            size = (value if taken else 1.0) * unit[1]
            return add(size if unit[0] == "time" else -size, 1 + taken + 1)
        return 0
    near = found and pieces[at].start - found[-1].end <= _NEAR and found[-1].kind != "per"
    between = [p.text for p in pieces[:at] if found and p.start >= found[-1].end]
    near = near and not _PREPOSITIONS & set(between)
    if word in ("a", "an") and near and _text(pieces, at - 1) not in _PREPOSITIONS:
        unit = UNITS.get(_text(pieces, at + 1))
        if unit and unit[0] in ("time", "months"):
            return add(unit[1] if unit[0] == "time" else -unit[1], 2)
    return 0


def _amount(pieces: list[_Piece], at: int, text: str, found: list[Quantity]) -> int:
    word = pieces[at].text
    if word in ("once", "twice", "thrice", "double", "doubles", "doubled", "halve", "halves", "halved"):
        value = {"o": 1.0, "tw": 2.0, "th": 3.0, "d": 2.0, "h": 0.5}[word[: 2 if word[0] == "t" else 1]]
        if word == "once" and not _is_frequency(pieces, at + 1):
            return 0
        kind = "count" if word[0] in "dh" else "times"
        found.append(Quantity(value, value, kind, "", "", pieces[at].start, pieces[at].end))
        return 1
    if word in _FEW or (word == "a" and _text(pieces, at + 1) == "few"):
        skip = 2 if word == "a" else 1
        if _text(pieces, at + skip) == "of":
            skip += 1
        unit = UNITS.get(_text(pieces, at + skip))
        if unit and unit[0] in ("time", "months", "times"):
            size = unit[1]
            found.append(
                Quantity(size, size, f"few {unit[0]}", "", "", pieces[at].start, pieces[at + skip].end)
            )
            return skip + 1
        return 0
    low, taken = _number(pieces, at)
    if not taken:
        return 0
    high = low
    # A range: "20-30", "20 to 30", "two or three", "between 20 and 30".
    connector = _text(pieces, at + taken)
    if connector in ("-", "–", "—", "to", "or") or (
        connector == "and" and _text(pieces, at - 1) == "between"
    ):
        second, more = _number(pieces, at + taken + 1)
        if more and second > low:
            high, taken = second, taken + 1 + more
    return taken + _with_unit(pieces, at, taken, (low, high), text, found)


def _with_unit(
    pieces: list[_Piece], at: int, taken: int, value: tuple[float, float], text: str, found: list[Quantity]
) -> int:
    low, high = value
    next_at = at + taken
    extra = _before_unit(pieces, next_at, is_half=low == 0.5)
    name = _text(pieces, next_at + extra)
    unit = UNITS.get(name)
    if unit is None and name == "per" and _text(pieces, next_at + extra + 1) == "cent":
        unit, extra = ("percent", 1.0), extra + 1
    bound = _bound(
        text, pieces[at].start, pieces[min(next_at + (extra + 1 if unit else 0), len(pieces)) - 1].end
    )
    word = pieces[at].text
    if unit is not None:
        end = next_at + extra
        if (
            _text(pieces, end + 1) == "and"
            and _text(pieces, end + 2) == "a"
            and _text(pieces, end + 3) == "half"
        ):
            low, high, end, extra = low + 0.5, high + 0.5, end + 3, extra + 3
        kind, size = unit
        found.append(
            Quantity(low * size, high * size, kind, "", bound, pieces[at].start, pieces[end].end, size)
        )
        return extra + 1
    if word in ("a", "an") and taken == 1:
        return 1 - taken  # an article and no number
    if word == "one" and taken == 1:
        # "one" is a pronoun more often than a number; it can still stand for one of what was named before.
        found.append(Quantity(1.0, 1.0, "one", "", bound, pieces[at].start, pieces[at].end))
        return 0
    noun = _noun(text, pieces[next_at - 1].end)
    found.append(Quantity(low, high, "count", noun, bound, pieces[at].start, pieces[next_at - 1].end))
    return 0


def _before_unit(pieces: list[_Piece], at: int, *, is_half: bool) -> int:
    """How many pieces are between a number and its unit."""
    first = _text(pieces, at)
    if first == "of" and _text(pieces, at + 1) in ("a", "an"):
        return 2  # "a quarter of an hour"
    return (
        1 if first == "-" or (is_half and first in ("a", "an")) else 0
    )  # "20-minute pieces", "half an hour"


def _noun(text: str, end: int) -> str:
    """The stem of the first word after a number that names something; "" if a new phrase begins."""
    rest = re.split(r"[,.;:!?()]", text[end:], maxsplit=1)[0]
    for word, _, _ in words(rest)[:2]:
        if word in ("of", "more", "other", "main", "different", "or", "to"):
            continue
        return "" if word in STOPWORDS else stem(word)
    return ""


def _bound(text: str, start: int, end: int) -> Bound:
    before, after = text[:start].lower(), text[end:].lower()
    bounds = ((_LEAST, "least"), (_MOST, "most"), (_OVER, "over"), (_UNDER, "under"), (_AFTER, "after"))
    for pattern, bound in bounds:
        if m := pattern.search(before[-40:]):
            if bound in ("over", "under") and _NOT_BEYOND.search(before[-40:][: m.start()]):
                return "most" if bound == "over" else "least"
            return bound  # type: ignore[return-value]
    if _LEAST_AFTER.match(after):
        return "least"
    return "most" if _MOST_AFTER.match(after) else ""


def _number(pieces: list[_Piece], at: int) -> tuple[float, int]:
    """The number that begins at a piece, and how many pieces it takes; (0, 0) for none."""
    word = _text(pieces, at)
    if word[:1].isdigit():
        plain = word.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word) else word
        try:
            value = float(plain.replace(",", "."))
        except ValueError:
            return 0.0, 0
        return _scaled(pieces, at + 1, value, 1)
    if word in _TENS:
        ones = _ONES.get(_text(pieces, at + 2), 0) if _text(pieces, at + 1) == "-" else 0
        if 0 < ones < 10:
            return _scaled(pieces, at + 3, float(_TENS[word] + ones), 3)
        return _scaled(pieces, at + 1, float(_TENS[word]), 1)
    if word in _ONES:
        if _text(pieces, at + 1) in ("third", "thirds", "quarter", "quarters"):
            return _ONES[word] / (3 if _text(pieces, at + 1).startswith("third") else 4), 2
        return _scaled(pieces, at + 1, float(_ONES[word]), 1)
    if word == "half":
        return 0.5, 1
    if word in ("dozen", "couple"):
        taken = 2 if _text(pieces, at + 1) == "of" else 1
        return (12.0 if word == "dozen" else 2.0), taken
    if word in ("a", "an"):
        return _with_article(pieces, at)
    if word in ("hundred", "thousand", "million"):
        return _scaled(pieces, at, 1.0, 0)
    return 0.0, 0


def _with_article(pieces: list[_Piece], at: int) -> tuple[float, int]:
    """ "a third", "a couple of", "a hundred", "an hour"; as _number."""
    follow = _text(pieces, at + 1)
    if follow in ("dozen", "couple"):
        value, taken = _number(pieces, at + 1)
        return value, taken + 1
    if follow in ("third", "quarter", "half"):
        return {"third": 1 / 3, "quarter": 0.25, "half": 0.5}[follow], 2
    if follow in ("hundred", "thousand", "million"):
        return _scaled(pieces, at + 1, 1.0, 1)
    return (1.0, 1) if follow in UNITS and len(follow) > 2 and follow != "time" else (0.0, 0)


def _scaled(pieces: list[_Piece], at: int, value: float, taken: int) -> tuple[float, int]:
    scale = {"hundred": 100.0, "thousand": 1000.0, "million": 1e6}.get(_text(pieces, at))
    return (value * scale, taken + 1) if scale else (value, taken)


def _is_frequency(pieces: list[_Piece], at: int) -> bool:
    return _text(pieces, at) in ("a", "an", "every", "each", "per", "or", "more", "again", "daily", "weekly")


def _text(pieces: list[_Piece], at: int) -> str:
    return pieces[at].text if 0 <= at < len(pieces) else ""
