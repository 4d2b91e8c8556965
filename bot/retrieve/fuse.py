"""Reciprocal rank fusion: several rankings to one, without knowing their scales.

Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods" (SIGIR 2009), with their k = 60.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

K = 60
Key = TypeVar("Key", bound=Hashable)


def fuse(rankings: Iterable[Sequence[Key]], *, k: int = K) -> list[tuple[Key, float]]:
    """Sum 1 / (k + rank) over the rankings (rank from 1); best first, ties in order of first sight."""
    scores: dict[Key, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
