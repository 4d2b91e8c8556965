"""Feeds: RSS, Atom, JSON Feed, and what is no feed."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import pytest
from growth import grows_linearly

from ingest.errors import SourceError
from ingest.feeds import Feed, Post, article_of, looks_like_feed, read_feed
from ingest.feeds.entry import iso, name_only
from ingest.feeds.excerpt import ends_open, without_footer, without_more
from ingest.feeds.feed import MOST_POSTS

URL = "https://b.example/feed/"
LONG = "".join(
    f"<p>Paragraph {i} has enough words that nobody takes it for a teaser. {'Word ' * 60}</p>"
    for i in range(6)
)


def rss(items: str, head: str = "<link>https://b.example/</link>") -> bytes:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
        f"<channel><title>Ann &amp; Bob</title>{head}{items}</channel></rss>"
    ).encode()


def atom(entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entries}</feed>'.encode()


def one(data: bytes) -> Post:
    [post] = read_feed(data, url=URL).posts
    return post


def test_an_rss_item_of_wordpress() -> None:
    feed = read_feed(
        rss(
            "<item><title>Q&amp;amp;A &amp;#8211; <![CDATA[<b>now</b>]]></title><link>https://b.example/qa/</link>"
            "<dc:creator><![CDATA[Ann Lee]]></dc:creator><pubDate>Wed, 19 Feb 2025 10:30:00 +0200</pubDate>"
            "<category><![CDATA[Sleep &amp; rest]]></category><category>Uncategorized</category>"
            '<guid isPermaLink="false">https://b.example/?p=7</guid>'
            "<description><![CDATA[<p>The beginning [&#8230;]</p>]]></description>"
            "<content:encoded><![CDATA[<p>The beginning and the end.</p>\n<p>The post <a href='x'>Q&amp;A</a> appeared "
            "first on <a href='y'>Ann</a>.</p>]]></content:encoded></item>"
        ),
        url=URL,
    )
    assert (feed.title, feed.home, feed.left_out) == ("Ann & Bob", "https://b.example/", 0)
    assert feed.posts == (
        Post(
            "https://b.example/?p=7",
            "https://b.example/qa/",
            "Q&A – now",
            "<p>The beginning and the end.</p>",
            "Ann Lee",
            "2025-02-19T10:30:00+02:00",
            ("Sleep & rest",),
            True,
        ),
    )


@pytest.mark.parametrize(
    ("item", "full"),
    [
        ("<content:encoded>&lt;p&gt;All of it.&lt;/p&gt;</content:encoded>", True),
        ("<content:encoded>&lt;p&gt;And so on…&lt;/p&gt;</content:encoded>", True),
        ("<content:encoded>&lt;p&gt;Some of it […]&lt;/p&gt;</content:encoded>", False),
        (
            "<content:encoded>&lt;p&gt;Some… &lt;a href='x'&gt;Read more&lt;/a&gt;&lt;/p&gt;</content:encoded>",
            False,
        ),
        ("<description>Some of it</description><content:encoded>Some of it…</content:encoded>", False),
        ("<description>A short post.</description>", False),
        (f"<description><![CDATA[{LONG}]]></description>", True),
        (f"<description><![CDATA[{LONG}<p>[…]</p>]]></description>", False),
        (f"<description><![CDATA[{LONG}<p>Continue reading <em>this</em> &rarr;</p>]]></description>", False),
        (f"<description><![CDATA[<p>{'Word ' * 900}</p>]]></description>", False),
    ],
)
def test_a_whole_post_differs_from_an_excerpt(item: str, full: bool) -> None:
    assert one(rss(f"<item><title>T</title>{item}</item>")).full is full


def test_podcast_summaries_are_no_whole_posts() -> None:
    item = (
        '<item xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><description>One line.</description>'
        "<itunes:summary>One line, longer.</itunes:summary></item>"
    )
    assert not one(rss(item)).full


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>/p/1</link>", "https://b.example/p/1"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>http://u:p@b.example/</link>", None),
        ("<guid>https://b.example/g</guid>", "https://b.example/g"),
        ("<guid>1234</guid>", None),
        ('<guid isPermaLink="false">https://b.example/g</guid>', None),
        (
            "<link>https://proxy.example/x</link><feedburner:origLink>https://b.example/o</feedburner:origLink>",
            "https://b.example/o",
        ),
        ("<link>http://[bad</link><guid>http://[::1</guid>", None),
    ],
)
def test_addresses(item: str, url: str | None) -> None:
    assert one(rss(f"<item><title>T</title>{item}</item>")).url == url


def test_an_atom_entry() -> None:
    post = one(
        atom(
            "<author><name>Ann</name><email>ann@b.example</email></author><entry><id>tag:b.example,2025:1</id>"
            '<title type="text">Use &lt;b> &amp; more</title><link rel="self" href="/self"/>'
            '<link rel="alternate" type="text/html" href="/one"/><published>2025-02-19</published>'
            '<category term="sleep" label="Sleep"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
            "<p>All <b>of</b> it.</p></div></content></entry>"
        )
    )
    assert (post.key, post.url, post.title) == (
        "tag:b.example,2025:1",
        "https://b.example/one",
        "Use <b> & more",
    )
    assert (post.author, post.published, post.tags, post.full) == ("Ann", "2025-02-19", ("Sleep",), True)
    assert article_of(post, id="i", origin="o").text == "All of it."


def test_atom_content_that_is_text_is_shown_as_such() -> None:
    post = one(
        atom(
            "<entry><id>1</id><title>T</title><content>1 &lt; 2 &amp; a &lt;p> tag\n\nNext.</content></entry>"
        )
    )
    assert article_of(post, id="i", origin="o").text == "1 < 2 & a <p> tag\n\nNext."


def test_a_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "T",
        "home_page_url": "https://b.example/",
        "authors": [{"name": "Ann"}],
        "items": [
            {
                "id": 1,
                "url": "/a",
                "title": "A",
                "content_html": "<p>x</p>",
                "date_published": "2025-02-19T10:00:00Z",
            },
            {
                "id": "2",
                "content_text": "1 < 2\n\nTwo",
                "tags": ["t", 7],
                "author": {"name": "Bob <b@b.example>"},
            },
            {"id": "3", "summary": "Only this."},
            {
                "id": 2**70,
                "title": ["no"],
                "content_html": {"a": 1},
                "authors": "x",
                "tags": {},
                "date_published": 5,
            },
            "nothing",
        ],
    }
    data = json.dumps(feed).encode()
    read = read_feed(data, url="https://b.example/feed.json")
    a, b, c, odd = read.posts
    assert (read.title, read.home) == ("T", "https://b.example/")
    assert a == Post(
        "1", "https://b.example/a", "A", "<p>x</p>", "Ann", "2025-02-19T10:00:00+00:00", (), True
    )
    assert (b.html, b.author, b.tags, b.full) == ("<p>1 &lt; 2</p>\n<p>Two</p>", "Bob", ("t", "7"), True)
    assert (c.html, c.full) == ("<p>Only this.</p>", False)
    assert (odd.key, odd.title, odd.html, odd.published) == (str(2**70), "", "", None)
    assert looks_like_feed(data.replace(b"/", b"\\/"))
    assert looks_like_feed(json.dumps(feed).encode("utf-16"))


def test_e_mail_addresses_are_never_shown() -> None:
    stated = [
        "me@b.example (Ann Lee)",
        "Ann Lee <me@b.example>",
        "me@b.example",
        "Ann Lee",
        "https://b.example/ann",
    ]
    assert [name_only(s) for s in stated] == ["Ann Lee", "Ann Lee", "", "Ann Lee", ""]
    assert one(rss("<item><title>T</title><author>me@b.example (Ann)</author></item>")).author == "Ann"
    assert one(rss("<item><title>T</title><author>me@b.example</author></item>")).author is None


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("Wed, 19 Feb 2025 10:00:00 GMT", "2025-02-19T10:00:00+00:00"),
        ("2025-02-19T10:00:00-05:00", "2025-02-19T10:00:00-05:00"),
        ("2025-02-19", "2025-02-19"),
        ("19 February 2025", "2025-02-19"),
        ("yesterday", None),
        ("Mon, 99 Foo 2025 99:99:99", None),
        ("9" * 1000, None),
        ("", None),
    ],
)
def test_dates(stated: str, found: str | None) -> None:
    assert (iso(stated) or "").startswith(found or "") and bool(iso(stated)) == bool(found)


def test_ids_used_twice_lose_no_post() -> None:
    items = "<item><guid>x</guid><title>A</title></item>" * 2
    items += "<item><guid>x</guid><title>B</title></item><item><guid>x</guid><title>C</title><link>/c</link></item>"
    posts = read_feed(rss(items), url=URL).posts
    assert [p.title for p in posts] == ["A", "B", "C"]
    assert len({p.key for p in posts}) == 3
    assert [p.key for p in posts] == [p.key for p in read_feed(rss(items), url=URL).posts]


def test_entries_without_anything_have_stable_keys() -> None:
    a, b = read_feed(rss("<item><title>A</title></item><item><title>B</title></item>")).posts
    assert a.key != b.key
    assert b.key == one(rss("<item><title>B</title></item>")).key


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "iso-8859-1", "latin-1"),  # valid UTF-8 is no accident
        ("windows-1251", "windows-1251", None),
        ("windows-1251", "utf-8", "windows-1251"),
        ("utf-16", "utf-16", None),
        ("utf-32-be", "utf-32", None),
        ("utf-16-le", "utf-16", None),
        ("shift_jis", "Shift_JIS", None),
    ],
)
def test_charsets(encoding: str, declared: str, charset: str | None) -> None:
    word = "日本" if encoding == "shift_jis" else "Привет"
    xml = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><item><title>{word}</title></item></channel></rss>'
    data = xml.encode(encoding)
    assert looks_like_feed(data)
    [post] = read_feed(data, charset=charset).posts
    assert post.title == word


def test_control_characters_do_no_harm() -> None:
    assert one(rss("<item><title>a\x08b&#11;c</title></item>")).title == "abc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"<!doctype html><html><body>hi</body></html>", "web page, not a feed"),
        (b"just text", "is no feed"),
        (b"<svg/>", "is no feed"),
        (b'{"version":"https://jsonfeed.org/version/1","items":7}', "lists no items"),
        (b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 100_000, "not valid JSON"),
        (b"\0" * 1000, "is no feed"),
    ],
)
def test_what_is_no_feed_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read_feed(data)


def test_sniffing() -> None:
    assert looks_like_feed(b"<!-- hello -->\n" + atom(""))
    assert looks_like_feed(b'\xef\xbb\xbf<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss>')
    assert looks_like_feed(b'<rdf:RDF xmlns="http://purl.org/rss/1.0/">')
    assert not looks_like_feed(b"<html><rss>")
    assert not looks_like_feed(b'{"version": 1}')
    assert not looks_like_feed(b"")


LAUGHS = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
)
HOSTILE = {
    "laughs": f"{LAUGHS}]><rss version='2.0'><channel><item><title>&j;</title></item></channel></rss>",
    "quadratic": f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><rss version="2.0"><channel><item><title>{"&a;" * 50_000}'
    "</title></item></channel></rss>",
    "deep": "<rss version='2.0'><channel><item><title>q</title>"
    + "<a>" * 30_000
    + "</a>" * 30_000
    + "</item></channel></rss>",
    "open": "<rss>" + "<a>" * 30_000,
    "signs": "<rss>" + "<" * 100_000,
    "comments": "<!DOCTYPE " + "<!--" * 100_000,
    "lines": "\n" * 300_000 + "<rss>",
    "word": f"<rss version='2.0'><channel><item><author>{'a.' * 20_000}@</author></item></channel></rss>",
    "spaces": f"<rss version='2.0'><channel><item><description>a{' ' * 300_000}b</description></item></channel></rss>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_end_soon_and_stay_small(name: str) -> None:
    def read(data: bytes) -> Feed:
        try:
            return read_feed(data, url=URL)
        except SourceError:
            return Feed("", None, ())

    data = HOSTILE[name].encode()
    assert sum(len(post.title) for post in read(data).posts) < 10_000
    grows_linearly(read, data)


def test_no_file_and_no_address_is_ever_opened() -> None:
    dtd = b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    post = one(
        rss("<item><title>x&amp;y</title><description>a&a;b</description></item>").replace(
            b"?>", b"?>" + dtd, 1
        )
    )
    assert "root:" not in post.html
    with pytest.raises(SourceError):
        read_feed(b"/etc/passwd")
    with pytest.raises(SourceError):
        read_feed(b"http://127.0.0.1:9/feed")


def test_a_feed_of_too_many_posts_is_cut_and_says_so() -> None:
    items = "".join(f"<item><title>{i}</title></item>" for i in range(MOST_POSTS + 5))
    feed = read_feed(rss(items))
    assert (len(feed.posts), feed.left_out) == (MOST_POSTS, 5)
    assert feed.title == "Ann & Bob"


def test_marks_at_the_end() -> None:
    assert (
        without_footer("<p>Text.</p>\n<p>The post <a>A</a> first appeared on <a>B</a>.</p>") == "<p>Text.</p>"
    )
    prose = "<p>This article appeared first on a Monday.</p><p>I liked it.</p>"
    assert without_footer(prose) == prose
    assert without_more("<p>Text [&hellip;] <a href='x'>Continue reading &raquo;</a></p>") == (
        "<p>Text",
        True,
    )
    assert without_more("<p>I like to read more</p>") == ("<p>I like to read more</p>", False)
    assert ends_open("<p>And then&#8230;</p>") and not ends_open("<p>And then.</p>")


def test_every_feed_of_the_collection(shared: Path) -> None:
    folder = shared / "eval" / "feeds"
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines() if folder.is_dir() else []
    rows = [row for row in map(json.loads, lines) if not row["file"].startswith("wxr/")]
    if not rows:
        pytest.skip("needs the developers' collection of feeds, which is not in the project")
    wrong = []
    for row in rows:
        data = (folder / row["file"]).read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                count: int | None = len(read_feed(data, url=URL).posts)
            except SourceError as error:
                assert len(str(error)) > 20
                count = None
        if count == row["entries"] or row["bozo"]:
            continue
        if count is None and not row["entries"]:
            continue  # of a kind that is no longer used, and empty
        if "atomthreading" in row["file"]:
            assert count == 0  # a comment, which is no post
            continue
        if "node_precedence" in row["file"] and re.search(rb"entries\[0\].* == entries\[1\]", data):
            assert count == 1  # the same entry twice
            continue
        wrong.append((row["file"], row["entries"], count))
    assert wrong == []
    assert len(rows) > 200


def test_real_posts_read_well(shared: Path) -> None:
    file = shared / "eval" / "feeds" / "jekyll-atom" / "rykerrmedical_feed.xml"
    if not file.is_file():
        pytest.skip("needs the developers' collection of feeds, which is not in the project")
    posts = read_feed(file.read_bytes(), url=URL).posts
    assert all(post.full and post.url and post.author == "rykerr" for post in posts)
    texts = [article_of(post, id=post.key, origin="o").text for post in posts]
    assert min(map(len, texts)) > 2000
