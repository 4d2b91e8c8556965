"""Figures against independent implementations and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.eval.measures.metrics import (
    alce,
    auroc,
    balanced_accuracy,
    best_balanced_threshold,
    best_threshold,
    brier,
    calibration_error,
    covered,
    f1,
    found,
    marked_recall,
    ndcg_at,
    precision,
    recall_at,
    reciprocal_rank,
    reliability,
    sentences_of,
    statements,
    threshold_loss,
)
from bot.eval.sets.case import Case
from bot.types import Answer, Citation, Passage
from ingest.article import Article, Chunk

scored = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.1, 0.5, 0.9, 1.0]) | st.floats(0, 1), st.booleans()), max_size=30
)


def citation(start: int, end: int, quote: str = "q", path: tuple[str, ...] = (), number: int = 1) -> Citation:
    passage = Passage(Chunk("a", 0, path, "", 0, 0), "T", None, 1.0)
    return Citation(number, passage, quote, start, end, None)


@given(scored)
def test_auroc_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    positive = [p for _, p in pairs]
    assume(any(positive) and not all(positive))
    scores = [s for s, _ in pairs]
    assert auroc(scores, positive) == pytest.approx(metrics.roc_auc_score(positive, scores))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40))
def test_f1_and_brier_score_are_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores, truth = np.array([s for s, _ in pairs]), np.array([t for _, t in pairs])
    assume(truth.any())
    assert f1(scores > 0.5, truth) == pytest.approx(metrics.f1_score(truth, scores > 0.5, zero_division=0))
    assert brier(scores, truth) == pytest.approx(metrics.brier_score_loss(truth, scores))


@given(st.permutations("abcdefgh"), st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_ndcg_is_scikit_learns(ranked: list[str], relevant: set[str]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    gains = np.array([[float(one in relevant) for one in ranked]])
    ours = ndcg_at(ranked, relevant, 10)
    assert ours == pytest.approx(metrics.ndcg_score(gains, -np.arange(len(ranked))[None, :], k=10))


@given(scored)
def test_auroc_turns_with_the_scores_and_needs_both_kinds(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = [s for s, _ in pairs], [p for _, p in pairs]
    figure = auroc(scores, positive)
    if not any(positive) or all(positive):
        assert math.isnan(figure)
    else:
        assert auroc([-s for s in scores], positive) == pytest.approx(1 - figure)


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
    assert covered(("a", 10, 20), [("a", *quote)]) is is_covered
    assert not covered(("b", 10, 20), [("a", *quote)])


def test_any_needs_one_and_all_needs_every_one() -> None:
    first, second = ("a", 0, 10), ("a", 20, 30)
    assert found(Case("1", "q", any=(first, second)), "", [first])
    assert not found(Case("1", "q", all=(first, second)), "", [first])
    assert found(Case("1", "q", all=(first, second)), "", [first, second])
    assert found(Case("1", "q", says="Jun 9"), "published on jun 9 [1]", [])
    assert not found(Case("1", "q", answerable=False), "anything", [first, second])
    assert marked_recall(Case("1", "q", marked=(first, second)), [first]) == 0.5


def test_precision_leaves_out_labels_and_metadata() -> None:
    case = Case("1", "q", any=(("a", 0, 10),))
    quotes = sentences_of(
        [
            citation(0, 10),
            citation(20, 30),
            citation(40, 50, quote="Steps", path=("Steps",)),
            citation(0, 0, quote=""),
        ]
    )
    assert quotes == [("a", 0, 10), ("a", 20, 30)]
    assert precision(case, quotes) == 0.5
    assert precision(case, []) == 0


def test_ndcg_by_hand() -> None:
    # Relevant at ranks 1 and 3 of 3 relevant: (1 + 1/2) / (1 + 1/log2(3) + 1/2).
    assert ndcg_at(["a", "x", "b"], ["a", "b", "c"]) == pytest.approx(1.5 / (1 + 1 / math.log2(3) + 0.5))
    assert ndcg_at(["a", "b"], ["a", "b"]) == 1
    assert ndcg_at(["x"] * 10 + ["a"], ["a"]) == 0


def test_f1_by_hand() -> None:
    # Two of three that should be silent are, and one that should not: 2 * 2 / (3 + 3).
    assert f1([True, True, False, True], [True, True, True, False]) == pytest.approx(2 / 3)
    assert f1([False, False], [True, False]) == 0
    assert math.isnan(f1([True], [False]))


def test_the_best_threshold_is_the_best_of_all_and_the_lowest_such() -> None:
    scores, answerable = [0.1, 0.2, 0.6, 0.4, 0.9], [False, False, False, True, True]
    at = best_threshold(scores, answerable)
    wanted = [not a for a in answerable]
    tried = {t: f1([s < t for s in scores], wanted) for t in (*scores, math.inf)}
    assert tried[at] == max(tried.values()) == pytest.approx(6 / 7)
    assert at == 0.9


def test_calibration_by_hand() -> None:
    predicted, was = np.array([0.95, 0.91, 0.12, 0.18]), np.array([1.0, 0.0, 0.0, 0.0])
    # The bin around .9 says .93 and is right half the time, that around .1 says .15 and never is.
    (low, never, two), (high, half, also_two) = reliability(predicted, was)
    assert (low, high) == pytest.approx((0.15, 0.93)) and (never, half, two, also_two) == (0, 0.5, 2, 2)
    assert calibration_error(predicted, was) == pytest.approx(0.5 * 0.15 + 0.5 * 0.43)
    assert brier(np.array([1.0, 0.5]), np.array([1.0, 0.0])) == 0.125
    assert calibration_error(np.array([1.0]), np.array([1.0])) == 0


ARTICLE = Article("a", "T", "Cats purr. Dogs bark.\n")


def answer(text: str, *citations: Citation) -> Answer:
    return Answer("q", "q", text, citations, "answered", 1.0)


def test_statements_are_separated_from_their_markers() -> None:
    text = "- Cats \\*purr\\*. [1] Dogs bark. [2][3]\n\n**Steps** [4]\n\n1. First. [5]\nSo it is.\n\\[6\\]"
    assert statements(text) == [
        ("Cats *purr*.", (1,)),
        ("Dogs bark.", (2, 3)),
        ("Steps", (4,)),
        ("First.", (5,)),
        ("So it is.", ()),
        ("[6]", ()),
    ]


def test_citations_as_alce_counts_them() -> None:
    cats, dogs = citation(0, 10, number=1), citation(11, 21, number=2)
    articles = {"a": ARTICLE}
    assert alce(answer("Cats purr. [1] Dogs bark. [2]", cats, dogs), articles) == (1, 1)
    # The second citation of the first statement is irrelevant: without it the first one supports all.
    assert alce(answer("Cats purr. [1][2]", cats, dogs), articles) == (1, 0.5)
    # Only both together support it: both are relevant.
    assert alce(answer("Cats purr. Dogs bark. [1][2]", cats, dogs), articles) == (1, 1)
    # Nothing supports the second statement, so its citation is not precise; the third has none.
    figures = alce(answer("Cats purr. [1] Cats bark. [2]\nTrue.", cats, dogs), articles)
    assert figures == pytest.approx((1 / 3, 0.5))
    # What a citation claims to quote does not count, only the text at its offsets.
    assert alce(answer("Cats bark. [1]", citation(0, 10, quote="Cats bark.")), articles) == (0, 0)


def test_support_may_be_judged_otherwise() -> None:
    answered = answer("Felines purr. [1]", citation(0, 10))
    assert alce(answered, {"a": ARTICLE}) == (0, 0)
    assert alce(answered, {"a": ARTICLE}, lambda statement, cited: "purr" in statement + cited[0]) == (1, 1)


@given(scored, st.floats(0, 1))
def test_no_threshold_is_better_than_the_best_and_the_loss_is_the_difference(
    pairs: list[tuple[float, bool]], threshold: float
) -> None:
    scores, truth = np.array([s for s, _ in pairs]), np.array([t for _, t in pairs], bool)
    assume(truth.any() and not truth.all())
    at, best = best_balanced_threshold(scores, truth)
    tried = [balanced_accuracy(scores, truth, t) for t in (*scores, 0.0, 2.0)]
    assert best == pytest.approx(balanced_accuracy(scores, truth, at)) == pytest.approx(max(tried))
    loss = threshold_loss(scores, truth, threshold)
    assert loss == pytest.approx(best - balanced_accuracy(scores, truth, threshold)) and loss >= -1e-12


@given(scored)
def test_balanced_accuracy_is_scikit_learns(pairs: list[tuple[float, bool]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores, truth = np.array([s for s, _ in pairs]), np.array([t for _, t in pairs], bool)
    assume(truth.any() and not truth.all())
    wanted = metrics.balanced_accuracy_score(truth, scores >= 0.5)
    assert balanced_accuracy(scores, truth, 0.5) == pytest.approx(wanted)


def test_a_threshold_that_another_blog_needs_costs_accuracy_here() -> None:
    scores, truth = np.array([0.1, 0.2, 0.3, 0.4]), [False, False, True, True]
    assert best_balanced_threshold(scores, truth) == (0.3, 1.0)
    assert threshold_loss(scores, truth, 0.4) == 0.25 and threshold_loss(scores, truth, 0.5) == 0.5
    assert math.isnan(threshold_loss(scores, [True] * 4, 0.5))


def test_the_rows_of_a_table_are_one_statement_up_to_a_marker() -> None:
    text = "| Size | Fits [1] |\n|---|---|\n| S | boys |\n| M | \\- [2] |\n\nWash cold. [3]"
    assert statements(text) == [
        ("| Size | Fits |", (1,)),
        ("| S | boys | | M | - |", (2,)),
        ("Wash cold.", (3,)),
    ]


def test_a_line_that_names_a_post_states_nothing() -> None:
    text = (
        "From “Kites: a diary” (3 May 2024):\n\nFly them in June. [1]\n\nFrom “Kites”, it is said: too late"
    )
    assert statements(text) == [("Fly them in June.", (1,)), ("From “Kites”, it is said: too late", ())]
