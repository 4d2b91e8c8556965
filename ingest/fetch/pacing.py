"""How many requests a host gets at once, and how soon one after the other."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Host:
    slots: threading.BoundedSemaphore
    begun: float = -math.inf  # when on the clock the last request began, or will
    paused_until: float = -math.inf  # none begins before


class Pace:
    """Turns, host by host; may be used from several threads."""

    def __init__(self, per_host: int, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._per_host = per_host
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, host: str, gap: float) -> Iterator[None]:
        """Waits for a turn and holds it. gap: seconds since the last beginning on this host."""
        known = self._known(host)
        with known.slots:
            with self._lock:
                now = self._clock()
                start = max(now, known.begun + gap, known.paused_until)
                known.begun = start
            if start > now:
                self._sleep(start - now)
            yield

    def pause(self, host: str, seconds: float) -> None:
        """No new turn on this host for so many seconds."""
        known = self._known(host)
        with self._lock:
            known.paused_until = max(known.paused_until, self._clock() + seconds)

    def _known(self, host: str) -> _Host:
        with self._lock:
            if host not in self._hosts:
                self._hosts[host] = _Host(threading.BoundedSemaphore(self._per_host))
            return self._hosts[host]
