"""Which collections of a Chroma server the generations of a blog use, and what of them may be deleted, in its database.

Chroma can neither rename a collection onto a name that is taken, nor fork one on a machine of one's own, nor lease one. So names
are never used again, what is live is decided by the pointer in the database alone, and readers get time instead of leases: what
only earlier generations have is deleted a while after they were replaced.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.chroma import ChromaServer, Collection
from ingest.database import Database, Layout
from ingest.errors import DatabaseError, IndexDamaged, IndexError_
from ingest.index.disk import disk_errors
from ingest.index.file_vectors import COLLECTION, FileVectors, remove_search_index
from ingest.index.finish import Finisher, StartFinisher, finish
from ingest.index.records import DB, Records
from ingest.index.shared.server_vectors import WRITING, ServerVectors, record_name
from ingest.index.vectors import Vectors

if TYPE_CHECKING:
    from ingest.database import Session

KEPT_MINUTES = 10.0  # that readers have, once a generation was replaced
_AT_ONCE = 500
_MOVED = "The vectors of the passages are now in the Chroma server."
LAYOUT = Layout(
    "chroma",
    (
        # left: when the live generation began to use another one; NULL: it is used.
        "CREATE TABLE collections (name TEXT PRIMARY KEY, left_at TIMESTAMPTZ)",
        # What a writer has begun and not made live.
        "CREATE TABLE writings (name TEXT PRIMARY KEY, collection TEXT NOT NULL)",
        # Records that the live generation has no longer.
        "CREATE TABLE dropped (collection TEXT NOT NULL, record TEXT NOT NULL, since TIMESTAMPTZ NOT NULL)",
        "CREATE INDEX dropped_since ON dropped (since)",
    ),
    error=IndexError_,
)

_LEFT = "SELECT name FROM collections WHERE left_at <= now() - %s * interval '1 minute'"
_DROPPED = """SELECT collection, array_agg(record) FROM dropped
    WHERE since <= now() - %s * interval '1 minute' GROUP BY collection"""


class CollectionPlace:
    """As VectorPlace: the vectors of one blog's generations in a Chroma server.

    Args:
        server: Has the collections.
        database: Of the blog; says which collections it uses.
    """

    def __init__(self, server: ChromaServer, database: Database) -> None:
        self.server, self._database = server, database

    def open(self, directory: Path, records: Records, *, writable: bool) -> Vectors:
        name = records.meta(COLLECTION, "")
        if not name:  # written before FOOTNOTE_CHROMA_URL was set
            return FileVectors(directory, records, writable=writable)
        return ServerVectors(directory, Collection(self.server, name), records, records.meta(WRITING, ""))

    def require(self, records: Records) -> None:
        """Nothing: what is not in the server is in the files."""

    def require_intact(self, directory: Path) -> None:
        with contextlib.closing(Records(directory / DB)) as records:
            vectors = self.open(directory, records, writable=False)
            if isinstance(vectors, ServerVectors):
                try:
                    vectors.require_there(records.chunk_ids(), 16)
                finally:
                    vectors.close()

    def staleness(self, directory: Path) -> str:
        with contextlib.closing(Records(directory / DB)) as records:
            return "" if records.meta(COLLECTION, "") else _MOVED

    def begin(self, records: Records) -> None:
        writing = secrets.token_hex(6)
        name = f"footnote-{self._database.blog}-{writing}"
        self._note(writing, name)
        Collection(self.server, name).create()
        records.set_meta(COLLECTION, name)
        records.set_meta(WRITING, writing)

    def carry_over(self, source: Path, target: Path, records: Records, *, rebuild: bool) -> None:  # noqa: ARG002
        old = self.open(source, records, writable=False)
        if old.in_files or records.is_worn():
            self.begin(records)
            _write_again(records, old, self.open(target, records, writable=True))
        else:
            writing = secrets.token_hex(6)
            self._note(writing, records.meta(COLLECTION, ""))
            records.set_meta(WRITING, writing)

    def take_over(self, directory: Path) -> None:
        remove_search_index(directory)
        with contextlib.closing(Records(directory / DB, writable=True)) as records:
            old = FileVectors(directory, records, writable=False)
            self.begin(records)
            _write_again(records, old, self.open(directory, records, writable=True))

    def finisher(self, start: StartFinisher) -> StartFinisher:  # noqa: ARG002
        """No process of its own: no damage of the server can end the one that asks it."""
        return lambda: _Check(self)

    def flip(self, writer: Session, building: Path, live: Path | None) -> None:
        """In the transaction that makes a finished generation live: note what is not used from now on. live: the one before."""
        with contextlib.closing(Records(building / DB)) as new:
            name, writing = new.meta(COLLECTION, ""), new.meta(WRITING, "")
        writer.execute("DELETE FROM writings WHERE name = %s", (writing,))
        writer.execute(
            "INSERT INTO collections VALUES (%s) ON CONFLICT (name) DO UPDATE SET left_at = NULL", (name,)
        )
        writer.execute("UPDATE collections SET left_at = now() WHERE name <> %s AND left_at IS NULL", (name,))
        gone = [(name, record) for record in _dropped(building, live, name)]
        with writer.cursor() as cursor:
            cursor.executemany("INSERT INTO dropped VALUES (%s, %s, now())", gone)

    def sweep(self, writer: Session) -> None:
        """Delete what killed writers left, and what readers have had their time for; for the one writer. Raises ChromaDown."""
        with self._database.connected(LAYOUT):
            pass  # so that the tables exist
        for writing, name in writer.execute("SELECT name, collection FROM writings").fetchall():
            self._discard(writing, name)
            writer.execute("DELETE FROM writings WHERE name = %s", (writing,))
        for (name,) in writer.execute(_LEFT, (KEPT_MINUTES,)).fetchall():
            Collection(self.server, name).remove()
            writer.execute("DELETE FROM dropped WHERE collection = %s", (name,))
            writer.execute("DELETE FROM collections WHERE name = %s", (name,))
        for name, records in writer.execute(_DROPPED, (KEPT_MINUTES,)).fetchall():
            for at in range(0, len(records), _AT_ONCE):
                some = list(records[at : at + _AT_ONCE])
                with contextlib.suppress(IndexDamaged):  # the collection was lost, and they with it
                    Collection(self.server, name).delete(some)
                writer.execute("DELETE FROM dropped WHERE collection = %s AND record = ANY(%s)", (name, some))

    def _discard(self, writing: str, name: str) -> None:
        """Delete what a writing that did not go live has written."""
        if name.endswith(f"-{writing}"):  # the collection was made for it
            Collection(self.server, name).remove()
        else:
            with contextlib.suppress(IndexDamaged):
                Collection(self.server, name).delete_marked(**{WRITING: writing})

    def _note(self, writing: str, name: str) -> None:
        """Before anything of it is written: what the next writer must remove if this one is killed."""
        try:
            with self._database.connected(LAYOUT) as db:
                db.execute("INSERT INTO writings VALUES (%s, %s)", (writing, name))
        except DatabaseError as error:
            raise IndexError_(f"FOOTNOTE_DATABASE_URL: {error}. What was live before still is.") from error


class _Check(Finisher):
    """A Finisher that checks what the server has. It does not raise IndexDamaged, for which files would be rebuilt."""

    def __init__(self, place: CollectionPlace) -> None:
        self._place = place

    def __call__(self, directory: Path) -> None:
        try:
            finish(directory, self._place)
        except IndexDamaged as error:
            raise IndexError_(
                f"The new index did not pass its check and was discarded; the previous one is still used. {error}"
            ) from error

    def stop(self) -> None:
        """Nothing to stop."""


def _write_again(records: Records, old: Vectors, new: Vectors) -> None:
    """Put all vectors of a store into another place, a part at a time."""
    ids = records.chunk_ids()
    for at in range(0, len(ids), _AT_ONCE):
        records.set_vectors(new.write(old.read(records.vectors(ids=ids[at : at + _AT_ONCE]))))
    records.set_meta("churn", "0")
    records.clear_pending()


def _dropped(building: Path, live: Path | None, collection: str) -> Iterator[str]:
    """Names of the records in a collection that a live generation uses and the new one does not."""
    if live is None or not (live / DB).is_file():
        return
    with contextlib.closing(Records(live / DB)) as before:
        if before.meta(COLLECTION, "") != collection:
            return
        with disk_errors(writing=False):
            lost: Sequence[tuple[str, bytes]] = before.not_in(building / DB)
    yield from (record_name(key, writing) for key, writing in lost)
