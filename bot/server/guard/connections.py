"""Limits for connections: how many there are, how many one client holds, and how long one may stay silent.

uvicorn limits how long an idle connection is kept after an answer, but waits without end for a request that has
begun, or never begins. It counts all connections together: one client could hold them all.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable

from bot.server.guard.proxy import ip_of
from bot.server.guard.rate_limit import client_keys

MAX_CONNECTIONS = 2000  # further ones are closed without an answer
MAX_PER_CLIENT = 400  # a browser holds six, and a school may have one address for all
HEAD_SECONDS = 20.0  # between two looks at a connection: by the second, a request must have arrived


def is_remote(peer: str) -> bool:
    """Whether the peer is on the internet, and so no proxy near us by which all readers come."""
    address = ip_of(peer)
    return address is not None and address.is_global


def limited_protocol(
    seconds: float = HEAD_SECONDS, each: int = MAX_PER_CLIENT, counts: Callable[[str], bool] = is_remote
) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, with limits for connections and for the time that a request's head may take.

    Based on h11 and not on httptools: only h11 limits how long the head may be. It relies on the private parts of
    uvicorn's class that a test names.

    Args:
        seconds: Between two looks at each connection.
        each: Connections that one client may hold.
        counts: Whether the connections of a peer are counted.
    """
    from uvicorn.protocols.http.h11_impl import H11Protocol

    held: Counter[str] = Counter()

    class LimitedProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._check = self.loop.call_later(seconds, self._close_if_idle, None)
            peer = (transport.get_extra_info("peername") or ("",))[0]
            self._clients = client_keys(peer) if counts(peer) else ()
            held.update(key for key, _ in self._clients)
            if any(held[key] > each * allowance for key, allowance in self._clients):
                transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            self._check.cancel()
            for key, _ in self._clients:
                held[key] -= 1
                if not held[key]:
                    del held[key]
            super().connection_lost(exc)

        def _close_if_idle(self, before: object) -> None:
            """Close the connection if no request has come since the last look, and none is being answered."""
            now = self.cycle or self
            idle = self.cycle is None or self.cycle.response_complete
            if idle and before is now:
                self.transport.abort()
            else:
                self._check = self.loop.call_later(seconds, self._close_if_idle, now if idle else None)

    return LimitedProtocol


def raise_file_limit(wanted: int) -> None:
    """Each connection is an open file; many systems allow 1024 unless asked."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
