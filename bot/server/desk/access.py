"""Who may open the desk: the owner's token opens a session, and a signed cookie names it.

The cookie holds the random id of a session and the time, signed with a key of this process, or with one that all servers
derive from the owner's token. The open sessions are known to the servers, so that a logout makes every copy of the cookie
worthless; so does a restart of a server that is alone.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, TimestampSigner

from bot.config import Rate
from bot.problems import Problem, Refused
from bot.server.desk.sessions import LAYOUT, MemorySessions, OpenSessions, SharedSessions
from bot.server.guard import OwnerToken, RateLimits, SharedCounts, derived_key
from ingest.errors import DatabaseError

if TYPE_CHECKING:
    from bot.config import BotConfig

COOKIE = "footnote_owner"
SESSION_SECONDS = 12 * 3600
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
    """Opens and closes sessions. Thread-safe.

    Attributes:
        owner: The token that opens a session.
        rates: How often one client may try.
        clock: Seconds since 1970.
        sessions: Those that are open.
        key: Signs cookies; the same for servers that share sessions.
    """

    owner: OwnerToken
    rates: RateLimits = field(default_factory=lambda: RateLimits(ATTEMPTS))
    clock: Callable[[], float] = time.time
    sessions: OpenSessions = field(default_factory=MemorySessions)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _signer: _Signer = field(init=False)
    _wrong: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._signer = _Signer(self.key, self.clock)

    def log_in(self, token: str, address: str | None) -> str | None:
        """The cookie of a new session; None for a wrong token, whatever is wrong with it.

        Raises Refused if this client has tried too often, or if the servers' sessions cannot be used just now.
        """
        left, _ = self.rates.wait(address)
        if left > 0:
            raise Refused(_too_often(int(left) + 1))
        if not self.owner.is_right(token[:MAX_TOKEN]):
            self._report_wrong()
            return None
        name = secrets.token_urlsafe(24)
        with _refused():
            self.sessions.open(name, self.clock() + SESSION_SECONDS)
        return self._signer.sign(name).decode()

    def allows(self, cookie: str) -> bool:
        """Whether a cookie is signed with our key and its session is open. Raises Refused if that cannot be known."""
        name = self._name_in(cookie)
        with _refused():
            return name is not None and self.sessions.is_open(name, self.clock())

    def log_out(self, cookie: str) -> None:
        """End a cookie's session, for every copy of the cookie. Raises Refused if that cannot be done."""
        name = self._name_in(cookie)
        with _refused():
            if name is not None:
                self.sessions.close(name)

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
    token, database = config.owner_token.get_secret_value(), config.database
    if not token:
        return None
    owner, rates = OwnerToken(token), RateLimits(ATTEMPTS, shared=shared, kind="logins")
    if database is None:
        return Access(owner, rates)
    sessions = SharedSessions(database.tables(LAYOUT))
    return Access(owner, rates, sessions=sessions, key=derived_key(token, f"desk/{config.blog}"))


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        log.warning("the desk cannot be opened: %s", error)
        raise Refused(_NO_SESSIONS) from error


_NO_SESSIONS = Problem(
    503, "desk_unusable", "The database of the desk does not answer. Please try again shortly.", 10
)


def _too_often(seconds: int) -> Problem:
    return Problem(429, "too_many_guesses", "Too many attempts. Please wait and try again.", seconds)
