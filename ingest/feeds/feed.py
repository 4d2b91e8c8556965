"""The bytes of a feed -> its posts: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.

feedparser reads the XML kinds. It is handed a stream and never a string, since it opens a string
that looks like a file or an address; dangerous parts of the XML are removed before.
Its own cleaning of HTML is off: the text goes through ours, which knows what an article is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ingest.errors import SourceError
from ingest.feeds.blogger import is_post, why_hidden
from ingest.feeds.entry import Context, made_key, post_of
from ingest.feeds.json_feed import read_json_feed
from ingest.feeds.post import Post, Skipped, plain_title
from ingest.feeds.xml import decoded, prepared
from ingest.urls import public_url

MOST_POSTS = 10_000
_MOST_BYTES = 64 * 1024 * 1024
_MOST_DAMAGED = 4 * 1024 * 1024  # what is not well-formed is read by a far slower parser
_SNIFFED = 8192
_ROOT = re.compile(
    r"(?:\s|(?><\?.*?\?>)|(?><!--.*?-->)|(?><!doctype[^>\[]*(?:\[.*?\]\s*)?>))*<([\w.-]+:)?([\w.-]+)",
    re.I | re.S,
)
_JSON = re.compile(rb"jsonfeed\.org\\?/version")
_NO_FEED = "this is no feed that can be read (RSS, Atom or JSON Feed); check the feed's address"


@dataclass(frozen=True, slots=True)
class Feed:
    """home: address of the site, or None. left_out: posts behind the first 10,000, which are not read.

    next_page: address of the feed's next page (RFC 5005, or JSON Feed's next_url), or None.
    skipped: posts that are not public.
    """

    title: str
    home: str | None
    posts: tuple[Post, ...]
    left_out: int = 0
    next_page: str | None = None
    skipped: tuple[Skipped, ...] = ()


def looks_like_feed(data: bytes) -> bool:
    """Whether the first bytes are those of a feed, in any encoding. The first 8 KB are enough."""
    return _is_json_feed(data) or _root(decoded(data[:_SNIFFED])) in ("rss", "rdf", "feed")


def _is_json_feed(data: bytes) -> bool:
    plain = data[:_SNIFFED].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return plain.startswith(b"{") and bool(_JSON.search(data.replace(b"\0", b"")))


def _root(head: str) -> str:
    """The name of the first element in lower case, "" if there is none."""
    m = _ROOT.match(head[:_SNIFFED])
    return m[2].lower() if m else ""


def read_feed(data: bytes, *, url: str | None = None, charset: str | None = None) -> Feed:
    """The feed's posts in its own order, a post that is listed twice once.

    Args:
        url: the feed's own address, the base of relative links.
        charset: as the server names it.

    Raises:
        SourceError: this is no feed, or one too large or too damaged to be read.
    """
    if not data.strip():
        raise SourceError("this feed is empty")
    if len(data) > _MOST_BYTES:
        raise SourceError(
            f"this feed is larger than {_MOST_BYTES // 1024 // 1024} MB; use the site's export instead"
        )
    if _is_json_feed(data):
        title, home, posts, left_out, next_page = read_json_feed(data, url, MOST_POSTS)
        return Feed(title, home, _distinct(posts), left_out, next_page)
    text = decoded(data, charset)
    if _root(text) in ("html", "body", "head"):
        raise SourceError("this is a web page, not a feed; give the feed's own address")
    content, left_out = prepared(text, MOST_POSTS)
    parsed = _parsed(content)
    if not parsed.get("version") and not parsed["entries"]:
        raise SourceError(_NO_FEED)
    return _feed(parsed, url, text, left_out)


# What feedparser is known to raise on malformed input.
_STUMBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def _parsed(content: bytes) -> Any:
    # Without the feed's address: feedparser would make a link of any guid, too.
    import feedparser  # type: ignore[import-untyped]

    if len(content) > _MOST_DAMAGED and not _well_formed(content):
        raise SourceError("this feed is too damaged and too large to be read; check it with a feed validator")
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(content), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _STUMBLES as error:
        raise SourceError("this feed is too damaged to be read; check it with a feed validator") from error


def _well_formed(content: bytes) -> bool:
    from xml.parsers import expat

    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError:
        return False
    return True


def _feed(parsed: Any, url: str | None, text: str, left_out: int) -> Feed:
    channel = parsed["feed"]
    home = public_url(str(channel.get("link") or ""), url)
    context = Context(
        base=url or home,
        atom=str(parsed.get("version") or "").startswith("atom"),
        has_bodies=bool(re.search(r"<(?:\w+:)?(?:encoded|content|fullitem|body)\b", text, re.I)),
        channel=channel,
    )
    posts: list[Post] = []
    skipped: list[Skipped] = []
    for entry in filter(is_post, parsed["entries"][:MOST_POSTS]):
        post, reason = post_of(entry, context), why_hidden(entry)
        if reason:
            skipped.append(Skipped(post.key, post.title, post.url, reason))
        else:
            posts.append(post)
    title = plain_title(str(channel.get("title") or ""))
    return Feed(title, home, _distinct(posts), left_out, _next_page(channel, url), tuple(skipped))


def _next_page(channel: Any, url: str | None) -> str | None:
    links = [link for link in channel.get("links") or () if link.get("rel") in ("next", "prev-archive")]
    return public_url(str(links[0].get("href") or ""), url) if links else None


def _distinct(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Each post once, each with a key of its own: feeds list posts twice, and use ids twice."""
    kept: dict[str, Post] = {}
    for post in dict.fromkeys(posts):
        key = post.key
        if key in kept:
            key = post.url or ""
        if not key or key in kept:
            key = made_key(post.key, repr(post))
        kept[key] = replace(post, key=key)
    return tuple(kept.values())
