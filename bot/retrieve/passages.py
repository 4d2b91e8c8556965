"""The chunks of a corpus, their texts and their numbers, without a copy of any text: some 40 bytes a chunk and its headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ingest.article import Article, Chunk, embedding_text

Ints = NDArray[np.int32]
Trail = tuple[str, ...]
Outline = tuple[str, str, int, Trail, int, int]  # id, article's id, ordinal, headings, start, end


@dataclass(frozen=True, slots=True, eq=False)
class Chunks(Sequence[Chunk]):
    """Chunks, each cut out of its article when it is asked for.

    Attributes:
        articles: In some order.
        places: The place of each in it, by its id.
        owners: (n,), the place of each chunk's article in it.
        ordinals: (n,)
        starts: (n,)
        ends: (n,)
        trails: Different headings.
        trail_of: (n,), the place of each chunk's headings in them.
    """

    articles: Sequence[Article]
    places: Mapping[str, int]
    owners: Ints
    ordinals: Ints
    starts: Ints
    ends: Ints
    trails: Sequence[Trail]
    trail_of: Ints

    @overload
    def __getitem__(self, at: int) -> Chunk: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Chunk, ...]: ...
    def __getitem__(self, at: int | slice) -> Chunk | tuple[Chunk, ...]:
        if isinstance(at, slice):
            return tuple(self[number] for number in range(*at.indices(len(self))))
        article = self.article(at)
        start, end = int(self.starts[at]), int(self.ends[at])
        trail = self.trails[int(self.trail_of[at])]
        return Chunk(article.id, int(self.ordinals[at]), trail, article.text[start:end], start, end)

    def __iter__(self) -> Iterator[Chunk]:
        columns = (self.owners, self.ordinals, self.starts, self.ends, self.trail_of)
        for owner, ordinal, start, end, trail in zip(*(each.tolist() for each in columns), strict=True):
            article = self.articles[owner]
            yield Chunk(article.id, ordinal, self.trails[trail], article.text[start:end], start, end)

    def __len__(self) -> int:
        return len(self.owners)

    def article(self, at: int) -> Article:
        """The article of a chunk."""
        return self.articles[int(self.owners[at])]

    def of(self, article_id: str) -> list[Chunk]:
        """The chunks of an article, in order."""
        return [self[at] for at in np.flatnonzero(self.owners == self.places.get(article_id, -1)).tolist()]

    def trails_by_article(self) -> Iterator[tuple[str, Trail]]:
        """Of each chunk its article's id and its headings."""
        for owner, trail in zip(self.owners.tolist(), self.trail_of.tolist(), strict=True):
            yield self.articles[owner].id, self.trails[trail]


def of_article(chunks: Sequence[Chunk], article_id: str) -> Sequence[Chunk]:
    """The chunks of one article; of a large corpus without looking at all others."""
    if isinstance(chunks, Chunks):
        return chunks.of(article_id)
    return [chunk for chunk in chunks if chunk.article_id == article_id]


def chunks_of(articles: Iterable[Article], outline: Iterable[Outline]) -> Chunks:
    """The chunks that an outline lists, of these articles."""
    listed = tuple(articles)
    places = {article.id: place for place, article in enumerate(listed)}
    trails: dict[Trail, int] = {}
    rows = [
        (places[owner], ordinal, start, end, trails.setdefault(trail, len(trails)))
        for _, owner, ordinal, trail, start, end in outline
    ]
    owners, ordinals, starts, ends, trail_of = np.array(rows, np.int32).reshape(-1, 5).T.copy()
    return Chunks(listed, places, owners, ordinals, starts, ends, tuple(trails), trail_of)


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """What was embedded and indexed for each chunk."""

    chunks: Chunks

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        if isinstance(at, slice):
            return tuple(self[number] for number in range(*at.indices(len(self))))
        return embedding_text(self.chunks.article(at).title, self.chunks[at])[0]

    def __len__(self) -> int:
        return len(self.chunks)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers(Mapping[str, int]):
    """Chunk id -> its number.

    Attributes:
        ids: (n,), as ASCII, in the order of the numbers.
        order: (n,), the numbers in the order of the ids.
    """

    ids: NDArray[np.bytes_]
    order: Ints

    @staticmethod
    def of(ids: Sequence[str]) -> Numbers:
        listed = np.array(ids, "S24")
        return Numbers(listed, np.argsort(listed, kind="stable").astype(np.int32))

    def find(self, ids: Sequence[str] | NDArray[np.bytes_]) -> Ints:
        """(len(ids),): the number of each, -1 for an unknown one."""
        if not len(self.ids):
            return np.full(len(ids), -1, np.int32)
        wanted = np.asarray(ids, "S24")
        at = np.searchsorted(self.ids, wanted, sorter=self.order)
        found = self.order[np.minimum(at, len(self.order) - 1)]
        return np.where(self.ids[found] == wanted, found, np.int32(-1))

    def __getitem__(self, chunk_id: str) -> int:
        number = int(self.find([chunk_id])[0]) if chunk_id.isascii() else -1
        if number < 0:
            raise KeyError(chunk_id)
        return number

    def __contains__(self, chunk_id: object) -> bool:
        return isinstance(chunk_id, str) and chunk_id.isascii() and int(self.find([chunk_id])[0]) >= 0

    def __iter__(self) -> Iterator[str]:
        return (one.decode() for one in self.ids.tolist())

    def __len__(self) -> int:
        return len(self.ids)
