"""What the bot keeps in memory of one generation of the index."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.retrieve.bm25 import Keywords, build
from bot.text.tokens import stem
from ingest.article import Article, Chunk, embedding_text
from ingest.embedder import Floats
from ingest.index import Store


class Searchable(Protocol):
    """The part of a store that answering uses."""

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]: ...
    def tokens(self, chunk_ids: Sequence[str]) -> dict[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Corpus:
    """One generation in memory.

    Attributes:
        store: Where the vectors are.
        articles: By id.
        chunks: In the order of the index.
        texts: texts[i] is what was embedded and indexed for chunks[i].
        numbers: Chunk id -> its place in chunks.
        keywords: The words of the texts.
    """

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


def load_corpus(store: Store, previous: Corpus | None = None) -> Corpus:
    """Read a generation into memory: about 2 kB a chunk, plus its words.

    Args:
        store: The generation.
        previous: The corpus of another generation; what both hold is taken from there instead of read and
            counted again. The result is the same as without.
    """
    stored = store.articles()
    if previous is None:
        return corpus_of(store, stored, store.chunks())
    articles = [previous.articles[a.id] if previous.articles.get(a.id) == a else a for a in stored]
    same = {a.id for a in articles if previous.articles.get(a.id) is a}
    outline = store.outline()
    kept: dict[str, int] = {}
    for key, article_id, ordinal in outline:
        number = previous.numbers.get(key)
        if number is not None and article_id in same and previous.chunks[number].ordinal == ordinal:
            kept[key] = number
    fresh = store.chunks_by_id([key for key, _, _ in outline if key not in kept])
    chunks = [previous.chunks[kept[key]] if key in kept else fresh[key] for key, _, _ in outline]
    return _corpus(store, articles, chunks, [key for key, _, _ in outline], previous, kept)


def corpus_of(store: Searchable, stored: Sequence[Article], pieces: Sequence[Chunk]) -> Corpus:
    """A corpus of articles and their chunks, whose vectors are in the store."""
    return _corpus(store, stored, pieces, [piece.id for piece in pieces], None, {})


def _corpus(
    store: Searchable,
    stored: Sequence[Article],
    pieces: Sequence[Chunk],
    ids: Sequence[str],
    previous: Corpus | None,
    kept: Mapping[str, int],
) -> Corpus:
    """kept: those of the ids whose text is the one that `previous` has under this number."""
    articles = {article.id: article for article in stored}
    texts = tuple(
        previous.texts[kept[key]]
        if previous is not None and key in kept
        else embedding_text(articles[piece.article_id].title, piece)[0]
        for key, piece in zip(ids, pieces, strict=True)
    )
    words = build(texts, previous.keywords if previous else None)
    return Corpus(store, articles, tuple(pieces), texts, {key: i for i, key in enumerate(ids)}, words)
