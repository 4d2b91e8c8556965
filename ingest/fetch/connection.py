"""One HTTP request over a connection that leads to public hosts only.

    with connections.request(address, headers, deadline) as reply:   reply.status, reply.headers, reply.pieces

A host is resolved once for each connection, all its addresses are checked, and the connection goes
to one of those very numbers, so a name that resolves to another address in between (DNS
rebinding) gains nothing; the certificate is still checked against the name. Whatever goes wrong is a FetchError.
"""

from __future__ import annotations

import functools
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.errors import FetchError, TryLater
from ingest.fetch.addresses import Address, Resolve, addresses_of, is_public

if TYPE_CHECKING:
    import httpcore
    from httpcore import NetworkBackend, NetworkStream
else:
    NetworkBackend = NetworkStream = object  # httpcore asks for their methods, not for their names

Sockets = NetworkBackend

CONNECT, READ, TOTAL = 10.0, 20.0, 60.0  # seconds
_MOST_ADDRESSES = 4  # of one host are tried, one after the other
_MOST_CONNECTIONS = 32
_REST, _REST_SECONDS = 2**16, 1.0  # bytes and seconds spent on an unwanted rest (the page of a 404)
_KEPT_OPEN = 15.0  # seconds without use


class Deadline:
    """Seconds left to the network for one answer, however slowly it comes."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self.clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        return self._end - self.clock()

    def within(self, timeout: float | None) -> float:
        """The shorter of a timeout and the time left. Raises httpcore.ReadTimeout if none is left."""
        import httpcore

        left = self.left()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Time spent in here is not the server's fault and does not count."""
        before = self.clock()
        try:
            yield
        finally:
            self._end += self.clock() - before


@dataclass(frozen=True, slots=True)
class Reply:
    """headers: as they came, names in any case. pieces: the body as it came, not unpacked."""

    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: Iterator[bytes]


class Connections:
    """Open connections; may be used from several threads.

    sockets: what opens connections, once an address is found good. tls: which certificates are trusted;
    else those of Mozilla and of this computer.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve,
        sockets: Sockets | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        import httpcore

        self._current = _CurrentDeadline()
        self._guard = _Guard(allow_private, resolve, sockets or httpcore.SyncBackend(), self._current)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or _trusted_certificates(),
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEPT_OPEN,
            network_backend=self._guard,
        )

    def is_private(self, host: str) -> bool:
        """Whether a connection has been made to this host in a private network."""
        return host in self._guard.private

    @contextmanager
    def request(self, address: Address, headers: Mapping[str, str], deadline: Deadline) -> Iterator[Reply]:
        """GET. Raises FetchError, also while the reply's pieces are read."""
        import httpcore

        url = httpcore.URL(
            scheme=address.scheme.encode(),
            host=address.host.encode(),
            port=address.port,
            target=address.target.encode(),
        )
        self._current.deadline = deadline
        with _in_plain_words(deadline, address):
            fields = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
            host = address.origin.partition("://")[2]
            request = httpcore.Request(
                "GET",
                url,
                headers=[(b"Host", host.encode()), *fields],
                extensions={"timeout": {"connect": CONNECT, "read": READ, "write": READ, "pool": READ}},
            )
            response = self._pool.handle_request(request)
        pieces = self._pieces(response.iter_stream(), deadline, address)
        try:
            yield Reply(response.status, response.headers, pieces)
        finally:
            with suppress(FetchError), _in_plain_words(deadline, address):
                self._current.deadline = Deadline(min(_REST_SECONDS, deadline.left()), deadline.clock)
                _read_rest(pieces)
            with suppress(FetchError), _in_plain_words(deadline, address):
                response.close()

    def _pieces(self, stream: Iterable[bytes], deadline: Deadline, address: Address) -> Iterator[bytes]:
        with _in_plain_words(deadline, address):
            yield from stream

    def close(self) -> None:
        self._pool.close()


@functools.cache
def _trusted_certificates() -> ssl.SSLContext:
    """Mozilla's certificates and this computer's own; reading them takes a while, so once."""
    import httpcore

    tls = httpcore.default_ssl_context()
    tls.load_default_certs()
    return tls


def _read_rest(pieces: Iterator[bytes]) -> None:
    """A connection whose answer was read to the end serves again; a long rest is not worth it."""
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > _REST:
            return


class _CurrentDeadline(threading.local):
    """The deadline of the request that this thread makes; connections outlive requests."""

    deadline: Deadline


class _Guard(NetworkBackend):
    """Connects to public hosts only, and to the very addresses it found public."""

    def __init__(
        self, allow_private: bool, resolve: Resolve, inner: NetworkBackend, current: _CurrentDeadline
    ) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = inner
        self._current = current
        self.private: set[str] = set()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        import httpcore

        numbers = addresses_of(host, port, self._resolve, allow_private=self._allow_private)
        if not all(is_public(number) for number in numbers):
            self.private.add(host)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for number in numbers[:_MOST_ADDRESSES]:
            try:
                stream = self._inner.connect_tcp(
                    number, port, self._current.deadline.within(timeout), local_address, socket_options
                )
                return _Stream(stream, self._current)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(host)


class _Stream(NetworkStream):
    """A connection that also stops when its request's time is up, though each read is quick."""

    def __init__(self, inner: NetworkStream, current: _CurrentDeadline) -> None:
        self._inner = inner
        self._current = current

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._current.deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._current.deadline.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        within = self._current.deadline.within(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, within), self._current)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


@contextmanager
def _in_plain_words(deadline: Deadline, address: Address) -> Iterator[None]:
    """What the library raises, as FetchErrors."""
    import httpcore

    try:
        yield
    except httpcore.TimeoutException as error:
        raise _too_slow(error, deadline) from error
    except httpcore.ConnectError as error:
        raise _no_connection(error, address) from error
    except httpcore.NetworkError as error:
        raise TryLater("the connection broke off") from error
    except httpcore.RemoteProtocolError as error:
        raise TryLater(
            "its server broke off or sent something that is no web page; try again later"
        ) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise FetchError("it cannot be asked for as it is written; check the address") from error


def _too_slow(error: httpcore.TimeoutException, deadline: Deadline) -> FetchError:
    import httpcore

    if deadline.left() <= 0:
        return FetchError(
            f"it did not come completely within {deadline.seconds:.0f} seconds; try again later"
        )
    limit = CONNECT if isinstance(error, httpcore.ConnectTimeout) else READ
    return TryLater(f"it did not answer within {limit:.0f} seconds; try again later")


def _no_connection(error: BaseException, address: Address) -> FetchError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            what = cause.verify_message or "it cannot be verified"
            return FetchError(f"its certificate is not valid: {what.rstrip('.').lower()}")
        if isinstance(cause, ssl.SSLError):
            return FetchError("no secure connection to it is possible; does it answer to http:// instead?")
        if isinstance(cause, ConnectionRefusedError):
            return TryLater(f"nothing answers at {address.origin}; is the site running?")
        cause = cause.__cause__ or cause.__context__
    return TryLater("no connection to it is possible; is this computer online?")
