"""Requests to a Chroma server, by the HTTP interface that it documents (/api/v2).

Its own client waits without end for a server that does not answer, and its import takes a second; so the requests are made here.
After a request that failed, the others are refused at once, and a thread waits until the server answers again.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from ingest.errors import ChromaDown, ConfigError, IndexError_

if TYPE_CHECKING:
    import httpcore

_CONNECT_SECONDS = 2.0
_READ_SECONDS, _WRITE_SECONDS = 10.0, 60.0  # until a search is answered, and until records are written
_AGAIN_SECONDS = 0.5  # between two looks at a server that is down
_QUIET_SECONDS = 3.0  # after which is_down looks for itself
_CONNECTIONS = 32
_BUSY = (429, 502, 503, 504)  # of a server that is overloaded, and of a proxy that does not reach it
log = logging.getLogger("footnote")


class NotThere(Exception):
    """The server has no such collection."""


class ChromaServer:
    """One database of one server. Thread-safe; connects when it is first used.

    Args:
        base: Scheme, host and port.
        tenant: Whose databases.
        database: Which of them.
        headers: Sent with each request; a secret may be among them.
    """

    def __init__(self, base: SplitResult, tenant: str, database: str, headers: dict[str, str]) -> None:
        self._base = base
        self._place = f"/api/v2/tenants/{quote(tenant, safe='')}/databases/{quote(database, safe='')}"
        self._headers = {"Accept": "application/json", **headers}
        self._mutex = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None
        self._is_down = False
        self._answered = 0.0

    @property
    def is_down(self) -> bool:
        """Whether it does not answer; asks it, unless that is known from the last seconds."""
        if not self._is_down and time.monotonic() - self._answered > _QUIET_SECONDS:
            self._look()
        return self._is_down

    @functools.cached_property
    def batch(self) -> int:
        """How many records may be written at once."""
        return int(self._request("GET", "/api/v2/pre-flight-checks", None, _READ_SECONDS)["max_batch_size"])

    def version(self) -> str:
        """Of the server, which has the database of the address. Raises ChromaDown, or IndexError_ if it cannot be used."""
        try:
            self.call("GET", "/collections_count")
        except NotThere as error:
            raise IndexError_(
                "The Chroma server of FOOTNOTE_CHROMA_URL has no such tenant or database. Correct the end of the address, or make "
                "the database there."
            ) from error
        return str(self._request("GET", "/api/v2/version", None, _READ_SECONDS))

    def call(self, method: str, path: str, body: object = None, *, writes: bool = False) -> Any:
        """What the server answers to a request within its database.

        Raises:
            ChromaDown: It does not answer; tried again at once, as the connection may be of before a restart.
            NotThere: What the path names does not exist.
            IndexError_: It refuses what is asked.
        """
        return self._request(
            method, f"{self._place}{path}", body, _WRITE_SECONDS if writes else _READ_SECONDS
        )

    def _request(self, method: str, path: str, body: object, seconds: float) -> Any:
        if self._is_down:
            raise _down()
        status, content = self._send(method, path, body, seconds)
        if status in _BUSY:
            if status != 429:
                self._report_down(f"status {status}")
            raise _down()
        try:
            answer = json.loads(content) if content else None
        except ValueError:
            answer = None
        if status < 300:
            return answer
        kind = answer.get("error") if isinstance(answer, dict) else None
        if status == 404 and kind == "NotFoundError":
            raise NotThere
        raise IndexError_(_refusal(status, kind))

    def _send(self, method: str, path: str, body: object, seconds: float) -> tuple[int, bytes]:
        import httpcore

        for again in (True, False):
            try:
                return self._send_once(method, path, body, seconds)
            except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError) as error:
                if not again:
                    self._report_down(type(error).__name__)
                    raise _down() from error
            except httpcore.PoolTimeout as error:  # so many requests at once
                raise _down() from error
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
                self._report_down(type(error).__name__)
                raise _down() from error
        raise AssertionError("one of the two tries has ended")

    def _send_once(self, method: str, path: str, body: object, seconds: float) -> tuple[int, bytes]:
        import httpcore

        with self._mutex:
            if self._pool is None:
                self._pool = httpcore.ConnectionPool(max_connections=_CONNECTIONS, keepalive_expiry=30)
        base = self._base
        url = httpcore.URL(scheme=base.scheme, host=base.hostname or "", port=base.port, target=path)
        content = b"" if body is None else json.dumps(body).encode()
        waits = {"connect": _CONNECT_SECONDS, "read": seconds, "write": seconds, "pool": seconds}
        headers = [*self._headers.items(), ("Content-Type", "application/json")]
        response = self._pool.request(
            method, url, headers=headers, content=content, extensions={"timeout": waits}
        )
        self._answered = time.monotonic()
        return response.status, response.content

    def _look(self) -> bool:
        """Whether it answers. Sets is_down if it does not."""
        import httpcore

        try:
            status, _ = self._send_once("GET", "/api/v2/heartbeat", None, _CONNECT_SECONDS)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            self._report_down(type(error).__name__)
            return False
        if status in _BUSY:
            self._report_down(f"status {status}")
        return status not in _BUSY

    def _report_down(self, reason: str) -> None:
        with self._mutex:
            if self._is_down:
                return
            self._is_down = True
        log.warning(
            "The Chroma server of FOOTNOTE_CHROMA_URL does not answer (%s). Questions that need a search are refused until it "
            "does; it is tried again every %g seconds.",
            reason,
            _AGAIN_SECONDS,
        )
        threading.Thread(target=_wait, args=(weakref.ref(self),), name="chroma", daemon=True).start()

    def _report_up(self) -> None:
        with self._mutex:
            self._is_down = False
        log.warning("The Chroma server of FOOTNOTE_CHROMA_URL answers again.")


def _wait(server: weakref.ref[ChromaServer]) -> None:
    """Look again and again until it answers."""
    while True:
        time.sleep(_AGAIN_SECONDS)
        waiting = server()
        if waiting is None:
            return
        if waiting._look():
            waiting._report_up()
            return
        del waiting


@functools.cache
def open_chroma(url: str, token: str = "") -> ChromaServer:
    """A database of a Chroma server, one object for all of a process.

    Args:
        url: http://host:8000, or https://host/tenant/database for another database than the default one.
        token: Sent as Authorization: Bearer and X-Chroma-Token, as a proxy in front of the server, or a hosted one, wants it.

    Raises:
        ConfigError: The address is none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
        names = [unquote(name) for name in parts.path.split("/") if name]
        if parts.scheme not in ("http", "https") or not parts.hostname or len(names) not in (0, 2):
            raise ValueError
    except ValueError:
        raise ConfigError(
            "FOOTNOTE_CHROMA_URL: write an address such as http://host:8000, or https://host/tenant/database."
        ) from None
    tenant, database = names or ("default_tenant", "default_database")
    headers = {"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else {}
    if parts.username and not token:
        named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
    return ChromaServer(parts, tenant, database, headers)


def _down() -> ChromaDown:
    return ChromaDown(
        "The Chroma server of FOOTNOTE_CHROMA_URL does not answer. See that it runs, then try again."
    )


def _refusal(status: int, kind: object) -> str:
    if status in (401, 403):
        return "The Chroma server of FOOTNOTE_CHROMA_URL refuses us: see that FOOTNOTE_CHROMA_TOKEN is its token."
    if status == 404:
        return "What answers at FOOTNOTE_CHROMA_URL is no Chroma server of version 1 or later (no /api/v2)."
    name = f", {kind}" if isinstance(kind, str) and kind.isidentifier() else ""
    return f"The Chroma server of FOOTNOTE_CHROMA_URL refuses what is asked of it ({status}{name}); its log says why."
