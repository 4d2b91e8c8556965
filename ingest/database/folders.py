"""A small folder of files, of one machine or of several servers that each have a copy of what the database has."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.database.tables import Layout
from ingest.errors import DatabaseError

if TYPE_CHECKING:
    from ingest.database.postgres import Database, Session

_PIECE = 1 << 20  # bytes of a file in one row
_MARK = ".copied"
LAYOUT = Layout(
    "files",
    (
        "CREATE TABLE files (name TEXT PRIMARY KEY, digest BYTEA NOT NULL)",
        """CREATE TABLE file_pieces (name TEXT REFERENCES files ON DELETE CASCADE, ordinal INTEGER, data BYTEA NOT NULL,
            PRIMARY KEY (name, ordinal))""",
        "CREATE TABLE files_state (one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one), state TEXT NOT NULL)",
    ),
)
log = logging.getLogger("footnote")


class Folder(Protocol):
    """Files below a path; names that begin with a dot are drafts and belong to nobody."""

    @property
    def path(self) -> Path:
        """Where the files are; it may not exist yet."""

    def fetch(self) -> None:
        """Have what others changed in the path. Raises DatabaseError if it was never had."""

    def changing(self) -> AbstractContextManager[None]:
        """To change files of the path: one at a time, and for everybody or, after an error, nobody. Raises DatabaseError.

        fetch() may not be called inside.
        """


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """The folder of one machine."""

    path: Path
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def fetch(self) -> None:
        """Nothing: the files are here."""

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._mutex:
            yield


@dataclass(slots=True)
class SharedFolder:
    """A copy of the files that the database has. Threads and processes of a machine may share the path.

    Args:
        path: It may be lost at any time.
        database: Has the files.
    """

    path: Path
    database: Database
    _is_down: bool = False

    def fetch(self) -> None:
        """While the database is down, what was fetched before stays."""
        try:
            with self._alone(), self._errors(), self.database.connected(LAYOUT) as db, db.transaction():
                db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                self._copy(db)
        except DatabaseError as error:
            if self._mark() is None:
                raise
            if not self._is_down:
                log.warning("%s What was added on the desk is used as it was seen last.", error)
            self._is_down = True
        else:
            self._is_down = False

    @contextmanager
    def changing(self) -> Iterator[None]:
        with self._alone():
            with self._errors(), self.database.transaction(LAYOUT) as db:
                self._copy(db)
                # Without a mark the next fetch() compares every file, if this fails in the middle.
                (self.path / _MARK).unlink(missing_ok=True)
                yield
                state = self._store(db)
            self._set_mark(state)

    def _copy(self, db: Session) -> None:
        """Make the path what the database has."""
        found = db.execute("SELECT state FROM files_state").fetchone()
        state = found[0] if found else ""
        if state == self._mark():
            return
        here, there = self._here(), _known(db)
        for name in here.keys() - there.keys():
            self._remove(name)
        for name, digest in there.items():
            if here.get(name) != digest:
                self._write(db, name)
        self._set_mark(state)

    def _store(self, db: Session) -> str:
        """Make the database what the path has; returns the new state."""
        here, there = self._here(), _known(db)
        for name in there.keys() - here.keys():
            db.execute("DELETE FROM files WHERE name = %s", (name,))
        for name, digest in here.items():
            if there.get(name) == digest:
                continue
            db.execute("DELETE FROM files WHERE name = %s", (name,))
            db.execute("INSERT INTO files VALUES (%s, %s)", (name, digest))
            with (self.path / name).open("rb") as source:
                for ordinal, piece in enumerate(iter(lambda: source.read(_PIECE), b"")):
                    db.execute("INSERT INTO file_pieces VALUES (%s, %s, %s)", (name, ordinal, piece))
        state = secrets.token_hex(8)
        db.execute(
            "INSERT INTO files_state (state) VALUES (%s) ON CONFLICT (one) DO UPDATE SET state = excluded.state",
            (state,),
        )
        return state

    def _here(self) -> dict[str, bytes]:
        """Name to digest of the files of the path."""
        found = {}
        for place, folders, names in os.walk(self.path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                if not name.startswith("."):
                    file = Path(place, name)
                    with file.open("rb") as source:
                        digest = hashlib.file_digest(source, lambda: hashlib.blake2b(digest_size=16)).digest()
                    found[file.relative_to(self.path).as_posix()] = digest
        return found

    def _write(self, db: Session, name: str) -> None:
        """Copy a file from the database; a reader of the path sees it whole or not at all."""
        target = self.path / name
        if not target.resolve().is_relative_to(self.path.resolve()):
            raise DatabaseError(f"it has a file with the name “{name[:80]}”, which none of ours has")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f".{secrets.token_hex(8)}")
        pieces = db.cursor()
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                count = db.execute("SELECT count(*) FROM file_pieces WHERE name = %s", (name,)).fetchone()
                for ordinal in range(count[0] if count else 0):
                    pieces.execute(
                        "SELECT data FROM file_pieces WHERE name = %s AND ordinal = %s", (name, ordinal)
                    )
                    row = pieces.fetchone()
                    out.write(bytes(row[0]) if row else b"")
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def _remove(self, name: str) -> None:
        """Delete a file, and the folders that it leaves empty."""
        file = self.path / name
        file.unlink(missing_ok=True)
        for parent in file.parents:
            if parent == self.path or any(parent.iterdir()):
                break
            parent.rmdir()

    def _mark(self) -> str | None:
        """The state that the path is a copy of; None if that is not known."""
        try:
            return (self.path / _MARK).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def _set_mark(self, state: str) -> None:
        draft = self.path / f"{_MARK}.{secrets.token_hex(4)}"
        draft.write_text(state, encoding="utf-8")
        draft.replace(self.path / _MARK)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread of one process of this machine at a time."""
        from filelock import FileLock

        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f"{self.path.name}.lock"), mode=0o600):
                yield
        except OSError as error:
            raise DatabaseError(f"{self.path} cannot be written ({error.strerror or error}).") from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise DatabaseError(
                f"What was added on the desk is in the database of FOOTNOTE_DATABASE_URL, and {error}. Try again when it runs."
            ) from error


def _known(db: Session) -> dict[str, bytes]:
    return {name: bytes(digest) for name, digest in db.execute("SELECT name, digest FROM files")}
