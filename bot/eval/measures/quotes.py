"""Figures of what is quoted: is it the gold, sentence by sentence and word by word?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from bot.eval.measures.baselines import DENSE
from bot.eval.measures.intervals import mean
from bot.eval.measures.metrics import Numbers, found, marked_recall, precision, quoted, sentences_of
from bot.eval.measures.outcome import Outcome
from bot.eval.measures.rows import Row, array_of, methods
from bot.eval.measures.word_overlap import best_overlap
from bot.eval.sets.case import Span
from ingest.article import Article


def quote_rows(outcomes: Sequence[Outcome]) -> list[Row]:
    graded = [o for o in outcomes if o.case.has_gold]
    given = [o for o in graded if o.answered]
    shown = [o for o in given if not o.case.says]
    marked = [o for o in graded if o.case.marked]
    named = [o for o in outcomes if o.case.documents and o.answered]
    rows = [
        Row("gold among quotes", "", array_of(o.hit for o in graded)),
        Row("gold among quotes, of those answered", "", array_of(o.hit for o in given)),
        Row("share of gold sentences quoted", "", array_of(_marked(o) for o in marked)),
        Row(
            "share of gold sentences quoted, of those answered",
            "",
            array_of(_marked(o) for o in marked if o.answered),
        ),
        Row("precision of quotes", "", array_of(_precision(o) for o in shown)),
        Row("precision of all that is quoted", "", _pooled(outcomes), _ratio),
        Row(
            "quotes an answer",
            "",
            array_of(len(sentences_of(o.answer.citations)) for o in shown),
            mean,
            "neither",
        ),
        Row("quotes a relevant article, of those answered", "", array_of(_names(o) for o in named)),
    ]
    for method in methods(graded):
        if any(o.baseline_answers[method].quotes for o in graded):
            rows += _baseline_rows(method, graded)
    return rows


def _baseline_rows(method: str, graded: Sequence[Outcome]) -> list[Row]:
    given = [o for o in graded if o.answered]
    shown = [o for o in given if not o.case.says]
    marked = [o for o in graded if o.case.marked]
    quotes = {o.case.id: o.baseline_answers[method].quotes for o in graded}
    fair = method == DENSE  # it shows as many sentences as our answers do; four chunks are ten times that
    hit = {o.case.id: found(o.case, "", quotes[o.case.id]) for o in graded}
    return [
        Row("gold among quotes", method, array_of(hit[o.case.id] for o in graded), compared=fair),
        Row(
            "gold among quotes, of those answered",
            method,
            array_of(hit[o.case.id] for o in given),
            compared=fair,
        ),
        Row(
            "share of gold sentences quoted",
            method,
            array_of(marked_recall(o.case, quotes[o.case.id]) for o in marked),
            compared=fair,
        ),
        Row("precision of quotes", method, array_of(precision(o.case, quotes[o.case.id]) for o in shown)),
        Row("quotes an answer", method, array_of(len(quotes[o.case.id]) for o in shown), mean, "neither"),
    ]


def word_rows(outcomes: Sequence[Outcome], articles: Mapping[str, Article]) -> list[Row]:
    """Word precision, recall and F1 of all that is quoted; an answer that is silent shares no word."""
    graded = [o for o in outcomes if o.case.has_gold and not o.case.says]
    rows = _overlap_rows("", graded, [quoted(o.answer.citations) for o in graded], articles)
    for method in methods(graded):
        quotes = [o.baseline_answers[method].quotes for o in graded]
        if any(quotes):
            rows += _overlap_rows(method, graded, quotes, articles)
    return rows


def _overlap_rows(
    method: str,
    graded: Sequence[Outcome],
    quotes: Sequence[Sequence[Span]],
    articles: Mapping[str, Article],
) -> list[Row]:
    pairs = list(zip(graded, quotes, strict=True))
    overlaps = [best_overlap(o.case, spans, articles) for o, spans in pairs]
    answered = [overlap for overlap, (o, _) in zip(overlaps, pairs, strict=True) if o.answered]
    # A method that shows as many sentences as our answers do is compared, though it is never silent.
    fair = method in ("", DENSE)
    return [
        Row("word F1", method, array_of(overlap.f1 for overlap in overlaps), compared=fair),
        Row("word F1, of those answered", method, array_of(o.f1 for o in answered), compared=fair),
        Row(
            "word precision, of those answered",
            method,
            array_of(o.precision for o in answered),
            compared=fair,
        ),
        Row("word recall, of those answered", method, array_of(o.recall for o in answered), compared=fair),
    ]


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
