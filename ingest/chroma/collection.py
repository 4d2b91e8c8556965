"""One collection: its records are written, read back, searched and deleted by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.chroma.server import ChromaServer, NotThere
from ingest.errors import IndexCorrupt

Floats = NDArray[np.float32]
BATCH = 500  # records in one request, if the server takes as many: 4 MB
# The inner product of unit vectors is their cosine. Chroma's own "cosine" gives vectors back that differ in the last digit.
_SPACE = {"space": "ip", "ef_construction": 100, "ef_search": 400, "max_neighbors": 24}


class Collection:
    """A collection of records. May be shared by threads.

    Every method raises ChromaDown if the server does not answer, IndexCorrupt if the collection is gone, and IndexError_ if
    the server refuses what is asked.
    """

    def __init__(self, server: ChromaServer, name: str) -> None:
        """name: 3 to 512 letters, digits, dots, hyphens and underscores."""
        self._server, self.name = server, name
        self._id = ""

    def create(self) -> None:
        """Make it, if it does not exist."""
        body = {"name": self.name, "configuration": {"hnsw": _SPACE}, "get_or_create": True}
        with self._errors():
            self._id = str(self._server.call("POST", "/collections", body, writes=True)["id"])

    def remove(self) -> None:
        """Delete it with all that is in it; nothing if it is gone."""
        with suppress(NotThere):
            self._server.call("DELETE", f"/collections/{self.name}", writes=True)

    def count(self) -> int:
        """How many records it has."""
        return int(self._call("GET", "count"))

    def write(self, records: Mapping[str, Floats], **marks: str) -> None:
        """Put records in by their ids, over those of the same ids. marks: what they can be deleted by."""
        for ids in self._batches(records):
            vectors = [np.asarray(records[key], np.float32).tolist() for key in ids]
            body = {"ids": ids, "embeddings": vectors, "metadatas": [marks] * len(ids)}
            self._call("POST", "upsert", body, writes=True)

    def read(self, ids: Sequence[str]) -> dict[str, Floats]:
        """Id to vector, (d,) float32; ids that it does not have are left out."""
        found: dict[str, Floats] = {}
        for some in self._batches(ids):
            got = self._call("POST", "get", {"ids": some, "include": ["embeddings"]})
            vectors = np.array(got["embeddings"], np.float32)
            found.update(zip(got["ids"], vectors, strict=True))
        return found

    def present(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that it has."""
        found: set[str] = set()
        for some in self._batches(ids):
            found.update(self._call("POST", "get", {"ids": some, "include": []})["ids"])
        return found

    def nearest(self, vectors: Floats, k: int) -> list[list[tuple[str, float]]]:
        """For each row of vectors (n, d), up to k pairs of id and cosine similarity, best first; all of unit length."""
        body = {"query_embeddings": vectors.tolist(), "n_results": k, "include": ["distances"]}
        found = self._call("POST", "query", body)
        return [
            [(key, 1.0 - distance) for key, distance in zip(keys, distances, strict=True)]
            for keys, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def delete(self, ids: Sequence[str]) -> None:
        """Delete records; nothing for ids that it does not have."""
        for some in self._batches(ids):
            self._call("POST", "delete", {"ids": some}, writes=True)

    def delete_marked(self, **mark: str) -> None:
        """Delete the records that were written with this mark."""
        self._call("POST", "delete", {"where": mark}, writes=True)

    def _batches(self, ids: Mapping[str, object] | Sequence[str]) -> Iterator[list[str]]:
        named = list(ids)
        if named:
            most = min(BATCH, self._server.batch)
            yield from (named[at : at + most] for at in range(0, len(named), most))

    def _call(self, method: str, what: str, body: object = None, *, writes: bool = False) -> Any:
        with self._errors():
            if not self._id:
                self._id = str(self._server.call("GET", f"/collections/{self.name}")["id"])
            return self._server.call(method, f"/collections/{self._id}/{what}", body, writes=writes)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except NotThere as error:
            raise IndexCorrupt(
                "The Chroma server of FOOTNOTE_CHROMA_URL no longer has the vectors of this index. The next `footnote ingest` "
                "makes them anew."
            ) from error
