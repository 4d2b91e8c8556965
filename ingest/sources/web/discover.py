"""A blog's front page -> its own list of posts: WordPress's API, a sitemap, a schema map, or else a feed.

In order of reliability: an API that lists all posts; the sitemap that the
platform, robots.txt or custom names; the structured data that a schema map names; a feed, which shows the newest only. A list that exists and
cannot be read just now is an error, not a reason to take the next: with a narrower list posts
would seem to have vanished.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import urljoin, urlsplit

from ingest.article import LoadFailure
from ingest.errors import DisallowedByRobots, FetchError, SourceError
from ingest.extract import declared_feeds, is_wix
from ingest.feeds import (
    OWN_SCHEMA_MAP,
    WordPressPosts,
    looks_like_feed,
    read_structured_data,
    wordpress_kinds,
    wordpress_posts,
    wordpress_root,
)
from ingest.fetch import Fetched, Fetcher, gunzip
from ingest.sources.web.sitemap import Listed, is_address_list, looks_like_sitemap, read_sitemap
from ingest.sources.web.sitemap_kinds import relevant
from ingest.urls import host_of

LARGEST = 50 * 1024 * 1024  # bytes of one sitemap, by the protocol
_MOST_SITEMAPS = 500
_HEAD = 1024  # bytes in which our own map is marked
_DEEPEST = 3  # an index of indexes is against the protocol, and happens
_WIX = "/blog-posts-sitemap.xml"
_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap-index.xml", "/sitemap.txt")
_SCHEMA_MAP = "/schemamap.xml"
_WORDPRESS = "/?sitemap=index"  # where its addresses have no names
_FEEDS = ("feed.xml", "feed", "rss.xml", "atom.xml", "index.xml", "blog-feed.xml", "feed.json")
_ABSENT = (400, 401, 403, 404, 405, 406, 410, 501)  # statuses by which a server says: I have no such thing


@dataclass(frozen=True, slots=True)
class Pagelist:
    """The pages that sitemaps name, each once. failed: sitemaps among them that could not be read.

    passed_over: sitemaps of pages, tags and the like, which were not read. described: files of structured data,
    which are read where no sitemap names pages.
    """

    pages: tuple[Listed, ...]
    failed: tuple[LoadFailure, ...] = ()
    passed_over: tuple[str, ...] = ()
    described: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """How a blog lists its posts; one of these, or none. Both pages and feed: a sitemap that is empty."""

    posts: WordPressPosts | None = None
    pages: Pagelist | None = None
    feed: Fetched | None = None


def find(fetcher: Fetcher, home: Fetched, html: str) -> Found:
    """The best list of posts that a front page leads to. Raises SourceError if it fails just now."""
    root = wordpress_root(home.links, html, home.url)
    if root is not None and (posts := _posts(fetcher, root)):
        return Found(posts=posts)
    if is_wix(html) and (found := _sitemap(fetcher, urljoin(home.url, _WIX))):
        return Found(pages=found)
    found = _own_sitemap(fetcher, home, (_WORDPRESS,) if root else ())
    if not _lists(found):
        found = _schema_map(fetcher, home, found.described if found else ()) or found
    if found and _lists(found):
        return Found(pages=_below(found, home.url))
    return Found(pages=found, feed=_feed(fetcher, home, html))


def pages_of(fetcher: Fetcher, url: str, body: bytes) -> Pagelist:
    """The pages of a sitemap, an index of sitemaps, or a schema map. Raises SourceError if it is none."""
    if OWN_SCHEMA_MAP.encode() in body[:_HEAD]:
        raise SourceError(
            "This schema map is Footnote's own: it lists what was read of the blog before. Give the blog's address."
        )
    found = _read(fetcher, url, body)
    return found if _lists(found) or not found.described else _described(fetcher, found.described)


def _read(fetcher: Fetcher, url: str, body: bytes) -> Pagelist:
    walk = _Walk(fetcher)
    walk.read(url, body, depth=0)
    return walk.result()


def _described(fetcher: Fetcher, files: Sequence[str]) -> Pagelist:
    """The pages that files of structured data describe."""
    pages: dict[str, Listed] = {}
    failed = []
    for url in files[:_MOST_SITEMAPS]:
        try:
            fetched = fetcher.get(url, largest=LARGEST)
            for one in read_structured_data(unpacked(fetched.body), url=fetched.url):
                address = str(one.post.url)
                if host_of(address) == host_of(fetched.url):
                    pages.setdefault(address, Listed(address, one.modified, one.post))
        except SourceError as error:
            failed.append(LoadFailure(url, url, f"these structured data could not be read: {error}", True))
    if len(files) > _MOST_SITEMAPS:
        reason = f"the schema map names more than {_MOST_SITEMAPS} files; the rest was not read"
        failed.append(LoadFailure(files[_MOST_SITEMAPS], files[_MOST_SITEMAPS], reason, True))
    return Pagelist(tuple(pages.values()), tuple(failed))


@dataclass(slots=True)
class _Walk:
    """Sitemaps read so far. pages: by address, so that each comes once."""

    fetcher: Fetcher
    pages: dict[str, Listed] = field(default_factory=dict)
    failed: list[LoadFailure] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    described: dict[str, None] = field(default_factory=dict)

    def read(self, url: str, body: bytes, depth: int) -> None:
        sitemap = read_sitemap(body, url=url)
        self.described |= dict.fromkeys(sitemap.described)
        for page in sitemap.pages:
            self.pages.setdefault(page.url, page)
        children, left = relevant([child for child in sitemap.children if child not in self.met])
        self.passed_over += left
        for child in children:
            self._child(child, depth + 1)

    def _child(self, url: str, depth: int) -> None:
        if url in self.met:
            return
        self.met.add(url)
        try:
            if depth > _DEEPEST or len(self.met) > _MOST_SITEMAPS:
                raise SourceError("there are too many sitemaps within sitemaps")
            self.read(url, self.fetcher.get(url, largest=LARGEST).body, depth)
        except SourceError as error:
            self.failed.append(LoadFailure(url, url, f"this sitemap could not be read: {error}", True))

    def result(self) -> Pagelist:
        return Pagelist(
            tuple(self.pages.values()), tuple(self.failed), tuple(self.passed_over), tuple(self.described)
        )


def unpacked(body: bytes) -> bytes:
    """A body that is a gzip file, unpacked; any other as it is. Raises SourceError."""
    return gunzip(body, LARGEST) if body.startswith(b"\x1f\x8b") else body


def _posts(fetcher: Fetcher, root: str) -> WordPressPosts | None:
    """The API's posts; None if it is switched off. Raises FetchError if it fails just now."""
    try:
        return wordpress_posts(fetcher, root, kinds=_kinds(fetcher, root))
    except FetchError as error:
        if _absent(error):
            return None
        raise
    except SourceError:
        return None


def _kinds(fetcher: Fetcher, root: str) -> tuple[str, ...]:
    try:
        return wordpress_kinds(fetcher, root)
    except FetchError as error:
        if _absent(error):
            return ("posts",)
        raise  # what is published under other kinds would seem to have vanished
    except SourceError:
        return ("posts",)


def _own_sitemap(fetcher: Fetcher, home: Fetched, more: tuple[str, ...]) -> Pagelist | None:
    """All sitemaps that robots.txt names, else the first of those with a customary name; `more`: others."""
    named = fetcher.robots_sitemaps(home.url)
    if named:
        lists = [found for url in named if (found := _sitemap(fetcher, url, named=True))]
        pages = {page.url: page for each in lists for page in each.pages}
        failed = tuple(chain.from_iterable(each.failed for each in lists))
        passed = tuple(chain.from_iterable(each.passed_over for each in lists))
        described = tuple(dict.fromkeys(chain.from_iterable(each.described for each in lists)))
        if pages or failed or described:
            return Pagelist(tuple(pages.values()), failed, passed, described)
    empty = None
    for name in (*_SITEMAPS, *more):
        found = _sitemap(fetcher, urljoin(home.url, name))
        if found and (_lists(found) or found.described):
            return found
        empty = empty or found
    return empty


def _lists(found: Pagelist | None) -> bool:
    return found is not None and bool(found.pages or found.failed)


def _schema_map(fetcher: Fetcher, home: Fetched, files: tuple[str, ...]) -> Pagelist | None:
    """What structured data list: files that a sitemap names, else those of the schema map of robots.txt or custom.

    A map on another host, or made by a Footnote server, lists what was read of the blog, not what it has.
    """
    own = [url for url in fetcher.robots_schema_maps(home.url) if host_of(url) == host_of(home.url)]
    for url in () if files else dict.fromkeys((*own, urljoin(home.url, _SCHEMA_MAP))):
        try:
            fetched = fetcher.get(url, largest=LARGEST)
            if looks_like_sitemap(fetched.body) and OWN_SCHEMA_MAP.encode() not in fetched.body[:_HEAD]:
                files += _read(fetcher, fetched.url, fetched.body).described
        except FetchError as error:
            if not _absent(error):
                return Pagelist((), (_failed(url, error),))
        except SourceError as error:
            return Pagelist((), (_failed(url, error),))
    return _described(fetcher, tuple(dict.fromkeys(files))) if files else None


def _sitemap(fetcher: Fetcher, url: str, *, named: bool = False) -> Pagelist | None:
    """A sitemap's pages; None if there is none. named: robots.txt says that there is one."""
    try:
        fetched = fetcher.get(url, largest=LARGEST)
        if not named and not _is_sitemap(fetched):
            return None  # a page that says in words that there is nothing
        return _read(fetcher, fetched.url, fetched.body)
    except FetchError as error:
        if _absent(error) and not named:
            return None
        if not named:
            raise
        return Pagelist((), (_failed(url, error),))
    except SourceError as error:
        return Pagelist((), (_failed(url, error),))


def _is_sitemap(fetched: Fetched) -> bool:
    return looks_like_sitemap(fetched.body) or is_address_list(fetched.body, fetched.url, fetched.media_type)


def _absent(error: FetchError) -> bool:
    """Whether a server says that it has no such thing, or none for programs."""
    return error.status in _ABSENT or isinstance(error, DisallowedByRobots)


def _failed(url: str, error: SourceError) -> LoadFailure:
    return LoadFailure(url, url, f"this sitemap could not be read: {error}", incomplete=True)


def _below(found: Pagelist, home: str) -> Pagelist:
    """Of a whole site's pages those of the blog, if its front page has a path that posts share."""
    path = urlsplit(home).path.rstrip("/")
    if not path:
        return found
    below = tuple(page for page in found.pages if urlsplit(page.url).path.startswith(f"{path}/"))
    return Pagelist(below, found.failed, found.passed_over) if below else found


def _feed(fetcher: Fetcher, home: Fetched, html: str) -> Fetched | None:
    """The feed that the front page declares, else one with a customary name."""
    base = home.url if home.url.endswith("/") else f"{home.url}/"
    declared = declared_feeds(html, home.url)
    for url in dict.fromkeys([*declared, *(urljoin(base, name) for name in _FEEDS)]):
        try:
            fetched = fetcher.get(url, largest=LARGEST)
        except FetchError as error:
            if url in declared and not _absent(error):
                raise
            continue
        if looks_like_feed(unpacked(fetched.body)):
            return fetched
    return None
