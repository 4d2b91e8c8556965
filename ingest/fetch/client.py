"""GET an address: what is there, or a FetchError that says why not in plain words.

    with Fetcher() as fetcher:
        fetched = fetcher.get("https://blog.example/post", etag=the_one_it_had)

Polite (robots.txt, few requests at once, an honest name), careful (public hosts only, sizes and
times limited, each redirect checked separately), patient (retries what may succeed later). No cookies and no
proxies.
"""

from __future__ import annotations

import functools
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import DisallowedByRobots, FetchError, TryLater
from ingest.fetch import response
from ingest.fetch.addresses import Address, Resolve, may_have_pages, parse_address, system_addresses
from ingest.fetch.connection import TOTAL, Connections, Deadline, Sockets
from ingest.fetch.decompress import content, gunzip, offered
from ingest.fetch.pacing import Pace
from ingest.fetch.response import is_login, may_succeed_later, refusal, target
from ingest.fetch.robots import LARGEST as _LARGEST_ROBOTS
from ingest.fetch.robots import Robots, Rules
from ingest.version import installed_version

if TYPE_CHECKING:
    from tenacity import RetryCallState

__all__ = ["LARGEST", "Fetched", "Fetcher", "gunzip"]

LARGEST = 10 * 2**20  # bytes
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5"
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10
_TRIES = 3
_GAP = 0.1  # seconds between the beginnings of two requests to a public host


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    asked: the address asked for; url: where the answer came from, after redirects; both in one
    spelling. status: 200 (or another 2xx), 304, or one that the caller accepts. body: unpacked, b""
    for 304. media_type: "text/html", lower case, no parameters, "" if none was given; charset: of
    the same header. etag, last_modified: to be sent back next time; the latter None where it is too
    weak to be relied on. links: Link header, relation -> absolute address, the first of each.
    robots: X-Robots-Tag headers joined with ", ", lower case, "" if none. headers: all, names in
    lower case.
    """

    asked: str
    url: str
    status: int
    body: bytes
    media_type: str
    charset: str | None
    etag: str | None
    last_modified: str | None
    links: Mapping[str, str]
    robots: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for, however many hops away. cut: of what is too large the beginning is enough."""

    asked: Address
    accept: str
    etag: str | None = None
    last_modified: str | None = None
    largest: int = LARGEST
    accept_status: Collection[int] = ()
    ask_robots: bool = True
    cut: bool = False

    @property
    def headers(self) -> dict[str, str]:
        conditions = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {
            "User-Agent": _agent(),
            "Accept": self.accept,
            "Accept-Encoding": offered(),
            **{name: value for name, value in conditions.items() if value is not None},
        }


@dataclass(slots=True)
class _Attempts:
    """What one answer has cost so far, over all its redirects."""

    deadline: Deadline
    failures: int = 0


class Fetcher:
    """Connections, robots.txt of each site and turns; one for a whole ingest, from any of its threads.

    allow_private: also ask hosts in private networks. resolve: (host, port) -> addresses; asked once
    per connection. sleep, clock: seconds. per_host: requests at once. sockets, tls: what opens
    connections, and which certificates are trusted (tests and unusual networks).
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve = system_addresses,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        per_host: int = 2,
        sockets: Sockets | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._sleep = sleep
        self._clock = clock
        self._pace = Pace(per_host, sleep=sleep, clock=clock)
        self._robots = Robots(self._robots_file, clock=clock)
        self._open = functools.partial(
            Connections, allow_private=allow_private, resolve=resolve, sockets=sockets, tls=tls
        )
        self._lock = threading.Lock()
        self._connection_pool: Connections | None = None

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections; a later `get` opens new ones."""
        with self._lock:
            pool, self._connection_pool = self._connection_pool, None
        if pool is not None:
            pool.close()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = _ACCEPT,
        largest: int = LARGEST,
        accept_status: Collection[int] = (),
    ) -> Fetched:
        """What is at an address, redirects followed.

        etag, last_modified: of the answer before; if nothing changed since, the status is 304.
        largest: bytes, packed and unpacked. accept_status: answered as they come, not raised.
        Raises FetchError and nothing else: PrivateAddress, DisallowedByRobots, TryLater (tried three
        times in vain), or plain, with .status where a status was the reason.
        """
        validators = response.validator(etag), response.validator(last_modified)
        return self._followed(_Request(parse_address(url), accept, *validators, largest, accept_status))

    def robots_sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of this address's site names. Raises FetchError."""
        return self._rules(url).sitemaps

    def robots_schema_maps(self, url: str) -> tuple[str, ...]:
        """The schema maps that the robots.txt of this address's site names. Raises FetchError."""
        return self._rules(url).schema_maps

    def _rules(self, url: str) -> Rules:
        address = parse_address(url)
        self._admit(address)
        return self._robots.of(address)

    def _robots_file(self, address: Address) -> bytes:
        want = _Request(address, "text/plain,*/*;q=0.5", largest=_LARGEST_ROBOTS, ask_robots=False, cut=True)
        return self._followed(want).body

    def _followed(self, want: _Request) -> Fetched:
        """The answer at the end of all redirects, each of them checked."""
        effort = _Attempts(Deadline(TOTAL, self._clock))
        address = want.asked
        passed: set[Address] = set()
        for _ in range(_MOST_REDIRECTS + 1):
            if address in passed:
                raise FetchError("it redirects in a circle")
            passed.add(address)
            self._admit(address)
            with effort.deadline.paused():
                delay = self._delay(address, want)
            answer = self._tried(address, want, delay, effort)
            if isinstance(answer, Fetched):
                return answer
            address = answer
        raise FetchError(f"it redirects more than {_MOST_REDIRECTS} times")

    def _admit(self, address: Address) -> None:
        if not self._allow_private and not may_have_pages(address.port):
            raise FetchError(f"port {address.port} belongs to another service than web pages")

    def _delay(self, address: Address, want: _Request) -> float:
        """Seconds that the site asks for between requests. Raises DisallowedByRobots."""
        if not want.ask_robots:
            return 0.0
        rules = self._robots.of(address)
        if not rules.allow(address):
            _not_a_login(address, want)
            raise DisallowedByRobots("its robots.txt asks programs not to read this, so it was left alone")
        return rules.delay

    def _tried(self, address: Address, want: _Request, delay: float, effort: _Attempts) -> Fetched | Address:
        """One hop, again after what may pass."""
        from tenacity import Retrying, retry_if_exception, wait_exponential, wait_random

        backoff = wait_exponential(multiplier=0.5, max=10) + wait_random(0, 0.5)

        def enough(_: RetryCallState) -> bool:
            effort.failures += 1
            return effort.failures >= _TRIES

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            # The pace enforces what the server asked for, for all threads.
            return 0.0 if isinstance(error, TryLater) and error.wait else backoff(state)

        def sleep(seconds: float) -> None:
            with effort.deadline.paused():
                self._sleep(seconds)

        again = Retrying(
            stop=enough, retry=retry_if_exception(may_succeed_later), wait=wait, sleep=sleep, reraise=True
        )
        return again(self._in_turn, address, want, delay, effort.deadline)

    def _in_turn(
        self, address: Address, want: _Request, delay: float, deadline: Deadline
    ) -> Fetched | Address:
        gap = max(delay, 0.0 if self._connections().is_private(address.host) else _GAP)
        with ExitStack() as stack:
            with deadline.paused():
                stack.enter_context(self._pace.turn(address.host, gap))
            return self._asked(address, want, deadline)

    def _connections(self) -> Connections:
        with self._lock:
            if self._connection_pool is None:
                self._connection_pool = self._open()
            return self._connection_pool

    def _asked(self, address: Address, want: _Request, deadline: Deadline) -> Fetched | Address:
        """One request: the answer, or where it redirects to."""
        with self._connections().request(address, want.headers, deadline) as reply:
            headers = response.joined(reply.headers)
            if reply.status in _REDIRECTS and reply.status not in want.accept_status:
                return target(reply.status, headers, address)
            if reply.status not in want.accept_status:
                _not_a_login(address, want)
                self._check(reply.status, headers, address, want)
            packed = response.encodings(headers)
            body = content(reply.pieces, packed, want.largest, stated=response.length(headers), cut=want.cut)
        unchanged = reply.status == 304
        return Fetched(
            asked=str(want.asked),
            url=str(address),
            status=reply.status,
            body=b"" if unchanged else body,
            media_type=response.media_type(headers),
            charset=response.charset(headers),
            etag=response.validator(headers.get("etag")) or (want.etag if unchanged else None),
            last_modified=response.strong_date(headers) or (want.last_modified if unchanged else None),
            links=response.links(headers, address),
            robots=headers.get("x-robots-tag", "").lower(),
            headers=headers,
        )

    def _check(self, status: int, headers: dict[str, str], address: Address, want: _Request) -> None:
        conditional = want.etag is not None or want.last_modified is not None
        error = refusal(status, headers, conditional=conditional)
        if isinstance(error, TryLater) and error.wait is not None and may_succeed_later(error):
            self._pace.pause(address.host, error.wait)
        if error is not None:
            raise error


def _not_a_login(address: Address, want: _Request) -> None:
    """Raises FetchError if a redirect led from a page to one where people log in."""
    if address != want.asked and is_login(address) and not is_login(want.asked):
        raise FetchError("it asks to log in, and only pages that everybody can open are read")


@functools.cache
def _agent() -> str:
    return f"Footnote/{installed_version()} (reads this blog for its own question box)"
