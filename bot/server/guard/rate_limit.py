"""How often one client, and all of them together, may ask: "8/10s 20/minute 200/hour".

The counting is the moving window of the library `limits`. Its own memory store sweeps every address it has ever seen
on each request; ours keeps the latest clients only, so that a million addresses cost no more than a few thousand.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from limits.storage import MovingWindowSupport, Storage
from limits.strategies import MovingWindowRateLimiter

from bot.config import Rate
from bot.problems import Problem, Refused
from bot.server.guard.proxy import ip_of
from bot.server.guard.shared_counts import SharedCounts, item_of

NETWORK_ALLOWANCE = 4  # clients' worth of everything for a whole /48 network
CLIENTS = 10_000  # that are remembered, the latest ones


def client_keys(address: str | None) -> tuple[tuple[str, int], ...]:
    """The client and, for IPv6, the /48 network around it, each with how many clients' allowance it has.

    A household may be given a /64 or a whole /48 (RFC 6177): with limits for each /64 alone, one household could be
    65,536 clients.
    """
    found = ip_of(address or "")
    client = client_key(address)
    if found is None or found.version == 4:
        return ((client, 1),)
    return ((client, 1), (client_network(address), NETWORK_ALLOWANCE))


def client_network(address: str | None) -> str:
    """The client or, for IPv6, the /48 network around it."""
    found = ip_of(address or "")
    if found is None or found.version == 4:
        return client_key(address)
    return f"{int(found) >> 80:x}/48"


def client_key(address: str | None) -> str:
    """What counts as one client: an IPv4 address, or the /64 network that a household has of IPv6."""
    found = ip_of(address or "")
    if found is None:
        return "unknown"
    return str(found) if found.version == 4 else f"{int(found) >> 64:x}"


class LatestClients(Storage, MovingWindowSupport):
    """A store for `limits`: the moments of the latest hits, of the clients that were here latest."""

    STORAGE_SCHEME = None  # it has no URL

    def __init__(self, most: int = CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most, self._clock = most, clock
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._hits)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = self._clock()
        hits = self._hits.get(key)
        if hits is None:
            hits = self._hits[key] = deque()
            while len(self._hits) > self._most:
                self._hits.popitem(last=False)
        self._hits.move_to_end(key)
        while hits and hits[0] <= now - expiry:
            hits.popleft()
        if len(hits) + amount > limit:
            return False
        hits.extend([now] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = self._clock()
        live = [hit for hit in self._hits.get(key, ()) if hit > now - expiry]
        return (next(islice(live, max(0, len(live) - limit), None)) if live else now), len(live)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        count = len(self._hits)
        self._hits.clear()
        return count

    def clear(self, key: str) -> None:
        self._hits.pop(key, None)

    # A moving window needs no counters; `limits` wants every store to have the methods.
    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError


@dataclass(slots=True)
class RateLimits:
    """Counts what was let in. What is refused costs nothing, so that a client that waits is let in. Thread-safe.

    Attributes:
        each: How often one client may come.
        total: How often all together may.
        shared: Counts for all servers; while it is down, and without it, this server's own counts decide.
        kind: What is counted, among the counts of all servers.
    """

    each: tuple[Rate, ...] = ()
    total: tuple[Rate, ...] = ()
    clock: Callable[[], float] = time.monotonic
    shared: SharedCounts | None = None
    kind: str = "questions"
    _store: LatestClients = field(init=False)
    _limiter: MovingWindowRateLimiter = field(init=False)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._store = LatestClients(2 * CLIENTS * max(1, len(self.each)), self.clock)
        self._limiter = MovingWindowRateLimiter(self._store)

    def wait(self, address: str | None) -> tuple[float, bool]:
        """Let one in and return (0, …), or return the seconds after which to come again, and whether
        it is for all together that there were too many."""
        rules = [("all", rate) for rate in self.total]
        for key, allowance in client_keys(address):
            rules += [(key, Rate(rate.count * allowance, rate.seconds)) for rate in self.each]
        if self.shared and rules:
            found = self.shared.wait(self.kind, rules)
            if found is not None:
                if found[0] <= 0:  # this server goes on from its own counts when the store is down
                    with self._mutex:
                        self._count(rules)
                return found[0], found[1] == "all"
        with self._mutex:
            waits = [(self._left(key, rate), key == "all") for key, rate in rules]
            longest = max(waits, default=(0.0, False))
            if longest[0] <= 0:
                self._count(rules)
        return longest

    def _count(self, rules: Sequence[tuple[str, Rate]]) -> None:
        for key, rate in rules:
            self._limiter.hit(item_of(rate), key)

    def _left(self, key: str, rate: Rate) -> float:
        item = item_of(rate)
        if self._limiter.test(item, key):
            return 0.0
        return max(self._limiter.get_window_stats(item, key).reset_time - self.clock(), 0.001)

    def take(self, address: str | None) -> None:
        """Let one in, or raise Refused that says when to come again."""
        left, for_all = self.wait(address)
        if left > 0:
            raise Refused(too_often(math.ceil(left), for_all=for_all))


def too_often(seconds: int, *, for_all: bool = False) -> Problem:
    """The problem of a client that asked too often, or of one that came when all together did."""
    when = _when(seconds)
    if for_all:
        return Problem(429, "busy", f"Many readers are asking just now. Please try again {when}.", seconds)
    return Problem(429, "rate_limited", f"You have asked many questions. Please try again {when}.", seconds)


def too_many_loads(seconds: int) -> Problem:
    """The problem of a client that loaded pages or files too often."""
    return Problem(429, "rate_limited", f"Too many requests. Please try again {_when(seconds)}.", seconds)


def _when(seconds: int) -> str:
    if seconds >= 100:
        return f"in {math.ceil(seconds / 60)} minutes"
    return f"in {seconds} seconds" if seconds > 1 else "in a second"
