"""How CPU time grows with the length of an input: a ratio within one test, never a number of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

Input = TypeVar("Input", str, bytes)
PARTS = 16  # the short input is this part of the whole
SLACK = 4.0  # linear work gives a ratio of PARTS, quadratic work PARTS squared: PARTS * SLACK is their mean
_MEASURABLE = 0.05  # seconds; below this the clock and the caches decide, and growth is no danger


def grows_linearly(work: Callable[[Input], object], whole: Input) -> None:
    """Fail if `work` takes far more time for the whole input than its length explains.

    The time is this thread's own CPU time, so that other work on the machine does not count.
    """
    part = whole[: len(whole) // PARTS]
    ratios = []
    for _ in range(3):
        took = _seconds(work, whole)
        if took < _MEASURABLE:
            return
        ratios.append(took / max(_seconds(work, part), _MEASURABLE / PARTS))
        if ratios[-1] < PARTS * SLACK:
            return
    pytest.fail(f"{PARTS} times the input took {', '.join(f'{r:.0f}' for r in ratios)} times as long")


def _seconds(work: Callable[[Input], object], given: Input) -> float:
    began = time.thread_time()
    work(given)
    return time.thread_time() - began
