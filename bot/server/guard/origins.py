"""The sites where the chat may appear: which may show it in a page and ask its HTTP interface.

An origin is scheme, host and (unless it is the usual one) port; browsers send and compare just that.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request

from bot.config import ANY_SUBDOMAIN
from ingest.errors import FetchError
from ingest.fetch import parse_address

_MAX_NAMED = 100  # sites that the log names
log = logging.getLogger("footnote")


def origin_of(address: str) -> str | None:
    """The origin of an address or Origin header that a client sent; None if it cannot be read."""
    try:
        return parse_address(address).origin if len(address) < 2000 else None
    except FetchError:
        return None


def allows(origins: Sequence[str], origin: str) -> bool:
    """Whether the list names this origin, as origin_of() writes it. A wildcard needs a subdomain."""
    scheme, _, place = origin.partition("://")
    for one in origins:
        listed_scheme, _, listed = one.partition("://")
        if listed_scheme != scheme:
            continue
        if listed == place or (
            listed.startswith(ANY_SUBDOMAIN) and place.endswith(listed[1:]) and place != listed[1:]
        ):
            return True
    return False


def server_address(request: Request) -> str:
    """This server's address as the browser uses it, with a final slash; "" if the request names no valid one."""
    base = str(request.base_url)
    origin = origin_of(base)
    path = urlsplit(base).path
    if origin is None or not re.fullmatch(r"[A-Za-z0-9._~/-]*", path):
        return ""
    return f"{origin}{path.rstrip('/')}/"


def frame_ancestors(origins: Sequence[str]) -> str:
    """The value of the CSP directive of that name."""
    return " ".join(["'self'", *origins])


@dataclass(slots=True)
class RefusedSites:
    """Logs for the owner, once a site, which other sites were refused.

    The address that a client sends is untrusted: only what origin_of() could read is logged, and only so many.
    """

    origins: Callable[[], Sequence[str]] = tuple
    _reported: set[tuple[str, str]] = field(default_factory=set)

    def report(self, origin: str | None, wanted: str) -> None:
        """Log a refusal. origin: None if the site did not name itself. wanted: such as "wanted to show the chat"."""
        key = (origin or "", wanted)
        if key in self._reported or len(self._reported) >= _MAX_NAMED:
            return
        self._reported.add(key)
        if origin is None:
            log.warning("A page that does not say its address %s and may not. %s", wanted, _NAMELESS)
        else:
            setting = " ".join([*self.origins(), origin])
            quoted = f'"{setting}"' if " " in setting else setting
            log.warning(
                "%s %s and may not. If that is your site, set FOOTNOTE_ALLOWED_ORIGINS=%s and start again.",
                origin, wanted, quoted,
            )  # fmt: skip
        if len(self._reported) == _MAX_NAMED:
            log.warning("%d sites were refused so far; more are not named.", _MAX_NAMED)


_NAMELESS = (
    "If it is yours, set FOOTNOTE_ALLOWED_ORIGINS to your blog's address, such as "
    "https://www.your-blog.com, and start again."
)
