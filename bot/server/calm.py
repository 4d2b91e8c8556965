"""A log that strangers cannot fill: of entries that are alike some in a while, and of all only so many.

Whoever sends nonsense causes an entry each time, of ours or of uvicorn's, and an owner would have to
find what matters among a million of them, or find the disk full.

What this file does not know: what is logged, and where to (printable.py).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

ALIKE, ALL, SECONDS = 5, 200, 600.0
_COMPARED = 150  # characters of an entry


@dataclass(eq=False)
class Calm:
    """A filter for loggers and handlers; one for all of them. Says afterwards how many entries it left out."""

    clock: Callable[[], float] = time.monotonic
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    _since: float = -SECONDS
    _left_out: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this entry is written."""
        kind = (record.name, record.getMessage()[:_COMPARED])
        with self._mutex:
            before = self._begin() if self.clock() - self._since >= SECONDS else 0
            written = self._seen[kind] < ALIKE and self._seen.total() < ALL
            if written:
                self._seen[kind] += 1
            else:
                self._left_out += 1
        if before:
            told = "%d entries like earlier ones were left out here in the last while."
            logging.getLogger(record.name).warning(told, before)
        return written

    def _begin(self) -> int:
        before, self._left_out, self._since = self._left_out, 0, self.clock()
        self._seen.clear()
        return before
