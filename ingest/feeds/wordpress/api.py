"""The posts of a WordPress blog, through the interface that WordPress offers to programs (REST, /wp-json/).

It gives each published post whole, with its author and tags, and the number of posts. Posts
come a hundred at a time, by their number, which does not change; whether the list was read to its
end is checked against the count, since what is missing from a half list would look deleted. Many
sites switch the interface off: then the caller reads the sitemap instead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.article import LeftOut, LoadFailure
from ingest.errors import SourceError
from ingest.extract import parse_html
from ingest.feeds.post import Post
from ingest.feeds.wordpress.api_post import string, wordpress_post
from ingest.urls import host_of, public_url

_REL = "https://api.w.org/"
_PER_PAGE = 100  # the most that WordPress gives
_MOST_PAGES = 1000
_LARGEST = 16 * 2**20
_FIELDS = "id,link,title,content,excerpt,date,date_gmt,modified_gmt,status,type,_links,_embedded"
# WordPress answers 404 for a type that is not public, 401 and 403 where a plugin has shut the door.
_CLOSED = (401, 403, 404, 405, 410, 501)
# Types that WordPress, shops and page builders make for themselves; wp_* are its own, too.
_NO_POSTS = frozenset(
    "page attachment media nav_menu_item product product_variation shop_order shop_coupon elementor_library"
    " e-landing-page e-floating-buttons fl-builder-template et_pb_layout popup forum topic reply"
    " tribe_events event".split()
)


class Answer(Protocol):
    """What is used of fetch.Fetched."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Get(Protocol):
    """What is used of fetch.Fetcher."""

    def get(self, url: str, *, accept: str, largest: int, accept_status: Collection[int]) -> Answer: ...


@dataclass(frozen=True, slots=True)
class WordPressPosts:
    """A blog's published posts.

    total: how many the blog itself counts, those behind a password too; None if it does not say.
    items: can be read once, and fetches as it is read. LeftOut and LoadFailure have the post's
    address as origin. Where the list was not read to its end, or it changed meanwhile, the last of
    a type is a LoadFailure with `incomplete` set and the interface's address as origin.
    """

    total: int | None
    items: Iterator[Post | LeftOut | LoadFailure]


def wordpress_root(links: Mapping[str, str], html: str, home: str) -> str | None:
    """The address of a WordPress blog's interface, None if the page names none on its own site.

    links: the page's Link headers, rel -> address. home: the page's address. "www." makes no other site.
    """
    stated = [href for rel, href in links.items() if rel.strip() == _REL]
    if _REL in html:
        root = parse_html(html)
        found = () if root is None else root.iter("link")
        stated += [e.get("href") or "" for e in found if _REL in (e.get("rel") or "").split()]
    for href in stated:
        address = public_url(href, home)
        if address and host_of(address) == host_of(home):
            return address
    return None


def wordpress_posts(get: Get, root: str, *, kinds: Sequence[str] = ("posts",)) -> WordPressPosts:
    """The published posts, oldest number first. root: as wordpress_root gives it.

    kinds: names of lists of posts in the interface, as wordpress_kinds gives them. The first page of each
    is read at once. Raises SourceError if that cannot be read for the first kind: the interface is
    switched off, closed, or answers with something else. Another kind's failure is an item.
    """
    if not kinds:
        raise ValueError("name at least one kind of post")
    firsts: list[_Page | LoadFailure] = [_page(get, root, kinds[0], 1)]
    for kind in kinds[1:]:
        try:
            firsts.append(_page(get, root, kind, 1))
        except SourceError as error:
            firsts.append(_broken_off(root, kind, str(error)))
    totals = [None if isinstance(first, LoadFailure) else first.total for first in firsts]
    known = [total for total in totals if total is not None]
    return WordPressPosts(sum(known) if len(known) == len(totals) else None, _all(get, root, kinds, firsts))


def wordpress_kinds(get: Get, root: str) -> tuple[str, ...]:
    """Names for `posts`: ordinary posts first, then types of the owner's own that have a public archive.

    The interface does not show untrusted clients whether a type is public, but whether it has an archive page;
    and templates of page builders have none. Raises SourceError if the types cannot be read; then
    ("posts",) is right for most blogs, but nothing of another type may be pruned.
    """
    stated, _ = _asked(get, _address(root, "wp/v2/types", {}))
    if not isinstance(stated, dict):
        raise SourceError("the blog's WordPress interface does not list its types of posts")
    found = ["posts"]
    for name, kind in stated.items():
        base = kind.get("rest_base") if isinstance(kind, dict) else None
        if not isinstance(base, str) or not base.replace("-", "").replace("_", "").isalnum():
            continue
        own = name not in _NO_POSTS and not name.startswith("wp_") and base != "posts"
        if own and kind.get("has_archive") and kind.get("rest_namespace", "wp/v2") == "wp/v2":
            found.append(base)
    return tuple(dict.fromkeys(found[:20]))


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer. total, pages: by the server's count. date: the server's clock, as WordPress writes times."""

    entries: list[Any]
    total: int | None = None
    pages: int | None = None
    date: str = ""


def _all(
    get: Get, root: str, kinds: Sequence[str], firsts: Sequence[_Page | LoadFailure]
) -> Iterator[Post | LeftOut | LoadFailure]:
    for kind, first in zip(kinds, firsts, strict=True):
        if isinstance(first, LoadFailure):
            yield first
        else:
            yield from _Reading(get, root, kind, first).items()


class _Reading:
    """Reads one kind of post to its end. State: what was seen so far, and whether it adds up."""

    def __init__(self, get: Get, root: str, kind: str, first: _Page) -> None:
        self.get, self.root, self.kind, self.first = get, root, kind, first
        self.seen: set[int] = set()
        self.dates: list[str] = []
        self.until = ""  # the server's clock at the last page, if there were several
        self.trouble = ""

    def items(self) -> Iterator[Post | LeftOut | LoadFailure]:
        page = self.first
        for number in range(1, _MOST_PAGES + 1):
            before = len(self.seen)
            yield from self.fresh(page.entries)
            if self.at_end(page, number, len(self.seen) > before):
                break
            try:
                page = _page(self.get, self.root, self.kind, number + 1)
            except SourceError as error:
                self.trouble = str(error)
                break
            self.until = page.date or self.until
        else:
            self.trouble = f"it goes on after {_MOST_PAGES} pages"
        self.check()
        if self.trouble:
            yield _broken_off(self.root, self.kind, self.trouble)

    def at_end(self, page: _Page, number: int, fresh: bool) -> bool:
        if page.total is not None and page.total != self.first.total:
            self.trouble = "posts were published or removed while it was read"
        if page.entries and not fresh:
            self.trouble = self.trouble or "it repeats itself"
            return True
        last = self.first.pages
        return not page.entries or (last is not None and number >= last)

    def fresh(self, entries: list[Any]) -> Iterator[Post | LeftOut | LoadFailure]:
        for entry in entries:
            number = entry.get("id") if isinstance(entry, dict) else None
            link = entry.get("link") if isinstance(entry, dict) else None
            address = public_url(link) if isinstance(link, str) else None
            if type(number) is not int or address is None or not address.isprintable():
                self.trouble = "one of the posts has no number or no address"
            elif number not in self.seen:
                self.seen.add(number)
                self.dates.append(string(entry.get("date_gmt")))
                yield wordpress_post(entry, address, self.root)

    def check(self) -> None:
        """Trouble, if the list that was read may lack a post that is there."""
        if self.trouble:
            return
        if self.first.total is not None and len(self.seen) < self.first.total:
            self.trouble = f"it gave only {len(self.seen)} of its {self.first.total} posts"
        # One post removed and one published leave the count as it was, but move a post to a page
        # that was read already.
        since = self.first.date
        if self.until and since and any(since <= date <= self.until for date in self.dates):
            self.trouble = "a post was published while it was read"


def _page(get: Get, root: str, kind: str, number: int) -> _Page:
    query = {"per_page": _PER_PAGE, "page": number, "status": "publish", "orderby": "id", "order": "asc"}
    url = _address(root, f"wp/v2/{kind}", {**query, "_embed": "author,wp:term", "_fields": _FIELDS})
    stated, answer = _asked(get, url)
    code = stated.get("code") if isinstance(stated, dict) else None
    if answer.status == 400 and number > 1 and code == "rest_post_invalid_page_number":
        return _Page([])
    if answer.status == 400 or not isinstance(stated, list):
        raise SourceError("the blog's WordPress interface answers, but not with a list of posts")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    total, pages = _count(headers.get("x-wp-total")), _count(headers.get("x-wp-totalpages"))
    return _Page(stated, total, pages, _clock(headers.get("date", "")))


def _asked(get: Get, url: str) -> tuple[object, Answer]:
    """The parsed JSON, and the response."""
    answer = get.get(url, accept="application/json", largest=_LARGEST, accept_status=(400, *_CLOSED))
    if answer.status in _CLOSED:
        raise SourceError(f"the blog's WordPress interface is switched off or closed ({answer.status})")
    try:
        return json.loads(answer.body.decode("utf-8-sig")), answer
    except (ValueError, RecursionError) as error:
        raise SourceError("the blog's WordPress interface answers with something that is not JSON") from error


def _address(root: str, route: str, query: Mapping[str, object]) -> str:
    """Both forms of root: https://x/wp-json/ and https://x/?rest_route=/ ("plain" permalinks)."""
    parts = urlsplit(root)
    parameters = dict(parse_qsl(parts.query))
    path = parts.path
    if "rest_route" in parameters:
        parameters["rest_route"] = f"{parameters['rest_route'].rstrip('/')}/{route}"
    else:
        path = f"{path.rstrip('/')}/{route}"
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode({**parameters, **query}, safe="/:,"), ""))


def _count(stated: str | None) -> int | None:
    text = (stated or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _clock(stated: str) -> str:
    try:
        return parsedate_to_datetime(stated).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        return ""


def _broken_off(root: str, kind: str, reason: str) -> LoadFailure:
    return LoadFailure(
        root, f"the list of {kind}", f"it could not be read to its end: {reason}", incomplete=True
    )
