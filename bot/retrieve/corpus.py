"""What the bot keeps in memory of one generation of the index."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bot.retrieve.bm25 import Keywords, build, update
from bot.retrieve.passages import Chunks, Numbers, Texts, chunks_of
from bot.text.tokens import stem
from ingest.article import Article, Chunk
from ingest.embedder import Floats
from ingest.index import Store, Stored

_LOOKED_THROUGH = 5000  # passages with both words, in which they may be one after the other


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
        states: What the store says of each article's state; {} if it is not known.
    """

    store: Searchable
    articles: Mapping[str, Article]
    chunks: Chunks
    texts: Texts
    numbers: Numbers
    keywords: Keywords
    states: Mapping[str, Stored] = field(default_factory=dict)

    def together(self, first: str, second: str) -> bool:
        """Does any chunk write these words one after the other? Of very many with both, not all are looked through."""
        pair = re.compile(rf"\b{re.escape(first)}\W+{re.escape(second)}\b", re.IGNORECASE)
        one, other = (self.keywords.postings.get(stem(word)) for word in (first, second))
        if one is None or other is None:
            return False
        shared = np.intersect1d(one[0], other[0], assume_unique=True)[:_LOOKED_THROUGH]
        return any(pair.search(self.texts[number]) for number in shared.tolist())


def load_corpus(store: Store, previous: Corpus | None = None) -> Corpus:
    """Read a generation into memory: the articles, and about 1 kB a chunk.

    Args:
        store: The generation.
        previous: The corpus of another generation; what both hold is taken from there instead of read and
            counted again. The result is the same as without.
    """
    states = store.fingerprints()
    same = {key for key, state in states.items() if previous and previous.states.get(key) == state}
    fresh = store.articles(sorted(states.keys() - same) if same else None)
    articles = {article.id: article for article in fresh}
    if previous:
        articles |= {key: previous.articles[key] for key in same}
    outline = store.outline()
    chunks = chunks_of([articles[key] for key in sorted(articles)], outline)
    numbers, texts = Numbers.of([row[0] for row in outline]), Texts(chunks)
    if previous is None:
        return Corpus(store, articles, chunks, texts, numbers, build(texts), states)
    kept = previous.numbers.find(numbers.ids)
    is_same = np.array([article.id in same for article in chunks.articles] or [False])
    kept[~is_same[chunks.owners]] = -1
    gone = np.setdiff1d(np.arange(len(previous.chunks)), kept)
    words = update(
        previous.keywords,
        kept,
        [texts[number] for number in np.flatnonzero(kept < 0).tolist()],
        (previous.texts[number] for number in gone.tolist()),
    )
    return Corpus(store, articles, chunks, texts, numbers, words, states)


def corpus_of(store: Searchable, stored: Sequence[Article], pieces: Sequence[Chunk]) -> Corpus:
    """A corpus of articles and their chunks, whose vectors are in the store."""
    ids = [piece.id for piece in pieces]
    rows = [
        (key, one.article_id, one.ordinal, one.path, one.start, one.end)
        for key, one in zip(ids, pieces, strict=True)
    ]
    chunks = chunks_of(stored, rows)
    texts = Texts(chunks)
    return Corpus(store, {one.id: one for one in stored}, chunks, texts, Numbers.of(ids), build(texts))
