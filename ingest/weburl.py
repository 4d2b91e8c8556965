"""A public web address, or none.

What this file does not know: whether anything answers there (nothing here touches the network).
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_WEB = re.compile(r"\s*https?:", re.I)
_SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\"<>\\^`{|}]")


def public_url(stated: str, base: str | None = None) -> str | None:
    """The address in one spelling (host in lower case, no fragment); None if it is no http(s) one.

    base: what a relative address is relative to.
    """
    text = stated.strip()
    try:
        parts = urlsplit(urljoin(base, text) if base and text else text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or _SPACE_OR_CONTROL.search(text):
        return None
    if parts.username is not None or parts.password is not None:
        return None  # whoever put a password into an address did not mean to publish it
    place = f"[{host}]" if ":" in host else host
    if port is not None:
        place = f"{place}:{port}"
    return urlunsplit((parts.scheme.lower(), place, parts.path or "/", parts.query, ""))


def is_web(source: str) -> bool:
    """Whether a source's name is a web address, not a file's."""
    return _WEB.match(source) is not None


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, "www." aside. http and https are the same site."""
    return _host(one) == _host(other) != ""


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
        return (parts.hostname or "").removeprefix("www.") + port
    except ValueError:
        return ""
