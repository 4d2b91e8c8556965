"""A small value in a database that is looked at all the time, so that nobody who needs it waits for the database."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ingest.errors import FootnoteError

LOOK_SECONDS = 0.5
LATE_SECONDS = 5.0
Value = TypeVar("Value")
log = logging.getLogger("footnote")


class Watched(Generic[Value]):
    """The value as it was at the latest look, which a thread of its own repeats. Thread-safe.

    Args:
        look: Reads the value; raises DatabaseError or another FootnoteError.
        every: Seconds between two looks; 0: look whenever the value is asked for.
        late: Seconds after which a look that has not ended counts as failed.
        before: Gives the value that an earlier process has seen, for a start while the database is down; None if none is known.
    """

    def __init__(
        self,
        look: Callable[[], Value],
        every: float = LOOK_SECONDS,
        late: float = LATE_SECONDS,
        before: Callable[[], Value | None] = lambda: None,
    ) -> None:
        self._look, self._every, self._late, self._before = look, every, late, before
        self._mutex, self._looking = threading.Lock(), threading.Lock()
        self._known: tuple[Value, float] | None = None  # and when it was read
        self._thread: threading.Thread | None = None
        self._failed = False

    @property
    def is_down(self) -> bool:
        """Whether the latest look failed, or takes too long."""
        late = self._known is not None and time.monotonic() - self._known[1] > self._every + self._late
        return self._failed or (self._thread is not None and late)

    def value(self) -> Value:
        """The value; the one before while the database cannot be read. Raises what the look raised if there is none."""
        known = self._known
        if self._every and known is not None:
            return known[0]
        return self.look()

    def look(self) -> Value:
        """Look now: what this process has just written is seen, whatever a look that began before will find."""
        try:
            self._refresh()
        except FootnoteError:
            if self._known is None:
                before = self._before()
                if before is None:
                    raise
                self._known = (before, time.monotonic())
        self._start()
        assert self._known is not None
        return self._known[0]

    def _start(self) -> None:
        if not self._every:
            return
        with self._mutex:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=_watch, args=(weakref.ref(self), self._every), name="watched", daemon=True
                )
                self._thread.start()

    def _refresh(self) -> None:
        with self._looking:
            self._refresh_alone()

    def _refresh_alone(self) -> None:
        try:
            found = self._look()
        except FootnoteError as error:
            if not self._failed:
                log.warning(
                    "FOOTNOTE_DATABASE_URL: %s. What was read before is used until it is back.", error
                )
            self._failed = True
            raise
        if self._failed:
            log.warning("FOOTNOTE_DATABASE_URL: the database answers again.")
        self._failed = False
        self._known = (found, time.monotonic())


def _watch(value: weakref.ref[Watched[Any]], every: float) -> None:
    """Look again and again, for as long as anybody may ask."""
    while True:
        time.sleep(every)
        watched = value()
        if watched is None:
            return
        with contextlib.suppress(FootnoteError):  # it is logged, and tried again
            watched._refresh()
        del watched
