"""Settings as an owner writes them: durations, origins, networks of proxies, a root path, rates."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.errors import ConfigError, FetchError
from ingest.fetch import parse_address

SHORTEST, LONGEST = 10.0, 30 * 86_400.0  # seconds
_DURATION_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_NAMES = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
_WRITTEN = re.compile(r"(\d{1,7})\s*([smhd])", re.I | re.ASCII)


def read_duration(text: str) -> float:
    """Seconds of a duration such as 90s, 15m, 2h or 1d. Raises ConfigError, naming no setting.

    A number without a unit is refused: 15 might be meant as seconds as well as minutes.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ConfigError("write a number with s, m, h or d behind it, such as 90s, 15m, 2h or 1d.")
    seconds = float(int(found[1]) * _DURATION_UNITS[found[2].lower()])
    if not SHORTEST <= seconds <= LONGEST:
        raise ConfigError("it is at least 10s, so that the blog is not overrun, and at most 30d.")
    return seconds


def describe_duration(seconds: float) -> str:
    """900 -> "15 minutes", 3600 -> "hour": what follows "every"."""
    unit = next(
        (u for u in "dhm" if seconds >= _DURATION_UNITS[u] and seconds % _DURATION_UNITS[u] == 0), "s"
    )
    number = round(seconds / _DURATION_UNITS[unit])
    return _NAMES[unit] if number == 1 else f"{number} {_NAMES[unit]}s"


def write_duration(seconds: float) -> str:
    """900 -> "15m": as read_duration() reads it."""
    unit = next(
        (u for u in "dhm" if seconds >= _DURATION_UNITS[u] and seconds % _DURATION_UNITS[u] == 0), "s"
    )
    return f"{round(seconds / _DURATION_UNITS[unit])}{unit}"


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/*")
ANY_SUBDOMAIN = "*."
_EXAMPLE = "Write it like https://www.your-blog.com, or https://*.your-blog.com for all its subdomains."


def read_origins(text: str) -> tuple[str, ...]:
    """An owner's list, with spaces, commas or semicolons between. Raises ConfigError that says what to write.

    Forgiven: a path, a trailing slash, upper case, the usual port, letters outside ASCII, quotes (which
    Docker leaves in its files of settings), and a missing scheme, which means https.
    """
    words = (word.strip("\"'<>") for word in re.split(r"[\s,;]+", text))
    return tuple(dict.fromkeys(_origin(word) for word in words if word))


def _origin(word: str) -> str:
    found = _SCHEME.match(word)
    has_scheme = found is not None and ("//" in found[0] or found[1].lower() in ("http", "https"))
    scheme, rest = (found[1].lower(), word[found.end() :]) if found and has_scheme else ("https", word)
    if set(word) <= set("*:/.") or rest.startswith("*/") or rest == "*":
        raise ConfigError(f"{word!r} would let every site show your chat. {_EXAMPLE}")
    if scheme not in ("http", "https"):
        raise ConfigError(f"{word!r} does not begin with https:// or http://. {_EXAMPLE}")
    wild = rest.startswith(ANY_SUBDOMAIN)
    try:
        address = parse_address(f"{scheme}://{rest.removeprefix(ANY_SUBDOMAIN)}")
    except FetchError as error:
        raise ConfigError(f"{word!r}: {error}. {_EXAMPLE}") from None
    if not _is_place(address.host, wild=wild, has_scheme=has_scheme):
        raise ConfigError(f"{word!r} is no address of a site. {_EXAMPLE}")
    origin = address.origin
    return origin.replace("://", f"://{ANY_SUBDOMAIN}", 1) if wild else origin


def _is_place(host: str, *, wild: bool, has_scheme: bool) -> bool:
    """Whether a site can have this host. has_scheme: it follows https://, so that one word may be a host of a local network."""
    numbered = ":" in host or host.replace(".", "").isdigit()
    if wild:
        return "." in host and not numbered
    return has_scheme or numbered or "." in host or host == "localhost"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]{1,60}){1,8}")


def read_networks(text: str) -> tuple[str, ...]:
    """An owner's list of proxies, with spaces or commas between. Raises ConfigError that says what to write."""
    return tuple(dict.fromkeys(str(_network(word)) for word in re.split(r"[\s,]+", text) if word))


def _network(word: str) -> Network:
    example = "Write the proxy's address, such as 127.0.0.1, or its network, such as 172.17.0.0/16."
    try:
        found = ipaddress.ip_network(word, strict=False)
    except ValueError:
        raise ConfigError(f"{word!r} is no address of a proxy. {example}") from None
    if found.prefixlen == 0:
        raise ConfigError(f"{word!r} would let everybody say who they are. {example}")
    return found


def read_root(text: str) -> str:
    """Where the chat lies: "/chat", or the whole address "https://blog.example/chat". Raises ConfigError."""
    example = "Write /chat, or the whole address, such as https://www.your-blog.com/chat."
    if not text.startswith("/"):
        try:
            address = parse_address(text)
        except FetchError as error:
            raise ConfigError(f"{error}. {example}") from None
        return address.origin + _path(address.target, example)
    return _path(text, example)


def _path(text: str, example: str) -> str:
    path = text.rstrip("/")
    if path and not is_prefix(path):
        raise ConfigError(f"its path holds what no such path has. {example}")
    return path


def is_prefix(path: str) -> bool:
    return bool(_PREFIX.fullmatch(path)) and not {".", ".."} & set(path.split("/"))


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_RATE = re.compile(
    r"(\d{1,7})\s*(?:/|per)\s*(\d{1,5})?\s*(s|m|h|d|sec|min|(?:second|minute|hour|day)s?)\b[\s,;]*", re.I
)
_OFF = ("0", "off", "none", "no")


@dataclass(frozen=True, slots=True)
class Rate:
    """count: questions. seconds: in any stretch of so many."""

    count: int
    seconds: int


def read_rates(text: str) -> tuple[Rate, ...]:
    """Several rates hold together; () is none. Raises ConfigError that says what to write."""
    if text.strip().lower() in _OFF:
        return ()
    found, at = [], 0
    for match in _RATE.finditer(text):
        if match.start() != at:
            break
        at = match.end()
        found.append(Rate(int(match[1]), int(match[2] or 1) * _UNITS[match[3][0].lower()]))
    if at < len(text) or not found or not all(rate.count and rate.seconds for rate in found):
        raise ConfigError("write it like 20/minute, or 8/10s 20/minute 200/hour; 0 or off switches it off.")
    return tuple(found)


def write_rates(rates: Sequence[Rate]) -> str:
    """As read_rates() takes it."""
    return " ".join(f"{rate.count}/{_span(rate.seconds)}" for rate in rates) or "off"


def _span(seconds: int) -> str:
    names = {1: "second", 60: "minute", 3600: "hour", 86_400: "day"}
    return names.get(seconds) or next(
        f"{seconds // n}{u}" for u, n in reversed(_UNITS.items()) if seconds % n == 0
    )
