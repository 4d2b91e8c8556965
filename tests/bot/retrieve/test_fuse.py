"""Reciprocal rank fusion against the formula, written out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieve.fuse import K, fuse

rankings = st.lists(st.lists(st.integers(0, 12), unique=True, max_size=10), max_size=4)


@given(rankings, st.integers(1, 100))
def test_it_is_the_sum_of_one_over_k_plus_rank(given_: list[list[int]], k: int) -> None:
    fused = fuse(given_, k=k)
    assert {key for key, _ in fused} == {key for ranking in given_ for key in ranking}
    for key, score in fused:
        wanted = sum(1 / (k + ranking.index(key) + 1) for ranking in given_ if key in ranking)
        assert score == pytest.approx(wanted)


@given(rankings)
def test_best_comes_first_and_ties_in_order_of_first_sight(given_: list[list[int]]) -> None:
    fused = fuse(given_)
    seen = list(dict.fromkeys(key for ranking in given_ for key in ranking))
    assert fused == sorted(fused, key=lambda item: (-item[1], seen.index(item[0])))


@given(st.lists(st.integers(), unique=True))
def test_one_ranking_keeps_its_order(ranking: list[int]) -> None:
    assert [key for key, _ in fuse([ranking])] == ranking


def test_two_that_agree_beat_one_that_is_sure() -> None:
    assert next(key for key, _ in fuse([["a", "b", "c"], ["d", "b", "e"]])) == "b"
    assert fuse([]) == fuse([[], []]) == []
    assert fuse([["a"]]) == [("a", 1 / (K + 1))]
