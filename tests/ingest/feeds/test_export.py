"""Blogger's export: only public posts become articles."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from ingest.article import Article, Item, LeftOut
from ingest.feeds import exported, looks_like_export, read_feed

KIND = "http://schemas.google.com/blogger/2008/kind#"


def entry(number: int, kind: str, inside: str = "", text: str = "Roll a ball under the heel.") -> str:
    return (
        f"<entry><id>tag:blogger.com,1999:blog-7.post-{number}</id><published>2020-02-03T08:00:00Z</published>"
        f"<category scheme='http://schemas.google.com/g/2005#kind' term='{KIND}{kind}'/>{inside}"
        f"<title type='text'>Entry {number}</title><content type='html'>&lt;p&gt;{text}&lt;/p&gt;</content>"
        f"<link rel='alternate' type='text/html' href='https://feet.example/{number}.html'/></entry>"
    )


def export(*entries: str) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom'"
        " xmlns:app='http://purl.org/atom/app#' xmlns:thr='http://purl.org/syndication/thread/1.0'"
        " xmlns:blogger='http://schemas.google.com/blogger/2018'>"
        f"<id>tag:blogger.com,1999:blog-7.archive</id><title>Feet</title>{''.join(entries)}</feed>"
    ).encode()


def items(data: bytes) -> Iterator[Item]:
    return exported(io.BytesIO(data), place="file:///feet.xml", name="feet.xml")


def test_only_public_posts_of_a_blogger_export_are_articles() -> None:
    data = export(
        entry(1, "post"),
        entry(2, "post", "<app:control><app:draft>yes</app:draft></app:control>", "A secret price."),
        entry(3, "settings", text="owner@feet.example"),
        entry(4, "template", text="Theme words."),
        entry(5, "comment", text="My own heel."),
        entry(6, "post", "<thr:in-reply-to ref='x'/>", "Another comment."),
        entry(7, "page"),
        entry(8, "post", "<blogger:status>SOFT_TRASHED</blogger:status>", "Thrown away."),
        entry(9, "post").replace("2020-02-03", "2091-02-03"),
    )
    assert looks_like_export(data)
    found = list(items(data))
    articles = [item for item in found if isinstance(item, Article)]
    assert [(a.title, a.url, a.published) for a in articles] == [
        ("Entry 1", "https://feet.example/1.html", "2020-02-03T08:00:00+00:00"),
        ("Entry 7", "https://feet.example/7.html", "2020-02-03T08:00:00+00:00"),
    ]
    left = {item.name: item.reason for item in found if isinstance(item, LeftOut)}
    assert left.keys() == {"Entry 2", "Entry 8", "Entry 9"}
    assert left["Entry 2"] == "it is a draft"
    assert "not published yet" in left["Entry 9"]


@pytest.mark.parametrize(("status", "public"), [("LIVE", True), ("DRAFT", False), ("SCHEDULED", False)])
@pytest.mark.parametrize("kind", ["POST", "PAGE", "COMMENT"])
def test_an_export_of_takeout(status: str, public: bool, kind: str) -> None:
    data = export(
        "<entry><id>tag:blogger.com,1999:blog-7.post-1</id>"
        f"<blogger:type>{kind}</blogger:type><blogger:status>{status}</blogger:status>"
        "<title>Heels</title><content type='html'>Roll a ball.</content><published>2020-01-01T00:00:00Z</published></entry>"
    )
    found = list(items(data))
    assert any(isinstance(item, Article) for item in found) == (public and kind != "COMMENT")
    assert not any(isinstance(item, LeftOut) and kind == "COMMENT" for item in found)


def test_a_live_feed_with_kinds_and_drafts_lists_its_posts_only() -> None:
    data = export(entry(1, "post"), entry(2, "comment")).replace(b".archive", b"")
    feed = read_feed(data)
    assert [post.title for post in feed.posts] == ["Entry 1"]
