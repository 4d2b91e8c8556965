"""Mend typing mistakes in a question with the words the blog itself uses.

A word counts as known if the blog uses it (in any form), if the embedding model's tokeniser has it
whole (its vocabulary is a list of the most common words of the language), or if it is such a word
with an ending. An unknown word is replaced by a word of the blog that a slip of the finger explains
(nearest), that sounds the same (sound.py), or by two that the blog writes one after the other
(parted). Distances are optimal string alignment: a swap of neighbours counts one.

What this file does not know: grammar, and mistakes that make another real word ("nee" for knee).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.text.tokens import STOPWORDS, WORD, fold, stem
from bot.understand.sound import sound, starts_alike

_ENDING = re.compile(r"(?:(?<![aeiou]y)(?<!y)s|(?<=[sxh])es|e?d|ing|ers?|y|ly|less|ness|ful|ish|like|able)$")
_ASKING = frozenset("how what where when why who which whats does can should is are do".split())
# Little words of other languages that are no English words.
_ELSEWHERE = frozenset(
    """de der das und ich ist wie soll nicht mit fur ein eine wenn wird el los las una por para que como con debo
    del esta le les des une est dans pour avec combien quand temps il lo gli della quanto devo come per een het
    wat hoe jag hur ska och att det som pa jak jest co na za""".split()
)
# What readers ask with, whether the blog has it or not.
_EVERYDAY = frozenset("first second third fourth fifth last often long many else instead another".split())
_LEAST = 4  # letters of a word that may be mended


@dataclass(frozen=True, slots=True)
class _Words:
    """Words that a mistake may have been: all, the stems of the blog's, those that are long enough by
    their first letter, and the blog's by how they look without doubled letters."""

    every: frozenset[str]
    stems: frozenset[str]
    initial: Mapping[str, tuple[str, ...]]
    single: Mapping[str, str]

    def like(self, word: str) -> list[str]:
        """Those whose beginning the word's may be a mistake for."""
        letters = [c for c in self.initial if c in word[:2] or starts_alike(word, c)]
        return [other for c in letters for other in self.initial[c]]


@functools.lru_cache(maxsize=2)
def _words(vocabulary: frozenset[str]) -> _Words:
    every = vocabulary | STOPWORDS | _EVERYDAY
    initial: dict[str, list[str]] = {}
    for word in sorted(every):
        if len(word) >= _LEAST and word.isalpha():
            initial.setdefault(word[0], []).append(word)
    return _Words(
        every,
        frozenset(stem(word) for word in vocabulary),
        {letter: tuple(found) for letter, found in initial.items()},
        {_single(word): word for word in sorted(vocabulary) if word.isalpha()},
    )


def correct(
    question: str,
    *,
    vocabulary: Collection[str],
    known: Callable[[str], bool],
    together: Callable[[str, str], bool] = lambda first, second: False,
    favoured: Collection[str] = frozenset(),
) -> str:
    """The question with unknown words replaced by words of the vocabulary; else unchanged.

    vocabulary: the blog's words, folded. known: whether a folded word is an everyday word.
    together: whether the blog writes two words one after the other. favoured: words of the
    conversation, which win where two words are equally near.
    """
    if _foreign(question):
        return question
    words = _words(frozenset(vocabulary))
    named = _names(question)
    pieces: list[str] = []
    at = 0
    for m in WORD.finditer(question):
        word = fold(m[0])
        if (
            len(word) < _LEAST
            or not word.isalpha()
            or word in words.every
            or m.start() in named
            or known(word)
        ):
            continue
        if stem(word) in words.stems:
            # The stemmer takes "inflamation" for "inflamed"; the blog's spelling finds more.
            better = words.single.get(_single(word))
        elif _inflected(word, known):
            continue
        else:
            better = _mended(word, words, together, favoured)
        if better:
            pieces += [question[at : m.start()], better]
            at = m.end()
    return "".join([*pieces, question[at:]])


def _names(question: str) -> frozenset[int]:
    """Where words stand that are capitalised in the midst of words that are not: names, not slips."""
    found = [m for m in WORD.finditer(question) if fold(m[0]) not in STOPWORDS]
    capital = frozenset(
        m.start() for m in found if m.start() > 0 and m[0][0].isupper() and m[0][1:].islower()
    )
    return capital if any(m[0].islower() for m in found) else frozenset()


def _inflected(word: str, known: Callable[[str], bool]) -> bool:
    """Is this an everyday word with an ending (stretcher, nervy)? Then it is right, however near another."""
    ending = _ENDING.search(word)
    return ending is not None and ending.start() >= _LEAST and known(word[: ending.start()])


def _foreign(question: str) -> bool:
    """Is this in another language, by its little words? Then our words would only spoil it."""
    said = [fold(m[0]) for m in WORD.finditer(question)]
    strange = sum(word in _ELSEWHERE for word in said)
    return strange > sum(word in STOPWORDS and word not in _ELSEWHERE for word in said)


def _mended(
    word: str, words: _Words, together: Callable[[str, str], bool], favoured: Collection[str]
) -> str | None:
    if pair := _parted(word, words.every, together):
        return pair
    like = words.like(word)
    alike = _alike(word, like)
    near = nearest(word, like, favoured=favoured)
    if near is not None and (not alike or near in alike):
        return near
    if alike:
        return min(alike, key=lambda w: (w not in favoured, w))
    return _parted_and_mended(word, words, together)


def nearest(word: str, vocabulary: Collection[str], *, favoured: Collection[str] = frozenset()) -> str | None:
    """The nearest word at most 1 edit away (2 from eight letters on), or None.

    The first letter is hardly ever mistyped, except when swapped with the second. In words of four
    letters only a swap counts: one letter off is too often another word. Stop words are short and
    many: only one edit leads to them.
    """
    from rapidfuzz.distance import OSA

    limit = 1 if len(word) < 8 else 2
    best: tuple[int, bool, int, str] | None = None
    for other in vocabulary:
        if len(other) < _LEAST or abs(len(other) - len(word)) > limit or other[0] not in word[:2]:
            continue
        if not other.isalpha() or (len(word) == _LEAST and sorted(word) != sorted(other)):
            continue
        distance = OSA.distance(word, other, score_cutoff=limit)
        if distance > (1 if other in STOPWORDS else limit):
            continue
        key = (distance, other not in favoured, -len(other), other)
        if best is None or key < best:
            best = key
    return best[3] if best else None


def _alike(word: str, vocabulary: Collection[str]) -> list[str]:
    """The words that sound the same."""
    mine = sound(word)
    return [
        other
        for other in vocabulary
        if len(other) >= _LEAST
        and abs(len(other) - len(word)) <= 3
        and starts_alike(word, other)
        and sound(other) == mine
    ]


def _parted(word: str, vocabulary: Collection[str], together: Callable[[str, str], bool]) -> str | None:
    """Two words written as one ("lowerback"), if the blog has them side by side or the first asks."""
    for first, second in _splits(word):
        asks = first in _ASKING and len(second) >= 3 and len(first) >= 3
        ends = second not in STOPWORDS or second == "up"  # "warmup", but "stretchin" is no "stretch in"
        if first in vocabulary and second in vocabulary and (asks or (ends and together(first, second))):
            return f"{first} {second}"
    return None


def _parted_and_mended(word: str, words: _Words, together: Callable[[str, str], bool]) -> str | None:
    """As _parted, with one of the two misspelt in itself ("trigerpoint")."""
    for first, second in _splits(word):
        if not any(part in words.every and len(part) >= _LEAST for part in (first, second)):
            continue
        left = first if first in words.every else nearest(first, words.like(first))
        right = second if second in words.every else nearest(second, words.like(second))
        if left and right and together(left, right):
            return f"{left} {right}"
    return None


def _splits(word: str) -> Iterator[tuple[str, str]]:
    for at in range(2, len(word) - 1):
        yield word[:at], word[at:]


def _single(word: str) -> str:
    """The word with doubled letters made one."""
    return re.sub(r"(.)\1", r"\1", word)
