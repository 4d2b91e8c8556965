"""Whole blogs over HTTP, from a server on loopback into the index."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from small_blog import ids, index_at
from small_site import Site, serving

from ingest.article import Article, Inventory
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sources.load import load as plain_load
from ingest.sources.load import loader, memory_in
from ingest.sync import SyncReport, sync

LONG = "Bend forward from the hips and keep the back straight while you breathe out slowly. " * 4


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return index_at(tmp_path / "index")


def ingest(index: Index, *sources: str, patient: bool = False, dry_run: bool = False) -> SyncReport:
    with loader(memory=memory_in(index.path), allow_private=True, patient=patient) as load:
        return sync(sources, index=index, embedder=FakeEmbedder, load=load, dry_run=dry_run)


def articles(source: str) -> list[Article]:
    with loader(allow_private=True) as load:
        items = [item for item in load(source) if not isinstance(item, Inventory)]
    assert all(isinstance(item, Article) for item in items), items
    return [item for item in items if isinstance(item, Article)]


def named(*addresses: str) -> list[str]:
    return [address.rstrip("/").rpartition("/")[2] for address in addresses]


def blog(site: Site, *names: str) -> str:
    """A static blog with a sitemap and posts of these names."""
    for name in names:
        site.post(name, f"The {name} post. {LONG}", f"Hold the {name} for {len(name)} seconds.", etag=name)
    site.sitemap(*(f"{name}/" for name in names), at="/sitemap.xml")
    return site.home()


# -- what an address is


def test_a_page(site: Site) -> None:
    address = site.post("hold", LONG, head="<meta name=author content='Ann Lee'>")
    (article,) = articles(address)
    assert (article.id, article.url, article.origin) == (address, address, address)
    assert (article.title, article.author) == ("All about hold", "Ann Lee")
    assert article.text == LONG.strip()


def test_a_home_with_a_sitemap(site: Site, index: Index) -> None:
    report = ingest(index, blog(site, "seated", "standing"))
    assert named(*report.added) == ["seated", "standing"]
    assert not report.failed
    assert named(*ids(index)) == ["seated", "standing"]


def test_a_home_that_names_its_sitemap_in_robots(site: Site, index: Index) -> None:
    home = blog(site, "seated")
    del site.replies["/sitemap.xml"]
    site.sitemap("seated/", at="/maps/all.xml")
    site.put(
        "/robots.txt", "User-agent: *\nDisallow: /private/\nSitemap: {}/maps/all.xml\n", kind="text/plain"
    )
    assert named(*ingest(index, home).added) == ["seated"]


def test_an_index_of_sitemaps_some_of_them_packed(site: Site, index: Index) -> None:
    for name in ("a", "b"):
        site.post(name, f"{name} {LONG}")
    site.sitemap("a/", at="/post-sitemap1.xml")
    site.sitemap("b/", at="/post-sitemap2.xml.gz")
    site.put(
        "/post-sitemap2.xml.gz",
        gzip.compress(site.replies["/post-sitemap2.xml.gz"].body),
        kind="application/gzip",
    )
    site.sitemap("tag/x/", at="/post_tag-sitemap.xml")
    maps = "".join(
        f"<sitemap><loc>{{}}/{name}</loc></sitemap>"
        for name in ("post-sitemap1.xml", "post-sitemap2.xml.gz", "post_tag-sitemap.xml")
    )
    site.put("/index.xml", f"<sitemapindex>{maps}</sitemapindex>", kind="text/xml")
    assert named(*ingest(index, f"{site.url}/index.xml").added) == ["a", "b"]
    assert ("/tag/x/", 404) not in site.asked


def test_a_home_with_only_a_feed(site: Site, index: Index) -> None:
    site.post("new", LONG)
    site.feed(
        "<title>New</title><link>{}/new/</link><description>Bend forward …</description>", at="/news.rss"
    )
    home = site.home("<link rel=alternate type='application/rss+xml' href='/news.rss'>")
    assert named(*ingest(index, home).added) == ["new"]


def test_a_home_with_nothing_to_go_by(site: Site, index: Index) -> None:
    home = site.home(
        body="<h1>Blog</h1>" + "<article><h2><a href='/x/'>A post</a></h2><p>…</p></article>" * 5
    )
    (failed,) = ingest(index, home).failed
    assert "neither a feed nor a sitemap" in failed.reason


def test_a_feed_of_excerpts_and_of_whole_posts(site: Site, index: Index) -> None:
    site.post("short", f"The whole of it. {LONG}")
    feed = site.feed(
        "<title>Short</title><link>{}/short/</link><description>The whole […]</description>",
        f"<title>Full</title><link>{{}}/full/</link><content:encoded><![CDATA[<p>Here. {LONG}</p><p>{LONG}</p>]]></content:encoded>",
    )
    report = ingest(index, feed)
    assert sorted(named(*report.added)) == ["full", "short"]
    assert "/full/" not in [path for path, _ in site.asked]


def test_a_json_feed(site: Site, index: Index) -> None:
    site.put(
        "/feed.json",
        '{"version": "https://jsonfeed.org/version/1.1", "title": "B", "items": [{"id": "1", "url": "{}/one/", '
        f'"title": "One", "content_html": "<p>{LONG}</p><p>{LONG}</p>", "date_published": "2025-02-03T10:00:00Z"}}]}}',
        kind="application/feed+json",
    )
    assert named(*ingest(index, f"{site.url}/feed.json").added) == ["one"]


def test_a_wix_blog(site: Site, index: Index) -> None:
    """Posts from the blog's own sitemap; cards on its other pages are no posts, nor is a soft 404."""
    generator = "<meta name='generator' content='Wix.com Website Builder'>"
    page = (
        f'<html><head>{generator}<title>{{t}} | B</title><script type=\'application/ld+json\'>{{{{"@type": "BlogPosting", '
        '"headline": "{t}", "datePublished": "2025-03-01T08:00:00.000Z"}}</script></head><body><nav>Home</nav>'
        "<h1 data-hook='post-title'>{t}</h1><section data-hook='post-description'><p>{x}</p></section>"
        "<section><h2>Recent Posts</h2><p>Another</p></section></body></html>"
    )
    for name in ("tight", "loose"):
        site.put(f"/post/{name}", page.format(t=f"How {name}", x=f"{name} {LONG}"))
    site.put(
        "/post/deleted",
        f"<html><head>{generator}<title>B</title></head><body><h1>This page isn't available</h1></body></html>",
    )
    site.sitemap("post/tight", "post/loose", "post/deleted", at="/blog-posts-sitemap.xml")
    site.sitemap("", "shop", at="/pages-sitemap.xml")
    report = ingest(index, site.home(generator))
    assert named(*report.added) == ["tight", "loose"]
    assert not report.failed
    assert len(report.left_out) == 1
    with index.reading() as store:
        article = store.article(f"{site.url}/post/tight")
    assert article.text == f"tight {LONG}".strip()
    assert (article.title, (article.published or "")[:10]) == ("How tight", "2025-03-01")


def test_an_export(site: Site, index: Index, tmp_path: Path) -> None:
    item = (
        "<item><title>{0}</title><link>https://b.example/{0}</link><wp:post_type>post</wp:post_type>"
        "<wp:status>{1}</wp:status><content:encoded><![CDATA[{0} text.\n\nMore of it.]]></content:encoded></item>"
    )
    wxr = (
        '<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><wp:wxr_version>1.2</wp:wxr_version>'
        + item.format("one", "publish") + item.format("two", "draft") + "</channel></rss>"
    )  # fmt: skip
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "export.xml").write_text(wxr)
    site.put("/export.xml", wxr, kind="text/xml")
    for source in (tmp_path / "blog" / "export.xml", tmp_path / "blog", f"{site.url}/export.xml"):
        report = ingest(index, str(source))
        assert ids(index) == ["https://b.example/one"]
        assert [one.reason for one in report.left_out] == ["it is a draft"]


# -- what stays out, what fails


@pytest.mark.parametrize(
    ("head", "headers"),
    [("<meta name=robots content='noindex, follow'>", {}), ("", {"X_Robots_Tag": "noindex"})],
)
def test_pages_that_ask_not_to_be_indexed(
    site: Site, index: Index, head: str, headers: dict[str, str]
) -> None:
    home = blog(site, "a", "b", "c")
    ingest(index, home)
    site.post("b", LONG, head=head)
    for name, value in headers.items():
        site.put("/b/", site.replies["/b/"].body, **{name: value})  # type: ignore[arg-type]
    report = ingest(index, home)
    assert named(*report.removed) == ["b"]
    assert [one.reason for one in report.left_out] == ["it asks not to be indexed"]


def test_an_empty_page_is_reported(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c", "d", "e", "f")
    ingest(index, home)
    site.put(
        "/b/",
        "<html><head><meta property='og:type' content='article'><title>B</title></head><body><div id=app></div></body></html>",
    )
    report = ingest(index, home)
    assert "no text" in report.failed[0].reason
    assert report.removed == ()


def test_log_in_pages_are_not_articles(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c", "d")
    ingest(index, home)
    for name in "abcd":
        site.put(
            f"/{name}/", "<html><title>Log in</title><form><input name=u><input type=password></form></html>"
        )
    report = ingest(index, home)
    assert len(report.failed) == 4
    assert (report.updated, report.removed) == ((), ())


def test_a_wall_that_is_no_known_one(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c", "d")
    ingest(index, home)
    for name in "abcd":
        site.post(name, f"We are working on our servers tonight. {LONG}", title="Back soon")
    report = ingest(index, home)
    assert (report.updated, report.removed) == ((), ())
    assert len(report.failed) == 4
    assert report.notes


def test_a_private_address_is_refused_without_leave(site: Site) -> None:
    with pytest.raises(SourceError, match="--allow-private"):
        list(plain_load(site.post("a", LONG)))


def test_a_page_that_is_not_there(site: Site, index: Index) -> None:
    (failed,) = ingest(index, f"{site.url}/nothing").failed
    assert "404" in failed.reason


# -- again


def test_nothing_changed(site: Site, index: Index) -> None:
    home = blog(site, "a", "b")
    ingest(index, home)
    before = index.generation()
    site.asked.clear()
    report = ingest(index, home)
    assert named(*report.unchanged) == ["a", "b"]
    assert index.generation() == before
    assert [status for path, status in site.asked if path in ("/a/", "/b/")] == [304, 304]


def test_an_edit_a_new_post_and_a_deleted_one(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c")
    ingest(index, home)
    blog(site, "a", "c", "d")
    site.post("c", f"Edited. {LONG}", etag="c2")
    report = ingest(index, home)
    assert [named(*some) for some in (report.added, report.updated, report.removed)] == [["d"], ["c"], ["b"]]


def test_a_deleted_post_that_the_sitemap_still_lists(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c")
    ingest(index, home)
    del site.replies["/b/"]
    report = ingest(index, home)
    assert named(*report.removed) == ["b"]
    assert "404" in report.left_out[0].reason
    assert not report.failed


def test_a_deleted_post_that_now_leads_to_the_front_page(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c")
    ingest(index, home)
    site.put("/b/", "", status=302, Location="/")
    assert named(*ingest(index, home).removed) == ["b"]


def test_a_post_that_moved_keeps_one_entry(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c")
    ingest(index, home)
    site.put("/b/", "", status=301, Location="/new-b/")
    site.post("new-b", f"The b post. {LONG}")
    ingest(index, home)
    assert named(*ids(index)) == ["a", "c", "new-b"]


def test_half_a_site_failing_removes_nothing(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c", "d", "e")
    ingest(index, home)
    site.sitemap("a/", "b/", "c/", "d/")
    for name in "ab":
        site.put(f"/{name}/", "Oops", status=403)
    report = ingest(index, home)
    assert report.removed == ()
    assert len(report.failed) == 2
    assert "nothing was removed" in report.notes[0]
    assert named(*ids(index)) == ["a", "b", "c", "d", "e"]


def test_a_sitemap_of_the_index_missing_removes_nothing(site: Site, index: Index) -> None:
    for name in "abc":
        site.post(name, f"{name} {LONG}")
    site.sitemap("a/", at="/post-sitemap1.xml")
    site.sitemap("b/", "c/", at="/post-sitemap2.xml")
    maps = "".join(f"<sitemap><loc>{{}}/post-sitemap{n}.xml</loc></sitemap>" for n in (1, 2))
    site.put("/sitemap.xml", f"<sitemapindex>{maps}</sitemapindex>", kind="text/xml")
    ingest(index, f"{site.url}/sitemap.xml")
    for broken in ("<urlset><url><loc>{}/b/</loc></url>", "<html><body>Not found</body></html>"):
        site.put("/post-sitemap2.xml", broken, kind="text/xml")
        report = ingest(index, f"{site.url}/sitemap.xml")
        assert report.removed == ()
        assert "sitemap" in report.failed[0].reason
        assert "could not be read to its end" in report.notes[0]


def test_a_feed_never_removes_but_looks_again_at_what_it_no_longer_shows(site: Site, index: Index) -> None:
    for name in "abc":
        site.post(name, f"{name} {LONG}")
    item = "<title>{0}</title><link>{{}}/{0}/</link><description>Short …</description>"
    feed = site.feed(*(item.format(name) for name in "abc"))
    ingest(index, feed)
    site.feed(item.format("c"))
    site.post("b", f"Edited. {LONG}")
    report = ingest(index, feed)
    assert (named(*report.updated), report.removed) == (["b"], ())
    del site.replies["/b/"]
    assert named(*ingest(index, feed).removed) == ["b"]
    assert named(*ids(index)) == ["a", "c"]


def test_a_feed_does_not_take_posts_from_the_site(site: Site, index: Index) -> None:
    home = blog(site, "a", "b", "c")
    feed = site.feed("<title>A</title><link>{}/a/</link><description>Short …</description>")
    ingest(index, home)
    before = index.generation()
    assert len(ingest(index, feed).unchanged) == 1
    assert index.generation() == before
    site.sitemap("b/", "c/")
    assert named(*ingest(index, home).removed) == ["a"]


def test_a_post_that_was_read_alone_and_taken_back_before_any_list_had_it(site: Site, index: Index) -> None:
    home = blog(site, "a", "b")
    ingest(index, home)
    address = site.post("c", f"New. {LONG}")
    ingest(index, address)
    assert len(ingest(index, home).unchanged) == 3
    site.post("c", f"Edited. {LONG}")
    assert named(*ingest(index, home).updated) == ["c"]
    del site.replies["/c/"]
    assert named(*ingest(index, home).removed) == ["c"]
    assert named(*ids(index)) == ["a", "b"]


def test_a_patient_round_believes_old_dates(site: Site, index: Index) -> None:
    home = blog(site, "a", "b")
    site.sitemap("a/", "b/", lastmod="2025-01-02")
    ingest(index, home)
    site.asked.clear()
    assert len(ingest(index, home, patient=True).unchanged) == 2
    assert not [path for path, _ in site.asked if path in ("/a/", "/b/")]
    site.sitemap("a/", "b/", lastmod="2026-01-02")
    site.post("a", f"Edited. {LONG}")
    assert named(*ingest(index, home, patient=True).updated) == ["a"]


def test_a_dry_run_changes_nothing(site: Site, index: Index) -> None:
    home = blog(site, "a", "b")
    report = ingest(index, home, dry_run=True)
    assert (named(*report.added), report.dry_run) == (["a", "b"], True)
    assert index.generation() is None
    ingest(index, home)
    before = index.generation()
    blog(site, "b", "c")
    report = ingest(index, home, dry_run=True)
    assert [named(*some) for some in (report.added, report.removed)] == [["c"], ["a"]]
    assert index.generation() == before


def test_a_front_page_that_only_says_hello(site: Site, index: Index) -> None:
    blog(site, "a", "b")
    site.sitemap("", "a/", "b/")
    report = ingest(index, site.home(body="<h1>My blog</h1><p>Notes on stretching, by date.</p>"))
    assert named(*report.added) == ["a", "b"]
    assert [one.reason for one in report.left_out] == ["it is the front page"]


def test_a_title_without_the_sites_name(site: Site) -> None:
    body = f"<a class='navbar-brand' href='..'>The Long Reach</a><p>{LONG}</p><h2>More</h2><p>{LONG}</p>"
    site.put("/heat/", f"<title>Stretching in the heat - The Long Reach</title><body>{body}</body>")
    assert articles(f"{site.url}/heat/")[0].title == "Stretching in the heat"


def test_what_a_canonical_address_may_be(site: Site) -> None:
    own = site.post("a", LONG, head="<link rel=canonical href='/a/canonical/'>")
    assert articles(own)[0].id == f"{site.url}/a/canonical/"
    for other in ("https://elsewhere.example/a/", "/"):
        assert articles(site.post("a", LONG, head=f"<link rel=canonical href='{other}'>"))[0].id == own


# -- what real blogs did


def test_a_post_without_text_does_not_borrow_the_sidebars(site: Site, index: Index) -> None:
    widgets = "<aside><h2>Recent Posts</h2><ul><li><a href='/a/'>All about a, and more</a></li></ul></aside>"
    body = "<article class='post'><h1 class='entry-title'>Empty</h1><div class='entry-content'>{0}</div></article>"
    for content in ("", "<figure><img src='/a.png' alt=''></figure>"):
        page = f"<title>Empty</title><body class='single single-post'>{body.format(content)}{widgets}</body>"
        site.put("/empty/", page)
        (failed,) = ingest(index, f"{site.url}/empty/").failed
        assert "no text" in failed.reason


def test_a_short_post_in_a_language_without_spaces(site: Site) -> None:
    text = "壁に手をつき、ひじを伸ばして肩をゆっくり下げます。そのまま三十秒、息を止めずに保ってください。反対側も同じです。"
    assert articles(site.post("kata", text, title="肩こり"))[0].text == text


def test_twins_stay_twins_when_only_one_is_read_again(site: Site, index: Index) -> None:
    home = blog(site, *"abcdefgh")
    for name in "ab":
        site.post(name, LONG, title="Twin", etag=name)
    for _ in range(3):
        report = ingest(index, home)
        assert named(*(one.name for one in report.failed)) == ["b"]
    assert "b" not in named(*ids(index))


def test_a_post_behind_a_password_in_a_feed(site: Site, index: Index) -> None:
    form = "<p>This content is password protected.</p><form class='post-password-form'><input></form>"
    item = "<title>{0}</title><link>{{}}/{0}/</link><content:encoded><![CDATA[{1}]]></content:encoded>"
    whole = f"<p>{LONG}</p><p>{LONG}</p>"
    feed = site.feed(item.format("a", whole), item.format("b", whole))
    ingest(index, feed)
    site.feed(item.format("a", whole), item.format("b", form))
    report = ingest(index, feed)
    assert named(*report.removed) == ["b"]
    assert [one.reason for one in report.left_out] == ["a password protects it"]


def test_however_the_owner_spells_the_address(site: Site, index: Index) -> None:
    blog(site, "a", "b", "c")
    ingest(index, site.url)
    blog(site, "a", "c")
    assert named(*ingest(index, f"  {site.url.upper().replace('HTTP', 'http')}/#top ").removed) == ["b"]


def test_an_empty_sitemap_is_not_believed(site: Site, index: Index) -> None:
    home = blog(site, "a", "b")
    ingest(index, home)
    site.sitemap()
    site.feed("<title>A</title><link>{}/a/</link><description>Short …</description>")
    report = ingest(index, home)
    assert report.removed == ()
    assert "lists no articles now" in report.notes[0]


def test_an_empty_sitemap_of_a_blog_with_a_feed(site: Site, index: Index) -> None:
    site.post("a", LONG)
    site.sitemap()
    site.feed("<title>A</title><link>{}/a/</link><description>Short …</description>")
    assert named(*ingest(index, site.home()).added) == ["a"]


def test_facts_where_a_block_theme_puts_them(site: Site) -> None:
    meta = (
        "<div class='wp-block-post-date'><time datetime='2024-05-01T00:30:00+02:00'>May 1</time></div>"
        "<p class='wp-block-post-author__name'>Ann Lee</p>"
    )
    site.put(
        "/x/",
        "<title>Ache and ease – Stretch Notes</title><body class='single'><h1 class='wp-block-site-title'>Stretch Notes</h1>"
        f"<main><h2 class='wp-block-post-title'>Ache and ease</h2>{meta}<div class='wp-block-post-content'><p>{LONG}</p>"
        "<p>https://video.example/watch?v=1</p></div></main></body>",
    )
    (article,) = articles(f"{site.url}/x/")
    assert article.title == "Ache and ease"
    assert (article.author, article.published) == ("Ann Lee", "2024-05-01T00:30:00+02:00")
    assert article.text == LONG.strip()


# -- sitemaps as text, and feeds in pages


@pytest.mark.parametrize("start", ["/sitemap.txt", "/"])
def test_a_sitemap_as_plain_text(site: Site, index: Index, start: str) -> None:
    addresses = [site.post(name, f"{name} {LONG}") for name in ("mats", "blocks")]
    site.home()
    site.put("/sitemap.txt", "\n".join(addresses) + "\n", kind="text/plain")
    assert sorted(named(*ingest(index, f"{site.url}{start}").added)) == ["blocks", "mats"]
    site.put("/sitemap.txt", addresses[0] + "\n", kind="text/plain")
    assert named(*ingest(index, f"{site.url}{start}").removed) == ["blocks"]


def page_of_feed(site: Site, number: int, names: str, following: str) -> None:
    items = "".join(
        f"<item><title>{name}</title><link>{site.url}/{name}/</link><content:encoded><![CDATA[<p>{name} {LONG}</p>]]>"
        "</content:encoded></item>"
        for name in names.split()
    )
    link = f'<atom:link rel="next" href="{site.url}{following}"/>' if following else ""
    space = (
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    site.put(
        f"/feed{number}", f'<rss version="2.0" {space}><channel><title>B</title>{link}{items}</channel></rss>'
    )


def test_the_further_pages_of_a_feed_are_read(site: Site, index: Index) -> None:
    page_of_feed(site, 1, "a b", "/feed2")
    page_of_feed(site, 2, "b c", "/feed3")
    page_of_feed(site, 3, "d", "/feed1")  # in a circle
    report = ingest(index, f"{site.url}/feed1")
    assert named(*report.added) == ["a", "b", "c", "d"] and not report.failed


def test_a_further_page_that_fails_is_reported_and_removes_nothing(site: Site, index: Index) -> None:
    page_of_feed(site, 1, "a b", "/feed2")
    page_of_feed(site, 2, "c", "")
    ingest(index, f"{site.url}/feed1")
    site.put("/feed2", "gone", status=404)
    for name in "abc":
        site.post(name, f"{name} {LONG}")
    report = ingest(index, f"{site.url}/feed1")
    assert "further page of the feed" in report.failed[0].reason and not report.removed


def test_a_feed_without_end_is_bounded_and_says_so(
    site: Site, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.web.site._MOST_FEED_PAGES", 3)
    for number in range(1, 9):
        page_of_feed(site, number, f"post{number}", f"/feed{number + 1}")
    report = ingest(index, f"{site.url}/feed1")
    assert named(*report.added) == ["post1", "post2", "post3"]
    assert "more than 3 pages" in report.failed[0].reason


def test_the_next_page_of_a_json_feed(site: Site, index: Index) -> None:
    for number, following in ((1, f"{site.url}/f2.json"), (2, None)):
        item = {"id": f"{number}", "url": f"{site.url}/p{number}/", "title": f"P{number}"}
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "B",
            "items": [item | {"content_html": f"<p>{number} {LONG}</p>"}],
        }
        site.put(f"/f{number}.json", json.dumps(feed | ({"next_url": following} if following else {})))
    assert named(*ingest(index, f"{site.url}/f1.json").added) == ["p1", "p2"]
