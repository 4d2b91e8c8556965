"""Which web addresses may be asked: one strict reading of each, and who is public.

    parse_address("HTTP://Blog.Example:80/a b#c") -> Address("http", "blog.example", 80, "/a%20b")
    addresses_of(host, port, resolve, allow_private) -> the addresses to connect to, all checked

An address is read once, here, and what comes out is what is asked, resolved, checked and
connected to; a spelling that two programs could read in two ways is refused (WHATWG's URL
standard lists them: numbers as hosts, backslashes, user names, percent signs in hosts).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from ingest.errors import FetchError, PrivateAddress, TryLater

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> its addresses as numbers; OSError (socket.gaierror) if there is no such host."""

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_PLACE = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@%\\]+))(?::(?P<port>[0-9]{0,5}))?")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 8000

# Ports of other services, which could be made to obey a request: the Fetch standard's "bad ports"
# (https://fetch.spec.whatwg.org/#port-blocking), and the databases and consoles most often found open.
_NOT_WEB = frozenset(
    int(port)
    for port in """
    1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117
    119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601
    636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679
    6697 10080
    445 873 1433 1521 2375 2376 2379 3306 3389 5432 5984 6379 9042 9200 9300 10050 11211 27017
    """.split()
)

# The registries of special addresses (RFC 6890 and IANA's lists), as Python 3.11's own `is_global` knows
# only some of them, and 168.63.129.16, which is Azure's inside service under a public number.
_SPECIAL_4 = [
    ipaddress.IPv4Network(net)
    for net in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    """.split()
]
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")  # all that is assigned for the public so far
_SPECIAL_6 = [ipaddress.IPv6Network(net) for net in "2001::/23 2001:db8::/32 3fff::/20".split()]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the upper half of an interface number with IPv4 inside


@dataclass(frozen=True, slots=True)
class Address:
    """One http(s) address. host: ASCII, lower case, IPv6 without brackets; target: path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and (unless it is the usual one) port: "https://blog.example"."""
        place = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{place}" + ("" if self.port == usual else f":{self.port}")

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def __str__(self) -> str:
        return self.origin + self.target


def parse_address(stated: str, base: Address | None = None) -> Address:
    """The address in its one reading, without fragment.

    base: what it is relative to, if it is. Raises FetchError if it is no http(s) address, holds a
    user name or password, or has a host that can be read in more than one way.
    """
    text = stated.strip(" \t\r\n")
    if _CONTROL.search(text) or "\\" in re.split(r"[?#]", text, maxsplit=1)[0] or len(text) > _LONGEST:
        raise FetchError("this is no web address that can be read; check it for stray characters")
    try:
        parts = urlsplit(urljoin(str(base), text) if base else text)
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + _query(parts.query)
    except ValueError as error:
        raise FetchError("this is no web address; check how it is written") from error
    if parts.scheme not in ("http", "https"):
        raise FetchError("only addresses that begin with http:// or https:// can be read")
    if "@" in parts.netloc:
        raise FetchError("it holds a user name or password; give the address without it")
    found = _PLACE.fullmatch(parts.netloc)
    if not found or not target.startswith("/"):
        raise FetchError("it has no host that can be read; check how it is written")
    port = int(found["port"] or {"http": 80, "https": 443}[parts.scheme])
    if not 0 < port < 65536:
        raise FetchError("its port is no number from 1 to 65535")
    return Address(parts.scheme, _six(found["six"]) if found["six"] else _name(found["name"]), port, target)


def _query(query: str) -> str:
    return "?" + quote(query, safe="/%:@!$&'()*+,;=~?") if query else ""


def _six(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError as error:
        raise FetchError("its host is no valid number; check how it is written") from error


def _name(text: str) -> str:
    """A host name in ASCII; other scripts as DNS has them, look-alikes of ASCII as what they look like."""
    try:
        name = text.lower() if text.isascii() else _ascii(text)
        name = name.removesuffix(".")
        labels = name.split(".")
        if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
            raise ValueError
        # 127.1, 0x7f000001 and 0177.0.0.1 are numbers to some programs and names to others.
        return str(ipaddress.IPv4Address(name)) if _NUMBER.fullmatch(labels[-1]) else name
    except ValueError as error:
        raise FetchError("its host is no name or number as hosts have; check how it is written") from error


def _ascii(text: str) -> str:
    import idna

    return idna.encode(text, uts46=True).decode("ascii")  # idna's errors are ValueErrors


def may_have_pages(port: int) -> bool:
    """Whether a browser would open this port: not one of a well-known other service."""
    return port not in _NOT_WEB


def is_public(number: str) -> bool:
    """Whether this IP address is one of the public internet; anything unsure is not."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    return _public(address)


def _public(address: _IP) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in net for net in _SPECIAL_4)
    inner = _inside(address)
    if inner is not None and not _public(inner):
        return False
    if address.ipv4_mapped or address in _NAT64:
        return True  # an IPv4 address in another spelling
    if address.scope_id or address not in _GLOBAL_6 or any(address in net for net in _SPECIAL_6):
        return False
    return not (address.is_multicast or address.is_reserved or address.is_site_local)


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a gateway would take out of this one, if any."""
    number = int(address)
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in _NAT64 or number >> 32 & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    return None


def system_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host as this computer finds them. Raises OSError (socket.gaierror)."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def addresses_of(host: str, port: int, resolve: Resolve, *, allow_private: bool) -> list[str]:
    """Where to connect to for a host: numbers only, resolved once, all of them public.

    Raises PrivateAddress if any one is not (unless `allow_private`), FetchError if there is no
    such host, TryLater if that cannot be found out just now.
    """
    numbers = [host] if _is_number(host) else _resolved(host, port, resolve)
    inside = [number for number in numbers if not is_public(number)]
    if inside and not allow_private:
        at = f" ({inside[0]})" if inside[0] != host else ""
        raise PrivateAddress(
            f"{host} is on this computer or in a private network{at}, so it is not read; "
            "if your blog is there, say so with --allow-private"
        )
    return list(dict.fromkeys(numbers))


def _resolved(host: str, port: int, resolve: Resolve) -> list[str]:
    try:
        numbers = list(resolve(host, port))
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise TryLater(
                f"where {host} is cannot be found out just now; is this computer online?"
            ) from error
        raise FetchError(_no_host(host)) from error
    except (OSError, UnicodeError) as error:
        raise FetchError(_no_host(host)) from error
    if not numbers:
        raise FetchError(_no_host(host))
    return numbers


def _no_host(host: str) -> str:
    return f"there is no host {host}; check the address for typing errors"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
