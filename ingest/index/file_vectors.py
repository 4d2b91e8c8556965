"""The vectors in a generation's own files: in articles.db, and in a search index beside it that can be made from them."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.embedder import Floats
from ingest.errors import IndexMismatch
from ingest.index import exact_search
from ingest.index.checksums import damaged_files
from ingest.index.disk import copy_tree, damaged, disk_errors
from ingest.index.exact_search import ExactSearch
from ingest.index.records import DB, Records
from ingest.index.search_index import BATCH, CHROMA, SearchIndex, require_whole

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
        self._exact: ExactSearch | None = None

    def read(self, kept: Mapping[str, bytes]) -> dict[str, Floats]:
        return {key: np.frombuffer(blob, np.float32) for key, blob in kept.items()}

    def write(self, vectors: Mapping[str, Floats]) -> dict[str, bytes]:
        self._records.set_pending(vectors)
        return {key: np.asarray(vector, np.float32).tobytes() for key, vector in vectors.items()}

    def drop(self, kept: Mapping[str, bytes]) -> None:
        self._records.set_pending(kept)

    def update(self) -> None:
        waiting = self._records.pending() if self._writable else []
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
        if exact := self._exact_search():
            return exact.nearest(vector, k)
        if (count := self._records.counts()[1]) == 0:
            return []
        self.update()
        return self._search_index().nearest(vector[None, :], min(k, count))[0]

    def check(self, chunk_ids: Sequence[str], sample: int) -> None:
        self.update()
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

    def _exact_search(self) -> ExactSearch | None:
        """All vectors in memory, if this store is not being written and is small; else None."""
        with self._mutex:
            if (
                self._exact is None
                and not self._writable
                and 0 < self._records.counts()[1] <= exact_search.MOST
            ):
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

    def carry_over(self, source: Path, target: Path, records: Records, *, rebuild: bool) -> None:
        if rebuild:
            _mark_all_pending(records)
        elif (source / CHROMA).is_dir():
            with disk_errors(writing=True):
                copy_tree(source / CHROMA, target / CHROMA)

    def take_over(self, directory: Path) -> None:
        remove_search_index(directory)
        with contextlib.closing(Records(directory / DB, writable=True)) as records:
            _mark_all_pending(records)

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


def _mark_all_pending(records: Records) -> None:
    records.set_pending(records.chunk_ids())
    records.set_meta("churn", "0")
