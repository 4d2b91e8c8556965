"""Which items of a list a question asks for: "the first two steps", "step 3"."""

from __future__ import annotations

import re

from bot.text.english import cardinals, ordinals

_COUNTS = cardinals(1, 10)
_PLACES = ordinals(7)
_ITEM = (
    r"(?:step|tip|item|point|instruction|habit|benefit|way|reason|stretch|exercise|pose|move|bullet)(?:e?s)?"
)
_SOME = re.compile(
    rf"\b(first|last|final) (?:(\d{{1,2}}|{'|'.join(_COUNTS)}) )?(?:of the )?({_ITEM})\b", re.IGNORECASE
)
_NTH = re.compile(rf"\b({'|'.join(_PLACES)}) {_ITEM}\b", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"\b{_ITEM} (?:number |no\.? |#)?(\d{{1,2}})(?:(?: ?(to|through|-|–|and|&|,) ?)(\d{{1,2}}))?\b",
    re.IGNORECASE,
)


def places_asked(question: str, count: int) -> list[int] | None:
    """Which of `count` items are asked for ("the first two steps", "step 3"), from 0; None for all."""
    if (m := _SOME.search(question)) and (m[2] or not m[3].lower().endswith("s") or m[1].lower() != "first"):
        n = int(m[2]) if m[2] and m[2].isdecimal() else _COUNTS.get((m[2] or "one").lower(), 1)
        return list(range(count))[:n] if m[1].lower() == "first" else list(range(count))[-n:]
    if m := _NTH.search(question):
        return [i for i in [_PLACES[m[1].lower()] - 1] if i < count]
    if m := _NUMBERED.search(question):
        first, last = int(m[1]), int(m[3] or m[1])
        wanted = (first, last) if m[2] in ("and", "&", ",") else range(first, last + 1)
        return [n - 1 for n in wanted if 1 <= n <= count]
    return None
