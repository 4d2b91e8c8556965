"""Names that end in a number or are one of a fixed round, and that are not interchangeable: week 4, B12, L4/L5, Monday.

A name is a pair of its kind and its value: ("week", "4"), ("b", "12"), ("pair", "l4/l5"), ("weekday", "0").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Sequence

from bot.text.english import CARDINALS, ORDINALS, either

Name = tuple[str, str]

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "january february march april may june july august september october november december".split()
_COUNTERS = (
    "week day month year type stage phase grade level part zone round session lesson chapter group".split()
)
_ROMAN = {
    roman: value for value, roman in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), 1)
}  # "type II"; in lower case ("type ii") only those of two letters or more, since "i", "v" and "x" are words
_ROMANS = "|".join(
    sorted([*_ROMAN, *(roman.lower() for roman in _ROMAN if len(roman) > 1)], key=len, reverse=True)
)
_TIMES = frozenset("week day month year session lesson round".split())
_NUMBER = (
    rf"(?:\d{{1,3}}(?!\d)|{either(sorted(CARDINALS, key=len, reverse=True))}|(?-i:(?:{_ROMANS})(?![\w'’])))"
)
_TO = r"(?:to|through|until|till|[-–—])"
_NEXT = rf"\s*(?:{_TO}|,|and|or|&|/)\s*"
# No amount: "every week 10 km".
_NO_UNIT = r"(?!\s*(?:[.,:]\d|km|m|min\w*|miles?|hours?|h|g|kg|mg|ml|reps?|sets?|times?|%)\b|\s*[%°])"
_PER = r"(?<!\ba )(?<!\bper )(?<!\beach )(?<!\bevery )"
_CODE = re.compile(r"\b([a-z]{1,12})-?(\d{1,3})\b(?:\s?[/–-]\s?([a-z]{1,2})(\d{1,3})\b)?", re.IGNORECASE)
_NTH = re.compile(rf"\b{either(ORDINALS)} (?:{'|'.join(_COUNTERS)})\b", re.IGNORECASE)
_NOT_CODES = frozenset("age covid iso page figure".split())  # ages and references are amounts


def names(text: str, kinds: Collection[str] = ()) -> frozenset[Name]:
    """The names in a text.

    Args:
        text: Any text.
        kinds: Words that also make a name when a number follows apart: "animal" for "animal 14".
    """
    found = {*_codes(text), *_counted(text, kinds), *_in_round("weekday", text)}
    found |= {(m[0].lower().split()[1], str(ORDINALS[m[0].lower().split()[0]])) for m in _NTH.finditer(text)}
    if re.search(r"\bweekends?\b", text, re.IGNORECASE):
        found |= {("weekday", "5"), ("weekday", "6")}
    if re.search(r"\b(?:on|every|all|during) weekdays\b", text, re.IGNORECASE):
        found |= {("weekday", str(day)) for day in range(5)}
    return frozenset(found)


def months(text: str) -> frozenset[Name]:
    """The months in a text, those between two included: "October to March"."""
    return frozenset(_in_round("month", text))


@functools.lru_cache(maxsize=4096)
def codes(text: str) -> frozenset[str]:
    """The kinds of the names in a text that are written in one word with their number: "b" for B12."""
    return frozenset(kind for kind, _ in _codes(text) if kind != "pair")


def _codes(text: str) -> Iterator[Name]:
    for m in _CODE.finditer(text):
        first = (m[1].lower(), str(int(m[2])))
        if first[0] in _NOT_CODES or first[0] in _COUNTERS:
            continue
        yield first
        if m[3]:
            second = (m[3].lower(), str(int(m[4])))
            yield second
            yield "pair", "/".join("".join(one) for one in (first, second))


def _counted(text: str, kinds: Collection[str]) -> Iterator[Name]:
    """ "Week 4", "weeks 3 to 5", "types one and two"."""
    for m in _counting(frozenset(kinds)).finditer(text):
        if m[2] == "I" and m[1].lower() in _TIMES:  # "the day I ran"
            continue
        for value in _values(m[2]):
            yield m[1].lower(), str(value)


@functools.lru_cache(maxsize=256)
def _counting(kinds: frozenset[str]) -> re.Pattern[str]:
    words = either(re.escape(word) for word in sorted({*_COUNTERS, *kinds}, key=len, reverse=True))
    numbers = rf"{_NUMBER}(?:{_NEXT}{_NUMBER})*"
    return re.compile(
        rf"(?:{_PER}|(?!{either(sorted(_TIMES))}))\b({words})s?[ -]?(?:number |no\. ?)?({numbers})\b{_NO_UNIT}",
        re.IGNORECASE,
    )


def _values(text: str) -> Iterator[int]:
    """The numbers in "3", "3 and 5" and "3 to 5"."""
    last, ranged = 0, False
    for m in re.finditer(rf"({_NUMBER})|({_TO})|\S", text, re.IGNORECASE):
        if not m[1]:
            ranged = bool(m[2])
            continue
        value = int(m[1]) if m[1].isdigit() else _ROMAN.get(m[1].upper()) or CARDINALS[m[1].lower()]
        yield from range(last + 1, value) if ranged else ()
        yield value
        last, ranged = value, False


def _shortened(words: Sequence[str]) -> re.Pattern[str]:
    """Matches the words and what is usually left of them: Mon, Tues, Thurs, Sept."""
    forms = (rf"{word[:3]}(?:{word[3:]}|{word[3:4]}(?:{word[4:5]})?)?" for word in words)
    return re.compile(rf"\b({'|'.join(forms)})s?\b", re.IGNORECASE)


_ROUNDS = {"weekday": (WEEKDAYS, _shortened(WEEKDAYS)), "month": (MONTHS, _shortened(MONTHS))}
_JOINED = re.compile(rf"\.?\s*{_TO}\s*")


def _in_round(kind: str, text: str) -> Iterator[Name]:
    """The days or months in a text; those between two that "to" joins, too."""
    round_, pattern = _ROUNDS[kind]
    last, end = -1, 0
    for m in pattern.finditer(text):
        if not m[0][0].isupper() and len(m[1]) < 5:  # "sat", "sun" and "may" are words
            continue
        place = next(i for i, word in enumerate(round_) if word.startswith(m[1][:3].lower()))
        if last >= 0 and _JOINED.fullmatch(text, end, m.start()):
            yield from (
                (kind, str((last + step) % len(round_))) for step in range((place - last) % len(round_))
            )
        yield kind, str(place)
        last, end = place, m.end()
