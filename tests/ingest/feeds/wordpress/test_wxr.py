"""WordPress exports, and what WordPress stores as a post's content."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from growth import grows_linearly

from ingest.errors import SourceError
from ingest.feeds import Post, Skipped, article_of, looks_like_wxr, read_wxr
from ingest.feeds.wordpress.content import body_html

HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!-- generator="WordPress/6.5" -->\n<rss version="2.0"'
    ' xmlns:excerpt="http://wordpress.org/export/{v}/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/{v}/"><channel><title>B</title>'
    "<wp:author><wp:author_login>ann</wp:author_login><wp:author_email>a@b.example</wp:author_email>"
    "<wp:author_display_name><![CDATA[Ann Lee]]></wp:author_display_name></wp:author>"
)
END = "</channel></rss>"


def item(number: int = 1, body: str = "Hello.", **fields: str) -> str:
    values = {
        "title": f"Post {number}",
        "link": f"https://b.example/{number}/",
        "guid": f"https://b.example/?p={number}",
        "dc:creator": "ann",
        "wp:post_id": str(number),
        "wp:post_date": "2025-02-19 10:00:00",
        "wp:post_date_gmt": "2025-02-19 09:00:00",
        "wp:status": "publish",
        "wp:post_type": "post",
        "wp:post_password": "",
        "excerpt:encoded": "<![CDATA[The excerpt.]]>",
        "content:encoded": f"<![CDATA[{body}]]>",
        **{name.replace("__", ":"): value for name, value in fields.items()},
    }
    return f"<item>{''.join(f'<{k}>{v}</{k}>' for k, v in values.items())}</item>"


def read(*items: str, version: str = "1.2") -> list[Post | Skipped]:
    return list(read_wxr(io.BytesIO((HEAD.replace("{v}", version) + "".join(items) + END).encode())))


def text(body: str) -> str:
    post = Post("k", None, "Title", body_html(body), None, None, (), True)
    return article_of(post, id="i", origin="o").text


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "9.9"])
def test_a_post_with_all_its_facts(version: str) -> None:
    tags = '<category domain="category" nicename="s"><![CDATA[Sleep &amp; rest]]></category>'
    tags += '<category domain="post_tag" nicename="n"><![CDATA[night]]></category><category domain="series">no</category>'
    tags += '<category domain="category" nicename="u">Uncategorized</category>'
    [post] = read(item(7).replace("</item>", tags + "</item>"), version=version)
    assert post == Post(
        "https://b.example/?p=7",
        "https://b.example/7/",
        "Post 7",
        "<p>Hello.</p>",
        "Ann Lee",
        "2025-02-19T09:00:00+00:00",
        ("Sleep & rest", "night"),
        True,
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"wp__status": "draft"}, "it is a draft"),
        ({"wp__status": "private"}, "it is private"),
        ({"wp__status": "pending"}, "it waits for review"),
        ({"wp__status": "future"}, "it is not published yet"),
        ({"wp__status": "trash"}, "it is in the trash"),
        ({"wp__status": "odd"}, "its status is “odd”"),
        ({"wp__post_password": "enter"}, "a password protects it"),
        (
            {"wp__post_type": "page", "content__encoded": '<![CDATA[[contact-form-7 id="1"]]]>'},
            "it is an empty page",
        ),
    ],
)
def test_what_readers_do_not_see_is_skipped(fields: dict[str, str], reason: str) -> None:
    [skipped] = read(item(1, "Hello.", **fields))
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith(reason)
    assert (skipped.key, skipped.title) == ("https://b.example/?p=1", "Post 1")


def test_other_types_are_passed_over() -> None:
    types = ("attachment", "nav_menu_item", "revision", "wp_block", "custom_css")
    assert read(*(item(i, wp__post_type=kind) for i, kind in enumerate(types))) == []


def test_an_empty_post_comes_and_is_refused_aloud() -> None:
    [post] = read(item(body=""))
    assert isinstance(post, Post) and post.html == ""
    with pytest.raises(SourceError, match="its body is empty"):
        article_of(post, id="i", origin="o")


def test_what_is_missing_is_made_up_for() -> None:
    bare = "<item><title>T &nbsp;&hellip;</title><content:encoded>Text.</content:encoded></item>"
    dates = {"wp__post_date_gmt": "0000-00-00 00:00:00", "dc__creator": "bob", "link": "javascript:1"}
    first, second, third = read(
        bare, item(2, **dates), item(3, wp__post_date_gmt="", wp__post_date="", pubDate="19 Feb 2025")
    )
    assert isinstance(first, Post) and isinstance(second, Post) and isinstance(third, Post)
    assert (first.title, first.url, first.published, bool(first.key)) == ("T …", None, None, True)
    assert (second.author, second.published, second.url) == ("bob", "2025-02-19T10:00:00", None)
    assert (third.published or "").startswith("2025-02-19")


def test_keys_are_distinct() -> None:
    assert len({p.key for p in read(*[item(1)] * 4)}) == 4


def test_comments_and_custom_fields_are_no_fields_of_the_post() -> None:
    inside = "<wp:comment><wp:status>draft</wp:status><title>Comment</title></wp:comment>"
    inside += "<wp:postmeta><wp:post_password>x</wp:post_password></wp:postmeta>"
    [post] = read(item().replace("<item>", f"<item>{inside}"))
    assert isinstance(post, Post) and post.title == "Post 1"


def test_text_before_a_break_is_read() -> None:
    found = []
    data = HEAD.replace("{v}", "1.2") + item(1) + item(2) + item(3)[:100]
    with pytest.raises(SourceError, match="breaks off or is damaged in line 3"):
        for post in read_wxr(io.BytesIO(data.encode())):
            found.append(post.key)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no WordPress export"),
        (b"<html></html>", "no WordPress export"),
        (b"\0" * 100, "no WordPress export"),
        (b'<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "declares XML entities"),
        (b'<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><rss/>', "declares XML entities"),
        (b"<rss><channel>" + b"<a>" * 50_000, "breaks off"),
    ],
)
def test_what_is_no_export_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        list(read_wxr(io.BytesIO(data)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_charsets_and_forbidden_characters(encoding: str) -> None:
    head = HEAD.replace("{v}", "1.2").replace("UTF-8", encoding.replace("-sig", ""))
    data = (head + item(body="caf\u00e9 \x08\x0bau lait") + END).encode(encoding)
    [post] = read_wxr(io.BytesIO(data))
    assert isinstance(post, Post) and post.html == "<p>café au lait</p>"
    assert looks_like_wxr(data)


def test_bytes_that_are_no_text_spoil_one_letter_only() -> None:
    data = (
        (HEAD.replace("{v}", "1.2") + item(body="caf_ au lait") + END).encode().replace(b"caf_", b"caf\xe9")
    )
    [post] = read_wxr(io.BytesIO(data))
    assert isinstance(post, Post) and post.html == "<p>caf\ufffd au lait</p>"


def test_sniffing() -> None:
    assert looks_like_wxr(HEAD.replace("{v}", "1.0").encode())
    assert not looks_like_wxr(b"<rss version='2.0'><channel><link>http://wordpress.org/export/</link>")
    assert not looks_like_wxr(b"<html xmlns:wp='http://wordpress.org/export/1.2/'>")


class _Endless(io.BytesIO):
    """An export of `count` posts that is never whole in memory."""

    def __init__(self, count: int) -> None:
        super().__init__()
        body = "Some text in a post. " * 190
        self.parts = (part for part in [HEAD.replace("{v}", "1.2"), *[""] * count, END])
        self.number, self.body, self.left = 0, body, b""

    def read(self, size: int | None = -1) -> bytes:
        size = size or -1
        while len(self.left) < size and (part := next(self.parts, None)) is not None:
            self.number += 1
            self.left += (part or item(self.number, self.body)).encode()
        out, self.left = self.left[:size], self.left[size:]
        return out


def test_memory_stays_flat() -> None:
    peaks = []
    for count in (100, 700):  # 0.4 and 3 MB; 50 MB were tried by hand
        tracemalloc.start()
        assert sum(1 for _ in read_wxr(_Endless(count))) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000
    assert peaks[1] < 4_000_000


# What WordPress stores as content


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("One.\nTwo.\n\nThree.", "One.\n\nTwo.\n\nThree."),
        ("<h2>Head</h2>\nText.", "## Head\n\nText."),
        ("Text:\n<ul>\n<li>a</li>\n<li>b\nc</li>\n</ul>\nAfter.", "Text:\n\n- a\n- b c\n\nAfter."),
        ("<ol>\n\t<li>One\n<ul>\n<li>in</li>\n</ul>\n</li>\n\t<li>Two</li>\n</ol>", "1. One\n  - in\n2. Two"),
        ("<table>\n<tr>\n<td>a</td>\n<td>b\nc</td>\n</tr>\n</table>", "| a | b c |"),
        ("<blockquote>One.\n\nTwo.</blockquote>\nAfter.", "One.\n\nTwo.\n\nAfter."),
        ("<pre>\na [gallery]\n\n  b\n</pre>\nText.", "a [gallery]\n  b\n\nText."),
        ("Use <code>a [gallery]</code> here.", "Use a [gallery] here."),
        ("Before.<!--more-->After.\n<!--nextpage-->\nLast.", "Before.\n\nAfter.\n\nLast."),
        ("A <a\nhref='x'>link</a>.", "A link."),
        ("Sure [sic] and [1], [the author's note], [x], [ ], a[0], [Smith, 2001].",) * 2,
        (
            "Write [[gallery]] for one. [gallery ids=\"1,2\"][contact-form-7 id='4' title='F']",
            "Write [gallery] for one.",
        ),
        ('[vc_row][vc_column width="1/2"]Text [b]bold[/b].[/vc_column][/vc_row]', "Text bold."),
        ("[dropcap]O[/dropcap]nce", "Once"),
        ('[embed]https://youtu.be/x[/embed] [audio mp3="a"][/audio]Text.\nhttps://youtu.be/abc\n', "Text."),
        ("See https://youtu.be/abc for it.",) * 2,
        ('[code lang="c"]if (a < b) [gallery]\n\nx[/code]', "if (a < b) [gallery]\nx"),
        ('[su_spoiler title="Why?" open="no"]Because.[/su_spoiler] So.', "## Why?\n\nBecause. So."),
        ("[vc_raw_html]JTNDc2NyaXB0[/vc_raw_html]Text.", "Text."),
    ],
)
def test_content_reads_as_its_page_does(content: str, expected: str) -> None:
    found = text(content)
    assert re.sub(r"^#+ ", "## ", found, flags=re.M) == expected


def test_captions() -> None:
    image = '<a href="x"><img src="a.jpg" alt="Alt" /></a>'
    assert (
        text(f'[caption id="a" width="300"]{image} The <em>caption</em>[/caption]\nText.')
        == "![The caption]\n\nText."
    )
    assert text(f'[caption caption="Old &quot;one&quot;"]{image}[/caption]Text.') == '![Old "one"]\n\nText.'
    assert text('[caption id="a"]no end') == "no end"


def test_blocks() -> None:
    content = (
        "<!-- wp:paragraph -->\n<p>One\ntwo.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:list -->\n<ul><!-- wp:list-item -->\n"
        '<li>a</li>\n<!-- /wp:list-item --></ul>\n<!-- /wp:list -->\n\n<!-- wp:shortcode -->\n[my_form id="3"]\n'
        '<!-- /wp:shortcode -->\n<!-- wp:image {"id":3} -->\n<figure><img src="x" alt="alt"/><figcaption>Cap</figcaption>'
        "</figure>\n<!-- /wp:image -->\n<!-- wp:code -->\n<pre><code>x = [1]\n\ny</code></pre>\n<!-- /wp:code -->"
    )
    assert text(content) == "One two.\n\n- a\n\n![Cap]\n\nx = [1]\ny"


@pytest.mark.parametrize(
    "content",
    [
        "[caption]" * 50_000,
        "[" * 200_000,
        '[a "" ' * 50_000,
        "<pre>" * 50_000,
        "<!--" * 100_000,
        "\n" * 300_000 + "x",
        "<" * 100_000,
        "[caption]" * 3000 + "[/caption]" * 3000,
        "[a" + " " * 200_000 + "]",
        "<p>" * 50_000,
    ],
    ids=lambda c: c[:10].strip(),
)
def test_hostile_content_ends_soon(content: str) -> None:
    grows_linearly(body_html, content)


# The developers' collection


def _posts(data: bytes) -> tuple[int, int]:
    """How many items are posts and pages, by a count of the text."""
    kinds = Counter(re.findall(r"<wp:post_type>(?:<!\[CDATA\[)?(\w+)", data.decode("utf-8", "replace")))
    untyped = sum("post_type" not in part for part in data.decode("utf-8", "replace").split("<item")[1:])
    return kinds["post"] + untyped, kinds["page"]


def test_every_export_of_the_collection(shared: Path) -> None:
    folder = shared / "eval" / "feeds"
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines() if folder.is_dir() else []
    rows = [row for row in map(json.loads, lines) if row["file"].startswith("wxr/")]
    if not rows:
        pytest.skip("needs the developers' collection of exports, which is not in the project")
    texts = 0
    for row in rows:
        data = (folder / row["file"]).read_bytes()
        assert looks_like_wxr(data[:16_384]), row["file"]
        found, broken = _read_all(data)
        hidden = Counter(s.reason for s in found if isinstance(s, Skipped))
        if broken:
            assert "malformed" in row["file"] or "crazy-cdata" in row["file"]
            continue
        posts, pages = _posts(data)
        assert len(found) == posts + pages, row["file"]
        assert posts >= row["posts"]
        assert hidden["a password protects it"] == row["password_posts"], row["file"]
        texts += sum(_reads_well(post) for post in found if isinstance(post, Post))
    assert texts > 80


def _read_all(data: bytes) -> tuple[list[Post | Skipped], bool]:
    found: list[Post | Skipped] = []
    try:
        for result in read_wxr(io.BytesIO(data)):
            found.append(result)
    except SourceError:
        return found, True
    return found, False


def _reads_well(post: Post) -> bool:
    try:
        article = article_of(post, id=post.key, origin="o")
    except SourceError as error:
        assert str(error).startswith("its body ")
        return False
    assert article.text and article.title
    assert "[caption" not in article.text and "<!-- wp:" not in article.text
    return True
