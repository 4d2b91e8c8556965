"""One generation of the index: articles, chunks, vectors, and the search by vector.

A store is a directory. All but the search is answered without Chroma, whose import takes a second. A
store that is open for reading is never written.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ingest.article import Article, Chunk
from ingest.config import IndexConfig
from ingest.embedder import Floats
from ingest.errors import IndexMismatch, NotInIndex
from ingest.index import exact_search, segments
from ingest.index.checksums import damaged_files
from ingest.index.copies import CHROMA, DB, TOKENS
from ingest.index.disk import REBUILD, damaged
from ingest.index.exact_search import ExactSearch
from ingest.index.records import Head, Record, Records, Stored
from ingest.index.search_index import BATCH, SearchIndex, require_whole
from ingest.index.segments import Place, Segments


class Store:
    """One generation, open for reading (by any number of threads) or for writing (by one).

    Every method raises IndexDamaged when the files cannot be read, and when the store is open for
    writing IndexError_ when they cannot be written.
    """

    def __init__(self, directory: Path, *, writable: bool = False) -> None:
        """config: what the store was built with. changed: was it written to since it was opened?"""
        self._directory = directory
        self._writable = writable
        self._mutex = threading.Lock()
        self._index: SearchIndex | None = None
        self._exact: ExactSearch | None = None
        self._records = Records(directory / DB, writable=writable)
        own = self._records.meta("segment", "") if writable else None
        self._segments = Segments(directory / TOKENS, own)
        self.config: IndexConfig = self._records.config()
        self.changed = False

    @property
    def directory(self) -> Path:
        """The folder of this generation: while it is being read its files stay, and do not change."""
        return self._directory

    def close(self) -> None:
        """Commit what was written, and close; once more does nothing."""
        with self._mutex:
            if self._index is not None:
                self._index.close()
                self._index = None
        self._segments.close()
        self._records.close()

    # reading

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and of chunks."""
        return self._records.counts()

    def fingerprints(self) -> dict[str, Stored]:
        """Article id to fingerprint and origin."""
        return self._records.stored()

    def articles(self) -> list[Article]:
        """All articles, by id."""
        return self._records.articles()

    def heads(self) -> list[Head]:
        """All articles without their texts, the latest first: what a list of them shows, at a tenth of the cost."""
        return self._records.heads()

    def article(self, article_id: str) -> Article:
        """Raises NotInIndex."""
        if (found := self._records.article(article_id)) is None:
            raise _unknown(article_id)
        return found

    def chunks(self, article_id: str | None = None) -> list[Chunk]:
        """All chunks, or those of one article, by article and place."""
        return self._records.chunks(article_id)

    def outline(self) -> list[tuple[str, str, int]]:
        """Id, article id and ordinal of each chunk, in the order of chunks(), at a tenth of its cost."""
        return self._records.outline()

    def chunks_by_id(self, chunk_ids: Sequence[str]) -> dict[str, Chunk]:
        """Chunk id to chunk; unknown ids are left out."""
        return self._records.chunks_by_id(chunk_ids)

    def vectors(self, article_id: str) -> dict[str, Floats]:
        """Chunk id to vector, (d,) float32, for one article."""
        return self._records.vectors(article_id=article_id)

    def tokens(self, chunk_ids: Sequence[str]) -> dict[str, bytes]:
        """Chunk id to its token vectors, as they were stored; unknown ids are left out."""
        return {key: self._segments.read(place) for key, place in self._records.places(chunk_ids).items()}

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        """Ids of the k chunks nearest to a vector (d,), best first, with their cosine similarity.

        Raises IndexMismatch if the vector has another dimension than those stored.
        """
        if k < 1:
            return []
        self._check_dimension(vector.shape[-1])
        if exact := self._exact_search():
            return exact.nearest(vector, k)
        if (count := self.counts()[1]) == 0:
            return []
        self.update_search()
        return self._search_index().nearest(vector[None, :], min(k, count))[0]

    def search(self, vector: Floats, k: int) -> list[tuple[Chunk, float]]:
        """As nearest(), with the chunks themselves."""
        hits = self.nearest(vector, k)
        pieces = self._records.chunks_by_id([key for key, _ in hits])
        if len(pieces) != len(hits):
            raise damaged("it finds passages that it does not hold")
        return [(pieces[key], similarity) for key, similarity in hits]

    def check(self, sample: int = 64) -> None:
        """Raise IndexDamaged unless every chunk is there and is found by its vector.

        sample: how many chunks, spread over the index, are searched by their own vector.
        """
        ids = self._records.chunk_ids()
        self._segments.flush()
        sizes = segments.sizes(self._directory / TOKENS)
        if any(end > sizes.get(name, 0) for name, (end, _) in self._records.segments().items()):
            raise damaged("the token vectors are cut short")
        if not ids:
            return
        self.update_search()
        index = self._search_index()
        if index.ids() != set(ids):
            raise damaged("it searches other passages than its articles have")
        some = sorted(set(ids[:: max(1, len(ids) // sample)] + ids[-1:]))
        vectors = self._records.vectors(ids=some)
        found = index.nearest(np.array([vectors[key] for key in some], np.float32), 1)
        lost = sum(1 for hits in found if not hits or hits[0][1] < 0.999)
        if lost:
            raise damaged(f"{lost} of {len(some)} passages are not found by their own vector")

    # writing

    def replace(
        self, article: Article, chunks: Sequence[Chunk], vectors: Floats, tokens: Sequence[bytes]
    ) -> None:
        """Store an article with its chunks instead of what was stored under its id.

        vectors: (n, d) float32, unit length; tokens: n blobs, one per chunk. Raises IndexMismatch
        if the vectors have another dimension than those stored.
        """
        if any(article.text[c.start : c.end] != c.text or c.article_id != article.id for c in chunks):
            raise ValueError("a chunk is not a slice of its article")
        if chunks:
            self._check_dimension(vectors.shape[1], store=True)
        self.changed = True
        before = self._records.article(article.id)
        old = self.vectors(article.id)
        known = old if before and before.title == article.title else {}
        new = {piece.id: vector for piece, vector in zip(chunks, vectors, strict=True)}
        same = {key for key, vector in new.items() if key in known and np.array_equal(known[key], vector)}
        rows = zip(chunks, vectors, self._place(article.id, tokens), strict=True)
        self._records.replace(article, [Record(c, v, place, digest) for c, v, (digest, place) in rows])
        self._mark_pending((old.keys() | new.keys()) - same, dead=len(old.keys() - same))

    def delete(self, article_ids: Sequence[str]) -> None:
        """Take articles out. Raises NotInIndex, before anything is deleted, if one is not stored."""
        stored = self.fingerprints()
        for article_id in article_ids:
            if article_id not in stored:
                raise _unknown(article_id)
        self.changed = True
        old = [key for article_id in article_ids for key in self.vectors(article_id)]
        self._records.delete(article_ids)
        self._mark_pending(old, dead=len(old))

    def set_origin(self, article_id: str, origin: str) -> None:
        """Note that an article, unchanged, is now read from elsewhere."""
        self.changed = True
        self._records.set_origin(article_id, origin)

    def update_search(self) -> None:
        """Bring the search index up to date with what was replaced and deleted since."""
        waiting = self._records.pending() if self._writable else []
        for at in range(0, len(waiting), BATCH):
            some = waiting[at : at + BATCH]
            vectors = self._records.vectors(ids=some)
            if vectors:
                self._search_index().upsert(vectors)
            if gone := [key for key in some if key not in vectors]:
                self._search_index().delete(gone)
        if waiting:
            self._records.clear_pending()

    def _exact_search(self) -> ExactSearch | None:
        """All vectors in memory, if this store is not being written and is small; else None."""
        with self._mutex:
            if self._exact is None and not self._writable and 0 < self.counts()[1] <= exact_search.MOST:
                require_whole(self._directory, CHROMA)
                if damaged_files(self._directory, DB):
                    raise damaged(f"{DB} is not as it was written")
                self._exact = ExactSearch(*self._records.all_vectors())
            return self._exact

    def _search_index(self) -> SearchIndex:
        with self._mutex:
            if self._index is None:
                self._index = SearchIndex(self._directory / CHROMA, writable=self._writable)
            return self._index

    def _check_dimension(self, dimension: int, *, store: bool = False) -> None:
        stored = self._records.meta("dimension", "")
        if not stored and store:
            self._records.set_meta("dimension", str(dimension))
        if stored and int(stored) != dimension:
            raise IndexMismatch(
                f"The index was built with another embedding model: its vectors have {stored} numbers, this "
                f"model's have {dimension}. {REBUILD}"
            )

    def _place(self, article_id: str, tokens: Sequence[bytes]) -> list[tuple[bytes, Place]]:
        """Write those blobs that are not there yet; digest and place of each."""
        known = self._records.places_by_digest(article_id)
        placed = []
        for blob in tokens:
            digest = hashlib.blake2b(blob, digest_size=16).digest()
            if digest not in known:
                known[digest] = self._segments.append(blob)
            placed.append((digest, known[digest]))
        return placed

    def _mark_pending(self, ids: Iterable[str], *, dead: int) -> None:
        """dead: how many of the ids leave a dead entry in the search index."""
        self._records.set_pending(ids)
        self._records.set_meta("churn", str(int(self._records.meta("churn", "0")) + dead))


def _unknown(article_id: str) -> NotInIndex:
    return NotInIndex(f"The index has no article “{article_id}”; `footnote list` shows those it has.")
