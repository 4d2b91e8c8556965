"""Readers' votes in one SQLite file on the server, or in the database of several servers.

The file's bytes show the order of votes until the next purge; it is never larger than MAX_BYTES.

A connection lives for one call: so threads, processes, a server killed at any moment and the owner's commands share
the file by SQLite's own locks. Nothing else here opens the file: closing it would drop the locks of another thread.
The journal is the plain one, which needs no change of mode that two first votes could not both make.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.server.feedback.store import LAYOUT, FeedbackStore
from ingest.errors import FeedbackError

if TYPE_CHECKING:
    from bot.config import BotConfig

T = TypeVar("T")
MAX_BYTES = 256 * 1024 * 1024
_PAGE = 4096
_WAIT = 5.0  # seconds for another process to finish writing


def open_votes(config: BotConfig) -> FeedbackStore | None:
    """The votes of the settings' blog; None if the owner asks for none."""
    file, database = config.feedback_file, config.database
    if file is None:
        return None
    return FeedbackStore(VotesFile(file) if database is None else database.tables(LAYOUT))


@dataclass(frozen=True, slots=True)
class VotesFile:
    """The file.

    Attributes:
        wait: Seconds to wait while another program writes to the file.
    """

    path: Path
    wait: float = _WAIT

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def problem(self) -> str:
        return ""

    def exists(self) -> bool:
        return self.path.exists()

    def remove(self, sql: str, values: Sequence[Any] = ()) -> int:
        def delete(db: sqlite3.Connection) -> int:
            with _transaction(db):
                return db.execute(sql, values).rowcount

        return self._with_room_or_without(delete)

    def compact(self) -> None:
        self._with_room_or_without(lambda db: db.execute("VACUUM"))

    def _with_room_or_without(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work that only takes something out of the file.

        On a full disk no journal can be written; the work is then done with a journal in memory, which can leave a
        damaged file if the machine stops in the middle: what is to be removed is removed all the same.
        """
        try:
            with self.reading() as db:
                return work(db)
        except FeedbackError as error:
            if not _is_full(error.__cause__):
                raise
        with self.reading() as db:
            db.execute("PRAGMA journal_mode = MEMORY")
            return work(db)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        with self.reading() as db, _transaction(db):
            yield db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = not self.path.exists()
            with closing(sqlite3.connect(self.path, timeout=self.wait, isolation_level=None)) as db:
                if new:
                    self.path.chmod(0o600)  # readable by the owner alone, before anything is in it
                self._prepare(db)
                yield db
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error
        except sqlite3.Error as error:
            raise _unusable(self.path, str(error)) from error

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")  # VACUUM would copy the rows to a folder for everybody
        db.execute(f"PRAGMA max_page_count = {MAX_BYTES // _PAGE}")
        if self._is_made(db):
            return
        with _transaction(db):
            if self._is_made(db):  # by another process, just now
                return
            if _number(db, "SELECT count(*) FROM sqlite_master"):
                raise FeedbackError(
                    f"{self.path} is the database of another program. Name another file in FOOTNOTE_FEEDBACK."
                )
            for statement in LAYOUT.statements:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {LAYOUT.version}")

    def _is_made(self, db: sqlite3.Connection) -> bool:
        made_by = _number(db, "PRAGMA user_version")
        if made_by > LAYOUT.version:
            raise FeedbackError(
                f"{self.path} was written by a newer version of Footnote. Update Footnote, or name another "
                "file in FOOTNOTE_FEEDBACK."
            )
        return made_by == LAYOUT.version


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is written, or nothing; one writer at a time."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _is_full(error: BaseException | None) -> bool:
    """Whether SQLite found no room, or could not make its journal."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says which call it was
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def _unusable(path: Path, reason: str) -> FeedbackError:
    return FeedbackError(
        f"The readers' feedback in {path} cannot be read or written ({reason}). Answers are not affected. See "
        "that there is room on the disk and that the file may be written; if it is damaged, move it away and a "
        "new one is made."
    )
