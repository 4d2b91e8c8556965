"""The search by vector of all but very large indexes: the vectors, or their signs, in memory. No Chroma, whose import takes a
second and which keeps every vector a second and a third time.

Up to EXACT passages all vectors are compared with the question. Above, first their signs are, a thirty-second of the bytes
(Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002), and then the vectors of the nearest by signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Floats
from ingest.token_vectors import turn

EXACT = 20_000  # passages: 31 MB, and some 3 ms of one core a question
MOST = 500_000  # passages; Chroma above
_NEAR = 1000  # passages whose vectors are compared after their signs, at least

Batch = tuple[Sequence[int], Sequence[str], Floats]  # row numbers, ids, (n, d) vectors


class FlatSearch(Protocol):
    """Compares a question with all passages."""

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        """Up to k pairs of chunk id and cosine similarity to a vector (d,), best first."""


def flat_search(
    batches: Iterable[Batch], count: int, vectors_at: Callable[[Sequence[int]], Floats]
) -> FlatSearch:
    """Over `count` chunks. vectors_at: the vectors of rows, as the rows are given."""
    if count > EXACT:
        return _SignSearch.of(batches, count, vectors_at)
    ids: list[str] = []
    parts: list[Floats] = []
    for _, some, vectors in batches:
        ids += some
        parts.append(vectors)
    return _ExactSearch(ids, np.concatenate(parts))


@dataclass(frozen=True, slots=True)
class _ExactSearch:
    """The vectors of all chunks. ids: (n,). vectors: (n, d) float32, unit length."""

    ids: Sequence[str]
    vectors: Floats

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        similar = self.vectors @ _unit(vector)
        return [(self.ids[at], float(similar[at])) for at in _best(similar, k)]


@dataclass(frozen=True, slots=True)
class _SignSearch:
    """The signs of all vectors, from their mean.

    Attributes:
        ids: (n,), as ASCII.
        rows: (n,), where the vectors are.
        signs: (words, n), 64 of each vector in a word.
        middle: (d,), the mean of the vectors of the first batch.
        vectors_at: Reads the vectors of rows.
    """

    ids: NDArray[np.bytes_]
    rows: NDArray[np.int64]
    signs: NDArray[np.uint64]
    middle: Floats
    vectors_at: Callable[[Sequence[int]], Floats]

    @staticmethod
    def of(
        batches: Iterable[Batch], count: int, vectors_at: Callable[[Sequence[int]], Floats]
    ) -> _SignSearch:
        ids, rows = np.empty(count, "S24"), np.empty(count, np.int64)
        signs = np.empty((0, count), np.uint64)
        middle = np.empty(0, np.float32)
        at = 0
        for numbers, some, vectors in batches:
            end = at + len(some)
            if not at:
                middle = vectors.mean(axis=0)
                signs = np.empty((-(-vectors.shape[1] // 64), count), np.uint64)
            ids[at:end], rows[at:end] = some, numbers
            signs[:, at:end] = _signs(vectors - middle)
            at = end
        return _SignSearch(ids[:at], rows[:at], signs[:, :at], middle, vectors_at)

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        question = _unit(vector)
        different = np.zeros(len(self.ids), np.uint16)
        for word, theirs in zip(_signs(question[None] - self.middle)[:, 0], self.signs, strict=True):
            different += np.bitwise_count(theirs ^ word)
        upto = np.searchsorted(np.cumsum(np.bincount(different)), min(max(_NEAR, 4 * k), len(different)))
        near = np.flatnonzero(different <= upto)
        similar = self.vectors_at(self.rows[near].tolist()) @ question
        return [(self.ids[near[at]].decode(), float(similar[at])) for at in _best(similar, k)]


def _signs(vectors: Floats) -> NDArray[np.uint64]:
    """Of vectors (n, d) that are turned first, so that all their numbers matter alike: (words, n)."""
    n, d = vectors.shape
    packed = np.zeros((n, -(-d // 64) * 8), np.uint8)
    packed[:, : -(-d // 8)] = np.packbits(vectors @ turn(d) > 0, axis=1)
    return np.ascontiguousarray(packed.view(np.uint64).T)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.float32(max(float(np.linalg.norm(vector)), 1e-9)), np.float32)


def _best(similar: Floats, k: int) -> list[int]:
    """Places of the k largest, largest first; of equal ones the first."""
    best = np.argpartition(-similar, k - 1)[:k] if k < len(similar) else np.arange(len(similar))
    found: list[int] = best[np.lexsort((best, -similar[best]))].tolist()
    return found
