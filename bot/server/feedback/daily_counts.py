"""How many questions of each day were answered, not answered, urgent or small talk.

A row is a day, a status and a number; no text, address or time of day is stored. Counting costs a question a lock and
an addition: numbers wait in memory and are written together, a few seconds later, by a thread that then ends.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bot.types import Answer
from ingest.database import Layout, Tables
from ingest.errors import DatabaseError, FeedbackError

WRITE_SECONDS = 5.0  # between the first count that waits and its being written
DAYS = 800  # that are kept
LAYOUT = Layout(
    "counts",
    (
        """CREATE TABLE IF NOT EXISTS counts (
    day TEXT NOT NULL, status TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (day, status)) WITHOUT ROWID""",
    ),
)
_PUT = "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (day, status) DO UPDATE SET number = "
_ADD = f"{_PUT} counts.number + excluded.number"
_RAISE = f"{_PUT} CASE WHEN excluded.number > counts.number THEN excluded.number ELSE counts.number END"
log = logging.getLogger("footnote")


@dataclass(slots=True)
class DailyCounts:
    """The counts of one server, or of several that share the tables. Thread-safe.

    Attributes:
        delay: Seconds that counts wait in memory.
    """

    tables: Tables
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    delay: float = WRITE_SECONDS
    _failure: str = ""
    _waiting: Counter[tuple[str, str]] = field(default_factory=Counter)
    _timer: threading.Timer | None = None
    _mutex: threading.Lock = field(default_factory=threading.Lock)  # guards the two above
    _file: threading.Lock = field(default_factory=threading.Lock)

    @property
    def problem(self) -> str:
        """Why counts cannot be written or read, or what happened to them, for the owner; "" if all is well."""
        return self._failure or self.tables.problem

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
                with self.tables.writing() as db:
                    db.executemany(_ADD, rows)
                    db.execute("DELETE FROM counts WHERE day < ?", (oldest,))
                self._failure = ""
            except DatabaseError as error:
                self._report(f"The counts of questions cannot be written: {error}")
                with self._mutex:
                    self._waiting.update(waiting)

    def since(self, day: date) -> dict[str, dict[str, int]]:
        """Day (ISO) -> status -> number, from a day on; days without questions are left out."""
        self.write()
        if not self.tables.exists():
            return {}
        found: dict[str, dict[str, int]] = {}
        with self._file:
            try:
                with self.tables.reading() as db:
                    query = "SELECT day, status, number FROM counts WHERE day >= ? ORDER BY day"
                    for at, status, number in db.execute(query, (day.isoformat(),)):
                        found.setdefault(at, {})[status] = number
                self._failure = ""
            except DatabaseError as error:
                self._report(f"The counts of questions cannot be read: {error}")
        return found

    def restore(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Take over the numbers of a backup, as since() gives them, where they are higher than those that are there.

        Raises FeedbackError if they cannot be written.
        """
        rows = [
            (day, status, number) for day, numbers in counts.items() for status, number in numbers.items()
        ]
        with self._file:
            try:
                with self.tables.writing() as db:
                    db.executemany(_RAISE, rows)
            except DatabaseError as error:
                raise FeedbackError(f"The counts of questions cannot be written: {error}") from error

    def _report(self, problem: str) -> None:
        if problem != self._failure:
            log.warning("%s", problem)
        self._failure = problem
