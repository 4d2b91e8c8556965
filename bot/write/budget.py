"""How many answers a day the owner's chat model may word; the count is in a file, so that a restart does not reset it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from bot.config import write_atomically

log = logging.getLogger("footnote")


class DailyBudget:
    """The answers of one day, in UTC. May be shared by threads.

    Args:
        file: Holds the day and the count.
        limit: Answers a day; 0: no limit. The owner may change it.
        today: Gives the day; replaced in tests.
    """

    def __init__(
        self, file: Path, limit: int, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self.limit = limit
        self._file = file
        self._today = today
        self._lock = threading.Lock()
        self._day, self._count = _read(file)

    def take(self) -> bool:
        """Count an answer; False, and not counted, if the day's answers are used up."""
        with self._lock:
            day = self._today().isoformat()
            if day != self._day:
                self._day, self._count = day, 0
            if self.limit and self._count >= self.limit:
                return False
            self._count += 1
            if self.limit:
                self._write()
            return True

    def _write(self) -> None:
        try:
            write_atomically(self._file, json.dumps({"day": self._day, "answers": self._count}).encode())
        except OSError as error:
            log.warning("the count of the chat model's answers cannot be written (%s)", error.strerror)


def _read(file: Path) -> tuple[str, int]:
    """The day and its count; a file that is missing or damaged counts as none."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        return str(read["day"]), int(read["answers"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", 0
