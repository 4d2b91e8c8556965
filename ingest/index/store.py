"""One generation of the index: articles, chunks, vectors, and the search by vector.

A store is a directory. All but the search of a very large one is answered without Chroma, whose import takes a second.
A store that is open for reading is never written.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.article import Article, Chunk
from ingest.config import IndexConfig
from ingest.embedder import Floats
from ingest.errors import IndexMismatch, NotInIndex
from ingest.index import segments
from ingest.index.disk import REBUILD, damaged, disk_errors
from ingest.index.file_vectors import COLLECTION, FILES
from ingest.index.records import DB, Head, Records, Stored
from ingest.index.rows import Record
from ingest.index.segments import TOKENS, Place, Segments
from ingest.index.vectors import VectorPlace

_AT_ONCE = 2000  # vectors that are read from a server together: 3 MB


class Store:
    """One generation, open for reading (by any number of threads) or for writing (by one).

    Every method raises IndexDamaged when the files cannot be read, and when the store is open for
    writing IndexError_ when they cannot be written.
    """

    def __init__(self, directory: Path, *, writable: bool = False, place: VectorPlace = FILES) -> None:
        """place: of its vectors. config: what the store was built with. changed: was it written to since it was opened?"""
        self._directory, self._writable = directory, writable
        self._counts: tuple[int, int] | None = None
        self._records = Records(directory / DB, writable=writable)
        self._vectors = place.open(directory, self._records, writable=writable)
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
        self._vectors.close()
        self._segments.close()
        self._records.close()

    # reading

    def require(self, place: VectorPlace) -> None:
        """Raise IndexMismatch if its vectors cannot be read from this place."""
        place.require(self._records)

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and of chunks."""
        if self._counts is None or self._writable:
            self._counts = self._records.counts()
        return self._counts

    def fingerprints(self) -> dict[str, Stored]:
        """Article id to fingerprint and origin."""
        return self._records.stored()

    def articles(self, ids: Sequence[str] | None = None) -> list[Article]:
        """All articles, or those with these ids; by id."""
        return self._records.articles(ids)

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

    def outline(self) -> list[tuple[str, str, int, tuple[str, ...], int, int]]:
        """Id, article id, ordinal, headings, start and end of each chunk, in the order of chunks(), at a tenth of its cost."""
        return self._records.outline()

    def vectors(self, article_id: str) -> dict[str, Floats]:
        """Chunk id to vector, (d,) float32, for one article."""
        return self._vectors.read(self._records.vectors(article_id=article_id))

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
        return self._vectors.nearest(vector, k)

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
        self._vectors.check(ids, sample)

    @contextlib.contextmanager
    def portable(self) -> Iterator[Path]:
        """A folder with articles.db, all vectors in it, and the token vectors; another one than the store's may go with the block."""
        if self._vectors.in_files:
            yield self._directory
            return
        with tempfile.TemporaryDirectory(prefix="footnote-copy-") as made:
            folder = Path(made)
            with disk_errors(writing=True):
                shutil.copyfile(self._directory / DB, folder / DB)
                if (self._directory / TOKENS).is_dir():
                    (folder / TOKENS).symlink_to(self._directory.resolve() / TOKENS)
            with contextlib.closing(Records(folder / DB, writable=True)) as records:
                ids = records.chunk_ids()
                for at in range(0, len(ids), _AT_ONCE):
                    vectors = self._vectors.read(self._records.vectors(ids=ids[at : at + _AT_ONCE]))
                    records.set_vectors({key: vector.tobytes() for key, vector in vectors.items()})
                records.set_meta(COLLECTION, "")
            yield folder

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
        old = self._records.vectors(article_id=article.id)
        known = self._vectors.read(old) if before and before.title == article.title else {}
        new = {piece.id: vector for piece, vector in zip(chunks, vectors, strict=True)}
        same = {key for key, vector in new.items() if key in known and np.array_equal(known[key], vector)}
        written = self._vectors.write({key: vector for key, vector in new.items() if key not in same})
        kept = {**old, **written}
        rows = zip(chunks, self._place(article.id, tokens), strict=True)
        self._records.replace(article, [Record(c, kept[c.id], place, digest) for c, (digest, place) in rows])
        self._drop(old.keys() - same, gone={key: old[key] for key in old.keys() - new.keys()})

    def delete(self, article_ids: Sequence[str]) -> None:
        """Take articles out. Raises NotInIndex, before anything is deleted, if one is not stored."""
        stored = self.fingerprints()
        for article_id in article_ids:
            if article_id not in stored:
                raise _unknown(article_id)
        self.changed = True
        old: dict[str, bytes] = {}
        for article_id in article_ids:
            old.update(self._records.vectors(article_id=article_id))
        self._records.delete(article_ids)
        self._drop(old, gone=old)

    def set_origin(self, article_id: str, origin: str) -> None:
        """Note that an article, unchanged, is now read from elsewhere."""
        self.changed = True
        self._records.set_origin(article_id, origin)

    def update_search(self) -> None:
        """Bring the search index up to date with what was replaced and deleted since."""
        self._vectors.update()

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

    def _drop(self, dead: Collection[str], *, gone: Mapping[str, bytes]) -> None:
        """dead: chunks that leave a dead entry in the search index. gone: those that are stored no longer, and their vectors."""
        self._vectors.drop(gone)
        self._records.set_meta("churn", str(int(self._records.meta("churn", "0")) + len(dead)))


def _unknown(article_id: str) -> NotInIndex:
    return NotInIndex(f"The index has no article “{article_id}”; `footnote list` shows those it has.")
