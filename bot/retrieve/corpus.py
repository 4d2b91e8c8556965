"""Find the passages that may answer a question: dense and BM25, fused by reciprocal rank.

Titles and headings count in both: the text that is embedded and indexed for a chunk is its
article's title, its heading trail, and its body (ingest.chunk.embedding_text).

What this file does not know: whether a passage answers the question (reader.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.retrieve import bm25 as keywords
from bot.retrieve.bm25 import Keywords
from bot.retrieve.fuse import fuse
from bot.text.tokens import stem
from bot.types import Passage
from ingest.article import Article, Chunk, embedding_text
from ingest.embedder import Embedder, Floats
from ingest.index.store import Store

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

    def together(self, first: str, second: str) -> bool:
        """Does any chunk write these words one after the other?"""
        pair = re.compile(rf"\b{re.escape(first)}\W+{re.escape(second)}\b", re.IGNORECASE)
        one, other = (self.keywords.postings.get(stem(word)) for word in (first, second))
        if one is None or other is None:
            return False
        shared = np.intersect1d(one[0], other[0])
        return any(pair.search(self.texts[number]) for number in shared.tolist())


def load_corpus(store: Store, before: Corpus | None = None) -> Corpus:
    """Read a generation into memory: about 2 kB a chunk, plus its words.

    before: the corpus of another generation; what both hold is taken from there instead of read and
    counted again. The result is the same as without.
    """
    stored = store.articles()
    if before is None:
        return corpus_of(store, stored, store.chunks())
    articles = [before.articles[a.id] if before.articles.get(a.id) == a else a for a in stored]
    same = {a.id for a in articles if before.articles.get(a.id) is a}
    outline = store.outline()
    kept: dict[str, int] = {}
    for key, article_id, ordinal in outline:
        number = before.numbers.get(key)
        if number is not None and article_id in same and before.chunks[number].ordinal == ordinal:
            kept[key] = number
    fresh = store.chunks_by_id([key for key, _, _ in outline if key not in kept])
    chunks = [before.chunks[kept[key]] if key in kept else fresh[key] for key, _, _ in outline]
    return _corpus(store, articles, chunks, [key for key, _, _ in outline], before, kept)


def corpus_of(store: Searchable, stored: Sequence[Article], pieces: Sequence[Chunk]) -> Corpus:
    """A corpus of articles and their chunks, whose vectors are in the store."""
    return _corpus(store, stored, pieces, [piece.id for piece in pieces], None, {})


def _corpus(
    store: Searchable,
    stored: Sequence[Article],
    pieces: Sequence[Chunk],
    ids: Sequence[str],
    before: Corpus | None,
    kept: Mapping[str, int],
) -> Corpus:
    """kept: those of the ids whose text is the one that `before` has under this number."""
    articles = {article.id: article for article in stored}
    texts = tuple(
        before.texts[kept[key]]
        if before is not None and key in kept
        else embedding_text(articles[piece.article_id].title, piece)[0]
        for key, piece in zip(ids, pieces, strict=True)
    )
    words = keywords.build(texts, before.keywords if before else None)
    return Corpus(store, articles, tuple(pieces), texts, {key: i for i, key in enumerate(ids)}, words)


def retrieve(question: str, *, corpus: Corpus, embedder: Embedder, k: int) -> list[Passage]:
    """The k best passages, best first; fewer if the index is smaller, none if it is empty."""
    return retrieve_vector(question, embedder.embed_query(question), corpus=corpus, k=k)


def retrieve_vector(
    question: str, vector: Floats, *, corpus: Corpus, k: int, beside: Mapping[str, float] | None = None
) -> list[Passage]:
    """As retrieve(), with the question's vector (d,) at hand. beside: see Keywords.scores()."""
    if not corpus.chunks:
        return []
    depth = max(DEPTH, k)
    dense = [corpus.numbers[c.id] for c, _ in corpus.store.search(vector, depth) if c.id in corpus.numbers]
    scores = corpus.keywords.scores(question, beside)
    order = np.argsort(-scores, kind="stable")[:depth]
    sparse = [int(i) for i in order if scores[i] > 0]
    return [_passage(corpus, number, score) for number, score in fuse([dense, sparse])[:k]]


def _passage(corpus: Corpus, number: int, score: float) -> Passage:
    piece = corpus.chunks[number]
    article = corpus.articles[piece.article_id]
    return Passage(piece, article.title, article.url, score)
