"""Correct typing mistakes in a question with the words that the blog uses.

A word is correct if the blog uses it (in any form), if the embedding model's tokeniser has it whole (its vocabulary
lists the most common words of the language), or if it is such a word with an ending. Any other is replaced by a word
of the blog within one or two edits, by one that sounds the same, or by two that the blog writes one after the other.
Distances are optimal string alignment: a swap of neighbours counts one. Mistakes that make another real word ("nee"
for knee) are not found.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.text.english import QUESTION_WORDS
from bot.text.tokens import STOPWORDS, WORD, fold, stem

_ENDING = re.compile(r"(?:(?<![aeiou]y)(?<!y)s|(?<=[sxh])es|e?d|ing|ers?|y|ly|less|ness|ful|ish|like|able)$")
_QUESTION_STARTS = frozenset([*QUESTION_WORDS, *"whats does can should is are do".split()])
# Function words of other languages that are no English words.
_FOREIGN_WORDS = frozenset(
    """de der das und ich ist wie soll nicht mit fur ein eine wenn wird el los las una por para que como con debo
    del esta le les des une est dans pour avec combien quand temps il lo gli della quanto devo come per een het
    wat hoe jag hur ska och att det som pa jak jest co na za""".split()
)
# Words of questions that a blog may lack.
_EVERYDAY = frozenset("first second third fourth fifth last often long many else instead another".split())
_SHORTEST = 4  # letters of a word that may be corrected
# From spelling to sound, in order; each works on the result of those before.
_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^kn|^gn", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"wh", "w"),
        (r"ph", "f"),
        (r"igh", "i"),
        (r"(?<=[aeiou])gh", ""),
        (r"tch", "ch"),
        (r"ch(?=[rl])|^ch(?=[aeo]o)|(?<=[iuy])ch$", "k"),  # chronic, not chair
        (r"[ts]ion|[sc]ian|shun|shion", "$n"),
        (r"[st]ure?$", "$ur"),
        (r"tis+ue?|tish+ue?", "ti$u"),
        (r"[st]ch|sch|sh|ch", "$"),
        (r"sc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"ck|c|qu?", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"mb$", "m"),
        (r"[eiu]r", "er"),
        (r"(?<=[^aeiouy])e$|(?<=[^aeiouy])e(?=s$)", ""),
        (r"y", "i"),
        (r"ee|ea|ie|ei", "i"),
        (r"oo|ou|ue|ew|eu", "u"),
        (r"ai|ay", "a"),
        (r"(.)\1+", r"\1"),
    )
)
# Letters that words of the same sound may begin with.
_STARTS = tuple(frozenset(group) for group in ("ckqs", "cszp", "fp", "gj", "gkn", "wr", "ei"))


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Words that a mistake may have been.

    Attributes:
        every: All of them.
        stems: Of the blog's words.
        initial: Those that are long enough, by their first letter.
        single: The blog's words, by their spelling without doubled letters.
    """

    every: frozenset[str]
    stems: frozenset[str]
    initial: Mapping[str, tuple[str, ...]]
    single: Mapping[str, str]

    def like(self, word: str) -> list[str]:
        """Those with an initial that the word's own may be a mistake for."""
        letters = [c for c in self.initial if c in word[:2] or similar_start(word, c)]
        return [other for c in letters for other in self.initial[c]]


@functools.lru_cache(maxsize=2)
def _candidates(vocabulary: frozenset[str]) -> _Candidates:
    every = vocabulary | STOPWORDS | _EVERYDAY
    initial: dict[str, list[str]] = {}
    for word in sorted(every):
        if len(word) >= _SHORTEST and word.isalpha():
            initial.setdefault(word[0], []).append(word)
    return _Candidates(
        every,
        frozenset(stem(word) for word in vocabulary),
        {letter: tuple(found) for letter, found in initial.items()},
        {_single(word): word for word in sorted(vocabulary) if word.isalpha()},
    )


def correct(
    question: str,
    *,
    vocabulary: Collection[str],
    is_common: Callable[[str], bool],
    adjacent: Callable[[str, str], bool] = lambda first, second: False,
    preferred: Collection[str] = frozenset(),
) -> str:
    """The question with unknown words replaced by words of the vocabulary.

    Args:
        question: Tidy text.
        vocabulary: The blog's words, folded.
        is_common: Is a folded word an everyday word?
        adjacent: Does the blog write two folded words one after the other?
        preferred: Words of the conversation, which win where two words are equally near.
    """
    if _is_foreign(question):
        return question
    words = _candidates(frozenset(vocabulary))
    named = _names(question)
    pieces: list[str] = []
    at = 0
    for m in WORD.finditer(question):
        word = fold(m[0])
        if (
            len(word) < _SHORTEST
            or not word.isalpha()
            or word in words.every
            or m.start() in named
            or is_common(word)
        ):
            continue
        if stem(word) in words.stems:
            # The stemmer takes "inflamation" for "inflamed"; the blog's spelling finds more.
            better = words.single.get(_single(word))
        elif _inflected(word, is_common):
            continue
        else:
            better = _corrected(word, words, adjacent, preferred)
        if better:
            pieces += [question[at : m.start()], better]
            at = m.end()
    return "".join([*pieces, question[at:]])


def _names(question: str) -> frozenset[int]:
    """Offsets of words that are capitalised among words that are not: names, not mistakes."""
    found = [m for m in WORD.finditer(question) if fold(m[0]) not in STOPWORDS]
    capital = frozenset(
        m.start() for m in found if m.start() > 0 and m[0][0].isupper() and m[0][1:].islower()
    )
    return capital if any(m[0].islower() for m in found) else frozenset()


def _inflected(word: str, is_common: Callable[[str], bool]) -> bool:
    """Is this an everyday word with an ending (stretcher, nervy)? Then it is correct."""
    ending = _ENDING.search(word)
    return ending is not None and ending.start() >= _SHORTEST and is_common(word[: ending.start()])


def _is_foreign(question: str) -> bool:
    """Is this in another language, by its function words?"""
    words = [fold(m[0]) for m in WORD.finditer(question)]
    foreign = sum(word in _FOREIGN_WORDS for word in words)
    return foreign > sum(word in STOPWORDS and word not in _FOREIGN_WORDS for word in words)


def _corrected(
    word: str, words: _Candidates, adjacent: Callable[[str, str], bool], preferred: Collection[str]
) -> str | None:
    if pair := _split_in_two(word, words.every, adjacent):
        return pair
    like = words.like(word)
    homophones = _same_sound(word, like)
    near = nearest(word, like, preferred=preferred)
    if near is not None and (not homophones or near in homophones):
        return near
    if homophones:
        return min(homophones, key=lambda w: (w not in preferred, w))
    return _split_and_corrected(word, words, adjacent)


def nearest(
    word: str, vocabulary: Collection[str], *, preferred: Collection[str] = frozenset()
) -> str | None:
    """The nearest word at most 1 edit away (2 from eight letters on), or None.

    The first letter is hardly ever mistyped, except when swapped with the second. In words of four
    letters only a swap counts: one letter off is too often another word. Stop words are short and
    many: only one edit leads to them.
    """
    from rapidfuzz.distance import OSA

    limit = 1 if len(word) < 8 else 2
    best: tuple[int, bool, int, str] | None = None
    for other in vocabulary:
        if len(other) < _SHORTEST or abs(len(other) - len(word)) > limit or other[0] not in word[:2]:
            continue
        if not other.isalpha() or (len(word) == _SHORTEST and sorted(word) != sorted(other)):
            continue
        distance = OSA.distance(word, other, score_cutoff=limit)
        if distance > (1 if other in STOPWORDS else limit):
            continue
        key = (distance, other not in preferred, -len(other), other)
        if best is None or key < best:
            best = key
    return best[3] if best else None


def _same_sound(word: str, vocabulary: Collection[str]) -> list[str]:
    """The words that sound the same."""
    mine = sound_key(word)
    return [
        other
        for other in vocabulary
        if len(other) >= _SHORTEST
        and abs(len(other) - len(word)) <= 3
        and similar_start(word, other)
        and sound_key(other) == mine
    ]


def _split_in_two(word: str, vocabulary: Collection[str], adjacent: Callable[[str, str], bool]) -> str | None:
    """Two words written as one ("lowerback"), if the blog has them side by side or the first asks."""
    for first, second in _splits(word):
        asks = first in _QUESTION_STARTS and len(second) >= 3 and len(first) >= 3
        ends = second not in STOPWORDS or second == "up"  # "warmup", but "stretchin" is no "stretch in"
        if first in vocabulary and second in vocabulary and (asks or (ends and adjacent(first, second))):
            return f"{first} {second}"
    return None


def _split_and_corrected(word: str, words: _Candidates, adjacent: Callable[[str, str], bool]) -> str | None:
    """As _split_in_two, with one of the two misspelt ("trigerpoint")."""
    for first, second in _splits(word):
        if not any(part in words.every and len(part) >= _SHORTEST for part in (first, second)):
            continue
        left = first if first in words.every else nearest(first, words.like(first))
        right = second if second in words.every else nearest(second, words.like(second))
        if left and right and adjacent(left, right):
            return f"{left} {right}"
    return None


def _splits(word: str) -> Iterator[tuple[str, str]]:
    for at in range(2, len(word) - 1):
        yield word[:at], word[at:]


def _single(word: str) -> str:
    """The word with doubled letters made one."""
    return re.sub(r"(.)\1", r"\1", word)


@functools.lru_cache(maxsize=50_000)
def sound_key(word: str) -> str:
    """A key of a folded word; words with equal keys sound about the same.

    In the manner of Metaphone (Philips, "Hanging on the Metaphone", 1990) with the vowels kept: on consonants
    alone, as libraries have it, too many words of a blog are the same.
    """
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


def similar_start(one: str, other: str) -> bool:
    """May two words begin with the same sound, by their first letters?"""
    return one[0] == other[0] or any(one[0] in group and other[0] in group for group in _STARTS)
