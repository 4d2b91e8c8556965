"""A parent process that ends and restarts a server that no longer answers its own health check.

A pattern or a library in C can hold the interpreter's lock forever; then no thread of the process can notice, and a
signal has no effect. So the server is a child of a small process, to which it sends a beat over a pipe. A beat takes
the way of a health check: through the event loop and a worker thread. The parent holds the listening socket, so that
clients wait while the server restarts and are not turned away.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

STARTING, READY = b"s", b"r"
MAX_EARLY_ENDS = 3
_LOOK_SECONDS = 1.0  # a signal must not wait longer than this
_LAST_WORDS_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: silent for a server that is ready or still starting; stop to end in good order; pause between starts."""

    ready: float = 60.0
    starting: float = 300.0
    stop: float = 15.0
    pause: float = 1.0
    beat: float = 1.0


class Heart:
    """The child's end of the pipe."""

    def __init__(self, pipe: int, limits: Limits) -> None:
        self._pipe = pipe
        self._limits = limits
        self._state = STARTING

    def is_ready(self) -> None:
        """From now on the shorter limit holds; thread-safe."""
        self._state = READY

    async def beat(self, stop: Callable[[], None]) -> None:
        """Beat until cancelled; calls stop if the parent has gone."""
        from anyio.to_thread import run_sync

        while True:
            await run_sync(_no_work)
            try:
                os.write(self._pipe, self._state)
            except OSError:  # nobody reads any more: the parent was killed
                stop()
                return
            await asyncio.sleep(self._limits.beat)


def watch(limits: Limits | None = None) -> Heart:
    """Fork; returns in the child, with its heart. The parent never returns: it exits as the last child did.

    Call it before any thread is started.
    """
    parent = _Parent(limits or Limits())
    while True:
        heart = parent.start_child()
        if heart is not None:
            return heart
        status = parent.wait()
        if status is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


class _Parent:
    """Starts a child, passes signals on to it, and kills it when it is silent for too long."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child = 0
        self._pipe = -1
        self._stop_at: float | None = None  # by then the child must have ended
        self._early_ends = 0  # children in a row that a signal ended before they were ready
        signums = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        self._handlers = {s: signal.getsignal(s) for s in signums}
        for ignored in [s for s, handler in self._handlers.items() if handler is signal.SIG_IGN]:
            del self._handlers[ignored]  # as nohup wants it

    def start_child(self) -> Heart | None:
        """The heart in the child; None in the parent."""
        reading, writing = os.pipe()
        for signum in self._handlers:
            signal.signal(signum, self._on_signal)
        self._child = os.fork()
        if self._child:
            os.close(writing)
            self._pipe = reading
            return None
        os.close(reading)
        os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which passes it on
        for signum, handler in self._handlers.items():
            signal.signal(signum, handler)
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        return Heart(writing, self._limits)

    def wait(self) -> int | None:
        """Watch the child until it ends; the exit status for this process, or None to start another child."""
        state, heard = STARTING, time.monotonic()
        while True:
            limit = self._limits.ready if state == READY else self._limits.starting
            end = heard + limit if self._stop_at is None else self._stop_at
            if self._readable(max(0.0, min(end - time.monotonic(), _LOOK_SECONDS))):
                beat = os.read(self._pipe, 4096)
                if not beat:  # the child has ended
                    return self._reap(was_ready=state == READY)
                state, heard = beat[-1:], time.monotonic()
            elif time.monotonic() >= end:
                return self._kill(limit, was_ready=state == READY)

    def _readable(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _kill(self, limit: float, *, was_ready: bool) -> int | None:
        if self._stop_at is None:
            _say(f"The server has not answered its own health check for {limit:g} seconds and is ended.")
            self._send(signal.SIGUSR1)  # it writes to stderr where each of its threads is
            self._readable(_LAST_WORDS_SECONDS)
        self._send(signal.SIGKILL)
        return self._reap(was_ready=was_ready)

    def _reap(self, *, was_ready: bool) -> int | None:
        os.close(self._pipe)
        _, status = os.waitpid(self._child, 0)
        code = os.waitstatus_to_exitcode(status)
        if self._stop_at is not None:
            return 0
        if code >= 0:
            return code
        self._early_ends = 0 if was_ready else self._early_ends + 1
        if self._early_ends == MAX_EARLY_ENDS:
            _say(f"The server was ended {MAX_EARLY_ENDS} times before it was ready. It is not started again.")
            return 1
        _say(f"The server was ended by {signal.Signals(-code).name} and is started again.")
        time.sleep(self._limits.pause)
        return 0 if self._stop_at is not None else None

    def _on_signal(self, signum: int, _: FrameType | None) -> None:
        if self._stop_at is None:
            self._stop_at = time.monotonic() + self._limits.stop
        self._send(signal.SIGINT if signum == signal.SIGINT else signal.SIGTERM)

    def _send(self, signum: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signum)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _no_work() -> None:
    return
