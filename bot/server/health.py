"""Whether the server can answer: it has started, the model is loaded, and the last search of the live index worked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from bot.problems import Problem, Refused
from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from bot.pipeline import Bot
    from bot.server.reingest.schedule import Scheduler

STARTING = Problem(503, "starting", "The chat is still starting. Please try again in a moment.", 10)
RECHECK_SECONDS = 10.0  # between two searches that only ask whether searching works again
TRUST_SECONDS = 60.0  # how long a search that worked is believed


@dataclass(eq=False, slots=True)
class Health:
    """The state of one server; thread-safe.

    Questions report here what became of their search. A failure is not final: one odd question may fail where all
    others work, so the next check searches itself, and its outcome counts.
    """

    bot: Bot
    clock: Callable[[], float] = time.monotonic
    is_ready: bool = True
    _checked: float | None = None  # when a search last worked, or last failed
    _generation: str = ""
    _error: FootnoteError | None = None
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def report_failure(self) -> None:
        """A question met an error: the next check does not believe what was known before."""
        self._checked = None

    def check(self) -> dict[str, Any]:
        """What the live index holds. Raises Refused while starting, and FootnoteError if a search fails."""
        if not self.is_ready:
            raise Refused(STARTING)
        found = self.bot.health()
        with self._mutex:
            if self._is_outdated(found.index):
                self._search()
                self._checked, self._generation = self.clock(), found.index
            if self._error is not None:
                raise self._error
        return {"articles": found.articles, "chunks": found.chunks, "index": found.index}

    def _is_outdated(self, generation: str) -> bool:
        if self._checked is None or generation != self._generation:
            return True
        age = self.clock() - self._checked
        return age >= (TRUST_SECONDS if self._error is None else RECHECK_SECONDS)

    def _search(self) -> None:
        try:
            self.bot.warm()
            self._error = None
        except FootnoteError as error:
            self._error = error


def health_body(health: Health, scheduler: Scheduler | None) -> dict[str, Any]:
    """The answer of /healthz. Raises what Health.check() raises.

    "last_sync": when the index last matched the blog, and "last_sync_age" the seconds since then; null if this server
    does not re-ingest or has not yet.
    """
    body = {"status": "ok", **health.check(), "version": _version()}
    last = None if scheduler is None else scheduler.health()["last"]
    age = None if last is None else (datetime.now(UTC) - datetime.fromisoformat(last)).total_seconds()
    body |= {"last_sync": last, "last_sync_age": None if age is None else max(0, round(age))}
    return body if scheduler is None else {**body, "reingest": scheduler.health()}


def _version() -> str:
    try:
        return version("footnote-blog")
    except PackageNotFoundError:  # run from a folder that was not installed
        return "unknown"
