"""A public web address, or none."""

from __future__ import annotations

import re
import string
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

_ASCII = string.printable
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id)=", re.I)
_WEB = re.compile(r"\s*https?:", re.I)
# Half a character, or the sign for one that was lost, is in no address either.
_SPACE_OR_CONTROL = re.compile(r"[\ud800-\udfff\ufffd\x00-\x20\x7f-\xa0\"<>\\^`{|}]")


def public_url(stated: str, base: str | None = None) -> str | None:
    """The address in one spelling; None if it is no http(s) one.

    Host in lower case, letters outside ASCII percent-encoded, no fragment, and no parameter
    that only tracks where a reader came from.

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
        return None  # an address with a password is not meant to be published
    place = f"[{host}]" if ":" in host else host
    if port is not None:
        place = f"{place}:{port}"
    path = quote(parts.path or "/", safe=_ASCII)
    query = "&".join(each for each in parts.query.split("&") if not _TRACKING.match(each))
    return urlunsplit((parts.scheme.lower(), place, path, quote(query, safe=_ASCII), ""))


def is_web(source: str) -> bool:
    """Whether a source's name is a web address, not a file's."""
    return _WEB.match(source) is not None


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, "www." aside. http and https are the same site."""
    return _site(one) == _site(other) != ""


def host_of(url: str) -> str:
    """The host in lower case, which is the same with and without "www."; "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def address_key(url: str) -> str:
    """What different spellings of one page's address share: http or https, "www.", a slash at the end."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = re.sub(r"/(?:index|default)\.(?:html?|php|aspx?)$", "/", parts.path, flags=re.I).rstrip("/")
    return f"{_site(url)}{path}?{parts.query}#{parts.fragment}"


def _site(url: str) -> str:
    try:
        port = urlsplit(url).port
    except ValueError:
        return ""
    return host_of(url) + ("" if port in (None, 80, 443) else f":{port}")
