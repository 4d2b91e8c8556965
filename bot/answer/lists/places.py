"""Which items of a list a question asks for: "the first two steps", "step 3"."""

from __future__ import annotations

import functools
import re

from bot.text.english import cardinals, either, ordinals
from bot.text.subjects import Subject

_COUNTS = cardinals(1, 10)
_PLACES = ordinals(7)
_ITEMS = "step tip item point instruction habit benefit way reason bullet".split()


@functools.lru_cache(maxsize=8)
def _patterns(subject: Subject) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Match "the first two steps", "the third step" and "steps 2 to 4"."""
    item = f"{either([*_ITEMS, *subject.items])}(?:e?s)?"
    some = rf"\b(first|last|final) (?:(\d{{1,2}}|{'|'.join(_COUNTS)}) )?(?:of the )?({item})\b"
    nth = rf"\b({'|'.join(_PLACES)}) {item}\b"
    numbered = rf"\b{item} (?:number |no\.? |#)?(\d{{1,2}})(?:(?: ?(to|through|-|–|and|&|,) ?)(\d{{1,2}}))?\b"
    return (
        re.compile(some, re.IGNORECASE),
        re.compile(nth, re.IGNORECASE),
        re.compile(numbered, re.IGNORECASE),
    )


def places_asked(question: str, count: int, subject: Subject) -> list[int] | None:
    """Which of `count` items are asked for ("the first two steps", "step 3"), from 0; None for all."""
    some, nth, numbered = _patterns(subject)
    if (m := some.search(question)) and (m[2] or not m[3].lower().endswith("s") or m[1].lower() != "first"):
        n = int(m[2]) if m[2] and m[2].isdecimal() else _COUNTS.get((m[2] or "one").lower(), 1)
        return list(range(count))[:n] if m[1].lower() == "first" else list(range(count))[-n:]
    if m := nth.search(question):
        return [i for i in [_PLACES[m[1].lower()] - 1] if i < count]
    if m := numbered.search(question):
        first, last = int(m[1]), int(m[3] or m[1])
        wanted = (first, last) if m[2] in ("and", "&", ",") else range(first, last + 1)
        return [n - 1 for n in wanted if 1 <= n <= count]
    return None
