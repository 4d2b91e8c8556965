"""Posts in parts -> articles."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from growth import grows_linearly

from ingest.errors import SourceError
from ingest.feeds import Post, article_of
from ingest.feeds.post import paragraphs, plain_title

POST = Post("k", "https://b.example/my-post/", "My post", "<p>Text.</p>", "Ann", "2025-01-02", ("x",), True)


def text_of(html: str, title: str = "My post") -> str:
    return article_of(replace(POST, html=html, title=title), id="i", origin="o").text


def test_the_posts_own_facts_are_the_articles() -> None:
    html = (
        '<meta name="author" content="Eve"><title>Other</title><link rel="canonical" href="https://evil.example/">'
        '<script type="application/ld+json">{"@type": "BlogPosting", "headline": "Third", "datePublished": "1999-01-01"}'
        '</script><h1 class="entry-title">Fourth</h1><p>The body of the post.</p>'
    )
    article = article_of(replace(POST, html=html), id="the id", origin="feed:1")
    assert (article.id, article.origin, article.title) == ("the id", "feed:1", "My post")
    assert (article.url, article.author, article.published, article.tags) == (
        "https://b.example/my-post/",
        "Ann",
        "2025-01-02",
        ("x",),
    )
    assert article.text.endswith("The body of the post.")
    bare = article_of(replace(POST, html=html, author=None, published=None, tags=()), id="i", origin="o")
    assert (bare.author, bare.published, bare.tags) == (None, None, ())


def test_a_heading_that_repeats_the_title_goes() -> None:
    assert (
        text_of("<h2>My Post!</h2><p>Text one.</p><h2>Sub</h2><p>Two.</p>") == "Text one.\n\n## Sub\n\nTwo."
    )
    assert text_of("<h2>Sub</h2><p>Two.</p>") == "## Sub\n\nTwo."


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<h2>First heading</h2><p>Text.</p>", "First heading"),
        ("<p>How it begins. And goes on.</p>", "How it begins"),
        ("<ul><li>only</li></ul>", "My post"),  # from the address
    ],
)
def test_an_untitled_post_gets_a_title(html: str, title: str) -> None:
    assert article_of(replace(POST, title=" ", html=html), id="i", origin="o").title == title


def test_signs_in_the_title_stay() -> None:
    article = article_of(replace(POST, title="A | B: 1 < 2 & <b>"), id="i", origin="o")
    assert article.title == "A | B: 1 < 2 & <b>"
    assert article.text == "Text."


def test_a_closing_tag_too_many_loses_nothing() -> None:
    assert text_of("<p>One.</p></div></body></html><p>Two.</p></article>Three.") == "One.\n\nTwo.\n\nThree."


def test_text_without_tags_keeps_its_paragraphs() -> None:
    assert text_of("One &amp; two.\n\nThree.\nFour.") == "One & two.\n\nThree.\n\nFour."
    assert paragraphs("1 < 2 &amp;\n \nB") == "<p>1 &lt; 2 &amp;amp;</p>\n<p>B</p>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "its body is empty"),
        (" \n", "its body is empty"),
        ('<img src="a.jpg"><script>1</script>', "its body holds no text"),
    ],
)
def test_nothing_to_read_is_said(html: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        text_of(html)


@pytest.mark.parametrize(
    "html", ["<div>" * 50_000 + "x", "<" * 50_000, "<p>Hello world.</p>" * 5_000, "\0\ud800x"]
)
def test_hostile_bodies_end_soon(html: str) -> None:
    def read(body: str) -> None:
        with contextlib.suppress(SourceError):
            text_of(body)

    grows_linearly(read, html)


def test_titles_lose_tags_and_entities() -> None:
    assert plain_title("Q&amp;A: <em>how</em>&nbsp;&hellip; 1 &lt; 2") == "Q&A: how … 1 < 2"
