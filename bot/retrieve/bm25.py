"""BM25 over texts, and how rare a word is among them.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with k1 = 1.2, b = 0.75
and the idf that is never negative.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.text.tokens import content_stems, stem, stems, words

K1, B = 1.2, 0.75

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Bags:
    """The words of n texts, one text after the other; what the next index is built from.

    Attributes:
        ids: Folded word -> its number, in order of the numbers; some may be in no text any more.
        stem_ids: The same for stems.
        used: Word numbers; those of text i at used[used_at[i] : used_at[i + 1]].
        stems: Stem numbers, likewise at stems_at.
        counts: How often each of these occurs.
    """

    texts: tuple[str, ...]
    ids: dict[str, int]
    stem_ids: dict[str, int]
    used: Ints
    used_at: Ints
    stems: Ints
    counts: Ints
    stems_at: Ints


@dataclass(frozen=True, slots=True)
class Keywords:
    """An inverted index over n texts. postings: stem -> (text numbers, their term weights)."""

    size: int
    postings: dict[str, tuple[Ints, NDArray[np.float32]]]
    vocabulary: frozenset[str] = field(repr=False)
    bags: Bags = field(repr=False)

    def idf(self, stemmed: str) -> float:
        """ln(1 + (n - df + 0.5) / (df + 0.5)): 0 to ln(2n + 2), high for a rare word."""
        posting = self.postings.get(stemmed)
        df = 0 if posting is None else len(posting[0])
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))

    def scores(self, question: str, weights: Mapping[str, float] | None = None) -> NDArray[np.float32]:
        """BM25 of each text for the question's content words (all its words if it has none).

        weights: of other stems that count too; the question's own weigh 1.
        """
        totals = np.zeros(self.size, np.float32)
        own = dict.fromkeys(content_stems(question) or stems(question), 1.0)
        for stemmed, weight in {**(weights or {}), **own}.items():
            if (posting := self.postings.get(stemmed)) is not None:
                totals[posting[0]] += weight * self.idf(stemmed) * posting[1]
        return totals


def build(texts: Sequence[str], previous: Keywords | None = None) -> Keywords:
    """Index the texts.

    previous: an index of other texts; the words of those that both have are taken from there, which
    is eight times as fast. The result scores as it would without.
    """
    if previous is not None and len(previous.bags.ids) > 2 * len(previous.vocabulary):
        previous = None  # most of its words are in no text any more
    bags = _bags(tuple(texts), None if previous is None else previous.bags)
    size, owner = len(texts), np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(bags.stems_at))
    lengths = np.bincount(owner, bags.counts, size).astype(np.float32)
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if size else 1.0, 1.0))
    weights = (bags.counts * (K1 + 1) / (bags.counts + norm[owner].astype(np.float64))).astype(np.float32)
    order = np.argsort(bags.stems, kind="stable")
    numbers, weights = owner[order], weights[order]
    ends = np.cumsum(np.bincount(bags.stems, minlength=len(bags.stem_ids))).tolist()
    postings = {
        stemmed: (numbers[start:end], weights[start:end])
        for stemmed, start, end in zip(bags.stem_ids, [0, *ends], ends, strict=False)
        if end > start
    }
    present = np.bincount(bags.used, minlength=len(bags.ids)).tolist()
    vocabulary = frozenset(word for word, uses in zip(bags.ids, present, strict=True) if uses)
    return Keywords(size, postings, vocabulary, bags)


def _bags(texts: tuple[str, ...], previous: Bags | None) -> Bags:
    """Count the words of the texts, unless they are counted already."""
    known = {} if previous is None else {text: number for number, text in enumerate(previous.texts)}
    ids, stem_ids = ({}, {}) if previous is None else (dict(previous.ids), dict(previous.stem_ids))
    used: list[Ints] = []
    stemmed: list[Ints] = []
    counts: list[Ints] = []
    for text in texts:
        at = known.get(text)
        if previous is not None and at is not None:
            used.append(previous.used[previous.used_at[at] : previous.used_at[at + 1]])
            stemmed.append(previous.stems[previous.stems_at[at] : previous.stems_at[at + 1]])
            counts.append(previous.counts[previous.stems_at[at] : previous.stems_at[at + 1]])
            continue
        words_here = Counter(word for word, _, _ in words(text))
        stems_here: dict[str, int] = {}
        for word, count in words_here.items():
            stems_here[stem(word)] = stems_here.get(stem(word), 0) + count
        used.append(_numbers([ids.setdefault(word, len(ids)) for word in words_here]))
        stemmed.append(_numbers([stem_ids.setdefault(one, len(stem_ids)) for one in stems_here]))
        counts.append(_numbers(list(stems_here.values())))
    return Bags(texts, ids, stem_ids, *_concatenated(used), _concatenated(stemmed)[0], *_concatenated(counts))


def _numbers(values: Sequence[int]) -> Ints:
    return np.array(values, np.int32)


def _concatenated(parts: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The parts in one array, and where each begins; the last number is where all end."""
    ends = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int32)
    return np.concatenate([np.empty(0, np.int32), *parts]), ends
