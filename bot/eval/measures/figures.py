"""From outcomes to figures with intervals, the bot's beside those of baselines.

A Row is a figure before it is reduced to a number: the contribution of each question. Rows of the same figure have the
same questions in the same order, so that they can be compared question by question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bot.eval.measures.baselines import DENSE
from bot.eval.measures.intervals import Figure, difference, mean, spread
from bot.eval.measures.metrics import (
    Numbers,
    Support,
    alce,
    auroc,
    best_threshold,
    brier,
    calibration_error,
    f1,
    found,
    marked_recall,
    ndcg_at,
    precision,
    recall_at,
    reciprocal_rank,
    sentences_of,
    verbatim,
)
from bot.eval.measures.outcome import Outcome
from ingest.article import Article

Result = dict[str, Any]
BASELINES, ABOVE_BEST = "baselines", "above the best baseline"  # keys of a Result, see result_of


@dataclass(frozen=True, slots=True)
class Row:
    """name: of the figure. method: "" for Footnote, else the baseline's. values: (n,) or (n, 2), a row
    per question. compared: is the comparison with the bot's figure fair?
    """

    name: str
    method: str
    values: Numbers
    of: Figure = mean
    better: Literal["higher", "lower", "neither"] = "higher"
    compared: bool = True


def rows_of(
    outcomes: Sequence[Outcome],
    articles: Mapping[str, Article],
    support: tuple[str, Support] = ("verbatim", verbatim),
) -> list[Row]:
    """Every figure that these questions allow. support: name and function of the check whether a citation
    supports its statement.
    """
    return [
        *_retrieval(outcomes),
        *_abstention(outcomes),
        *_quotes(outcomes),
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
        for method in _methods(asked):
            ranked = [(o.baseline_answers[method].ranked, o.case.documents) for o in asked]
            rows.append(Row(name, method, np.array([measure(*pair) for pair in ranked])))
    return rows


def _abstention(outcomes: Sequence[Outcome]) -> list[Row]:
    asked = [o for o in outcomes if not o.case.kind]
    truth = np.array([o.case.answerable for o in asked], bool)
    if not len(truth):
        return []
    sure = np.array([o.answer.answerable for o in asked])
    rows = _decisions("", sure, np.array([not o.answered for o in asked], bool), truth)
    for method in _methods(asked):
        scores = np.array([o.baseline_answers[method].score for o in asked])
        rows += _decisions(method, scores, scores < best_threshold(scores, truth), truth)
    if truth.all() or not truth.any():
        return rows
    both = np.column_stack([sure, truth])
    rows.append(
        Row("calibration error (ECE)", "", both, lambda v: calibration_error(v[:, 0], v[:, 1]), "lower")
    )
    rows.append(Row("Brier score", "", both, lambda v: brier(v[:, 0], v[:, 1]), "lower"))
    return rows


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


def _quotes(outcomes: Sequence[Outcome]) -> list[Row]:
    graded = [o for o in outcomes if o.case.has_gold]
    given = [o for o in graded if o.answered]
    shown = [o for o in given if not o.case.says]
    marked = [o for o in graded if o.case.marked]
    named = [o for o in outcomes if o.case.documents and o.answered]
    rows = [
        Row("gold among quotes", "", _array(o.hit for o in graded)),
        Row("gold among quotes, of those answered", "", _array(o.hit for o in given)),
        Row("share of gold sentences quoted", "", _array(_marked(o) for o in marked)),
        Row(
            "share of gold sentences quoted, of those answered",
            "",
            _array(_marked(o) for o in marked if o.answered),
        ),
        Row("precision of quotes", "", _array(_precision(o) for o in shown)),
        Row("precision of all that is quoted", "", _pooled(outcomes), _ratio),
        Row(
            "quotes an answer",
            "",
            _array(len(sentences_of(o.answer.citations)) for o in shown),
            mean,
            "neither",
        ),
        Row("quotes a relevant article, of those answered", "", _array(_names(o) for o in named)),
    ]
    for method in _methods(graded):
        if not any(o.baseline_answers[method].quotes for o in graded):
            continue
        quotes = {o.case.id: o.baseline_answers[method].quotes for o in graded}
        fair = method == DENSE  # it shows as many sentences as our answers do; four chunks are ten times that
        hit = {o.case.id: found(o.case, "", quotes[o.case.id]) for o in graded}
        rows += [
            Row("gold among quotes", method, _array(hit[o.case.id] for o in graded), compared=fair),
            Row(
                "gold among quotes, of those answered",
                method,
                _array(hit[o.case.id] for o in given),
                compared=fair,
            ),
            Row(
                "share of gold sentences quoted",
                method,
                _array(marked_recall(o.case, quotes[o.case.id]) for o in marked),
                compared=fair,
            ),
            Row("precision of quotes", method, _array(precision(o.case, quotes[o.case.id]) for o in shown)),
            Row("quotes an answer", method, _array(len(quotes[o.case.id]) for o in shown), mean, "neither"),
        ]
    return rows


def _marked(outcome: Outcome) -> float:
    return marked_recall(outcome.case, sentences_of(outcome.answer.citations))


def _precision(outcome: Outcome) -> float:
    return precision(outcome.case, sentences_of(outcome.answer.citations))


def _names(outcome: Outcome) -> bool:
    """Is anything quoted from an article that is known to be relevant?"""
    cited = {c.passage.chunk.article_id for c in outcome.answer.citations}
    return bool(cited & set(outcome.case.documents))


def _pooled(outcomes: Sequence[Outcome]) -> Numbers:
    """(n, 2): gold quotes and all quotes of every answer, those to unanswerable questions too."""
    asked = [
        o for o in outcomes if o.answered and not o.case.kind and (o.case.has_gold or not o.case.answerable)
    ]
    if not any(o.case.has_gold for o in asked):
        return np.zeros((0, 2))
    counted = []
    for o in asked:
        quotes = sentences_of(o.answer.citations)
        counted.append((len(quotes) * (precision(o.case, quotes) if o.case.answerable else 0.0), len(quotes)))
    return np.array(counted, float).reshape(-1, 2)


def _ratio(values: Numbers) -> float:
    return float(values[:, 0].sum() / values[:, 1].sum()) if values[:, 1].sum() else math.nan


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


def _methods(outcomes: Sequence[Outcome]) -> list[str]:
    return list(outcomes[0].baseline_answers) if outcomes else []


def _array(values: Iterable[bool | float]) -> Numbers:
    return np.array([float(v) for v in values], float)


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(v, 3) if abs(v) < 10 else round(v, 1) for v in values]
