"""A web address -> what it lists: one page, a feed, a sitemap, an export, or a whole blog.

The content at the address decides, not its spelling.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ingest.article import Article, Inventory, Item, LeftOut, LoadFailure, Seen
from ingest.errors import FetchError, SourceError
from ingest.extract import decode, is_home
from ingest.feeds import (
    Feed,
    Post,
    WordPressPosts,
    article_of,
    exported,
    looks_like_feed,
    looks_like_wxr,
    read_feed,
)
from ingest.fetch import Fetched, Fetcher
from ingest.index import Stored
from ingest.sources.memory import Memory
from ingest.sources.origins import page_of
from ingest.sources.web.discover import LARGEST, Found, Pagelist, find, pages_of, unpacked
from ingest.sources.web.pages import Pages, Wanted
from ingest.sources.web.sitemap import is_address_list, looks_like_sitemap
from ingest.urls import address_key, public_url, same_site

_HEAD = 64 * 1024
_PROTECTED = re.compile(r"\bpost-password-(?:form|message|required)\b")  # of WordPress, in a feed
_GONE = (404, 410)
_MOST_FEED_PAGES = 50
_MANY = 3  # posts that are no longer listed, and more than half of all: hardly what the owner did


class Web:
    """Reads addresses. patient: for rounds every few minutes, see Pages."""

    def __init__(self, fetcher: Fetcher, memory: Memory, *, patient: bool = False) -> None:
        self._fetcher = fetcher
        self._memory = memory
        self._patient = patient

    def read(self, source: str, known: Mapping[str, Stored]) -> Iterator[Item]:
        """All that is found at an address. Raises SourceError if nothing can be read there."""
        address = public_url(source)
        if address is None:
            raise SourceError(f"{source.strip()} is no address that can be read; check its spelling.")
        pages = Pages(self._fetcher, self._memory, known, patient=self._patient)
        try:
            fetched = self._fetcher.get(address, largest=LARGEST)
        except FetchError as error:
            if error.status in _GONE and any(page_of(one.origin) == address for one in known.values()):
                yield LeftOut(address, address, f"the page is gone ({error.status})", gone=True)
                return
            raise
        yield from self._found(address, fetched, pages, known)

    def read_feed_file(self, data: bytes, path: Path, known: Mapping[str, Stored]) -> Iterator[Item]:
        """The posts of a feed that lies on disk. Raises SourceError if it is none."""
        if looks_like_sitemap(data):
            raise SourceError("A sitemap on disk cannot be checked against its site: give its address.")
        pages = Pages(self._fetcher, self._memory, known, patient=self._patient)
        yield from from_feed(read_feed(data), path.as_uri(), path.name, pages)

    def _found(
        self, address: str, fetched: Fetched, pages: Pages, known: Mapping[str, Stored]
    ) -> Iterator[Item]:
        body = unpacked(fetched.body)
        head = body[:_HEAD]
        if looks_like_wxr(head):
            yield from exported(io.BytesIO(body), place=f"export:{address}", name=address)
        elif looks_like_feed(head):
            yield from self._feed(body, fetched, pages, known)
        elif looks_like_sitemap(head) or is_address_list(body, fetched.url, fetched.media_type):
            found = pages_of(self._fetcher, fetched.url, body)
            yield from self._listed(found, fetched.url, pages, known)
        elif fetched.media_type in ("", "text/html", "application/xhtml+xml"):
            html = decode(body, html=True, charset=fetched.charset)
            alone = any(one.origin == address for one in known.values())  # once a post, it may be none now
            if is_home(fetched.url, html) and not alone:
                yield from self._site(address, fetched, html, pages, known)
            elif any(one.origin.startswith(_prefixes(fetched.url)) for one in known.values()):
                raise SourceError(
                    f"{address} was a feed or a sitemap and now gives a page; is the site in order?"
                )
            else:
                yield pages.one(fetched, address)
        else:
            yield pages.one(fetched, address)

    def _feed(
        self, body: bytes, fetched: Fetched, pages: Pages, known: Mapping[str, Stored]
    ) -> Iterator[Item]:
        feed, address = read_feed(body, url=fetched.url, charset=fetched.charset), fetched.url
        feed, failed = self._with_further_pages(feed, address)
        yield from failed
        shown = {post.url for post in feed.posts}
        earlier = _no_longer_shown(f"feed:{address} ", shown, known)
        items = from_feed(feed, address, address, pages, earlier)
        yield from _with_strays(items, address, pages, known, is_whole=False)

    def _with_further_pages(self, feed: Feed, address: str) -> tuple[Feed, list[LoadFailure]]:
        """A feed with the posts of its further pages, and what is wrong with these."""
        met, following = {address}, feed.next_page
        while following and following not in met and same_site(following, address):
            if len(met) >= _MOST_FEED_PAGES:
                reason = f"the feed has more than {_MOST_FEED_PAGES} pages; the rest was not read"
                return feed, [LoadFailure(f"feed:{address}", following, reason)]
            met.add(following)
            try:
                fetched = self._fetcher.get(following, largest=LARGEST)
                more = read_feed(unpacked(fetched.body), url=fetched.url, charset=fetched.charset)
            except SourceError as error:
                reason = f"this further page of the feed could not be read: {error}"
                return feed, [LoadFailure(f"feed:{address}", following, reason)]
            feed = replace(
                feed,
                posts=_each_once((*feed.posts, *more.posts)),
                skipped=(*feed.skipped, *more.skipped),
            )
            following = more.next_page
        return feed, []

    def _site(
        self, address: str, fetched: Fetched, html: str, pages: Pages, known: Mapping[str, Stored]
    ) -> Iterator[Item]:
        """A blog's front page: its own list of posts, else its feed, else the page itself."""
        found = find(self._fetcher, fetched, html)
        address = fetched.url  # however the owner spelt it
        if found.posts is not None:
            yield from _with_strays(from_api(found.posts, address), address, pages, known)
        elif found.pages is not None and _is_believed(found, address, known):
            yield from self._listed(found.pages, address, pages, known)
        elif found.feed is not None:
            yield from self._feed(unpacked(found.feed.body), found.feed, pages, known)
        else:
            item = pages.one(fetched, address)
            if isinstance(item, LeftOut):
                raise SourceError(
                    f"{address} names neither a feed nor a sitemap, and is no post itself. Give the address "
                    "of the feed, of the sitemap, or of each post."
                )
            yield item

    def _listed(
        self, found: Pagelist, address: str, pages: Pages, known: Mapping[str, Stored]
    ) -> Iterator[Item]:
        """The pages that sitemaps name; if one of these is missing, the list is not whole."""
        yield Inventory(f"listing:{address} ", len(found.pages) + len(found.failed))
        yield from found.failed
        wanted = (
            Wanted(page.url, f"listing:{address} {page.url}", page.lastmod, page.post) for page in found.pages
        )
        yield from _with_strays(pages.read(wanted), address, pages, known)


def _each_once(posts: Iterable[Post]) -> tuple[Post, ...]:
    """The pages of a feed may overlap when a post is published while they are read."""
    return tuple({post.url or post.key: post for post in reversed(tuple(posts))}.values())[::-1]


def _prefixes(address: str) -> tuple[str, str]:
    """How the origins begin of what a list at an address named."""
    return f"feed:{address} ", f"listing:{address} "


def _with_strays(
    items: Iterable[Item], address: str, pages: Pages, known: Mapping[str, Stored], *, is_whole: bool = True
) -> Iterator[Item]:
    """What a site lists, then what is stored of this site and was not listed, where the list cannot say.

    That is what no list had named: a new post is often read alone, at the blog's request, before any
    has it. After a whole list (not a feed's newest posts) it is also what another list had named,
    and what this one had, if most of that is missing now: it may have become narrower. The pages
    themselves are asked.
    """
    met: set[str] = set()
    keys: set[str] = set()  # of the articles among them
    for item in items:
        if not isinstance(item, Inventory):
            met.add(page_of(item.origin))
        if isinstance(item, Article | Seen):
            met.add(item.id)
            keys.add(address_key(item.id))
        yield item
    own = {key: one for key, one in known.items() if one.origin.startswith(f"listing:{address} ")}
    missing = {key for key, one in own.items() if not {key, page_of(one.origin)} & met}
    many = len(missing) >= _MANY and 2 * len(missing) > len(own)
    strays = {
        page_of(one.origin): (key, one.origin)
        for key, one in known.items()
        if _is_page(one.origin, address) and not {key, page_of(one.origin)} & met
        if address_key(key) not in keys  # the same page was listed, by another spelling of its address
        if one.origin == page_of(one.origin) or (is_whole and (key not in own or (key in missing and many)))
    }
    wanted = (Wanted(place, origin) for place, (_, origin) in strays.items())
    for item in pages.read(wanted):
        key = strays[page_of(item.origin)][0]
        if isinstance(item, Article | Seen) and item.id != key and item.id in met:
            yield LeftOut(item.origin, key, "it has moved", gone=False)
        else:
            yield item


def _is_page(origin: str, address: str) -> bool:
    """Whether something was read from a page of this site, rather than from the owner's own file."""
    place = page_of(origin)
    return place != "" and public_url(place) == place and same_site(place, address)


def from_feed(
    feed: Feed, place: str, name: str, pages: Pages, earlier: Iterable[Wanted] = ()
) -> Iterator[Item]:
    """A feed's posts: those it holds in full, then those whose pages must be fetched, and `earlier`.

    place: the feed's address. name: the first part of the id of a post that has no address.
    """
    yield Inventory(None, len(feed.posts))
    short: list[Wanted] = []
    met: set[str] = set()
    for hidden in feed.skipped:
        key = hidden.url or f"{name}#{hidden.key}"
        yield LeftOut(f"feed:{place} {key}", hidden.title or key, hidden.reason)
    for post in feed.posts:
        key = post.url or f"{name}#{post.key}"
        origin = f"feed:{place} {key}"
        if key in met:
            yield LoadFailure(
                origin, post.title or key, f"another post of this feed has the same address, {key}"
            )
            continue
        met.add(key)
        if _PROTECTED.search(post.html):
            yield LeftOut(origin, post.title or key, "a password protects it")
            continue
        if post.url and not post.full:
            short.append(Wanted(post.url, origin))
            continue
        try:
            yield article_of(post, id=key, origin=origin)
        except SourceError as error:
            yield LoadFailure(origin, post.title or key, str(error))
    if feed.left_out:
        reason = f"the feed is too long: its last {feed.left_out} posts were not read"
        yield LoadFailure(f"feed:{place}", name, reason)
    yield from pages.read(chain(short, earlier))


def from_api(posts: WordPressPosts, address: str) -> Iterator[Item]:
    """A WordPress site's posts. One whose body is empty there is empty: its page shows only the theme."""
    scope = f"listing:{address} "
    yield Inventory(scope, posts.total)
    for post in posts.items:
        if not isinstance(post, Post):
            yield replace(post, origin=f"{scope}{post.origin}")
            continue
        url = post.url or post.key
        try:
            if not post.full:
                raise SourceError("its body is empty")
            yield article_of(post, id=url, origin=f"{scope}{url}")
        except SourceError as error:
            yield LoadFailure(f"{scope}{url}", url, str(error))


def _is_believed(found: Found, address: str, known: Mapping[str, Stored]) -> bool:
    """Whether a site's sitemaps are what lists it: not if they never listed anything, and there is a feed."""
    if found.feed is None or found.pages is None or found.pages.pages or found.pages.failed:
        return True
    return any(one.origin.startswith(f"listing:{address} ") for one in known.values())


def _no_longer_shown(prefix: str, shown: set[str | None], known: Mapping[str, Stored]) -> Iterator[Wanted]:
    """Posts that this feed named once: whether they are still there, only their pages can say."""
    for one in known.values():
        place = page_of(one.origin)
        if one.origin.startswith(prefix) and place not in shown and public_url(place) == place:
            yield Wanted(place, one.origin)
