"""The server's log: no entry can forge another, move a terminal's cursor, or be repeated without end.

Untrusted clients cause entries, of ours and of uvicorn's. The rate limit keeps them from filling the disk and from
hiding what matters to the owner.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.server.request_ids import request_id
from bot.text.printable import printable

SIMILAR_ENTRIES, ALL_ENTRIES, PERIOD_SECONDS = 5, 200, 600.0
_COMPARED = 150  # characters of an entry


class PrintableFormatter(logging.Formatter):
    """Formats an entry as one line, with the request that caused it; further lines, as of a traceback, are indented."""

    def format(self, record: logging.LogRecord) -> str:
        name = request_id()
        text = printable(super().format(record)).replace("\n", "\n  ")
        return f"[{name}] {text}" if name else text


class JsonFormatter(logging.Formatter):
    """Formats an entry as one line of JSON in ASCII, so that nothing in it can move a terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if name := request_id():
            entry["request"] = name
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry)


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


def log_to_stderr(form: str = "text") -> None:
    """Write warnings and errors to stderr, printable and rate-limited. form: text, or json for a line of JSON each."""
    limit = LogRateLimit()
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_formatter(form))
    handler.addFilter(limit)
    logging.getLogger("footnote").addHandler(handler)
    for name in ("uvicorn.error", "asyncio"):
        if form != "json":  # uvicorn and Python write these
            logging.getLogger(name).addFilter(limit)
        else:
            logging.getLogger(name).addHandler(handler)
            logging.getLogger(name).propagate = False
    logging.getLogger("uvicorn.error").addFilter(is_news)


def log_questions(form: str = "text") -> None:
    """Log questions to stderr, because the owner chose to."""
    logger, handler = logging.getLogger("footnote.questions"), logging.StreamHandler()
    if form == "json":
        handler.setFormatter(_formatter(form))
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False


def _formatter(form: str) -> logging.Formatter:
    return JsonFormatter() if form == "json" else PrintableFormatter()


def is_news(record: logging.LogRecord) -> bool:
    """Whether an entry of uvicorn's tells the owner something.

    Every open tab holds a stream that is cut when the server ends: not an error. And a client that asks for a
    websocket gets no advice to install one: nothing here uses websockets.
    """
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    message = record.getMessage()
    ignored = ("timeout graceful shutdown exceeded", "WebSocket", "Unsupported upgrade request")
    return not cut and not any(text in message for text in ignored)
