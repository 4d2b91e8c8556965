"""The vectors of a generation in a collection of a Chroma server, which it shares with the generations before it.

A record is written once, under a name that no other writing uses, and never changed. So a new generation writes only what it
has not in common with the one before, and a reader of that one finds what it did. What a search finds and this generation has
not, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.chroma import Collection
from ingest.embedder import Floats
from ingest.errors import IndexCorrupt
from ingest.index.checksums import damaged_files
from ingest.index.disk import damaged
from ingest.index.file_vectors import require_found, spread
from ingest.index.records import DB, Records

WRITING = "writing"  # in an articles.db, and a mark of each record: which ingest wrote it
_SPARE = 14  # more than is wanted, as some of it may be of other generations


class ServerVectors:
    """As Vectors; may be shared by threads.

    Args:
        directory: The folder of the generation.
        collection: Has the records.
        records: Keeps for each chunk which writing wrote its record.
        writing: The name of this one, if the store is written.
    """

    in_files = False

    def __init__(self, directory: Path, collection: Collection, records: Records, writing: str) -> None:
        self._directory, self._is_whole = directory, False
        self._collection, self._records, self._writing = collection, records, writing.encode()

    def read(self, kept: Mapping[str, bytes]) -> dict[str, Floats]:
        names = {record_name(key, writing): key for key, writing in kept.items()}
        found = {names[name]: vector for name, vector in self._collection.read(list(names)).items()}
        if len(found) != len(kept):
            raise _lost(len(kept) - len(found))
        return found

    def write(self, vectors: Mapping[str, Floats]) -> dict[str, bytes]:
        named = {record_name(key, self._writing): vector for key, vector in vectors.items()}
        self._collection.write(named, **{WRITING: self._writing.decode()})
        return dict.fromkeys(vectors, self._writing)

    def drop(self, kept: Mapping[str, bytes]) -> None:
        """Delete what was never live; the rest is of generations that are read still."""
        self._collection.delete([record_name(key, it) for key, it in kept.items() if it == self._writing])

    def update(self) -> None:
        """Nothing: a record is found as soon as it is written."""

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        self._require_whole()
        unit = np.asarray(vector / np.float32(max(float(np.linalg.norm(vector)), 1e-9)), np.float32)
        wanted, asked = min(k, self._records.counts()[1]), k + _SPARE
        while wanted:
            found = self._collection.nearest(unit[None, :], asked)[0]
            ours = self._ours(found)
            if len(ours) >= wanted or len(found) < asked:
                return ours[:wanted]
            asked *= 4
        return []

    def check(self, chunk_ids: Sequence[str], sample: int) -> None:
        written = [record_name(key, self._writing) for key in self._records.chunks_kept_as(self._writing)]
        if missing := len(written) - len(self._collection.present(written)):
            raise _lost(missing)
        self.require_there(chunk_ids, sample)

    def require_there(self, chunk_ids: Sequence[str], sample: int) -> None:
        """Raise IndexCorrupt unless the collection has as many records, and `sample` of these chunks are found."""
        if (missing := len(chunk_ids) - self._collection.count()) > 0:
            raise _lost(missing)
        some = spread(chunk_ids, sample)
        vectors = self.read(self._records.vectors(ids=some))
        if some:
            require_found(
                some, self._collection.nearest(np.array([vectors[key] for key in some], np.float32), 1)
            )

    def close(self) -> None:
        """Nothing: the connections are of the whole process."""

    def _require_whole(self) -> None:
        """Once: what decides which of the records are this generation's must be as it was written."""
        if not self._is_whole and damaged_files(self._directory, DB):
            raise damaged(f"{DB} is not as it was written")
        self._is_whole = True

    def _ours(self, found: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
        """Chunk ids in place of the records' names, of those that this generation has."""
        hits = [(name.partition("."), near) for name, near in found]
        kept = self._records.vectors(ids=[key for (key, _, _), _ in hits])
        return [(key, near) for (key, _, writing), near in hits if kept.get(key) == writing.encode()]


def record_name(chunk_id: str, writing: bytes) -> str:
    """The name of the record of a chunk's vector."""
    return f"{chunk_id}.{writing.decode()}"


def _lost(count: int) -> IndexCorrupt:
    return IndexCorrupt(
        f"The Chroma server of FOOTNOTE_CHROMA_URL has lost the vectors of {count} passages. The next `footnote ingest` makes "
        "them anew."
    )
