"""A sitemap -> the addresses it lists; and which of an index's sitemaps hold a blog's posts.

The format is that of sitemaps.org: XML, or plain text with one address a line; at most 50,000
entries and 50 MB. A sitemap is read whole or not at all: what is missing from a half list would
look like deleted posts, so nothing but a bare "&" is repaired. Nothing in it can make this program read
other files or addresses, or swell in memory.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urljoin, urlsplit

from ingest.errors import SourceError
from ingest.extract import Element
from ingest.feeds import Post
from ingest.urls import host_of, public_url

_MOST_ENTRIES = 50_000
_MOST_BYTES = 50 * 1024 * 1024
_LONGEST_ADDRESS = 2048
_MOST_INSIDE = 50_000  # starts and ends within one entry; a thousand pictures take eight thousand
_HEAD = 8 * 1024


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that a sitemap lists. lastmod: as stated there (a W3C date, if all is well), or None.

    post: as structured data states it, if that is what lists the page.
    """

    url: str
    lastmod: str | None
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists; each address once, in its order.

    children: other sitemaps, where this is an index. described: files of structured data, which a schema map
    names. elsewhere: addresses on other sites, unusable: entries without a web address; both were left out.
    """

    pages: tuple[Listed, ...] = ()
    children: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    elsewhere: int = 0
    unusable: int = 0


_BEFORE_ROOT = rb"\s*+(?:<\?.*?\?>\s*+|<!--.*?-->\s*+)*+"
_SITEMAP = re.compile(_BEFORE_ROOT + rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)[\s>/]", re.S)
_FEED = re.compile(_BEFORE_ROOT + rb"<(?:rss|feed|(?:[\w.-]+:)?RDF)[\s>]", re.S)
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|body)[\s>]", re.I)
_BARE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_STRUCTURED = re.compile(
    r"structured-?data/schema\.org", re.I
)  # of an entry that is no page, but a file about pages
_Entry = tuple[str, str | None, bool]  # address, date, whether it is a file of structured data
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def looks_like_sitemap(data: bytes) -> bool:
    """Whether these bytes (packed or not) begin as an XML sitemap or an index of sitemaps does."""
    try:
        return _SITEMAP.match(_head(_unpacked(data, _HEAD))) is not None
    except SourceError:
        return False


def is_address_list(data: bytes, url: str, media_type: str) -> bool:
    """Whether this is a sitemap as plain text: nothing but addresses of the same site, one a line."""
    if not _is_plain(url, media_type) or len(data) > _MOST_BYTES:
        return False
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split()
    named = "sitemap" in urlsplit(url).path.lower()
    return len(lines) >= (1 if named else 2) and all(
        (address := public_url(line)) is not None and host_of(address) == host_of(url) for line in lines
    )


def read_sitemap(data: bytes, *, url: str, media_type: str = "") -> Sitemap:
    """Read a sitemap or an index of sitemaps; .gz files are unpacked.

    url: where it was read from; addresses on other sites are left out ("www." makes no other
    site). media_type: as the server stated it, for plain-text sitemaps whose name does not say so.
    Raises SourceError if this is no sitemap, is cut off or broken, or is beyond the format's limits.
    """
    data = _unpacked(data, _MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SourceError("This sitemap is larger than the 50 MB that the format allows; split it in two.")
    head = _head(data)
    if not head.strip():
        raise SourceError("This sitemap is empty.")
    if _FEED.match(head):
        raise SourceError("This is a feed (RSS or Atom), not a sitemap; give it as a feed.")
    if not _SITEMAP.match(head) and _PAGE.search(head):
        raise SourceError("This is a web page, not a sitemap; perhaps there is no sitemap at this address.")
    if not head.lstrip().startswith(b"<"):
        if not _is_plain(url, media_type):
            raise SourceError("This is no sitemap: it is not XML.")
        return _sorted_out(_lines(data), url, index=False)
    index, entries = _entries(data)
    return _sorted_out(entries, url, index=index)


def _unpacked(data: bytes, most: int) -> bytes:
    """At most so many bytes of it, unpacked if it is gzip."""
    if not data.startswith(b"\x1f\x8b"):
        return data[:most]
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, most)
    except zlib.error as error:
        raise SourceError("This sitemap is packed (gzip) and damaged.") from error
    if not unpacker.eof and len(unpacked) < most:
        raise SourceError("This sitemap is packed (gzip) and cut off in the middle.")
    return unpacked


def _head(data: bytes) -> bytes:
    """The first bytes as ASCII, whatever Unicode form they are in: good enough to tell formats apart."""
    return data[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")


def _is_plain(url: str, media_type: str) -> bool:
    return media_type.lower().startswith("text/plain") or bool(
        re.search(r"\.txt(?:\.gz)?$", urlsplit(url).path)
    )


def _lines(data: bytes) -> list[_Entry]:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise SourceError("This sitemap is not in UTF-8, as the format asks for.") from error
    stated = [public_url(line) or "" for line in lines if line.strip()]
    if not any(stated):
        raise SourceError("This is no sitemap: it has no line that is a web address.")
    _check_count(len(stated))
    return [(address, None, False) for address in stated]


def _check_count(count: int) -> None:
    if count > _MOST_ENTRIES:
        raise SourceError(
            "This sitemap lists more than the 50,000 addresses that the format allows; split it in two."
        )


def _entries(data: bytes) -> tuple[bool, list[_Entry]]:
    """Whether this is an index, and each entry as stated."""
    from lxml import etree

    if _DTD.search(data.replace(b"\0", b"")):
        raise SourceError(
            "This sitemap declares a document type or entities, which sitemaps have no use for."
        )
    walk = etree.iterparse(
        BytesIO(_repaired(data.lstrip(b"\xef\xbb\xbf \t\r\n"))),  # plugins often leave blank lines at the top
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    found: list[_Entry] = []
    index = False
    try:
        root = next(walk)[1]
        index = _is_index(root)
        found.extend(_walked(walk, root))
    except etree.XMLSyntaxError as error:
        # An undeclared prefix ("image:") does not hide any entry; everything else may.
        if not walk.error_log or any(entry.domain_name != "NAMESPACE" for entry in walk.error_log):
            raise SourceError("This sitemap is broken or cut off, so it was not used.") from error
    return index, found


def _repaired(data: bytes) -> bytes:
    """With each "&" that begins no entity as "&amp;": plugins forget that in addresses."""
    if b"\0" in data[:_HEAD]:
        return data  # UTF-16
    first, *sections = data.split(b"<![CDATA[")
    parts = [_BARE.sub(b"&amp;", first)]
    for section in sections:
        inside, end, after = section.partition(b"]]>")
        parts.append(inside + end + _BARE.sub(b"&amp;", after))
    return b"<![CDATA[".join(parts)


def _is_index(root: Element) -> bool:
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that hid it so far
        raise SourceError("This sitemap declares a document type, which sitemaps have no use for.")
    if _local(root) not in ("urlset", "sitemapindex"):
        raise SourceError("This is XML, but no sitemap.")
    return _local(root) == "sitemapindex"


def _walked(walk: Iterator[tuple[str, Element]], root: Element) -> Iterator[_Entry]:
    count = inside = 0
    for event, element in walk:
        inside += 1
        if inside > _MOST_INSIDE:
            raise SourceError("This sitemap is broken: one of its entries does not end.")
        if event == "start" or element.getparent() is not root:
            continue
        inside, count = 0, count + 1
        _check_count(count)
        if _local(element) in ("url", "sitemap"):
            yield _child_text(element, "loc") or "", _child_text(element, "lastmod"), _is_described(element)
        element.clear()  # the tree of 50,000 entries would take half a gigabyte
        while element.getprevious() is not None:
            del root[0]


def _local(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _is_described(entry: Element) -> bool:
    """Whether an entry's content type, an attribute or a child in a namespace of its own, is structured data."""
    stated = [entry.get("contentType") or ""]
    stated += ["".join(child.itertext()) for child in entry if _local(child) == "contentType"]
    return any(_STRUCTURED.search(text) for text in stated)


def _child_text(entry: Element, name: str) -> str | None:
    """Text of a child of the sitemap's own kind: <image:loc> is deeper and has its own namespace."""
    space = entry.tag.rpartition("}")[0]
    for child in entry:
        if isinstance(child.tag, str) and child.tag.rpartition("}")[::2] == (space, name):
            return "".join(child.itertext()).strip() or None
    return None


def _sorted_out(entries: list[_Entry], url: str, *, index: bool) -> Sitemap:
    found: dict[str, Listed] = {}
    described: dict[str, None] = {}
    elsewhere = unusable = 0
    site = host_of(url)
    for stated, lastmod, is_described in entries:
        address = public_url(_absolute(stated, url))
        if not stated or address is None or len(address) > _LONGEST_ADDRESS:
            unusable += 1
        elif host_of(address) != site:
            elsewhere += 1
        elif is_described:
            described[address] = None
        else:
            found.setdefault(address, Listed(address, lastmod))
    if index:
        found.pop(public_url(url) or "", None)  # an index of itself never ends
        return Sitemap(children=tuple(found), elsewhere=elsewhere, unusable=unusable)
    return Sitemap(tuple(found.values()), (), tuple(described), elsewhere, unusable)


def _absolute(stated: str, base: str) -> str:
    try:
        return urljoin(base, stated.replace(" ", "%20"))
    except ValueError:
        return ""
