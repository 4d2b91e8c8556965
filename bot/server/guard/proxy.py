"""Who the client is, by which address and under which path, when proxies stand between: one ASGI middleware.

A proxy that the owner trusts reports, in X-Forwarded-For, -Proto, -Host and -Prefix or in Forwarded (RFC 7239), what
the reader's browser asked; the same headers from anybody else are not believed. Afterwards the request is as if no
proxy were there: scope["client"], scope["scheme"], the Host header and scope["root_path"] are true for the reader,
and none of those headers is left, so that nothing further in can believe them (Gradio would).
"""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.config import is_prefix
from ingest.errors import FetchError
from ingest.fetch import parse_address

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_FORWARDED = b"forwarded"
_DROPPED = (_FORWARDED, b"x-real-ip", b"x-gradio-server", b"x-original-url", b"x-rewrite-url")
# It matches from the beginning of a word only, since a header of letters would be tried from each of them.
_PAIR = re.compile(r'(?<!\s)\s*(?<![A-Za-z])([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*(?:;|$)')
log = logging.getLogger("footnote")


def ip_of(host: str) -> IP | None:
    """An address as proxies and sockets write it: with or without port, brackets, zone; IPv4 in IPv6 is IPv4."""
    text = host.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What proxies reported of a request, each list from the reader's side to ours."""

    clients: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


class ProxyHeaders:
    """ASGI middleware.

    trusted: networks, as read_networks() gives them. root: as read_root() gives it. is_known: whether a path is one
    of ours; a path that is not, but begins with the root, comes from a proxy that keeps the prefix.
    """

    def __init__(
        self, app: ASGIApp, trusted: Sequence[str], root: str, is_known: Callable[[str], bool]
    ) -> None:
        self.app = app
        self.trusted = tuple(ipaddress.ip_network(one) for one in trusted)
        parts = urlsplit(root)
        self.scheme, self.host, self.prefix = parts.scheme, parts.netloc, parts.path
        self.is_known = is_known
        self.hint = _Hint()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(self.original(scope) if scope["type"] == "http" else scope, receive, send)

    def original(self, scope: Scope) -> Scope:
        """The request as the reader's browser made it."""
        peer = ip_of((scope.get("client") or ("",))[0])
        given: list[tuple[bytes, bytes]] = scope["headers"]
        kept = [(k, v) for k, v in given if not k.startswith(b"x-forwarded-") and k not in _DROPPED]
        seen = {**scope, "headers": kept}
        if self._trusts(peer):
            self._believe(seen, _forwarded(given))
        elif len(kept) < len(given):
            self.hint.give(peer)
        if self.scheme:
            seen["scheme"] = self.scheme
            _set_host(seen, self.host)
        self._place(seen, seen.pop("footnote.prefix", "") or self.prefix)
        return seen

    def _trusts(self, address: IP | None) -> bool:
        return address is not None and any(address in network for network in self.trusted)

    def _believe(self, scope: Scope, forwarded: Forwarded) -> None:
        hops = 1  # how many proxies of ours the request came through: each appends to the lists
        for client in reversed(forwarded.clients):
            address = ip_of(client)
            if address is None:
                break  # "unknown", or nonsense: the address before it is the last one known
            scope["client"] = (str(address), 0)
            if not self._trusts(address):
                break
            hops += 1
        if (scheme := _at(forwarded.schemes, hops).lower()) in ("http", "https"):
            scope["scheme"] = scheme
        if host := _host(_at(forwarded.hosts, hops)):
            _set_host(scope, host)
        if is_prefix(prefix := _at(forwarded.prefixes, hops).rstrip("/")):
            scope["footnote.prefix"] = prefix

    def _place(self, scope: Scope, prefix: str) -> None:
        """Path and root_path as ASGI wants them: the path begins with the root path."""
        path: str = scope["path"]
        whole = path == prefix or path.startswith(f"{prefix}/")
        added = "" if whole and not self.is_known(path) else prefix  # else nothing was taken off
        raw: bytes = scope.get("raw_path") or path.encode()
        scope.update(root_path=prefix, path=added + path, raw_path=added.encode() + raw)


def _forwarded(headers: Sequence[tuple[bytes, bytes]]) -> Forwarded:
    """X-Forwarded-* if there is any of them, else Forwarded: only one of the two is the proxy's."""

    def listed(name: bytes) -> tuple[str, ...]:
        values = [v.decode("latin-1") for k, v in headers if k == name]
        return tuple(one.strip() for value in values for one in value.split(",") if one.strip())

    if any(k.startswith(b"x-forwarded-") for k, _ in headers):
        names = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-prefix")
        return Forwarded(*(listed(name) for name in names))
    elements = [
        {m[1].lower(): m[2] if m[2] is not None else m[3] for m in _PAIR.finditer(element)}
        for element in listed(_FORWARDED)
    ]
    return Forwarded(*(tuple(e[key] for e in elements if key in e) for key in ("for", "proto", "host")))


def _at(values: Sequence[str], hops: int) -> str:
    """The value of the outermost trusted proxy; those further out come from untrusted clients."""
    return values[-min(hops, len(values))] if values else ""


def _host(text: str) -> str:
    """A host with its port as a Host header has it; "" if it is none."""
    try:
        address = parse_address(f"http://{text}") if text else None
    except FetchError:
        return ""
    return address.origin.removeprefix("http://") if address and address.target == "/" else ""


def _set_host(scope: Scope, host: str) -> None:
    scope["headers"] = [*((k, v) for k, v in scope["headers"] if k != b"host"), (b"host", host.encode())]


@dataclass(slots=True)
class _Hint:
    """Logs once that a proxy seems to be there that is not trusted."""

    given: bool = field(default=False)

    def give(self, peer: IP | None) -> None:
        if self.given or peer is None or peer.is_global:  # an untrusted client may send such a header, too
            return
        self.given = True
        log.warning(
            "A proxy at %s passes requests on, but is not trusted: all its readers count as one, and links may "
            "be wrong. If it is yours, set FOOTNOTE_TRUSTED_PROXIES=%s and start again.", peer, peer,
        )  # fmt: skip
