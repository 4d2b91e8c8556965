"""What an index asks of the place where its vectors are kept and searched: the generation's own files, or a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.embedder import Floats

if TYPE_CHECKING:
    from ingest.index.finish import StartFinisher
    from ingest.index.records import Records


class Vectors(Protocol):
    """The vectors of one store's chunks. What articles.db keeps for a vector is given and returned as bytes.

    in_files: whether they are all in articles.db. Every method raises what a Store raises.
    """

    in_files: bool

    def read(self, kept: Mapping[str, bytes]) -> dict[str, Floats]:
        """Chunk id to vector, (d,) float32, from what is kept for each."""

    def write(self, vectors: Mapping[str, Floats]) -> dict[str, bytes]:
        """Take the vectors of chunks in place of those that they had; returns what is to be kept for each."""

    def drop(self, kept: Mapping[str, bytes]) -> None:
        """The store has these chunks no longer, nor what was kept for each."""

    def update(self) -> None:
        """Bring the search up to date with what was written and dropped since."""

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        """Up to k pairs, k > 0, of chunk id and cosine similarity to a vector (d,) of any length, best first."""

    def check(self, chunk_ids: Sequence[str], sample: int) -> None:
        """Raise IndexDamaged unless these chunks, which are all of the store, are there, and `sample` of them are found."""

    def close(self) -> None: ...


class VectorPlace(Protocol):
    """Where the vectors of an index are from now on."""

    def open(self, directory: Path, records: Records, *, writable: bool) -> Vectors:
        """The vectors of the store in a folder."""

    def require(self, records: Records) -> None:
        """Raise IndexMismatch if a store's vectors are where they cannot be read from here."""

    def require_intact(self, directory: Path) -> None:
        """Raise IndexCorrupt if the vectors of the store in a folder were lost elsewhere than in its files."""

    def staleness(self, directory: Path) -> str:
        """Why the next generation must get another search index than that of the store in a folder; "" if it need not."""

    def begin(self, records: Records) -> None:
        """Prepare a new, empty store."""

    def carry_over(self, source: Path, target: Path, records: Records, *, rebuild: bool) -> None:
        """Prepare the copy of a store, whose articles.db is copied. rebuild: with another search index."""

    def take_over(self, directory: Path) -> None:
        """Make another search index for a closed store, all of whose vectors are in its articles.db."""

    def finisher(self, start: StartFinisher) -> StartFinisher:
        """What finishes and checks a new generation. start: what would do that with files."""
