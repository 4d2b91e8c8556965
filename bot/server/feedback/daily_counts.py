"""How many questions of each day were answered, not answered, urgent or small talk: one small SQLite file.

A row is a day, a status and a number; no text, address or time of day is stored. Counting costs a question a lock and
an addition: numbers wait in memory and are written together, a few seconds later, by a thread that then ends. A file
that is damaged is set aside under another name, and a new one is begun.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.types import Answer
from ingest.errors import FeedbackError

WRITE_SECONDS = 5.0  # between the first count that waits and its being written
DAYS = 800  # that are kept
_WAIT = 5.0  # seconds for another process to finish writing
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLE = """CREATE TABLE IF NOT EXISTS counts (
    day TEXT NOT NULL, status TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (day, status)) WITHOUT ROWID"""
_ADD = "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (day, status) DO UPDATE SET number = number + excluded.number"
_RAISE = _ADD.replace("number + excluded.number", "max(number, excluded.number)")
log = logging.getLogger("footnote")


@dataclass(slots=True)
class DailyCounts:
    """The counts of one server, or of several that share the file. Thread-safe.

    Attributes:
        problem: What happened to the file, in a sentence for the owner; "" if nothing did.
        delay: Seconds that counts wait in memory.
    """

    path: Path
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    delay: float = WRITE_SECONDS
    problem: str = ""
    _waiting: Counter[tuple[str, str]] = field(default_factory=Counter)
    _timer: threading.Timer | None = None
    _mutex: threading.Lock = field(default_factory=threading.Lock)  # guards the two above
    _file: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answer: Answer, _: object = None) -> None:
        """Count an answer; a listener of the question queue."""
        with self._mutex:
            self._waiting[self.today().isoformat(), answer.status] += 1
            if self._timer is None:
                self._timer = threading.Timer(self.delay, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write what waits. What cannot be written goes on waiting, and the next count tries again."""
        with self._file:
            with self._mutex:
                if self._timer is not None:
                    self._timer.cancel()
                self._timer, waiting, self._waiting = None, self._waiting, Counter()
            if not waiting:
                return
            rows = [(day, status, number) for (day, status), number in waiting.items()]
            oldest = (self.today() - timedelta(days=DAYS)).isoformat()
            try:
                with self._open() as db, db:
                    db.executemany(_ADD, rows)
                    db.execute("DELETE FROM counts WHERE day < ?", (oldest,))
            except (sqlite3.Error, OSError) as error:
                self._report(f"The counts of questions cannot be written to {self.path.name}: {error}.")
                with self._mutex:
                    self._waiting.update(waiting)

    def since(self, day: date) -> dict[str, dict[str, int]]:
        """Day (ISO) -> status -> number, from a day on; days without questions are left out."""
        self.write()
        if not self.path.exists():
            return {}
        found: dict[str, dict[str, int]] = {}
        with self._file:
            try:
                with self._open() as db:
                    query = "SELECT day, status, number FROM counts WHERE day >= ? ORDER BY day"
                    for at, status, number in db.execute(query, (day.isoformat(),)):
                        found.setdefault(at, {})[status] = number
            except (sqlite3.Error, OSError) as error:
                self._report(f"The counts of questions cannot be read from {self.path.name}: {error}.")
        return found

    def restore(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Take over the numbers of a backup, as since() gives them, where they are higher than those that are there.

        Raises FeedbackError if the file cannot be written.
        """
        rows = [
            (day, status, number) for day, numbers in counts.items() for status, number in numbers.items()
        ]
        with self._file:
            try:
                with self._open() as db, db:
                    db.executemany(_RAISE, rows)
            except (sqlite3.Error, OSError) as error:
                raise FeedbackError(
                    f"The counts of questions cannot be written to {self.path}: {error}."
                ) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, with its table; a damaged one is set aside first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            db = _connected(self.path)
        except sqlite3.DatabaseError as error:
            if (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in _CORRUPT:
                raise
            self._set_aside()
            db = _connected(self.path)
        with closing(db):
            yield db

    def _set_aside(self) -> None:
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        aside = self.path.with_name(f"{self.path.name}.damaged-{moment}")
        self.path.replace(aside)
        self._report(
            f"The counts of questions in {self.path.name} were damaged. They are now in {aside.name}, and counting "
            "begins anew; a backup may have the earlier ones."
        )

    def _report(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("%s", problem)
        self.problem = problem


def _connected(path: Path) -> sqlite3.Connection:
    """Open and checked, so that damage shows here. Raises sqlite3.Error."""
    new = not path.exists()
    db = sqlite3.connect(path, timeout=_WAIT)
    try:
        if new:
            path.chmod(0o600)
        db.execute(_TABLE)
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
