"""How many answers a day the owner's chat model may word; the count is in a file or a database, so that a restart does not reset it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import write_atomically
from ingest.database import Layout, Tables
from ingest.errors import DatabaseError

if TYPE_CHECKING:
    from bot.config import BotConfig

log = logging.getLogger("footnote")


LAYOUT = Layout(
    "model_answers", ("CREATE TABLE model_answers (day TEXT PRIMARY KEY, answers INTEGER NOT NULL)",)
)
_COUNT = """INSERT INTO model_answers VALUES (?, 1) ON CONFLICT (day) DO UPDATE
    SET answers = model_answers.answers + 1 WHERE model_answers.answers < ?"""


class DailyBudget:
    """The answers of one day, in UTC. May be shared by threads.

    Args:
        file: Holds the day and the count of this server.
        limit: Answers a day; 0: no limit. The owner may change it.
        today: Gives the day; replaced in tests.
        shared: Count for all servers; while they cannot be used, each server's own count decides.
    """

    def __init__(
        self,
        file: Path,
        limit: int,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        shared: Tables | None = None,
    ) -> None:
        self.limit = limit
        self._file = file
        self._today = today
        self._shared, self._is_down = shared, False
        self._lock = threading.Lock()
        self._day, self._count = _read(file)

    def take(self) -> bool:
        """Count an answer; False, and not counted, if the day's answers are used up."""
        with self._lock:
            day = self._today().isoformat()
            if day != self._day:
                self._day, self._count = day, 0
            if self.limit and (self._count >= self.limit or not self._is_left(day)):
                return False
            self._count += 1
            if self.limit:
                self._write()
            return True

    def _is_left(self, day: str) -> bool:
        """Count an answer for all servers; False, and not counted, if theirs are used up."""
        if self._shared is None:
            return True
        try:
            with self._shared.writing() as db:
                db.execute("DELETE FROM model_answers WHERE day < ?", (day,))
                is_left = db.execute(_COUNT, (day, self.limit)).rowcount > 0
        except DatabaseError as error:
            if not self._is_down:
                log.warning("%s Each server counts the chat model's answers for itself.", error)
            self._is_down = True
            return True
        self._is_down = False
        return is_left

    def _write(self) -> None:
        try:
            write_atomically(self._file, json.dumps({"day": self._day, "answers": self._count}).encode())
        except OSError as error:
            log.warning("the count of the chat model's answers cannot be written (%s)", error.strerror)


def open_budget(config: BotConfig) -> DailyBudget:
    """The budget of the settings' blog."""
    database = config.database
    shared = None if database is None else database.tables(LAYOUT)
    return DailyBudget(config.beside("model.json"), config.model_answers, shared=shared)


def _read(file: Path) -> tuple[str, int]:
    """The day and its count; a file that is missing or damaged counts as none."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        return str(read["day"]), int(read["answers"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0
