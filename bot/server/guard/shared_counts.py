"""The counts of several servers in one Redis or Valkey, so that a client has one allowance with all of them.

The counting is the moving window of `limits`, whose scripts run inside the store: what two servers count at the same moment is
counted one after the other. When the store does not answer, the log and /healthz say so, each server goes on with its own
counts, and a thread waits for the store, so that no question does.

No address is stored: a key is a hash of it, keyed with the owner's token.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.config import BotConfig, Rate

TIMEOUT = 1.0  # seconds that the store may take to answer; a server that loads its model is slow to listen
AGAIN_SECONDS = 2.0  # between two looks at a store that is down
_SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}  # one protocol
log = logging.getLogger("footnote")


class SharedCounts:
    """One store. Thread-safe.

    Args:
        url: Such as redis://host:6379/0.
        secret: Keys the hashes of addresses; the same for all servers.
        blog: Whose counts; those of other blogs in the same store are apart.
    """

    def __init__(self, url: str, secret: bytes = b"", blog: str = "blog") -> None:
        self._limiter, self._storage = _connected(url)
        self._secret, self._blog = hashlib.sha256(secret).digest(), blog
        self._mutex = threading.Lock()
        self._is_down = False
        if not self._storage.check():
            self._report_down("no answer")

    @property
    def is_down(self) -> bool:
        """Whether every server counts for itself just now."""
        return self._is_down

    def wait(self, kind: str, rules: Sequence[tuple[str, Rate]]) -> tuple[float, str] | None:
        """Let one in and return (0, ""), or the seconds to wait and whose rate says so.

        Args:
            kind: What is counted; kinds are counted apart.
            rules: Who is counted, and how often each may come.

        Returns:
            None while the store is down.
        """
        if self._is_down:
            return None
        items = [(who, item_of(rate), (self._blog, kind, self._hashed(who))) for who, rate in rules]
        try:
            for who, item, key in items:
                if not self._limiter.test(item, *key):
                    return self._left(item, key), who
            for who, item, key in items:
                if not self._limiter.hit(item, *key):  # another server was faster
                    return self._left(item, key), who
        except StorageError as error:
            self._report_down(type(error.storage_error).__name__)
            return None
        return 0.0, ""

    def _left(self, item: RateLimitItem, key: tuple[str, str, str]) -> float:
        return max(self._limiter.get_window_stats(item, *key).reset_time - time.time(), 0.001)

    def _hashed(self, who: str) -> str:
        return hashlib.blake2b(who.encode(), key=self._secret, digest_size=12).hexdigest()

    def _report_down(self, reason: str) -> None:
        with self._mutex:
            if self._is_down:
                return
            self._is_down = True
        log.warning(
            "The store of FOOTNOTE_RATE_STORE does not answer (%s). Each server now counts for itself, so a client may ask each "
            "of them as often as the limits say. It is tried again every %g seconds.",
            reason,
            AGAIN_SECONDS,
        )
        threading.Thread(target=self._wait_for_store, name="rate-store", daemon=True).start()

    def _wait_for_store(self) -> None:
        while True:
            time.sleep(AGAIN_SECONDS)
            if self._storage.check():
                break
        with self._mutex:
            self._is_down = False
        log.warning("The store of FOOTNOTE_RATE_STORE answers again; all servers count together.")


def open_counts(config: BotConfig) -> SharedCounts | None:
    """The owner's store; None if FOOTNOTE_RATE_STORE is not set. Raises ConfigError."""
    url = config.rate_store.get_secret_value()
    if not url or not (config.rate or config.rate_total):
        return None
    return SharedCounts(url, config.owner_token.get_secret_value().encode(), config.blog)


def store_version(url: str) -> str:
    """Which Redis or Valkey answers at an address; "" if it does not say. Raises ConfigError."""
    _, storage = _connected(url)
    from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

    try:
        found = storage.storage.info("server")
    except NoPermissionError:
        return ""
    except AuthenticationError:
        raise ConfigError(
            "The store of FOOTNOTE_RATE_STORE refuses us: see that its password is in the address."
        ) from None
    except RedisError as error:
        raise ConfigError(
            f"The store of FOOTNOTE_RATE_STORE does not answer ({type(error).__name__}). See that it runs, and that the address is "
            "right. Until then each server counts for itself."
        ) from None
    name = "Valkey" if "valkey_version" in found else "Redis"
    return f"{name} {found.get('valkey_version') or found.get('redis_version', '')}".strip()


def item_of(rate: Rate) -> RateLimitItem:
    """A rate as `limits` names it."""
    return RateLimitItemPerSecond(rate.count, rate.seconds)


def _connected(url: str) -> tuple[MovingWindowRateLimiter, RedisStorage]:
    try:
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise ConfigError(
            "FOOTNOTE_RATE_STORE needs a library that is not installed. Install it: pip install 'footnote-blog[wide]'"
        ) from None
    scheme, _, rest = url.partition("://")
    once_more: object = Retry(NoBackoff(), 1)  # the store was restarted, and the old connection is of no use
    try:
        _ = urlsplit(url).port
        storage = RedisStorage(
            f"{_SCHEMES[scheme.lower()]}://{rest}",
            key_prefix="footnote",
            wrap_exceptions=True,
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=once_more,  # type: ignore[arg-type]  # passed on to redis.from_url
        )
    except (KeyError, ValueError):
        raise ConfigError(
            "FOOTNOTE_RATE_STORE: write an address such as redis://host:6379/0, or rediss:// for TLS."
        ) from None
    return MovingWindowRateLimiter(storage), storage
