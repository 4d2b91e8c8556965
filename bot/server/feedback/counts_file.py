"""The counts of each day in one small SQLite file beside the index, or in the database of several servers.

A file that is damaged is set aside under another name, and a new one is begun.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config import set_aside
from bot.server.feedback.daily_counts import LAYOUT, DailyCounts
from ingest.errors import DatabaseError

if TYPE_CHECKING:
    from bot.config import BotConfig

_WAIT = 5.0  # seconds for another process to finish writing
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
log = logging.getLogger("footnote")


def open_daily_counts(config: BotConfig) -> DailyCounts:
    """The counts of the settings' blog."""
    database = config.database
    return DailyCounts(CountsFile(config.counts_file) if database is None else database.tables(LAYOUT))


@dataclass(slots=True)
class CountsFile:
    """The file.

    Attributes:
        problem: What happened to the file, in a sentence for the owner; "" if nothing did.
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
        with self.reading() as db, db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The file, with its table; a damaged one is set aside first."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                db = _connected(self.path)
            except sqlite3.DatabaseError as error:
                if (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in _CORRUPT:
                    raise
                self.problem = set_aside(
                    self.path,
                    "it held something else than was written",
                    "a backup may have the earlier counts",
                )
                log.warning("%s", self.problem)
                db = _connected(self.path)
            with closing(db):
                yield db
        except (sqlite3.Error, OSError) as error:
            raise DatabaseError(f"{self.path.name}: {error}.") from error


def _connected(path: Path) -> sqlite3.Connection:
    """Open and checked, so that damage shows here. Raises sqlite3.Error."""
    new = not path.exists()
    db = sqlite3.connect(path, timeout=_WAIT)
    try:
        if new:
            path.chmod(0o600)
        for statement in LAYOUT.statements:
            db.execute(statement)
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise _damaged()
    except BaseException:
        db.close()
        raise
    return db


def _damaged() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("it holds something else than was written")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
