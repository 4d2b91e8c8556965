"""Questions of one meaning in one group: average linkage over their vectors, cut at a threshold.

On a blog about one thing all questions are close to each other, so their mean is taken out first, the more of it the more
questions there are. Average linkage of unit vectors needs no matrix of distances: the mean similarity of two groups is the
product of their mean vectors. All pairs of groups that are each other's nearest are merged at once, which gives the same
groups as one after the other (Murtagh 1983), with memory for the vectors alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
RAW, CENTRED = 0.45, 0.25  # thresholds without and with centring, chosen on one half of data/eval/gaps
_ENOUGH = 10.0  # questions at which half of their mean is taken out
_BLOCK = 256  # groups that are compared with all others at once
_PAUSE = 0.01  # seconds between two blocks: readers' questions go first


def group_vectors(vectors: Floats, *, pauses: bool = False) -> list[list[int]]:
    """Group unit vectors.

    Args:
        vectors: Shape (n, dimension), each of length 1.
        pauses: Sleep a little between steps, so that other threads get their turn.

    Returns:
        The numbers of the vectors of each group, the largest group first; in a group, the most central first.
    """
    count = len(vectors)
    if count == 0:
        return []
    share = count / (count + _ENOUGH)
    centred = _unit(vectors - share * vectors.mean(axis=0))
    groups = _linked(centred, RAW - share * (RAW - CENTRED), pauses=pauses)
    ordered = [_by_centrality(centred, group) for group in groups]
    return sorted(ordered, key=lambda group: (-len(group), group[0]))


def _linked(vectors: Floats, threshold: float, *, pauses: bool) -> list[list[int]]:
    """Average linkage as long as two groups have a mean similarity of at least the threshold."""
    means = vectors.copy()
    members: dict[int, list[int]] = {i: [i] for i in range(len(vectors))}
    open_ = np.ones(len(vectors), bool)  # not merged into another, and not complete
    nearest = np.full(len(vectors), -1)
    similarity = np.full(len(vectors), -np.inf, np.float32)
    stale = np.arange(len(vectors))
    while len(stale):
        for at in range(0, len(stale), _BLOCK):
            _find_nearest(means, open_, stale[at : at + _BLOCK], nearest, similarity)
            if pauses:
                time.sleep(_PAUSE)
        # What has no other near it stays so: merging the others brings none of them nearer.
        open_ &= similarity >= threshold
        here = np.flatnonzero(open_)
        pairs = here[(nearest[nearest[here]] == here) & (here < nearest[here])]
        for one, other in zip(pairs.tolist(), nearest[pairs].tolist(), strict=True):
            sizes = len(members[one]), len(members[other])
            means[one] = np.average(means[[one, other]], axis=0, weights=sizes)
            members[one] += members.pop(other)
            open_[other] = False
        stale = np.flatnonzero(open_ & (np.isin(nearest, pairs) | np.isin(nearest, nearest[pairs])))
    return list(members.values())


def _find_nearest(
    means: Floats,
    open_: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.int64],
    nearest: npt.NDArray[np.int64],
    similarity: Floats,
) -> None:
    """Write the most similar open group of each of these, the first of equals; an own similarity does not count."""
    others = np.flatnonzero(open_)
    similar = means[rows] @ means[others].T
    similar[rows[:, None] == others[None, :]] = -np.inf
    best = similar.argmax(axis=1)
    nearest[rows] = others[best]
    similarity[rows] = similar[np.arange(len(rows)), best]


def _by_centrality(vectors: Floats, group: Sequence[int]) -> list[int]:
    mean = vectors[list(group)].mean(axis=0)
    order = np.argsort(-(vectors[list(group)] @ mean), kind="stable")
    return [group[at] for at in order]


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit
