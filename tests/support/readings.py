"""Readings without a model: articles whose sentences have the probabilities that a test gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from bot.read import Reading, ScoredSentence, spans
from bot.read.features import Sentence
from bot.types import Passage
from ingest.article import Article, Chunk, sections


def chunks(article: Article) -> list[Chunk]:
    """One chunk a section."""
    return [
        Chunk(article.id, n, s.path, article.text[s.start : s.end], s.start, s.end)
        for n, s in enumerate(sections(article.text))
    ]


def reading(articles: Sequence[Article], odds: Mapping[str, float], answerable: float = 0.9) -> Reading:
    """odds: the beginning of a sentence -> its probability; all others have next to none."""
    none = np.empty(0, np.int64)
    scored = []
    for article in articles:
        for piece in chunks(article):
            passage = Passage(piece, article.title, article.url, 0.0)
            for start, end, kind in spans(article.text, piece.start, piece.end):
                said = article.text[start:end]
                share = next((p for words, p in odds.items() if said.startswith(words)), 1e-6)
                scored.append(
                    ScoredSentence(passage, Sentence(0, start, end, kind, none, none), share, math.log(share))
                )
    ordered = tuple(sorted(scored, key=lambda s: -s.probability))
    # As sure as the best sentence that is left.
    return Reading(ordered, answerable, calibration=np.array([1.0, 0.0, 0.0], np.float32))


def by_id(articles: Sequence[Article]) -> dict[str, Article]:
    return {article.id: article for article in articles}
