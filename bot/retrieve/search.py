"""Search a corpus by meaning, by words and token by token, and fuse the three rankings.

Titles and headings count in all of them: the text that is embedded and indexed for a chunk is its article's title, its
heading trail and its body. A passage is one vector for many sentences, so a fact that one of them says in passing is found
by its tokens only.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bot.retrieve.corpus import Corpus
from bot.types import NO_CONTEXT, Context, Passage, Question
from ingest.embedder import Embedder, Floats
from ingest.token_vectors import TokenVectors, late_interaction

DEPTH = 50  # how far down each ranking fusion looks at least
# Chosen for recall among 4, 6 and 12 passages on 744 questions of four blogs (docs/experiments.md, 2026-11-30).
RRF_K = 20
_BY_TOKENS = 3.0  # weight of the ranking token by token; the others weigh 1
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class EmbeddedQuestion:
    """A question as it is searched and read.

    Attributes:
        question: What is asked.
        vector: (d,), unit length; what reading compares with.
        tokens: The vectors of its tokens.
        search_vector: (d,), the vector drawn towards what was asked before; what is searched.
        search_tokens: (m, d), the vectors of the tokens that are searched: with those of what was asked before.
        weights: BM25 weights of stems that were asked before.
        model: Name of the embedding model.
    """

    question: Question
    vector: Floats
    tokens: TokenVectors
    search_vector: Floats
    search_tokens: Floats
    weights: Mapping[str, float]
    model: str

    @property
    def text(self) -> str:
        """What is searched and read: the question in the words that blogs use."""
        return self.question.plain


def embed_question(question: Question, embedder: Embedder, context: Context = NO_CONTEXT) -> EmbeddedQuestion:
    """Embed a question within its conversation."""
    whole = [f"{context.earlier} {question.plain}"] if context.earlier else []
    pooled, tokens = embedder.embed_tokens([question.plain, *whole])
    vector = search_vector = pooled[0]
    if whole:
        mixed = vector + context.share * pooled[1]
        search_vector = np.asarray(mixed / np.maximum(np.linalg.norm(mixed), 1e-9), np.float32)
    return EmbeddedQuestion(
        question, vector, tokens[0], search_vector, tokens[-1].vectors, context.weights, embedder.name
    )


def embed_plain(texts: Sequence[str], embedder: Embedder) -> list[EmbeddedQuestion]:
    """Embed questions that are searched and read as they are, all at once."""
    pooled, tokens = embedder.embed_tokens(texts)
    return [
        EmbeddedQuestion(Question(text, text), vector, read, vector, read.vectors, {}, embedder.name)
        for text, vector, read in zip(texts, pooled, tokens, strict=True)
    ]


def search(question: EmbeddedQuestion, corpus: Corpus, *, k: int) -> list[Passage]:
    """The k best passages, best first; fewer if the index is smaller, none if it is empty."""
    return search_by_vector(
        question.text,
        question.search_vector,
        question.search_tokens,
        corpus=corpus,
        k=k,
        weights=question.weights,
    )


def search_by_vector(
    text: str,
    vector: Floats,
    tokens: Floats,
    *,
    corpus: Corpus,
    k: int,
    weights: Mapping[str, float] | None = None,
) -> list[Passage]:
    """As search(), from a question's text, vector (d,) and tokens (m, d). weights: see Keywords.scores()."""
    if not corpus.chunks:
        return []
    depth = max(DEPTH, k)
    found = corpus.store.nearest(vector, depth)
    dense = [number for number in corpus.numbers.find([key for key, _ in found]).tolist() if number >= 0]
    sparse = corpus.keywords.best(text, depth, weights)
    near = [number for number, _ in fuse([dense, sparse])[:depth]]
    rankings = [dense, sparse, _by_tokens(tokens, near, corpus)]
    fused = fuse(rankings, (1.0, 1.0, _BY_TOKENS))
    return [_passage(corpus, number, score) for number, score in fused[:k]]


def _by_tokens(tokens: Floats, numbers: Sequence[int], corpus: Corpus) -> list[int]:
    """The chunks, the nearest to a question's tokens (m, d) first."""
    ids = [corpus.chunks[number].id for number in numbers]
    blobs = corpus.store.tokens(ids)
    known = [(number, blobs[key]) for number, key in zip(numbers, ids, strict=True) if key in blobs]
    near = late_interaction(tokens, [blob for _, blob in known])
    return [known[place][0] for place in np.argsort(-near, kind="stable")]


def fuse(
    rankings: Sequence[Sequence[Key]], weights: Sequence[float] = (), *, k: int = RRF_K
) -> list[tuple[Key, float]]:
    """Reciprocal rank fusion: sum weight / (k + rank) over the rankings (rank from 1); every weight is 1 by default.

    Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
    Methods" (SIGIR 2009). Best first, ties in order of first sight.
    """
    scores: dict[Key, float] = {}
    for ranking, weight in zip(rankings, weights or (1.0,) * len(rankings), strict=True):
        for rank, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + weight / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def _passage(corpus: Corpus, number: int, score: float) -> Passage:
    piece = corpus.chunks[number]
    article = corpus.articles[piece.article_id]
    return Passage(piece, article.title, article.url, score)
