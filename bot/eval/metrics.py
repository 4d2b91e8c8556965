"""Figures by their standard definitions, each with an interval. Pure functions over numbers."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Sequence

from bot.answer import Citation
from bot.eval.cases import Case, Span


def share(hits: Sequence[bool | float]) -> float:
    """Mean; NaN for none."""
    return sum(hits) / len(hits) if hits else math.nan


def interval(
    values: Sequence[float],
    figure: Callable[[Sequence[float]], float] = share,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a figure (Efron & Tibshirani 1993)."""
    if not values:
        return math.nan, math.nan
    draw = random.Random(seed)
    found = sorted(figure(draw.choices(values, k=len(values))) for _ in range(draws))
    return found[int(0.025 * draws)], found[int(0.975 * draws) - 1]


def recall_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Share of the relevant documents among the first k."""
    return len(set(ranked[:k]) & set(relevant)) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """1 / rank of the first relevant document within k, else 0 (MRR@k when averaged)."""
    return next((1.0 / rank for rank, one in enumerate(ranked[:k], 1) if one in relevant), 0.0)


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Probability that a positive scores above a negative, ties counting half (Hanley & McNeil 1982)."""
    good = [s for s, p in zip(scores, positive, strict=True) if p]
    bad = [s for s, p in zip(scores, positive, strict=True) if not p]
    if not good or not bad:
        return math.nan
    return sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / (len(good) * len(bad))


def covered(gold: Span, citations: Sequence[Citation]) -> bool:
    """Is a gold sentence among the quotes: is at least half of it quoted?

    Half, because a gold list item may be one of two sentences of the item that is quoted, and a
    gold span of a benchmark may be cut elsewhere than our sentences.
    """
    document, start, end = gold
    return any(
        c.passage.chunk.article_id == document
        and min(end, c.end) - max(start, c.start) >= 0.5 * min(end - start, c.end - c.start) > 0
        for c in citations
    )


def found(case: Case, text: str, citations: Sequence[Citation]) -> bool:
    """Does the answer hold the gold: any one of `any`, or all of `all`, or what it must say?"""
    if case.says and case.says.casefold() in text.casefold():
        return True
    if case.all and all(covered(gold, citations) for gold in case.all):
        return True
    return any(covered(gold, citations) for gold in case.any)


def precision(case: Case, citations: Sequence[Citation]) -> float:
    """Share of the quotes that are gold (headings that label a list are no quotes in this sense)."""
    gold = [*case.any, *case.all]
    hits = [
        any(covered(one, [c]) for one in gold)
        for c in citations
        if c.quote and c.quote not in c.passage.chunk.path
    ]
    return share(hits) if hits else 0.0
