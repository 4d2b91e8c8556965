"""What an HTTP answer's header fields and status mean, as values and in plain words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.errors import FetchError, TryLater
from ingest.fetch.addresses import Address, parse_address

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]{1,40})", re.I)
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_LINK = re.compile(r"<([^<>]{1,4000})>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]+))", re.I)
_VALIDATOR = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,999}")
_STRONG_AFTER = 60  # seconds; RFC 9110, 8.8.2.2
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


def joined(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; a name that comes more than once has its values joined with ", "."""
    headers: dict[str, str] = {}
    for raw_name, raw in fields:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw.decode("utf-8")
        except UnicodeDecodeError:
            value = raw.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def media_type(headers: Mapping[str, str]) -> str:
    """ "text/html": lower case, without parameters; "" if there is none."""
    found = _MEDIA_TYPE.match(headers.get("content-type", "").strip())
    return found[0].lower() if found else ""


def charset(headers: Mapping[str, str]) -> str | None:
    found = _CHARSET.search(headers.get("content-type", ""))
    return found[1].lower() if found else None


def validator(value: str | None) -> str | None:
    """An ETag or date that can be sent back as it is; None if it cannot."""
    return value if value and _VALIDATOR.fullmatch(value) else None


def strong_date(headers: Mapping[str, str]) -> str | None:
    """Last-Modified, if an edit in the same second cannot hide behind it (60 s older than Date)."""
    stated = validator(headers.get("last-modified"))
    modified, sent = moment(stated), moment(headers.get("date"))
    if not modified or not sent or (sent - modified).total_seconds() < _STRONG_AFTER:
        return None
    return stated


def moment(value: str | None) -> datetime | None:
    """An HTTP date, None if it is none."""
    try:
        found = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to be left alone; None if it does not say."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    until = moment(value)
    if until is None:
        return None
    # By the server's own clock: this computer's may go differently.
    return max(0.0, (until - (moment(headers.get("date")) or datetime.now(UTC))).total_seconds())


def length(headers: Mapping[str, str]) -> int | None:
    """Bytes that the server announces."""
    value = headers.get("content-length", "")
    return int(value) if re.fullmatch(r"[0-9]{1,20}", value) else None


def encodings(headers: Mapping[str, str]) -> list[str]:
    return [name.strip().lower() for name in headers.get("content-encoding", "").split(",") if name.strip()]


def links(headers: Mapping[str, str], base: Address) -> dict[str, str]:
    """The Link header: relation in lower case -> absolute http(s) address, the first of each."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(headers.get("link", "")):
        relation = _REL.search(parameters)
        try:
            address = str(parse_address(target, base))
        except FetchError:
            continue  # a link to elsewhere (mailto:, tel:, a broken one) is none for us
        for name in (relation[1] or relation[2] or "").lower().split() if relation else ():
            found.setdefault(name, address)
    return found


def refusal(status: int, headers: Mapping[str, str], *, conditional: bool) -> FetchError | None:
    """The error that this status is; None if it is a page's (or, if conditional, an unchanged one's)."""
    if 200 <= status < 300 and status not in (204, 205, 206):
        return None
    if status == 304 and conditional:
        return None
    if status not in (408, 429) and status < 500:
        return FetchError(f"{_MEANINGS.get(status, 'it sent no page')} ({status})", status)
    wait = retry_after(headers)
    if wait is not None and wait > LONGEST_WAIT:
        return TryLater(f"it asks to come back in {_in_words(wait)} ({status})", status, wait)
    reason = "it asks for fewer requests" if status == 429 else "its server is busy or broken just now"
    return TryLater(f"{reason} ({status}); try again later", status, wait)


def may_succeed_later(error: BaseException) -> bool:
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
        return parse_address(stated, address)
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
