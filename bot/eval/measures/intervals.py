"""95 % percentile bootstrap intervals over questions (Efron & Tibshirani 1993).

Two figures of the same questions are compared by drawing the same questions for both (a paired bootstrap). Draws are
seeded, so that a run can be repeated.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.eval.measures.metrics import Numbers, share

DRAWS = 1000
Value = TypeVar("Value")
Figure = Callable[[Numbers], float]


def mean(values: Numbers) -> float:
    return float(values.mean())


def spread(values: Numbers, figure: Figure = mean) -> list[float]:
    """[figure, low, high] of values (n,) or (n, columns), one row a question; NaNs for none."""
    if not len(values):
        return [math.nan] * 3
    return [figure(values), *_ends(_drawn(values, figure))]


def difference(ours: Numbers, theirs: Numbers, figure: Figure = mean) -> list[float]:
    """[ours - theirs, low, high]; the rows of both are of the same questions in the same order."""
    if len(ours) != len(theirs):
        raise ValueError("Both must be of the same questions.")
    if not len(ours):
        return [math.nan] * 3
    between = _drawn(ours, figure) - _drawn(theirs, figure)
    return [figure(ours) - figure(theirs), *_ends(between)]


def interval(
    values: Sequence[Value],
    figure: Callable[[Sequence[Value]], float] = share,  # type: ignore[assignment]
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """The interval alone, of a figure over values of any kind; NaNs for none."""
    if not values:
        return math.nan, math.nan
    low, high = _ends(
        np.array([figure([values[i] for i in row]) for row in _draws(len(values), draws, seed)])
    )
    return low, high


def _drawn(values: Numbers, figure: Figure) -> Numbers:
    rows = _draws(len(values), DRAWS, 0)
    if figure is mean:
        return np.asarray(values[rows].mean(axis=1))
    return np.array([figure(values[row]) for row in rows])


@functools.lru_cache(maxsize=8)
def _draws(size: int, draws: int, seed: int) -> NDArray[np.int64]:
    """(draws, size) row numbers, drawn with replacement."""
    return np.random.default_rng(seed).integers(0, size, (draws, size))


def _ends(drawn: Numbers) -> list[float]:
    """The middle 95 %; draws that have no figure (all of one kind) are left out."""
    there = drawn[~np.isnan(drawn)]
    if not len(there):
        return [math.nan, math.nan]
    low, high = np.quantile(there, [0.025, 0.975])
    return [float(low), float(high)]
