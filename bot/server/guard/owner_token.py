"""The owner's token in an Authorization header, which no page can make a reader's browser send.

A wrong token costs a guesser what a guess at 16 random characters costs; saying that it is wrong is limited to ten
a minute. The right token is always accepted: else anybody could shut the owner out by guessing.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from bot.problems import Problem, Refused

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_GUESSES, GUESS_SECONDS = 10, 60.0  # wrong tokens that are answered as such, in so many seconds
log = logging.getLogger("footnote")
_NO_TOKEN = (
    "Nobody may ask for this until the owner sets FOOTNOTE_OWNER_TOKEN to a secret of 16 characters or "
    "more, and starts the server again."
)


@dataclass(slots=True)
class OwnerToken:
    """Checks requests for the owner's token. Lives on one event loop.

    Attributes:
        token: "" if the owner has set none; then every request is refused.
    """

    token: str
    clock: Callable[[], float] = time.monotonic
    _wrong: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_GUESSES))

    def check(self, request: Request) -> None:
        """Return if the request has the token, else raise Refused."""
        if not self.token:
            _refuse(403, "no_token", _NO_TOKEN)
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not shown.strip():
            _refuse(401, "token_needed", "Send the owner's token: Authorization: Bearer <token>.")
        if self.is_right(shown.strip()):
            return
        moment = self.clock()
        if len(self._wrong) == MAX_GUESSES and moment - self._wrong[0] < GUESS_SECONDS:
            left = int(GUESS_SECONDS - (moment - self._wrong[0])) + 1
            raise Refused(Problem(429, "too_many_guesses", "Too many wrong tokens. Wait a minute.", left))
        self._wrong.append(moment)
        if len(self._wrong) == MAX_GUESSES:
            log.warning("%d requests with a wrong owner token so far; is somebody guessing?", MAX_GUESSES)
        _refuse(401, "wrong_token", "This is not the owner's token: it must be that of FOOTNOTE_OWNER_TOKEN.")

    def is_right(self, shown: str) -> bool:
        """Compare hashes, so that neither the time it takes nor an odd character reveals anything."""
        given, wanted = (
            hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (shown, self.token)
        )
        return hmac.compare_digest(given, wanted)


@functools.cache
def derived_key(token: str, purpose: str) -> bytes:
    """A key that all servers with this token have; 32 bytes.

    Scrypt with 32 MB makes each guess at the token from something that was signed cost as much as a login; RFC 7914.
    """
    salt = f"footnote/{purpose}".encode()
    return hashlib.scrypt(token.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)


def _refuse(status: int, code: str, message: str) -> NoReturn:
    raise Refused(Problem(status, code, message))
