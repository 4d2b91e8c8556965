"""Intervals: within what is possible, repeatable, and paired where two are compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.eval.measures.intervals import difference, interval, spread
from bot.eval.measures.metrics import auroc


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_interval_lies_within_the_values_and_is_the_same_each_time(values: list[float]) -> None:
    low, high = interval(values, draws=200)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert (low, high) == interval(values, draws=200)


def test_an_interval_of_a_fair_coin() -> None:
    value, low, high = spread(np.array([0.0, 1.0] * 50))
    assert value == 0.5 and 0.38 <= low <= 0.43 and 0.57 <= high <= 0.62


def test_nothing_has_no_interval() -> None:
    assert all(map(math.isnan, interval([]))) and all(map(math.isnan, spread(np.array([]))))


def test_what_is_hard_for_both_cancels_out() -> None:
    draw = np.random.default_rng(1)
    easy = draw.integers(0, 2, 200).astype(float)
    better = easy.copy()
    better[np.flatnonzero(easy == 0)[:10]] = 1
    gain, low, high = difference(better, easy)
    assert gain == pytest.approx(0.05) and 0.015 < low < high < 0.09
    alone = spread(better)
    assert high - low < alone[2] - alone[1]
    assert difference(easy, easy) == [0, 0, 0]


def test_only_the_same_questions_can_be_compared() -> None:
    with pytest.raises(ValueError, match="same questions"):
        difference(np.ones(3), np.ones(2))


def test_draws_without_a_figure_are_left_out() -> None:
    # One of four is positive: a third of the draws hold none, and have no AUROC.
    rows = np.array([[0.9, 1], [0.1, 0], [0.2, 0], [0.3, 0]])
    assert spread(rows, lambda v: auroc(v[:, 0], v[:, 1] > 0.5)) == [1, 1, 1]
