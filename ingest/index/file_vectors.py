"""The vectors in a generation's own files: in articles.db, and in Chroma's collection beside it."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.embedder import Floats
from ingest.errors import IndexMismatch
from ingest.index import flat_search
from ingest.index.checksums import damaged_files
from ingest.index.disk import copy_tree, damaged, disk_errors
from ingest.index.flat_search import FlatSearch
from ingest.index.records import DB, Records
from ingest.index.rows import vector_blob, vectors_of
from ingest.index.search_index import BATCH, CHROMA, SearchIndex

if TYPE_CHECKING:
    from ingest.index.finish import StartFinisher

COLLECTION = "collection"  # in an articles.db: which collection of a server has the vectors
_STALE = "The search index was damaged on the disk and has been rebuilt from the stored articles."


class FileVectors:
    """As Vectors; may be shared by threads."""

    in_files = True

    def __init__(self, directory: Path, records: Records, *, writable: bool) -> None:
        self._directory, self._records, self._writable = directory, records, writable
        self._mutex = threading.Lock()
        self._index: SearchIndex | None = None
        self._flat: FlatSearch | None = None

    def read(self, kept: Mapping[str, bytes]) -> dict[str, Floats]:
        return dict(zip(kept, self._vectors_of(list(kept.values())), strict=True))

    def write(self, vectors: Mapping[str, Floats]) -> dict[str, bytes]:
        self._records.set_pending(vectors)
        return {key: vector_blob(vector) for key, vector in vectors.items()}

    def drop(self, kept: Mapping[str, bytes]) -> None:
        self._records.set_pending(kept)

    def update(self) -> None:
        if not self._writable:
            return
        if not (self._directory / CHROMA).is_dir():
            self._records.clear_pending()
            self._records.set_meta("churn", "0")
            self._records.set_pending(self._records.chunk_ids())
        waiting = self._records.pending()
        for at in range(0, len(waiting), BATCH):
            some = waiting[at : at + BATCH]
            vectors = self.read(self._records.vectors(ids=some))
            if vectors:
                self._search_index().upsert(vectors)
            if gone := [key for key in some if key not in vectors]:
                self._search_index().delete(gone)
        if waiting:
            self._records.clear_pending()

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        if flat := self._flat_search():
            return flat.nearest(vector, k)
        if (count := self._records.counts()[1]) == 0:
            return []
        self.update()
        return self._search_index().nearest(vector[None, :], min(k, count))[0]

    def check(self, chunk_ids: Sequence[str], sample: int) -> None:
        self.update()
        if not chunk_ids:
            return
        index = self._search_index()
        if index.ids() != set(chunk_ids):
            raise damaged("it searches other passages than its articles have")
        some = spread(chunk_ids, sample)
        vectors = self.read(self._records.vectors(ids=some))
        require_found(some, index.nearest(np.array([vectors[key] for key in some], np.float32), 1))

    def close(self) -> None:
        with self._mutex:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _flat_search(self) -> FlatSearch | None:
        """What searches without the search index; None for a very large store or an empty one."""
        with self._mutex:
            if self._flat is not None:
                return self._flat
            count = self._records.counts()[1]
            if not 0 < count <= flat_search.MOST:
                return None
            if not self._writable and damaged_files(self._directory, DB):
                raise damaged(f"{DB} is not as it was written")
            made = flat_search.flat_search(self._batches(), count, self._vectors_at)
            self._flat = None if self._writable else made  # what is written may change
            return made

    def _batches(self) -> Iterator[flat_search.Batch]:
        for rows in self._records.vector_batches():
            yield (
                [row[0] for row in rows],
                [row[1] for row in rows],
                self._vectors_of([row[2] for row in rows]),
            )

    def _vectors_at(self, rows: Sequence[int]) -> Floats:
        return self._vectors_of(self._records.vectors_at(rows))

    def _vectors_of(self, blobs: Sequence[bytes]) -> Floats:
        return vectors_of(blobs, self._records.dimension() or len(blobs[0]) // 4 if blobs else 1)

    def _search_index(self) -> SearchIndex:
        with self._mutex:
            if self._index is None:
                self._index = SearchIndex(self._directory / CHROMA, writable=self._writable)
            return self._index


class FilePlace:
    """As VectorPlace."""

    def open(self, directory: Path, records: Records, *, writable: bool) -> FileVectors:
        return FileVectors(directory, records, writable=writable)

    def require(self, records: Records) -> None:
        if records.meta(COLLECTION, ""):
            raise IndexMismatch(
                "The vectors of this index are in a Chroma server. Set FOOTNOTE_CHROMA_URL to its address again, or run "
                "`footnote ingest --rebuild` to embed everything anew."
            )

    def require_intact(self, directory: Path) -> None:
        with contextlib.closing(Records(directory / DB)) as records:
            self.require(records)

    def staleness(self, directory: Path) -> str:
        return _STALE if damaged_files(directory, f"{CHROMA}/") else ""

    def begin(self, records: Records) -> None:
        """Nothing: the search index is made when the store is finished."""

    def carry_over(self, source: Path, target: Path, records: Records, *, rebuild: bool) -> None:  # noqa: ARG002
        if not rebuild and (source / CHROMA).is_dir():
            with disk_errors(writing=True):
                copy_tree(source / CHROMA, target / CHROMA)

    def take_over(self, directory: Path) -> None:
        remove_search_index(directory)

    def finisher(self, start: StartFinisher) -> StartFinisher:
        return start


FILES = FilePlace()


def remove_search_index(directory: Path) -> None:
    """Delete the search index in a closed store's folder. Raises IndexError_."""
    with disk_errors(writing=True):
        if (directory / CHROMA).is_dir():
            shutil.rmtree(directory / CHROMA)


def spread(chunk_ids: Sequence[str], sample: int) -> list[str]:
    """`sample` of the ids or a few more, from everywhere, the last one among them."""
    return sorted({*chunk_ids[:: max(1, len(chunk_ids) // sample)], *chunk_ids[-1:]})


def require_found(searched: Sequence[str], found: Sequence[Sequence[tuple[str, float]]]) -> None:
    """Raise IndexDamaged unless each search by a passage's own vector has found that vector."""
    lost = sum(1 for hits in found if not hits or hits[0][1] < 0.999)
    if lost:
        raise damaged(f"{lost} of {len(searched)} passages are not found by their own vector")
