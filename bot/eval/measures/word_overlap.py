"""Words shared by what is quoted and the gold, as SQuAD counts them, to compare with methods that extract spans."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.eval.sets.case import Case, Span
from ingest.article import Article

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


class WordOverlap(NamedTuple):
    """Shares from 0 to 1. f1: harmonic mean of the two."""

    precision: float
    recall: float
    f1: float


NO_OVERLAP = WordOverlap(0.0, 0.0, 0.0)


def normalised_words(text: str) -> list[str]:
    """The words of a text without capitals, ASCII punctuation, and the articles a, an, the, as the evaluation
    script of SQuAD has them (Rajpurkar et al. 2016, 6.1).
    """
    return _ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split()


def word_overlap(quoted: str, gold: str) -> WordOverlap:
    """Words in common, each as often as both have it; if one of them has no word, all are 1 or 0 by whether both
    have none.
    """
    ours, theirs = normalised_words(quoted), normalised_words(gold)
    if not ours or not theirs:
        return WordOverlap(1.0, 1.0, 1.0) if ours == theirs else NO_OVERLAP
    common = (Counter(ours) & Counter(theirs)).total()
    if not common:
        return NO_OVERLAP
    precision, recall = common / len(ours), common / len(theirs)
    return WordOverlap(precision, recall, 2 * precision * recall / (precision + recall))


def best_overlap(case: Case, quotes: Iterable[Span], articles: Mapping[str, Article]) -> WordOverlap:
    """All quotes of an answer, joined in reading order, against the gold that they share most with by F1.

    The alternatives are each span of `any`, all spans of `all` joined, and all marked sentences joined.
    """
    joined = _text(tuple(dict.fromkeys(quotes)), articles)
    alternatives = [*((span,) for span in case.any), case.all, case.marked]
    found = [word_overlap(joined, _text(spans, articles)) for spans in alternatives if spans]
    return max(found, key=lambda overlap: overlap.f1, default=NO_OVERLAP)


def _text(spans: Sequence[Span], articles: Mapping[str, Article]) -> str:
    return "\n".join(articles[key].text[start:end] for key, start, end in spans if key in articles)
