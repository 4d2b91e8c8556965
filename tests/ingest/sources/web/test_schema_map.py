"""Blogs that publish a schema map: its files of structured data list the posts, and may hold their texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEmbedder
from fake_bot import FakeBot
from hypothesis import given
from hypothesis import strategies as st
from small_blog import ids, index_at
from small_site import Site, serving
from starlette.testclient import TestClient

from bot.server import create_api
from ingest.errors import SourceError
from ingest.feeds import read_structured_data
from ingest.index import Index
from ingest.sources import loader, memory_in
from ingest.sync import SyncReport, sync

HERE = "https://blog.example/schema/posts.jsonl"
LONG = "Water the ferns in the morning, and let the pots drain before they go back to the sill. " * 4
SCRIPTED = "<!doctype html><html><head><title>Ferns</title></head><body><div id=app></div></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return index_at(tmp_path / "index")


def ingest(index: Index, source: str) -> SyncReport:
    with loader(memory=memory_in(index.path), allow_private=True) as load:
        return sync([source], index=index, embedder=FakeEmbedder, load=load)


def article(site: Site, name: str, **more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "BlogPosting", "@id": f"{site.url}/{name}/#article",
            "url": f"{site.url}/{name}/", "headline": f"About {name}", **more}  # fmt: skip


def jsonl(site: Site, *nodes: dict[str, Any], at: str = "/schema/posts.jsonl") -> None:
    site.put(at, "\n".join(map(json.dumps, nodes)).encode(), kind="application/jsonl")


def schema_map(site: Site, *files: str, at: str = "/schemamap.xml", as_child: bool = False) -> str:
    """Marked by the attribute that plugins write, or by the element of the schema feeds' namespace."""
    attribute = "" if as_child else ' contentType="structuredData/schema.org"'
    child = "<sf:contentType>structuredData/schema.org</sf:contentType>" if as_child else ""
    entries = "".join(f"<url{attribute}><loc>{site.url}{file}</loc>{child}</url>" for file in files)
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:sf="http://schema.org/schemas/schemafeed/0.1"'
    site.put(at, f'<?xml version="1.0"?><urlset {space}>{entries}</urlset>', kind="application/xml")
    return site.url + at


def names(*addresses: str) -> list[str]:
    return sorted(address.rstrip("/").rpartition("/")[2] for address in addresses)


# -- how it is found


@pytest.mark.parametrize(
    ("robots", "as_child"),
    [("", True), ("Schemamap: {}/maps/all.xml", True), ("Sitemap: {}/maps/all.xml", False)],
)
def test_a_front_page_without_a_sitemap(site: Site, index: Index, robots: str, as_child: bool) -> None:
    """By custom, named in robots.txt as NLWeb asks, or named there as a sitemap, as a plugin of WordPress does."""
    for name in ("fern", "moss"):
        site.post(name, f"{name} {LONG}")
    jsonl(site, article(site, "fern"), article(site, "moss"))
    if robots:
        site.put("/robots.txt", f"User-agent: *\n{robots}\n", kind="text/plain")
    schema_map(
        site, "/schema/posts.jsonl", at="/maps/all.xml" if robots else "/schemamap.xml", as_child=as_child
    )
    home = site.home()
    assert names(*ingest(index, home).added) == ["fern", "moss"]
    # It lists the blog, so it may remove: the post is gone from the map and from the site.
    jsonl(site, article(site, "fern"))
    del site.replies["/moss/"]
    assert names(*ingest(index, home).removed) == ["moss"]
    assert names(*ids(index)) == ["fern"]


def test_the_map_itself_as_a_source(site: Site, index: Index) -> None:
    site.post("fern", LONG)
    jsonl(site, article(site, "fern"))
    assert names(*ingest(index, schema_map(site, "/schema/posts.jsonl")).added) == ["fern"]


def test_a_sitemap_is_preferred_and_a_feed_is_not(site: Site, index: Index) -> None:
    for name in ("fern", "moss", "new"):
        site.post(name, f"{name} {LONG}")
    jsonl(site, article(site, "fern"))
    schema_map(site, "/schema/posts.jsonl")
    feed = site.feed("<title>New</title><link>{}/new/</link><description>Water …</description>")
    home = site.home(f"<link rel=alternate type='application/rss+xml' href='{feed}'>")
    assert names(*ingest(index, home).added) == ["fern"]
    site.sitemap("fern/", "moss/")
    site.put("/robots.txt", "Sitemap: {}/sitemap.xml\nSitemap: {}/schemamap.xml\n", kind="text/plain")
    site.asked.clear()
    assert names(*ingest(index, home).added) == ["moss"]
    assert "/schema/posts.jsonl" not in [path for path, _ in site.asked]  # nor taken for a post


def test_the_map_of_our_own_server_is_no_source(site: Site, index: Index) -> None:
    """It lists what was read before: new posts would never be found."""
    ours = TestClient(create_api(FakeBot(), FakeBot().config)).get("/schemamap.xml").text  # type: ignore[arg-type]
    site.put("/schemamap.xml", ours, kind="application/xml")
    site.post("new", LONG)
    feed = site.feed("<title>New</title><link>{}/new/</link><description>Water …</description>")
    assert names(
        *ingest(index, site.home(f"<link rel=alternate type='application/rss+xml' href='{feed}'>")).added
    ) == ["new"]
    (failed,) = ingest(index, f"{site.url}/schemamap.xml").failed
    assert "Footnote's own" in failed.reason and "blog's address" in failed.reason


# -- the texts


def test_the_text_of_a_page_that_only_a_script_writes(site: Site, index: Index) -> None:
    body = f"{LONG}\n\nRepot them every second spring."
    ann = {"@type": "Person", "@id": f"{site.url}/#ann", "name": "Ann Lee"}
    node = article(site, "fern", articleBody=body, datePublished="2025-03-01", keywords="ferns, pots",
                   author={"@id": f"{site.url}/#ann"})  # fmt: skip
    site.put("/fern/", SCRIPTED)
    site.put("/moss/", SCRIPTED.replace("<title>", "<meta name=robots content=noindex><title>"))
    site.put("/paid/", SCRIPTED)
    moss = article(site, "moss", articleBody=LONG)
    paid = article(site, "paid", articleBody=LONG, isAccessibleForFree=False)
    jsonl(site, node, ann, moss, paid)
    source = schema_map(site, "/schema/posts.jsonl")
    report = ingest(index, source)
    assert names(*report.added) == ["fern"]
    assert [names(one.name) for one in report.left_out] == [["moss"]]  # the page asks not to be indexed
    assert [names(one.name) for one in report.failed] == [["paid"]]  # its text is not for everybody
    with index.reading() as store:
        found = store.article(f"{site.url}/fern/")
    assert (found.title, found.author, found.published, found.tags) == (
        "About fern",
        "Ann Lee",
        "2025-03-01",
        ("ferns", "pots"),
    )
    assert found.text == f"{LONG.strip()}\n\nRepot them every second spring."
    # The page is the same to the byte, its described text is not.
    jsonl(site, {**node, "articleBody": f"{LONG}\n\nRepot them every autumn."}, ann, moss, paid)
    assert names(*ingest(index, source).updated) == ["fern"]
    assert ingest(index, source).unchanged


def test_a_page_with_a_text_is_read_as_it_is_shown(site: Site, index: Index) -> None:
    site.post("fern", LONG)
    jsonl(site, article(site, "fern", articleBody="Another text. " * 20))
    ingest(index, schema_map(site, "/schema/posts.jsonl"))
    with index.reading() as store:
        assert store.article(f"{site.url}/fern/").text == LONG.strip()


# -- what is wrong


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b'{"@type": "Article", "url": "/fern/"}\n{"@type": "Artic', 200, "not valid JSON"),
        (b"\xff\xfe{}", 200, "not in UTF-8"),
        (b"[" * 100_000, 200, "not valid JSON"),
        (b"gone", 404, "404"),
    ],
)
def test_a_damaged_file_removes_nothing(
    site: Site, index: Index, body: bytes, status: int, part: str
) -> None:
    for name in ("fern", "moss"):
        site.post(name, f"{name} {LONG}")
    jsonl(site, article(site, "fern"), article(site, "moss"))
    source = schema_map(site, "/schema/posts.jsonl")
    ingest(index, source)
    site.put("/schema/posts.jsonl", body, status=status)
    del site.replies["/moss/"]
    report = ingest(index, source)
    assert report.removed == () and names(*ids(index)) == ["fern", "moss"]
    assert part in report.failed[0].reason and "structured data" in report.failed[0].reason


def test_a_named_map_that_fails_just_now_is_no_reason_to_take_the_feed(site: Site, index: Index) -> None:
    site.put("/robots.txt", "Schemamap: {}/maps/all.xml\n", kind="text/plain")
    site.put("/maps/all.xml", b"", status=500)
    feed = site.feed("<title>New</title><link>{}/new/</link><description>Water …</description>")
    report = ingest(index, site.home(f"<link rel=alternate type='application/rss+xml' href='{feed}'>"))
    assert report.added == () and "/maps/all.xml" in report.failed[0].name
    del site.replies["/maps/all.xml"]  # but one that is not there any more is
    site.post("new", LONG)
    assert names(*ingest(index, f"{site.url}/").added) == ["new"]


def test_addresses_elsewhere_are_left_out(site: Site, index: Index) -> None:
    site.post("fern", LONG)
    jsonl(
        site,
        article(site, "fern"),
        {"@type": "Article", "url": "https://elsewhere.example/x", "headline": "X"},
    )
    assert names(*ingest(index, schema_map(site, "/schema/posts.jsonl")).added) == ["fern"]


# -- the file alone


@pytest.mark.parametrize(
    "text",
    [
        '[{"@type": "Article", "url": "/a"}, {"@type": ["Thing", "schema:NewsArticle"], "url": "/b#x"}]',
        '{"@context": "https://schema.org", "@graph": [{"@type": "http://schema.org/HowTo", "@id": "/a/#howto"},'
        ' {"@type": "Recipe", "mainEntityOfPage": {"@id": "/b"}}, {"@type": "WebPage", "url": "/c"}]}',
        '\ufeff{"@type": "Article",\n "url": "/a"}\n\n\x1e{"@type": "Article", "mainEntityOfPage": "/b"}',
        '{"@type": "WebPage", "url": "/a"}\n{"@type": "AboutPage", "url": "/b"}\n{"@type": "CollectionPage", "url": "/c"}',
    ],
)
def test_forms_of_a_file(text: str) -> None:
    found = [str(one.post.url).rstrip("/") for one in read_structured_data(text.encode(), url=HERE)]
    assert found == ["https://blog.example/a", "https://blog.example/b"]


def test_what_is_no_article_lists_nothing() -> None:
    nodes: list[Any] = [{"@type": "JobPosting", "url": "/a"}, {"@type": 5, "url": "/b"}, {"url": "/c"}, "x", 1,
                        {"@type": "Article", "url": ["/d"]}, {"@type": "Article", "url": "ftp://x/y"},
                        {"@graph": {"@type": "Article"}}]  # fmt: skip
    assert read_structured_data(json.dumps(nodes).encode(), url=HERE) == ()
    assert read_structured_data(b"", url=HERE) == ()


_NAMES = ("@type", "@id", "@graph", "url", "mainEntityOfPage", "author", "name", "headline", "articleBody", "keywords",
          "datePublished", "isAccessibleForFree")  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(("Article", "WebPage", "/a", HERE)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=8),
    max_leaves=30,
)


@given(_VALUES)
def test_no_data_bring_it_down(value: Any) -> None:
    for one in read_structured_data(json.dumps(value).encode(), url=HERE):
        assert one.post.url and one.post.url.startswith("http")


def test_too_many_objects_are_refused() -> None:
    with pytest.raises(SourceError, match="too long"):
        read_structured_data(b"[" + b"{}," * 200_000 + b"{}]", url=HERE)
