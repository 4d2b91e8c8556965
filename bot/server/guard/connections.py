"""Connections to the server: how many, how many of one address, and that none is held open by a client that says nothing.

uvicorn limits how long an idle connection is kept after an answer, but waits without end for one
that has begun to ask, or never begins. It counts all connections together: one stranger could hold
them all, and readers would find the door shut.

What this file does not know: what is asked.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable

from bot.server.guard.proxy import ip_of
from bot.server.guard.rate_limit import who

CONNECTIONS = 2000  # more are turned away at the door, without a word that a reader would see
EACH = 400  # of one address; a browser holds six, and a school may have one address for all
HEAD_SECONDS = 20.0  # between two looks at a connection: by the second one a request must have arrived


def is_stranger(peer: str) -> bool:
    """Not a proxy near us, by which all readers come."""
    address = ip_of(peer)
    return address is not None and address.is_global


def impatient(
    seconds: float = HEAD_SECONDS, each: int = EACH, counts: Callable[[str], bool] = is_stranger
) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, with a time limit for the line and headers of a request.

    h11, not httptools: only h11 limits how long they may be. each: connections of one address, if it counts.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    held: Counter[str] = Counter()

    class Impatient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._look = self.loop.call_later(seconds, self._again, None)
            peer = (transport.get_extra_info("peername") or ("",))[0]
            self._asker = who(peer) if counts(peer) else ""
            if self._asker:
                held[self._asker] += 1
                if held[self._asker] > each:
                    transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            self._look.cancel()
            if self._asker:
                held[self._asker] -= 1
                if not held[self._asker]:
                    del held[self._asker]
            super().connection_lost(exc)

        def _again(self, before: object) -> None:
            """Ends the connection if nothing has been asked since the last look, and nothing is being answered."""
            now = self.cycle or self
            idle = self.cycle is None or self.cycle.response_complete
            if idle and before is now:
                self.transport.abort()
            else:
                self._look = self.loop.call_later(seconds, self._again, now if idle else None)

    return Impatient


def raise_file_limit(wanted: int) -> None:
    """Each connection is an open file; many systems allow 1024 unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
