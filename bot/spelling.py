"""Mend typing mistakes in a question with the words the blog itself uses.

A word counts as known if the blog uses it (in any form), or if the embedding model's tokeniser has
it whole: its vocabulary is a list of the most common words of the language. An unknown word is
replaced by the nearest word of the blog, if one is near enough that a slip of the finger explains
it. Distances are optimal string alignment: a swap of neighbours counts one.

What this file does not know: grammar, and mistakes that make another real word ("nee" for knee).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.keywords import STOPWORDS, WORD, fold, stem


def correct(
    question: str,
    *,
    vocabulary: Collection[str],
    known: Callable[[str], bool],
) -> str:
    """The question with unknown words replaced by near words of the vocabulary; else unchanged.

    vocabulary: the blog's words, folded. known: whether a folded word is an everyday word.
    """
    stemmed = {stem(word) for word in vocabulary}
    pieces: list[str] = []
    at = 0
    for m in WORD.finditer(question):
        word = fold(m[0])
        if len(word) < 4 or not word.isalpha() or stem(word) in stemmed or word in STOPWORDS or known(word):
            continue
        if better := nearest(word, [*vocabulary, *STOPWORDS]):
            pieces += [question[at : m.start()], better]
            at = m.end()
    return "".join([*pieces, question[at:]])


def nearest(word: str, vocabulary: Collection[str]) -> str | None:
    """The nearest word at most 1 edit away (2 from eight letters on), or None.

    The first letter is hardly ever mistyped, except when swapped with the second. In words of four
    letters only a swap counts: one letter off is too often another word.
    """
    from rapidfuzz.distance import OSA

    limit = 1 if len(word) < 8 else 2
    best: tuple[int, int, str] | None = None
    for other in vocabulary:
        if len(other) < 4 or abs(len(other) - len(word)) > limit or other[0] not in word[:2]:
            continue
        if not other.isalpha() or (len(word) == 4 and sorted(word) != sorted(other)):
            continue
        distance = OSA.distance(word, other, score_cutoff=limit)
        if distance <= limit and (best is None or (distance, -len(other), other) < best):
            best = (distance, -len(other), other)
    return best[2] if best else None
