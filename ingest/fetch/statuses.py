"""What the answer of a server means when it is not the page: statuses and logins, in plain words.

What this file does not know: how answers come, and what is done about it (fetch.py tries again
what `may_pass`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from ingest.errors import FetchError, TryLater
from ingest.fetch import response as httphead
from ingest.fetch.addresses import Address, parse

LONGEST_WAIT = 60.0  # seconds; a server that asks for more is left alone
_TRIED_AGAIN = (None, 408, 429, 500, 502, 503, 504)  # None: there was no answer
_LOGIN_PAGE = re.compile(r"wp-login\.php|(log|sign)[-_]?(in|on)(\.\w{1,5})?|sso|authorize", re.I)
_LOGIN_HOST = re.compile(r"(accounts?|auth|login|signin|sso)\.", re.I)
_MEANINGS = {
    204: "it sent an empty answer",
    205: "it sent an empty answer",
    206: "it sent only a part of the page",
    304: "it says that nothing changed, though it was not asked",
    401: "it asks for a password, and only pages that everybody can open are read",
    402: "it asks to be paid",
    403: "it refuses to be read by programs",
    404: "there is no such page",
    406: "it refuses to be read by programs",
    407: "it asks for a password, and only pages that everybody can open are read",
    410: "this page was taken down for good",
    451: "it may not be shown here, for legal reasons",
}


def refusal(status: int, headers: Mapping[str, str], *, conditional: bool) -> FetchError | None:
    """The error that this status is; None if it is a page's (or, if conditional, an unchanged one's)."""
    if 200 <= status < 300 and status not in (204, 205, 206):
        return None
    if status == 304 and conditional:
        return None
    if status not in (408, 429) and status < 500:
        return FetchError(f"{_MEANINGS.get(status, 'it sent no page')} ({status})", status)
    wait = httphead.retry_after(headers)
    if wait is not None and wait > LONGEST_WAIT:
        return TryLater(f"it asks to come back in {_in_words(wait)} ({status})", status, wait)
    reason = "it asks for fewer requests" if status == 429 else "its server is busy or broken just now"
    return TryLater(f"{reason} ({status}); try again later", status, wait)


def may_pass(error: BaseException) -> bool:
    """Whether the same request may well succeed within a minute."""
    if not isinstance(error, TryLater) or error.status not in _TRIED_AGAIN:
        return False
    return error.wait is None or error.wait <= LONGEST_WAIT


def target(status: int, headers: Mapping[str, str], address: Address) -> Address:
    """Where a redirect leads. Raises FetchError if it leads nowhere."""
    stated = headers.get("location", "").strip()
    if not stated:
        raise FetchError(f"it redirects without saying where to ({status})", status)
    try:
        return parse(stated, address)
    except FetchError as error:
        raise FetchError(f"it redirects to an address that cannot be read: {error}") from error


def is_login(address: Address) -> bool:
    """Whether this looks like the address of a page where people log in."""
    last = address.path.rstrip("/").rpartition("/")[2]
    return bool(_LOGIN_PAGE.fullmatch(last) or _LOGIN_HOST.match(address.host))


def _in_words(seconds: float) -> str:
    if seconds < 5400:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 172800 else f"{seconds / 86400:.0f} days"
