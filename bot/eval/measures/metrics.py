"""Metrics by their standard definitions. Pure functions over numbers and answers.

scikit-learn gives identical figures (a test compares them) but takes seventy times as long for a call, and each
interval calls its metric a thousand times.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.answer import is_source
from bot.eval.sets.case import Case, Span
from bot.text.markdown import unescape
from bot.types import Answer, Citation
from ingest.article import Article

Numbers = NDArray[np.float64]
Flags = Sequence[bool] | NDArray[np.bool_]
Support = Callable[[str, Sequence[str]], bool]  # do the cited texts together support the statement?
_MARKS = re.compile(r"(?:\s*(?<!\\)\[\d+\])+")
_NUMBER = re.compile(r"\d+")
_LEAD = re.compile(r"^(?:- |\d+[.)] )")


def share(hits: Sequence[bool | float]) -> float:
    """Mean; NaN for none."""
    return sum(hits) / len(hits) if hits else math.nan


def recall_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Share of the relevant documents among the first k (Manning et al. 2008, chapter 8)."""
    return len(set(ranked[:k]) & set(relevant)) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """1 / rank of the first relevant document within k, else 0 (MRR@k when averaged; Voorhees 1999)."""
    return next((1.0 / rank for rank, one in enumerate(ranked[:k], 1) if one in relevant), 0.0)


def ndcg_at(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain with gains 0 and 1 (Järvelin & Kekäläinen 2002), as in
    trec_eval: each relevant document at rank r within k gains 1 / log2(r + 1), divided by the most possible.
    """
    gained = sum(1.0 / math.log2(r + 1) for r, one in enumerate(ranked[:k], 1) if one in relevant)
    return gained / sum(1.0 / math.log2(r + 1) for r in range(1, min(len(set(relevant)), k) + 1))


def auroc(scores: Sequence[float] | Numbers, positive: Flags) -> float:
    """Probability that a positive scores above a negative, ties counting half (Hanley & McNeil 1982)."""
    values, truth = np.asarray(scores, float), np.asarray(positive, bool)
    good, bad = int(truth.sum()), int((~truth).sum())
    if not good or not bad:
        return math.nan
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2  # ties share their mean rank
    return float((rank[inverse][truth].sum() - good * (good + 1) / 2) / (good * bad))


def f1(predicted: Flags, wanted: Flags) -> float:
    """Harmonic mean of precision and recall (van Rijsbergen 1979): 2 tp / (2 tp + fp + fn); 0 for no tp.

    NaN if nothing was wanted.
    """
    flagged, truth = np.asarray(predicted, bool), np.asarray(wanted, bool)
    if not truth.any():
        return math.nan
    return float(2 * (flagged & truth).sum() / (flagged.sum() + truth.sum()))


def best_threshold(scores: Sequence[float] | Numbers, answerable: Flags) -> float:
    """The score from which to answer so that F1 of "should abstain" is highest on these questions.

    The lowest of the best ones. A rule that is given this is judged on what it was fitted to.
    """
    values, wanted = np.asarray(scores, float), ~np.asarray(answerable, bool)
    tried = [*np.unique(values), math.inf]
    return float(max(tried, key=lambda at: (f1(values < at, wanted), -at)))


def balanced_accuracy(scores: Numbers, answerable: Flags, threshold: float) -> float:
    """Mean of the shares rightly answered and rightly silent when the rule is to answer from `threshold` on
    (Brodersen et al. 2010). NaN unless there are questions of both kinds.
    """
    truth = np.asarray(answerable, bool)
    if truth.all() or not truth.any():
        return math.nan
    above = np.asarray(scores) >= threshold
    return float((above[truth].mean() + (~above[~truth]).mean()) / 2)


def best_balanced_threshold(scores: Numbers, answerable: Flags) -> tuple[float, float]:
    """The score from which to answer so that the balanced accuracy is highest on these questions, the lowest
    of the best ones; and that accuracy. NaNs unless there are questions of both kinds.
    """
    values, truth = np.asarray(scores, float), np.asarray(answerable, bool)
    if truth.all() or not truth.any():
        return math.nan, math.nan
    tried = np.unique(values)
    answered = 1.0 - np.searchsorted(np.sort(values[truth]), tried) / truth.sum()
    silent = np.searchsorted(np.sort(values[~truth]), tried) / (~truth).sum()
    best = int(np.argmax(answered + silent))
    return float(tried[best]), float((answered[best] + silent[best]) / 2)


def threshold_loss(scores: Numbers, answerable: Flags, threshold: float) -> float:
    """Balanced accuracy lost by this threshold against the best one for these questions. Never below 0; the
    best one is fitted to these very questions, so few questions exaggerate the loss.
    """
    best = best_balanced_threshold(scores, answerable)[1]
    return best - balanced_accuracy(scores, answerable, threshold)


def calibration_error(probability: Numbers, truth: Numbers, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Naeini et al. 2015; Guo et al. 2017): the mean
    distance between how sure the bot was and how often it was right to be, weighted by bin size.
    """
    return float(
        sum(n * abs(flagged - was) for flagged, was, n in reliability(probability, truth, bins)) / len(truth)
    )


def reliability(probability: Numbers, truth: Numbers, bins: int = 10) -> list[tuple[float, float, int]]:
    """For each bin that holds any: mean probability, share that was true, how many."""
    number = np.minimum((np.asarray(probability) * bins).astype(int), bins - 1)
    held = [number == i for i in range(bins)]
    return [(float(probability[m].mean()), float(truth[m].mean()), int(m.sum())) for m in held if m.any()]


def brier(probability: Numbers, truth: Numbers) -> float:
    """Mean squared distance of the probability from what is true, 0 or 1 (Brier 1950)."""
    return float(((probability - truth) ** 2).mean())


def covered(gold: Span, quotes: Sequence[Span]) -> bool:
    """Is a gold sentence among the quotes: is at least half of it quoted?

    Half, because a gold list item may be one of two sentences of the item that is quoted, and a
    gold span of a benchmark may be cut elsewhere than our sentences.
    """
    document, start, end = gold
    return any(
        where == document and min(end, b) - max(start, a) >= 0.5 * min(end - start, b - a) > 0
        for where, a, b in quotes
    )


def quoted(citations: Sequence[Citation]) -> list[Span]:
    """What is quoted, as spans; an answer from metadata quotes nothing."""
    return [(c.passage.chunk.article_id, c.start, c.end) for c in citations]


def sentences_of(citations: Sequence[Citation]) -> list[Span]:
    """The quotes that are sentences: headings that label a list are no quotes in this sense."""
    return quoted([c for c in citations if c.quote and c.quote not in c.passage.chunk.path])


def found(case: Case, text: str, quotes: Sequence[Span]) -> bool:
    """Does the answer hold the gold: any one of `any`, or all of `all`, or what it must say?"""
    if case.says and case.says.casefold() in text.casefold():
        return True
    if case.all and all(covered(gold, quotes) for gold in case.all):
        return True
    return any(covered(gold, quotes) for gold in case.any)


def precision(case: Case, quotes: Sequence[Span]) -> float:
    """Share of the quotes that are gold; 0 for none."""
    gold = [*case.any, *case.all]
    return share([any(covered(one, [quote]) for one in gold) for quote in quotes]) if quotes else 0.0


def marked_recall(case: Case, quotes: Sequence[Span]) -> float:
    """Share of the sentences marked as making up the answer that are among the quotes."""
    return share([covered(one, quotes) for one in case.marked])


def verbatim(statement: str, cited: Sequence[str]) -> bool:
    """The support check for answers made of quotes: the cited texts contain the statement verbatim."""
    flagged = " ".join(statement.split())
    return bool(flagged) and flagged in " ".join(" ".join(text.split()) for text in cited)


def statements(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """An answer's statements, each with the numbers of its markers.

    Markers close a statement; the rest of a line after its last marker is a statement without any. Rows of a table
    are one statement up to the row with a marker. A line that names the post of the lines below it states nothing.
    """
    pairs: list[tuple[str, tuple[int, ...]]] = []
    rows: list[str] = []
    for line in text.split("\n"):
        if is_source(line.strip()):
            continue
        if line.startswith("|"):
            marks_in_row = tuple(int(n) for marks in _MARKS.findall(line) for n in _NUMBER.findall(marks))
            rows += [] if set(line) <= set("|-") else [_plain(_MARKS.sub("", line))]
            if marks_in_row:
                pairs.append((" ".join(rows), marks_in_row))
                rows = []
            continue
        at, rest = 0, _LEAD.sub("", line.strip())
        for marks in _MARKS.finditer(rest):
            numbers = tuple(int(n) for n in _NUMBER.findall(marks[0]))
            pairs.append((_plain(rest[at : marks.start()]), numbers))
            at = marks.end()
        if _plain(rest[at:]).strip(" .!?"):
            pairs.append((_plain(rest[at:]), ()))
    return pairs


def _plain(markdown: str) -> str:
    return unescape(re.sub(r"(?<!\\)\*\*", "", markdown)).strip()


def alce(answer: Answer, articles: Mapping[str, Article], support: Support = verbatim) -> tuple[float, float]:
    """Citation recall and precision of one answer, as ALCE defines them (Gao et al., EMNLP 2023, 4.3).

    Recall: the share of statements that all their citations together support. Precision: the share
    of citations that are not irrelevant, where one counts only if its statement is supported, and is
    irrelevant if it alone does not support the statement while the others without it do. ALCE asks an
    entailment model whether texts support a statement; here `support` decides. The cited text
    is cut from the article by its offsets, not taken from the citation's quote. NaN, NaN for an
    answer without statements.
    """
    cited = {c.number: _cut(c, articles) for c in answer.citations}
    recalls: list[bool] = []
    precise: list[bool] = []
    for statement, numbers in statements(answer.text):
        texts = [cited.get(n, "") for n in numbers]
        supported = bool(texts) and support(statement, texts)
        recalls.append(supported)
        for i, one in enumerate(texts):
            others = texts[:i] + texts[i + 1 :]
            irrelevant = not support(statement, [one]) and bool(others) and support(statement, others)
            precise.append(supported and not irrelevant)
    return share(recalls), share(precise)


def _cut(citation: Citation, articles: Mapping[str, Article]) -> str:
    article = articles.get(citation.passage.chunk.article_id)
    return article.text[citation.start : citation.end] if article else ""
