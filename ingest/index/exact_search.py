"""The search by vector of a small index: every vector in memory, compared with each question. No Chroma, whose import
takes a second and whose search of 10,000 vectors takes longer than comparing all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.embedder import Floats

MOST = 20_000  # passages: 31 MB, and some 3 ms of one core a question


@dataclass(frozen=True, slots=True)
class ExactSearch:
    """The vectors of all chunks. ids: (n,). vectors: (n, d) float32, unit length."""

    ids: Sequence[str]
    vectors: Floats

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        """Up to k pairs of chunk id and cosine similarity to a vector (d,), best first."""
        similar = self.vectors @ (vector / np.float32(max(float(np.linalg.norm(vector)), 1e-9)))
        best = np.argpartition(-similar, k - 1)[:k] if k < len(similar) else np.arange(len(similar))
        best = best[np.lexsort((best, -similar[best]))]
        return [(self.ids[at], float(similar[at])) for at in best.tolist()]
