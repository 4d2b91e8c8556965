"""The file of questions that the blog does not answer, SQLite beside the index, or the database of several servers.

What is removed is overwritten. A file that cannot be read is set aside and a new one is begun, since the questions come again
and the server must go on.

A connection lives for one call, so that threads, processes and the owner's commands share the file by SQLite's own locks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config import set_aside
from bot.gaps.store import LAYOUT, GapStore
from ingest.errors import GapsError

if TYPE_CHECKING:
    from bot.config import BotConfig

_WAIT = 5.0  # seconds for another process to finish writing
_ASIDE = ("it is no database of ours, or damaged", "the questions in it are not listed any more")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_gaps(config: BotConfig) -> GapStore:
    """The questions of the settings' blog."""
    database = config.database
    return GapStore(GapsFile(config.gaps_file) if database is None else database.tables(LAYOUT))


@dataclass(slots=True)
class GapsFile:
    """The file.

    Attributes:
        problem: What the owner must know of a file that was set aside; "" for nothing.
    """

    path: Path
    problem: str = ""

    @property
    def place(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        return self.path.exists()

    def remove(self, sql: str, values: Sequence[Any] = ()) -> int:
        with self.writing() as db:
            return db.execute(sql, values).rowcount

    def compact(self) -> None:
        with self.reading() as db:
            db.execute("VACUUM")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connected()) as db:
                yield db
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        except sqlite3.Error as error:
            if _is_damaged(error):
                self.problem = set_aside(self.path, *_ASIDE)
            raise self._unusable(str(error)) from error

    def _connected(self) -> sqlite3.Connection:
        """A connection to a file that has our tables; a file that is damaged is set aside first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._prepared()
        except sqlite3.Error as error:
            if not _is_damaged(error):
                raise
            self.problem = set_aside(self.path, *_ASIDE)
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        new = not self.path.exists()
        db = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
        try:
            if new:
                self.path.chmod(0o600)
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA temp_store = MEMORY")  # VACUUM would copy the rows to a folder for everybody
            if _number(db, "PRAGMA user_version") != LAYOUT.version:
                self._make_tables(db)
        except BaseException:
            db.close()
            raise
        return db

    def _make_tables(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        version = _number(db, "PRAGMA user_version")
        if version == 0 and not _number(db, "SELECT count(*) FROM sqlite_master"):
            for table in LAYOUT.statements:
                db.execute(table)
            db.execute(f"PRAGMA user_version = {LAYOUT.version}")
        elif version != LAYOUT.version:
            raise GapsError(
                f"{self.path} was written by another program, or by a newer version of Footnote. Update Footnote, or move "
                "the file away."
            )
        db.execute("COMMIT")

    def _unusable(self, reason: str) -> GapsError:
        return GapsError(
            f"The questions in {self.path} cannot be read or written ({reason}). Answers are not affected. "
            f"{self.problem or 'See that there is room on the disk and that the file may be written.'}"
        )


def _number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _is_damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
