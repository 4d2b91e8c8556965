"""Where the chat may live: which other sites may show it in a page and ask its HTTP interface.

    read_origins("blog.example, https://*.shop.example/") -> ("https://blog.example", "https://*.shop.example")
    frame_ancestors(origins) -> "'self' https://blog.example https://*.shop.example"

An origin is scheme, host and (unless it is the usual one) port; browsers send and compare just
that. What this file does not know: requests and responses (guard.py).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.config import ANY_SUBDOMAIN
from ingest.errors import FetchError
from ingest.fetch import parse_address

_NAMED = 100  # strangers that the log names before it stops
log = logging.getLogger("footnote")


def origin_of(address: str) -> str | None:
    """The origin of an address or Origin header that a stranger sent; None if it has none that can be read."""
    try:
        return parse_address(address).origin if len(address) < 2000 else None
    except FetchError:
        return None


def allows(origins: Sequence[str], origin: str) -> bool:
    """Whether the list names this origin, which is as origin_of() tells it. A wildcard needs a subdomain."""
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


def frame_ancestors(origins: Sequence[str]) -> str:
    """The value of the CSP directive of that name."""
    return " ".join(["'self'", *origins])


def pattern_of(origins: Sequence[str]) -> str:
    """A regular expression of what allows() allows, for Starlette's CORSMiddleware; matches nothing for none."""
    written = [re.escape(one).replace(r"\*\.", r"[a-z0-9._-]+\.") for one in origins]
    return "|".join(f"(?:{one})" for one in written) or r"(?!)"


@dataclass(slots=True)
class Watch:
    """Tells the owner, once for each, which other sites wanted something and may not have it.

    What a browser says of where it comes from may be anything a stranger likes: only what
    origin_of() could read is written, and of so many only.
    """

    origins: tuple[str, ...] = ()
    _told: set[tuple[str, str]] = field(default_factory=set)

    def noticed(self, origin: str | None, wanted: str) -> None:
        """wanted: what the site wanted to do, as in "wanted to show the chat". None: it does not say who it is."""
        key = (origin or "", wanted)
        if key in self._told or len(self._told) >= _NAMED:
            return
        self._told.add(key)
        if origin is None:
            log.warning("A page that does not say its address %s and may not. %s", wanted, _NAMELESS)
        else:
            setting = " ".join([*self.origins, origin])
            quoted = f'"{setting}"' if " " in setting else setting
            log.warning(
                "%s %s and may not. If that is your site, set FOOTNOTE_ALLOWED_ORIGINS=%s and start again.",
                origin, wanted, quoted,
            )  # fmt: skip
        if len(self._told) == _NAMED:
            log.warning("%d sites were refused so far; more are not named.", _NAMED)


_NAMELESS = (
    "If it is yours, set FOOTNOTE_ALLOWED_ORIGINS to your blog's address, such as "
    "https://www.your-blog.com, and start again."
)
