"""Who may open the desk: the owner's token opens a session, and a signed cookie names it.

The cookie holds the random id of a session and the time, signed with a key of this process. The sessions themselves
are in the server's memory, so that a logout, or a restart, makes every copy of the cookie worthless.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, TimestampSigner

from bot.config import Rate
from bot.problems import Problem, Refused
from bot.server.guard import OwnerToken, RateLimits, SharedCounts

if TYPE_CHECKING:
    from bot.config import BotConfig

COOKIE = "footnote_owner"
SESSION_SECONDS = 12 * 3600
MAX_SESSIONS = 20  # beyond that the oldest one ends
ATTEMPTS = (Rate(10, 60), Rate(60, 3600))  # logins that one client may try, right or wrong
REPORTED = 10  # wrong tokens after which the log mentions them, each time
MAX_TOKEN = 1000  # characters of a token that are looked at
log = logging.getLogger("footnote")


class _Signer(TimestampSigner):
    """Signs with the time of a clock that tests can set."""

    default_digest_method = staticmethod(hashlib.sha256)

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        super().__init__(key, salt="footnote.desk")
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock())


@dataclass(slots=True)
class Access:
    """The sessions of one server. Thread-safe.

    Attributes:
        owner: The token that opens a session.
        rates: How often one client may try.
        clock: Seconds since 1970.
    """

    owner: OwnerToken
    rates: RateLimits = field(default_factory=lambda: RateLimits(ATTEMPTS))
    clock: Callable[[], float] = time.time
    _signer: _Signer = field(init=False)
    _ends: OrderedDict[str, float] = field(default_factory=OrderedDict)  # session id -> when it ends
    _wrong: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._signer = _Signer(secrets.token_bytes(32), self.clock)

    def log_in(self, token: str, address: str | None) -> str | None:
        """The cookie of a new session; None for a wrong token, whatever is wrong with it.

        Raises Refused if this client has tried too often.
        """
        left, _ = self.rates.wait(address)
        if left > 0:
            raise Refused(_too_often(int(left) + 1))
        if not self.owner.is_right(token[:MAX_TOKEN]):
            self._report_wrong()
            return None
        name = secrets.token_urlsafe(24)
        with self._mutex:
            self._ends[name] = self.clock() + SESSION_SECONDS
            while len(self._ends) > MAX_SESSIONS:
                self._ends.popitem(last=False)
        return self._signer.sign(name).decode()

    def allows(self, cookie: str) -> bool:
        """Whether a cookie is signed by this process and its session is open."""
        name = self._name_in(cookie)
        with self._mutex:
            return name is not None and self._ends.get(name, 0.0) > self.clock()

    def log_out(self, cookie: str) -> None:
        """End a cookie's session, for every copy of the cookie."""
        name = self._name_in(cookie)
        with self._mutex:
            if name is not None:
                self._ends.pop(name, None)

    def _report_wrong(self) -> None:
        with self._mutex:
            self._wrong += 1
            wrong = self._wrong
        if wrong % REPORTED == 0:
            log.warning("%d logins to the desk with a wrong token so far; is somebody guessing?", wrong)

    def _name_in(self, cookie: str) -> str | None:
        try:
            return self._signer.unsign(cookie, max_age=SESSION_SECONDS).decode()
        except (BadSignature, UnicodeError):  # an expired one is a bad one, too
            return None


def open_access(config: BotConfig, shared: SharedCounts | None = None) -> Access | None:
    """The access with the owner's token; None if there is no token, and so no desk. shared: counts for all servers."""
    token = config.owner_token.get_secret_value()
    return Access(OwnerToken(token), RateLimits(ATTEMPTS, shared=shared, kind="logins")) if token else None


def _too_often(seconds: int) -> Problem:
    return Problem(429, "too_many_guesses", "Too many attempts. Please wait and try again.", seconds)
