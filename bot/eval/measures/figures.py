"""From outcomes to figures with intervals, the bot's beside those of baselines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.eval.measures.intervals import difference, spread
from bot.eval.measures.metrics import (
    Numbers,
    Support,
    alce,
    auroc,
    balanced_accuracy,
    best_balanced_threshold,
    best_threshold,
    brier,
    calibration_error,
    f1,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    threshold_loss,
    verbatim,
)
from bot.eval.measures.outcome import Outcome
from bot.eval.measures.quotes import quote_rows, word_rows
from bot.eval.measures.rows import Row, methods
from bot.eval.sets import FOREIGN
from ingest.article import Article

Result = dict[str, Any]
BASELINES, ABOVE_BEST = "baselines", "above the best baseline"  # keys of a Result, see result_of
FOREIGN_MEAN = "mean of the foreign sets"


def rows_of(
    outcomes: Sequence[Outcome],
    articles: Mapping[str, Article],
    threshold: float,
    support: tuple[str, Support] = ("verbatim", verbatim),
) -> list[Row]:
    """Every figure that these questions allow.

    Args:
        outcomes: The bot's answers, and those of baselines.
        articles: By their ids.
        threshold: Of the answerable probability, as the bot ran.
        support: Name and function of the check whether a citation supports its statement.
    """
    return [
        *_retrieval(outcomes),
        *_abstention(outcomes, threshold),
        *quote_rows(outcomes),
        *word_rows(outcomes, articles),
        *_citations(outcomes, articles, *support),
        *_time(outcomes),
    ]


def result_of(outcomes: Sequence[Outcome], rows: Iterable[Row]) -> Result:
    """The figures of a set: {"questions": n, figure: [value, low, high], ..., BESIDE: {method: {figure:
    [value, low, high]}}, ABOVE: {figure: {"baseline": method, "difference": [value, low, high]}}}.

    Figures of nothing are left out.
    """
    measured = [row for row in rows if len(row.values)]
    result: Result = {"questions": len(outcomes)} | _kinds(outcomes)
    beside: dict[str, Result] = {}
    for row in measured:
        numbers = spread(row.values, row.of)
        if not math.isnan(numbers[0]):
            target = beside.setdefault(row.method, {}) if row.method else result
            target[row.name] = _rounded(numbers)
    return result | ({BASELINES: beside, ABOVE_BEST: _compared(measured)} if beside else {})


def is_figure(value: object) -> bool:
    """Is it [value, low, high]?"""
    return isinstance(value, list) and len(value) == 3 and all(isinstance(x, float | int) for x in value)


def foreign_mean(results: Mapping[str, Result]) -> dict[str, Any]:
    """Each figure that all foreign sets among these have, as the mean over them, every set weighing the same.

    Returns:
        {"sets": their names, figure: mean}, or {} if there are fewer than two of them.
    """
    found = {name: results[name] for name in FOREIGN if name in results}
    if len(found) < 2:
        return {}
    first = next(iter(found.values()))
    shared = [f for f, value in first.items() if all(is_figure(r.get(f)) for r in found.values())]
    return {"sets": list(found)} | {
        f: round(sum(result[f][0] for result in found.values()) / len(found), 3) for f in shared
    }


def _compared(rows: Sequence[Row]) -> dict[str, Any]:
    """For each figure that a plain method has too: which of them is best, and ours minus that."""
    compared = {}
    for ours in (row for row in rows if not row.method and row.better != "neither"):
        others = [row for row in rows if row.method and row.name == ours.name and row.compared]
        values = [(row.of(row.values), row) for row in others if len(row.values) == len(ours.values)]
        values = [(value, row) for value, row in values if not math.isnan(value)]
        if values:
            sign = -1 if ours.better == "lower" else 1
            best = max(values, key=lambda pair: sign * pair[0])[1]
            numbers = difference(ours.values, best.values, ours.of)
            compared[ours.name] = {"baseline": best.method, "difference": _rounded(numbers)}
    return compared


def _kinds(outcomes: Sequence[Outcome]) -> Result:
    """How many of each kind of question, and how sure the bot was of those that are neither."""
    plain = [o for o in outcomes if not o.case.kind]
    counts: Result = {
        "answerable": sum(o.case.answerable for o in plain),
        "unanswerable": sum(not o.case.answerable for o in plain),
    }
    for kind in sorted({o.case.kind for o in outcomes} - {""}):
        mine = [o for o in outcomes if o.case.kind == kind]
        counts[kind] = len(mine)
        counts[f"mean of answerable, {kind}"] = _rounded(
            spread(np.array([o.answer.answerable for o in mine]))
        )
        counts[f"answered, {kind}"] = _rounded(spread(np.array([float(o.answered) for o in mine])))
    return counts


def _retrieval(outcomes: Sequence[Outcome]) -> list[Row]:
    asked = [o for o in outcomes if o.case.documents]
    measures: dict[str, Callable[[Sequence[str], Sequence[str]], float]] = {
        "recall@1": lambda ranked, relevant: recall_at(ranked, relevant, 1),
        "recall@5": lambda ranked, relevant: recall_at(ranked, relevant, 5),
        "recall@10": lambda ranked, relevant: recall_at(ranked, relevant, 10),
        "MRR@10": reciprocal_rank,
        "nDCG@10": ndcg_at,
    }
    rows = []
    for name, measure in measures.items():
        rows.append(Row(name, "", np.array([measure(o.ranked, o.case.documents) for o in asked])))
        for method in methods(asked):
            ranked = [(o.baseline_answers[method].ranked, o.case.documents) for o in asked]
            rows.append(Row(name, method, np.array([measure(*pair) for pair in ranked])))
    return rows


def _abstention(outcomes: Sequence[Outcome], threshold: float) -> list[Row]:
    asked = [o for o in outcomes if not o.case.kind]
    truth = np.array([o.case.answerable for o in asked], bool)
    if not len(truth):
        return []
    sure = np.array([o.answer.answerable for o in asked])
    rows = _decisions("", sure, np.array([not o.answered for o in asked], bool), truth)
    for method in methods(asked):
        scores = np.array([o.baseline_answers[method].score for o in asked])
        rows += _decisions(method, scores, scores < best_threshold(scores, truth), truth)
    if truth.all() or not truth.any():
        return rows
    both = np.column_stack([sure, truth])
    rows.append(
        Row("calibration error (ECE)", "", both, lambda v: calibration_error(v[:, 0], v[:, 1]), "lower")
    )
    rows.append(Row("Brier score", "", both, lambda v: brier(v[:, 0], v[:, 1]), "lower"))
    return rows + _one_threshold(both, threshold)


def _one_threshold(both: Numbers, threshold: float) -> list[Row]:
    """What one threshold for all blogs costs here. both: (n, 2), certainty and whether it is answerable."""
    return [
        Row("balanced accuracy", "", both, lambda v: balanced_accuracy(v[:, 0], v[:, 1] > 0.5, threshold)),
        Row("threshold loss", "", both, lambda v: threshold_loss(v[:, 0], v[:, 1] > 0.5, threshold), "lower"),
        Row(
            "best threshold",
            "",
            both,
            lambda v: best_balanced_threshold(v[:, 0], v[:, 1] > 0.5)[0],
            "neither",
        ),
    ]


def _decisions(
    method: str, scores: Numbers, silent: NDArray[np.bool_], truth: NDArray[np.bool_]
) -> list[Row]:
    return [
        # Alone, each of these two is best for who always, or never, answers.
        Row("answered when it should", method, 1.0 - silent[truth].astype(float), compared=False),
        Row("abstained when it should", method, silent[~truth].astype(float), compared=False),
        Row(
            "abstention AUROC",
            method,
            np.column_stack([scores, truth]) if truth.any() and not truth.all() else np.zeros((0, 2)),
            lambda v: auroc(v[:, 0], v[:, 1] > 0.5),
        ),
        Row(
            "abstention F1",
            method,
            np.column_stack([silent, ~truth]) if not truth.all() else np.zeros((0, 2)),
            lambda v: f1(v[:, 0] > 0.5, v[:, 1] > 0.5),
        ),
    ]


def _citations(
    outcomes: Sequence[Outcome], articles: Mapping[str, Article], check: str, support: Support
) -> list[Row]:
    """Answers from metadata are left out: they cite an article as such, and quote nothing."""
    quoting = [o for o in outcomes if o.answered and all(c.quote for c in o.answer.citations)]
    pairs = np.array([alce(o.answer, articles, support) for o in quoting]).reshape(-1, 2)
    return [
        Row(f"citation recall (ALCE, {check})", "", pairs[:, 0]),
        Row(f"citation precision (ALCE, {check})", "", pairs[:, 1]),
    ]


def _time(outcomes: Sequence[Outcome]) -> list[Row]:
    took = np.array([1000 * o.seconds for o in outcomes])
    return [
        Row("ms an answer, median", "", took, lambda v: float(np.median(v)), "neither"),
        Row("ms an answer, 95th percentile", "", took, lambda v: float(np.quantile(v, 0.95)), "neither"),
    ]


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(v, 3) if abs(v) < 10 else round(v, 1) for v in values]
