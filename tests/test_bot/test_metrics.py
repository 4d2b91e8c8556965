"""Figures against independent implementations and by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.answer import Citation, Passage
from bot.eval.cases import Case
from bot.eval.metrics import auroc, covered, found, interval, precision, recall_at, reciprocal_rank, share
from ingest.article import Chunk

scored = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.1, 0.5, 0.9, 1.0]) | st.floats(0, 1), st.booleans()), max_size=30
)


def citation(
    start: int, end: int, article: str = "a", quote: str = "q", path: tuple[str, ...] = ()
) -> Citation:
    return Citation(1, Passage(Chunk(article, 0, path, "", 0, 0), "T", None, 1.0), quote, start, end, None)


@given(scored)
def test_auroc_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    positive = [p for _, p in pairs]
    assume(any(positive) and not all(positive))
    scores = [s for s, _ in pairs]
    assert auroc(scores, positive) == pytest.approx(metrics.roc_auc_score(positive, scores))


@given(scored)
def test_auroc_turns_with_the_scores_and_needs_both_kinds(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = [s for s, _ in pairs], [p for _, p in pairs]
    figure = auroc(scores, positive)
    if not any(positive) or all(positive):
        assert math.isnan(figure)
    else:
        assert auroc([-s for s in scores], positive) == pytest.approx(1 - figure)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_interval_lies_within_the_values_and_is_the_same_each_time(values: list[float]) -> None:
    low, high = interval(values, draws=200)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert (low, high) == interval(values, draws=200)


def test_an_interval_of_a_fair_coin() -> None:
    low, high = interval([0.0, 1.0] * 50)
    assert 0.38 <= low <= 0.43 and 0.57 <= high <= 0.62


def test_nothing_has_no_figure() -> None:
    assert math.isnan(share([])) and all(map(math.isnan, interval([])))


def test_ranks() -> None:
    assert recall_at(["a", "b", "c"], ["c", "x"], 3) == 0.5
    assert recall_at(["a", "b", "c"], ["c"], 2) == 0
    assert reciprocal_rank(["a", "b", "c"], ["c", "b"]) == 0.5
    assert reciprocal_rank(["a"] * 10 + ["b"], ["b"]) == 0


@pytest.mark.parametrize(
    ("quote", "is_covered"),
    [
        ((10, 20), True),
        ((0, 40), True),
        ((10, 15), True),
        ((16, 30), False),
        ((20, 30), False),
        ((10, 10), False),
    ],
)
def test_a_gold_sentence_is_covered_by_half(quote: tuple[int, int], is_covered: bool) -> None:
    assert covered(("a", 10, 20), [citation(*quote)]) is is_covered
    assert not covered(("b", 10, 20), [citation(*quote)])


def test_any_needs_one_and_all_needs_every_one() -> None:
    first, second = ("a", 0, 10), ("a", 20, 30)
    one, both = [citation(0, 10)], [citation(0, 10), citation(20, 30)]
    assert found(Case("1", "q", any=(first, second)), "", one)
    assert not found(Case("1", "q", all=(first, second)), "", one)
    assert found(Case("1", "q", all=(first, second)), "", both)
    assert found(Case("1", "q", says="Jun 9"), "published on jun 9 [1]", [])
    assert not found(Case("1", "q", answerable=False), "anything", both)


def test_precision_leaves_out_labels_and_metadata() -> None:
    case = Case("1", "q", any=(("a", 0, 10),))
    quotes = [
        citation(0, 10),
        citation(20, 30),
        citation(40, 50, quote="Steps", path=("Steps",)),
        citation(0, 0, quote=""),
    ]
    assert precision(case, quotes) == 0.5
    assert precision(case, []) == 0
