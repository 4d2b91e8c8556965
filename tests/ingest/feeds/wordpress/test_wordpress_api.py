"""WordPress's interface, played by a small double that answers as WordPress does."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.article import LeftOut, LoadFailure
from ingest.errors import FetchError, SourceError
from ingest.feeds import Post, wordpress_kinds, wordpress_posts, wordpress_root

HOME = "https://blog.example/"
ROOT = "https://blog.example/wp-json/"


def entry(number: int, **over: object) -> dict[str, Any]:
    return {
        "id": number,
        "link": f"{HOME}post-{number}/",
        "title": {"rendered": f"Post {number}"},
        "content": {"rendered": f"<p>Text {number}.</p>", "protected": False},
        "excerpt": {"rendered": "<p>Short.</p>", "protected": False},
        "date_gmt": "2025-01-02T03:04:05",
        "status": "publish",
        "type": "post",
        **over,
    }


@dataclass
class Reply:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class WordPress:
    """Lists of entries by kind, in pages. meanwhile: called before each page, with its number."""

    kinds: dict[str, list[Any]]
    meanwhile: Callable[[int], object] = lambda page: None
    types: object = None
    counts: bool = True
    clock: str = "Mon, 09 Jun 2025 10:00:00 GMT"
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, *, accept: str, largest: int, accept_status: Collection[int]) -> Reply:
        self.asked.append(url)
        parts = urlsplit(url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        route = query.get("rest_route") or parts.path.removeprefix("/wp-json")
        if route == "/wp/v2/types":
            return Reply(json.dumps(self.types).encode())
        found = self.kinds.get(route.removeprefix("/wp/v2/"))
        if found is None:
            return self.refusal(404, "rest_no_route", accept_status)
        page = int(query["page"])
        self.meanwhile(page)
        shown = found[(page - 1) * 100 : page * 100]
        if not shown and page > 1:
            return self.refusal(400, "rest_post_invalid_page_number", accept_status)
        total = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // 100))}
        return Reply(json.dumps(shown).encode(), 200, {"Date": self.clock, **(total if self.counts else {})})

    def refusal(self, status: int, code: str, accepted: Collection[int]) -> Reply:
        if status not in accepted:
            raise FetchError(f"the site answered with {status}", status)
        return Reply(
            json.dumps({"code": code, "message": "No.", "data": {"status": status}}).encode(), status
        )


@dataclass
class Canned:
    """One answer to everything."""

    reply: Reply

    def get(self, url: str, *, accept: str, largest: int, accept_status: Collection[int]) -> Reply:
        return self.reply


def blog(count: int, **over: Any) -> WordPress:
    return WordPress({"posts": [entry(n) for n in range(1, count + 1)]}, **over)


def last_trouble(site: WordPress, **over: Any) -> tuple[list[str], LoadFailure | None]:
    """The keys of the posts given, and how the listing says that it is incomplete."""
    items = list(wordpress_posts(site, ROOT, **over).items)
    keys = [item.key for item in items if isinstance(item, Post)]
    broken = [item for item in items if isinstance(item, LoadFailure) and item.incomplete]
    assert len(broken) < 2
    assert not broken or broken[0] is items[-1]
    return keys, broken[0] if broken else None


# Finding it


def test_the_interface_is_named_by_header_or_page() -> None:
    page = f'<html><head><link rel="https://api.w.org/" href="{ROOT}" /></head></html>'
    assert wordpress_root({}, page, HOME) == ROOT
    assert wordpress_root({"https://api.w.org/": ROOT}, "", HOME) == ROOT
    assert (
        wordpress_root({"https://api.w.org/": "/index.php?rest_route=/"}, "", HOME)
        == f"{HOME}index.php?rest_route=/"
    )
    assert wordpress_root({}, page, "https://www.blog.example/some/post/") == ROOT
    assert wordpress_root({"alternate": ROOT}, "<html><head></head></html>", HOME) is None


@pytest.mark.parametrize(
    "href",
    [
        "https://public-api.wordpress.com/",
        "https://blog.example.evil.example/wp-json/",
        "ftp://blog.example/",
        "//[",
    ],
)
def test_an_interface_elsewhere_is_none(href: str) -> None:
    assert (
        wordpress_root({"https://api.w.org/": href}, f'<link rel="https://api.w.org/" href="{href}">', HOME)
        is None
    )


@pytest.mark.parametrize(
    "root",
    [ROOT, ROOT.rstrip("/"), f"{HOME}?rest_route=/", f"{HOME}index.php?rest_route=/", f"{ROOT}?lang=de"],
)
def test_every_form_of_root(root: str) -> None:
    site = blog(1)
    assert [item.key for item in wordpress_posts(site, root).items if isinstance(item, Post)] == ["1"]
    query = parse_qs(urlsplit(site.asked[0]).query)
    assert (
        query["status"] == ["publish"]
        and query["per_page"] == ["100"]
        and query["_embed"] == ["author,wp:term"]
    )
    assert ("lang" in query) == root.endswith("lang=de")


# Reading it


def test_a_post_whole() -> None:
    terms = [
        [
            {"name": "Back &amp; Neck", "taxonomy": "category"},
            {"name": "Uncategorized", "slug": "uncategorized"},
        ],
        [{"name": "Hamstrings", "taxonomy": "post_tag"}, {"name": "Aside", "taxonomy": "post_format"}],
    ]
    stated = entry(
        7,
        title={"rendered": "Don&#8217;t <em>stretch</em> &amp; hope"},
        _embedded={"author": [{"name": "Ada &amp; Co"}], "wp:term": terms},
    )
    listing = wordpress_posts(WordPress({"posts": [stated]}), ROOT)
    assert listing.total == 1
    assert list(listing.items) == [
        Post(
            key="7",
            url=f"{HOME}post-7/",
            title="Don’t stretch & hope",
            html="<p>Text 7.</p>",
            author="Ada & Co",
            published="2025-01-02T03:04:05+00:00",
            tags=("Back & Neck", "Hamstrings"),
            full=True,
        )
    ]


def test_what_stays_out_and_says_why() -> None:
    site = WordPress(
        {
            "posts": [
                entry(1, content={"rendered": "", "protected": True}),
                entry(2, status="future"),
                entry(3, link="https://elsewhere.example/post"),
                entry(4, content=None, excerpt=None),
                entry(5, content={"rendered": " "}),
            ]
        }
    )
    first, second, third, fourth, fifth = wordpress_posts(site, ROOT).items
    assert first == LeftOut(f"{HOME}post-1/", "Post 1", "a password protects it")
    assert second == LeftOut(f"{HOME}post-2/", "Post 2", "it is not published")
    assert isinstance(third, LeftOut) and "another site" in third.reason
    assert isinstance(fourth, LoadFailure) and not fourth.incomplete
    assert isinstance(fifth, Post) and not fifth.full and fifth.html == "<p>Short.</p>"


def test_many_pages_in_order() -> None:
    site = blog(250)
    listing = wordpress_posts(site, ROOT)
    assert (listing.total, len(site.asked)) == (250, 1)
    assert [item.key for item in listing.items if isinstance(item, Post)] == [str(n) for n in range(1, 251)]
    assert len(site.asked) == 3


def test_an_empty_blog_is_complete() -> None:
    assert last_trouble(blog(0)) == ([], None)


@pytest.mark.parametrize("count", [0, 3, 100, 150])
def test_a_site_that_does_not_count_is_read_until_there_is_no_more(count: int) -> None:
    site = blog(count, counts=False)
    assert wordpress_posts(site, ROOT).total is None
    keys, trouble = last_trouble(site)
    assert (len(keys), trouble) == (count, None)


# Whether it was read to its end


def test_a_post_removed_meanwhile() -> None:
    site = blog(250)
    site.meanwhile = lambda page: site.kinds["posts"].pop(0) if page == 2 else None
    keys, trouble = last_trouble(site)
    assert "101" not in keys  # it moved to the page before
    assert trouble and trouble.origin == ROOT and "published or removed" in trouble.reason


def test_a_post_published_meanwhile() -> None:
    site = blog(150)
    site.meanwhile = lambda page: site.kinds["posts"].append(entry(151)) if page == 2 else None
    keys, trouble = last_trouble(site)
    assert len(set(keys)) == len(keys) == 151 and trouble


def test_one_removed_and_one_published_leave_the_count_as_it_was() -> None:
    site = blog(150)

    def change(page: int) -> None:
        if page == 2:
            site.clock = "Mon, 09 Jun 2025 10:00:09 GMT"
            site.kinds["posts"].pop(0)
            site.kinds["posts"].append(entry(151, date_gmt="2025-06-09T10:00:05"))

    site.meanwhile = change
    keys, trouble = last_trouble(site)
    assert len(keys) == 150 and "101" not in keys
    assert trouble and "published while" in trouble.reason


def test_a_page_that_fails() -> None:
    site = blog(250)

    def fail(page: int) -> None:
        if page == 3:
            raise FetchError("it did not answer in time")

    site.meanwhile = fail
    keys, trouble = last_trouble(site)
    assert len(keys) == 200
    assert trouble and "did not answer" in trouble.reason


def test_a_post_that_makes_no_sense_counts_as_missing() -> None:
    strange: tuple[object, ...] = (
        None,
        3,
        [],
        {},
        {"id": "x"},
        {"id": True, "link": HOME},
        {"id": 9},
        {"id": 9, "link": f"{HOME}\ud800"},
    )
    for odd in strange:
        site = blog(2, counts=False)
        site.kinds["posts"].append(odd)
        keys, trouble = last_trouble(site)
        assert len(keys) == 2 and trouble, odd


def test_an_endless_list_is_given_up() -> None:
    class Endless(WordPress):
        def get(self, url: str, **how: Any) -> Reply:
            page = int(parse_qs(urlsplit(url).query)["page"][0])
            return Reply(json.dumps([entry(page)]).encode())

    class Stuck(WordPress):
        def get(self, url: str, **how: Any) -> Reply:
            self.asked.append(url)
            return Reply(json.dumps([entry(1)]).encode())

    keys, trouble = last_trouble(Endless({}))
    assert len(keys) == 1000 and trouble and "1000 pages" in trouble.reason
    stuck = Stuck({})
    keys, trouble = last_trouble(stuck)
    assert keys == ["1"] and trouble and "repeats" in trouble.reason
    assert len(stuck.asked) == 2


# Answers that are none


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b'{"code": "rest_no_route"}', 404), "switched off"),
        (Reply(b'{"code": "rest_forbidden"}', 403), "switched off"),
        (Reply(b"", 401), "switched off"),
        (Reply(b'{"code": "rest_invalid_param"}', 400), "not with a list"),
        (Reply(b"<!doctype html><html><body>Welcome</body></html>"), "not JSON"),
        (Reply(b"<b>Notice</b>: Undefined index in theme.php on line 1 []"), "not JSON"),
        (Reply(b"\xff\xfe\x00"), "not JSON"),
        (Reply(b""), "not JSON"),
        (Reply(b"[" * 100_000), "not JSON"),
        (Reply(b'{"posts": []}'), "not with a list"),
        (Reply(b"null"), "not with a list"),
    ],
)
def test_an_interface_that_is_shut_or_broken(reply: Reply, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        wordpress_posts(Canned(reply), ROOT)


def odd_values() -> Iterator[object]:
    yield from (
        None,
        True,
        3,
        -1e400,
        "text",
        "\ud800<b>",
        [],
        [[]],
        {},
        [{"name": 3}],
        {"rendered": [1]},
        "\x00" * 9,
    )


@pytest.mark.parametrize("name", ["title", "content", "excerpt", "date_gmt", "status", "_embedded"])
def test_wrong_types_never_crash(name: str) -> None:
    for value in odd_values():
        (item,) = wordpress_posts(WordPress({"posts": [entry(1, **{name: value})]}), ROOT).items
        if isinstance(item, Post):
            assert isinstance(item.title, str) and isinstance(item.html, str)
    for inner in ("author", "wp:term"):
        for value in (*odd_values(), [[None, 3, {"name": [], "slug": []}]], [[{"name": "x" * 999}]]):
            (item,) = wordpress_posts(WordPress({"posts": [entry(1, _embedded={inner: value})]}), ROOT).items
            assert isinstance(item, Post) and (item.author, item.tags) == (None, ())


@pytest.mark.parametrize("stated", ["0000-00-00T00:00:00", "", "yesterday", "2025-02-31T00:00:00"])
def test_no_date_rather_than_a_wrong_one(stated: str) -> None:
    (item,) = wordpress_posts(WordPress({"posts": [entry(1, date_gmt=stated)]}), ROOT).items
    assert isinstance(item, Post) and item.published is None


# Types of the owner's own


def test_types_with_an_archive_are_posts_too() -> None:
    def kind(base: object, archive: object = True, space: str = "wp/v2") -> dict[str, object]:
        return {"rest_base": base, "has_archive": archive, "rest_namespace": space}

    types = {
        "post": kind("posts", archive=False),
        "page": kind("pages", archive=False),
        "guide": kind("guides", archive="guides"),
        "attachment": kind("media"),
        "wp_block": kind("blocks"),
        "product": kind("product"),
        "elementor_library": kind("elementor_library"),
        "hidden": kind("hidden", archive=False),
        "regex": kind("things/(?P<id>[0-9]+)"),
        "odd": kind(3),
        "other": kind("other", space="shop/v1"),
        "broken": None,
    }
    site = WordPress({"posts": [entry(1)], "guides": [entry(2, type="guide")]}, types=types)
    kinds = wordpress_kinds(site, ROOT)
    assert kinds == ("posts", "guides")
    listing = wordpress_posts(site, ROOT, kinds=kinds)
    assert listing.total == 2
    assert [item.key for item in listing.items if isinstance(item, Post)] == ["1", "2"]
    with pytest.raises(SourceError, match="types"):
        wordpress_kinds(Canned(Reply(b"[]")), ROOT)


def test_a_second_kind_that_fails_is_no_end_of_the_first() -> None:
    listing = wordpress_posts(blog(1), ROOT, kinds=("posts", "guides"))
    assert listing.total is None
    first, second = listing.items
    assert isinstance(first, Post)
    assert isinstance(second, LoadFailure) and second.incomplete and "guides" in second.name
