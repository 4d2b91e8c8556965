"""The search by vector: one Chroma collection, written by one process or read from a private copy.

Chroma writes to its files whenever it opens them, so a reader is given a copy of its own. Chroma is
imported only when it is needed, because that takes a second.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ingest.embedder import Floats
from ingest.index.checksums import damaged_files
from ingest.index.disk import damaged, index_error
from ingest.index.private_copy import PrivateCopy

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

CHROMA = "chroma"  # the folder, in that of a store
_COLLECTION = "articles"
# Search nearly exactly: recall@50 is 0.997 at 10,000 chunks, 1.5 ms a query.
_HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 100,
    "ef_search": 400,
    "max_neighbors": 24,
}
BATCH = 1000  # Chroma takes 5,461 at most


class SearchIndex:
    """The Chroma collection of one store; opened for reading, a private copy of it."""

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self._writable = writable
        self._copy: PrivateCopy | None = None
        if not writable:
            require_whole(directory.parent, directory.name)  # opening a damaged one may end the process
            self._copy = PrivateCopy(directory)
            directory = self._copy.path
        with self._errors():
            self._client = _open_chroma(directory)
            if writable:
                self._collection = self._client.get_or_create_collection(
                    _COLLECTION, embedding_function=None, configuration={"hnsw": _HNSW}
                )
            else:
                self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)

    def close(self) -> None:
        self._client.close()  # without it Chroma would keep the files open and in its cache
        if self._copy:
            self._copy.close()

    def ids(self) -> set[str]:
        with self._errors():
            return set(self._collection.get(include=[])["ids"])

    def nearest(self, vectors: Floats, k: int) -> list[list[tuple[str, float]]]:
        """For each row of vectors (n, d), up to k pairs of chunk id and cosine similarity, best first."""
        with self._errors():
            found = self._collection.query(query_embeddings=vectors, n_results=k, include=["distances"])
        return [
            [(key, 1.0 - distance) for key, distance in zip(keys, distances, strict=True)]
            for keys, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def upsert(self, vectors: Mapping[str, Floats]) -> None:
        """Put chunks in, by id; at most BATCH.

        Ids and vectors alone: with texts and titles, which articles.db has, Chroma would need four times the space.
        """
        with self._errors():
            self._collection.upsert(
                ids=list(vectors), embeddings=np.array(list(vectors.values()), np.float32)
            )

    def delete(self, ids: list[str]) -> None:
        """At most BATCH."""
        with self._errors():
            self._collection.delete(ids=ids)

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        except ChromaError as error:
            raise index_error(error, writing=self._writable) from error


def require_whole(store: Path, name: str) -> None:
    """Raise IndexDamaged unless the search index in the folder `name` of a store is as it was written."""
    if not (store / name).is_dir():
        raise damaged("its search index is missing")
    if wrong := damaged_files(store, f"{name}/"):
        raise damaged(f"{len(wrong)} of the files of its search index are not as they were written")


def warm_up() -> None:
    """Import Chroma now, so that its first use need not wait a second for it."""
    import chromadb  # noqa: F401


def _open_chroma(directory: Path) -> Client:
    from chromadb.api.client import Client
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(directory))
    try:
        return Client(settings=settings)
    except ValueError as error:  # how Chroma says that its database holds something else
        raise damaged("its search index cannot be opened") from error
