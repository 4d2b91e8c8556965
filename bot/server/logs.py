"""The server's log: no entry can forge another, move a terminal's cursor, or be repeated without end.

Untrusted clients cause entries, of ours and of uvicorn's. The rate limit keeps them from filling the disk and from
hiding what matters to the owner.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.text.printable import printable

SIMILAR_ENTRIES, ALL_ENTRIES, PERIOD_SECONDS = 5, 200, 600.0
_COMPARED = 150  # characters of an entry


class PrintableFormatter(logging.Formatter):
    """Formats an entry as one line; further lines, as of a traceback, are indented."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record)).replace("\n", "\n  ")


@dataclass(eq=False)
class LogRateLimit:
    """A filter for loggers and handlers: a few similar entries and a limited number of all in each period.

    One object may serve several loggers. When a new period begins, the number of dropped entries is logged.
    """

    clock: Callable[[], float] = time.monotonic
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    _since: float = -PERIOD_SECONDS
    _dropped: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this entry is written."""
        kind = (record.name, record.getMessage()[:_COMPARED])
        with self._mutex:
            dropped = self._begin_period() if self.clock() - self._since >= PERIOD_SECONDS else 0
            written = self._seen[kind] < SIMILAR_ENTRIES and self._seen.total() < ALL_ENTRIES
            if written:
                self._seen[kind] += 1
            else:
                self._dropped += 1
        if dropped:
            logging.getLogger(record.name).warning("%d similar entries were dropped from the log.", dropped)
        return written

    def _begin_period(self) -> int:
        dropped, self._dropped, self._since = self._dropped, 0, self.clock()
        self._seen.clear()
        return dropped


def log_to_stderr() -> None:
    """Write warnings and errors to stderr, printable and rate-limited."""
    limit = LogRateLimit()
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(PrintableFormatter())
    handler.addFilter(limit)
    logging.getLogger("footnote").addHandler(handler)
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(limit)
    logging.getLogger("uvicorn.error").addFilter(is_news)


def log_questions() -> None:
    """Log questions to stderr, because the owner chose to."""
    logger = logging.getLogger("footnote.questions")
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler())
    logger.propagate = False


def is_news(record: logging.LogRecord) -> bool:
    """Whether an entry of uvicorn's tells the owner something.

    Every open tab holds a stream that is cut when the server ends: not an error. And a client that asks for a
    websocket gets no advice to install one: nothing here uses websockets.
    """
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    message = record.getMessage()
    ignored = ("timeout graceful shutdown exceeded", "WebSocket", "Unsupported upgrade request")
    return not cut and not any(text in message for text in ignored)
