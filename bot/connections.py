"""Connections to the server: how many, and that none may be held open by a client that says nothing.

uvicorn limits how long an idle connection is kept after an answer, but waits without end for one
that has begun to ask, or never begins.

What this file does not know: what is asked.
"""

from __future__ import annotations

import asyncio
import resource

CONNECTIONS = 2000  # more are turned away at the door, without a word that a reader would see
HEAD_SECONDS = 20.0  # between two looks at a connection: by the second one a request must have arrived


def impatient(seconds: float = HEAD_SECONDS) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, with a time limit for the line and headers of a request.

    h11, not httptools: only h11 limits how long they may be.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._look = self.loop.call_later(seconds, self._again, None)

        def connection_lost(self, exc: Exception | None) -> None:
            self._look.cancel()
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
