"""Blogs whose lists or pages change in ways that must not cost a post: found by attacking ourselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_blog import ids, index_at
from small_site import Site, serving
from test_discover import LONG, articles, blog, ingest, named

from ingest.index import Index


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return index_at(tmp_path / "index")


def test_a_sitemap_that_shrinks_is_checked_page_by_page(site: Site, index: Index) -> None:
    home = blog(site, *"abcdef")
    ingest(index, home)
    site.sitemap("a/")
    report = ingest(index, home)
    assert (len(report.unchanged), report.removed) == (6, ())
    for name in "bcdef":
        del site.replies[f"/{name}/"]
    report = ingest(index, home)
    assert report.removed == ()
    assert "gone all at once" in report.notes[0]


def test_a_new_sitemap_of_posts_does_not_hide_the_others(site: Site, index: Index) -> None:
    for name in "abcd":
        site.post(name, f"{name} {LONG}")
    site.sitemap("a/", "b/", "c/", at="/sitemap-0.xml")
    entry = "<sitemap><loc>{{}}/{0}</loc></sitemap>"
    site.put("/sitemap.xml", f"<sitemapindex>{entry.format('sitemap-0.xml')}</sitemapindex>", kind="text/xml")
    home = site.home()
    ingest(index, home)
    site.sitemap("d/", at="/post-sitemap.xml")
    both = entry.format("sitemap-0.xml") + entry.format("post-sitemap.xml")
    site.put("/sitemap.xml", f"<sitemapindex>{both}</sitemapindex>", kind="text/xml")
    report = ingest(index, home)
    assert (named(*report.added), report.removed) == (["d"], ())


def test_a_blog_below_a_path_and_a_sitemap_of_the_whole_site(site: Site, index: Index) -> None:
    for name in ("2020/a", "2020/b", "2020/c"):
        site.post(name, f"{name} {LONG}")
    site.sitemap("2020/a/", "2020/b/", "2020/c/")
    home = site.home(at="/blog/")
    ingest(index, home)
    site.post("blog/welcome", f"Welcome. {LONG}")
    site.sitemap("2020/a/", "2020/b/", "2020/c/", "blog/welcome/")
    assert ingest(index, home).removed == ()
    assert len(ids(index)) == 4


def test_noindex_on_most_pages_by_mistake(site: Site, index: Index) -> None:
    home = blog(site, *"abcdef")
    ingest(index, home)
    for name in "abcd":
        site.post(name, LONG, head="<meta name=robots content=noindex>")
    report = ingest(index, home)
    assert report.removed == ()
    assert "--prune" in report.notes[0]


def test_a_short_notice_on_all_pages(site: Site, index: Index) -> None:
    home = blog(site, *"abcdef")
    ingest(index, home)
    for name in "abcdef":
        site.post(name, "We are down for scheduled maintenance. Please check back soon.", title="Back soon")
    report = ingest(index, home)
    assert (report.updated, report.removed) == ((), ())
    assert len(report.failed) == 6


def test_two_posts_may_say_the_same_few_words(site: Site, index: Index) -> None:
    for name in "ab":
        site.post(name, "Read it in the newsletter. It is free.", title="News")
    site.sitemap("a/", "b/")
    assert len(ingest(index, site.home()).added) == 2


def test_posts_without_an_address_stay_when_the_feed_drops_them(site: Site, index: Index) -> None:
    def feed(*numbers: int) -> None:
        items = [{"id": str(n), "title": f"Post {n}", "content_html": f"<p>{n}. {LONG}</p>"} for n in numbers]
        stated = {"version": "https://jsonfeed.org/version/1.1", "title": "B", "items": items}
        site.put("/j.json", json.dumps(stated), kind="application/feed+json")

    feed(1, 2, 3)
    ingest(index, f"{site.url}/j.json")
    for _ in range(2):
        feed(2, 3)
        report = ingest(index, f"{site.url}/j.json")
        assert (report.removed, report.left_out, len(report.unchanged)) == ((), (), 2)
    assert len(ids(index)) == 3


@pytest.mark.parametrize("other", ["/sitemap.xml", "/feed"])
def test_a_post_that_another_list_named_last_and_that_is_deleted(
    site: Site, index: Index, other: str
) -> None:
    home = blog(site, *"abcd")
    site.feed(*(f"<title>{n}</title><link>{{}}/{n}/</link><description>… […]</description>" for n in "abcd"))
    ingest(index, site.url + other)
    ingest(index, home)
    ingest(index, site.url + other)
    del site.replies["/d/"]
    site.sitemap("a/", "b/", "c/")
    ingest(index, home)
    assert named(*ids(index)) == ["a", "b", "c"]


def test_a_home_that_moves(site: Site, index: Index) -> None:
    home = blog(site, "a", "b")
    ingest(index, home)
    site.home(at="/blog/")
    site.put("/", "", status=301, Location="/blog/")
    for name in "ab":
        site.post(f"blog/{name}", f"The {name} post. {LONG}", f"Hold the {name} for {len(name)} seconds.")
        site.put(f"/{name}/", "", status=301, Location=f"/blog/{name}/")
    site.sitemap("blog/a/", "blog/b/")
    ingest(index, home)
    ingest(index, home)
    assert ids(index) == [f"{site.url}/blog/a/", f"{site.url}/blog/b/"]


def test_a_page_that_becomes_a_list_goes(site: Site, index: Index) -> None:
    address = site.post("guides", LONG)
    ingest(index, address)
    cards = "".join(f"<article><h2><a href='/{n}/'>Post {n}</a></h2><p>More</p></article>" for n in range(6))
    site.put("/guides/", f"<title>Guides</title><body class='blog archive'><h1>Guides</h1>{cards}</body>")
    assert ingest(index, address).removed == (address,)


def test_a_feed_that_for_once_gives_a_page(site: Site, index: Index) -> None:
    site.post("a", LONG)
    feed = site.feed("<title>A</title><link>{}/a/</link><description>Short …</description>")
    ingest(index, feed)
    site.put("/feed", f"<title>Moment</title><p>{LONG}</p>")
    (failed,) = ingest(index, feed).failed
    assert "was a feed" in failed.reason
    assert named(*ids(index)) == ["a"]


def test_a_page_that_claims_anothers_address(site: Site, index: Index) -> None:
    site.post("good", f"The good one. {LONG}")
    site.post("bad", f"The bad one. {LONG}", head="<link rel=canonical href='/good/'>")
    site.sitemap("bad/", "good/")
    report = ingest(index, site.home())
    assert named(*report.added) == ["good"]
    assert "same address" in report.failed[0].reason
    with index.reading() as store:
        assert store.article(f"{site.url}/good/").text.startswith("The good one")


def test_one_post_under_several_spellings(site: Site) -> None:
    address = site.post("caf%C3%A9", LONG)
    for spelling in ("/café/", "/caf%C3%A9/?utm_source=feed&utm_medium=rss", "/caf%C3%A9/#top"):
        site.replies.setdefault(spelling.partition("#")[0], site.replies["/caf%C3%A9/"])
        assert articles(site.url + spelling)[0].id == address
