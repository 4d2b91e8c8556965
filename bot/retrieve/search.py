"""Search a corpus by meaning and by words, and fuse both rankings.

Titles and headings count in both: the text that is embedded and indexed for a chunk is its article's title, its
heading trail and its body.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bot.retrieve.corpus import Corpus
from bot.types import NO_CONTEXT, Context, Passage, Question
from ingest.embedder import Embedder, Floats
from ingest.token_vectors import TokenVectors

DEPTH = 50  # how far down each ranking fusion looks at least
RRF_K = 60  # of Cormack, Clarke & Büttcher (2009)
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class EmbeddedQuestion:
    """A question as it is searched and read.

    Attributes:
        question: What is asked.
        vector: (d,), unit length; what reading compares with.
        tokens: The vectors of its tokens.
        search_vector: (d,), the vector drawn towards what was asked before; what is searched.
        weights: BM25 weights of stems that were asked before.
        model: Name of the embedding model.
    """

    question: Question
    vector: Floats
    tokens: TokenVectors
    search_vector: Floats
    weights: Mapping[str, float]
    model: str

    @property
    def text(self) -> str:
        """What is searched and read: the question in the words that blogs use."""
        return self.question.plain


def embed_question(question: Question, embedder: Embedder, context: Context = NO_CONTEXT) -> EmbeddedQuestion:
    """Embed a question within its conversation."""
    pooled, tokens = embedder.embed_tokens([question.plain])
    vector = search_vector = pooled[0]
    if context.earlier:
        mixed = vector + context.share * embedder.embed_query(f"{context.earlier} {question.plain}")
        search_vector = np.asarray(mixed / np.maximum(np.linalg.norm(mixed), 1e-9), np.float32)
    return EmbeddedQuestion(question, vector, tokens[0], search_vector, context.weights, embedder.name)


def embed_plain(texts: Sequence[str], embedder: Embedder) -> list[EmbeddedQuestion]:
    """Embed questions that are searched and read as they are, all at once."""
    pooled, tokens = embedder.embed_tokens(texts)
    return [
        EmbeddedQuestion(Question(text, text), vector, read, vector, {}, embedder.name)
        for text, vector, read in zip(texts, pooled, tokens, strict=True)
    ]


def search(question: EmbeddedQuestion, corpus: Corpus, *, k: int) -> list[Passage]:
    """The k best passages, best first; fewer if the index is smaller, none if it is empty."""
    return search_by_vector(
        question.text, question.search_vector, corpus=corpus, k=k, weights=question.weights
    )


def search_by_vector(
    text: str, vector: Floats, *, corpus: Corpus, k: int, weights: Mapping[str, float] | None = None
) -> list[Passage]:
    """As search(), from a question's text and vector (d,). weights: see Keywords.scores()."""
    if not corpus.chunks:
        return []
    depth = max(DEPTH, k)
    found = corpus.store.nearest(vector, depth)
    dense = [number for number in corpus.numbers.find([key for key, _ in found]).tolist() if number >= 0]
    sparse = corpus.keywords.best(text, depth, weights)
    return [_passage(corpus, number, score) for number, score in fuse([dense, sparse])[:k]]


def fuse(rankings: Iterable[Sequence[Key]], *, k: int = RRF_K) -> list[tuple[Key, float]]:
    """Reciprocal rank fusion: sum 1 / (k + rank) over the rankings (rank from 1).

    Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods" (SIGIR 2009). Best first, ties in order of first sight.
    """
    scores: dict[Key, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def _passage(corpus: Corpus, number: int, score: float) -> Passage:
    piece = corpus.chunks[number]
    article = corpus.articles[piece.article_id]
    return Passage(piece, article.title, article.url, score)
