"""robots.txt: what a site asks programs not to read (RFC 9309), cached for an hour."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.errors import FetchError, PrivateAddress, TryLater
from ingest.fetch.addresses import Address, parse_address

if TYPE_CHECKING:
    from protego import Protego

AGENT = "Footnote"
LARGEST = 500 * 2**10  # bytes; RFC 9309, 2.5: at least so much is to be read, the rest may be ignored
_LONGEST_DELAY = 10.0
_SECONDS = 3600.0
_FAILURE_SECONDS = 300.0
_MOST_SITEMAPS = 1000
_SCHEMA_MAP = re.compile(
    r"^[ \t]*schemamap[ \t]*:[ \t]*([^\s#]+)", re.I | re.M
)  # NLWeb's; protego does not know it


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us. delay: seconds it asks for between requests, at most 10.

    schema_maps: like sitemaps, of files of structured data.
    """

    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    schema_maps: tuple[str, ...] = ()
    file: Protego | None = None

    def allow(self, address: Address) -> bool:
        return self.file is None or bool(self.file.can_fetch(str(address), AGENT))


def read(text: str, origin: Address) -> Rules:
    """The rules in a robots.txt; whatever is no rule in it counts for nothing."""
    from protego import Protego

    file = Protego.parse(text)
    delay = file.crawl_delay(AGENT) or 0.0
    delay = min(_LONGEST_DELAY, max(0.0, delay)) if math.isfinite(delay) else 0.0
    schema_maps = [found[1] for found in _SCHEMA_MAP.finditer(text)]
    return Rules(delay, _addresses(file.sitemaps, origin), _addresses(schema_maps, origin), file)


def _addresses(stated: Iterable[str], origin: Address) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in stated:
        try:
            found[str(parse_address(one, origin))] = None
        except FetchError:
            continue  # no address of the web: nothing to read there
    return tuple(found)[:_MOST_SITEMAPS]


@dataclass(slots=True)
class _CachedRules:
    lock: threading.Lock = field(default_factory=threading.Lock)
    until: float = -math.inf
    rules: Rules | FetchError = field(default_factory=Rules)


class Robots:
    """The rules of each site, fetched when first needed; may be used from several threads.

    fetch: the bytes at an address, or FetchError.
    """

    def __init__(self, fetch: Callable[[Address], bytes], *, clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._sites: dict[str, _CachedRules] = {}

    def of(self, address: Address) -> Rules:
        """The rules for the site of this address.

        Raises TryLater if its server fails to give them or nothing answers there (RFC 9309: then
        nothing is allowed for now), and PrivateAddress.
        """
        with self._lock:
            cached = self._sites.setdefault(address.origin, _CachedRules())
        with cached.lock:  # one thread asks, the others wait for its answer
            if self._clock() >= cached.until:
                cached.rules = self._asked(address)
                failed = isinstance(cached.rules, FetchError)
                cached.until = self._clock() + (_FAILURE_SECONDS if failed else _SECONDS)
            rules = cached.rules
        if isinstance(rules, FetchError):
            raise copy(rules)
        return rules

    def _asked(self, address: Address) -> Rules | FetchError:
        place = Address(address.scheme, address.host, address.port, "/robots.txt")
        try:
            return read(self._fetch(place).decode("utf-8-sig", "replace"), place)
        except PrivateAddress as error:
            return error
        except TryLater as error:
            if error.status is None:
                return error
            return TryLater(
                f"its robots.txt could not be read ({error.status}), so nothing there is read for now; "
                "try again later",
                error.status,
                error.wait,
            )
        except FetchError:
            return Rules()  # there is none that can be read (404, 403, redirects without end): all is allowed
