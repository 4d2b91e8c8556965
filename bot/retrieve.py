"""Find the passages that may answer a question: dense and BM25, fused by reciprocal rank.

Titles and headings count in both: the text that is embedded and indexed for a chunk is its
article's title, its heading trail, and its body (ingest.chunk.embedding_text).

What this file does not know: whether a passage answers the question (reader.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot import keywords
from bot.answer import Passage
from bot.fuse import fuse
from bot.keywords import Keywords
from ingest.article import Article, Chunk
from ingest.chunk import embedding_text
from ingest.embed import Embedder, Floats
from ingest.store import Store

DEPTH = 50  # how far down each ranking fusion looks at least


class Searchable(Protocol):
    """What answering needs of a store."""

    def search(self, vector: Floats, k: int) -> list[tuple[Chunk, float]]: ...
    def tokens(self, chunk_ids: Sequence[str]) -> dict[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the bot keeps in memory of one generation. texts[i] is what was indexed for chunks[i]."""

    store: Searchable
    articles: Mapping[str, Article]
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]
    numbers: Mapping[str, int]
    keywords: Keywords


def load_corpus(store: Store) -> Corpus:
    """Read a generation into memory: about 2 kB a chunk, plus its words."""
    return corpus_of(store, store.articles(), store.chunks())


def corpus_of(store: Searchable, stored: Sequence[Article], pieces: Sequence[Chunk]) -> Corpus:
    """A corpus of articles and their chunks, whose vectors are in the store."""
    articles = {article.id: article for article in stored}
    chunks = tuple(pieces)
    texts = tuple(embedding_text(articles[c.article_id].title, c)[0] for c in chunks)
    numbers = {c.id: i for i, c in enumerate(chunks)}
    return Corpus(store, articles, chunks, texts, numbers, keywords.build(texts))


def retrieve(question: str, *, corpus: Corpus, embedder: Embedder, k: int) -> list[Passage]:
    """The k best passages, best first; fewer if the index is smaller, none if it is empty."""
    return retrieve_vector(question, embedder.embed_query(question), corpus=corpus, k=k)


def retrieve_vector(question: str, vector: Floats, *, corpus: Corpus, k: int) -> list[Passage]:
    """As retrieve(), with the question's vector (d,) at hand."""
    if not corpus.chunks:
        return []
    depth = max(DEPTH, k)
    dense = [corpus.numbers[c.id] for c, _ in corpus.store.search(vector, depth) if c.id in corpus.numbers]
    scores = corpus.keywords.scores(question)
    order = np.argsort(-scores, kind="stable")[:depth]
    sparse = [int(i) for i in order if scores[i] > 0]
    return [_passage(corpus, number, score) for number, score in fuse([dense, sparse])[:k]]


def _passage(corpus: Corpus, number: int, score: float) -> Passage:
    piece = corpus.chunks[number]
    article = corpus.articles[piece.article_id]
    return Passage(piece, article.title, article.url, score)
