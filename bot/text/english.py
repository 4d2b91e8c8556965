"""Closed classes of English words: numbers, ordinals, negations, and the words that questions begin with.

Patterns whose weights are trained (in the reader's features) spell their words out, since a change would need new weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first 1st second 2nd third 3rd fourth 4th fifth 5th sixth 6th seventh 7th eighth 8th ninth 9th tenth 10th"
    " eleventh 11th twelfth 12th"
).split()

CARDINALS: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
}
ORDINALS: Mapping[str, int] = {word: place // 2 + 1 for place, word in enumerate(_ORDINALS)}
NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot cant dont doesnt isnt arent wont didnt".split()
)
QUESTION_WORDS = ("how", "what", "why", "when", "where", "who", "whose", "which")
AUXILIARIES = "is are am was were can could do does did will would should has have may might must".split()


def cardinals(first: int, last: int) -> dict[str, int]:
    """The number words from one value to another, both included."""
    return {word: value for word, value in CARDINALS.items() if first <= value <= last}


def ordinals(last: int) -> dict[str, int]:
    """The ordinals from the first to one of them, in words and in figures ("2nd")."""
    return {word: place for word, place in ORDINALS.items() if place <= last}


def either(words: Iterable[str]) -> str:
    """A pattern that matches any of these words, in a group of its own."""
    return rf"(?:{'|'.join(words)})"


def negation(*more: str) -> str:
    """A pattern that matches "not", "never", a contraction with n't, and the further words."""
    return rf"(?:\b{either(['not', 'never', *more])}\b|n['’]t\b)"
