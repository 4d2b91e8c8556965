"""A JSON Feed (jsonfeed.org, versions 1 and 1.1) -> its posts."""

from __future__ import annotations

import json
from typing import Any

from ingest.article import tidy
from ingest.errors import SourceError
from ingest.feeds.entry import clean_tags, iso, made_key, name_only, short_title
from ingest.feeds.excerpt import ends_open, looks_whole, same_beginning, without_footer, without_more
from ingest.feeds.post import Post, paragraphs
from ingest.urls import public_url


def read_json_feed(
    data: bytes, url: str | None, most: int
) -> tuple[str, str | None, list[Post], int, str | None]:
    """Title, the site's address, the first `most` posts, how many there are besides, and the next page.

    Raises SourceError if it is damaged.
    """
    try:
        feed = json.loads(data.strip(b" \t\r\n"), strict=False, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise SourceError("this JSON Feed is damaged: it is not valid JSON; fetch it again") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise SourceError("this JSON Feed is damaged: it lists no items; check the feed's address")
    home = public_url(_text(feed.get("home_page_url")), url)
    base = url or home
    people = _people(feed)
    next_page = public_url(_text(feed.get("next_url")), url) if feed.get("next_url") else None
    posts = [_post(item, base, people) for item in items[:most] if isinstance(item, dict)]
    return tidy(_text(feed.get("title"))), home, posts, max(len(items) - most, 0), next_page


def _post(item: dict[str, Any], base: str | None, people: list[str]) -> Post:
    stated = item.get("id")  # a string; version 1 lets it be a number
    key = _text(str(stated)) if isinstance(stated, str | float) else ""
    url = public_url(_text(item.get("url")), base) or public_url(key)
    title = short_title(tidy(_text(item.get("title"))))
    body, full = _body(item)
    date = _text(item.get("date_published")) or _text(item.get("date_modified"))
    tags = item.get("tags")
    return Post(
        key=tidy(key) or url or made_key(title, body),
        url=url,
        title=title,
        html=body,
        author=", ".join(_people(item) or people) or None,
        published=iso(date),
        tags=clean_tags(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        full=full,
    )


def _body(item: dict[str, Any]) -> tuple[str, bool]:
    summary = paragraphs(_text(item.get("summary")))
    content = without_footer(_text(item.get("content_html")))
    if not content.strip():
        content = without_footer(paragraphs(_text(item.get("content_text"))))
    if not content.strip():
        body, cut = without_more(summary)
        return body, not cut and not ends_open(body) and looks_whole(body)
    body, cut = without_more(content)
    return body, not (cut or (ends_open(body) and bool(summary) and same_beginning(body, summary)))


def _people(place: dict[str, Any]) -> list[str]:
    """Names; version 1 has one `author`, version 1.1 a list of `authors`."""
    stated = place.get("authors")
    found = stated if isinstance(stated, list) and stated else [place.get("author")]
    names = (name_only(_text(p.get("name"))) for p in found[:10] if isinstance(p, dict))
    return list(dict.fromkeys(n for n in names if n))


def _text(value: object) -> str:
    """A string as it is, anything else as nothing; half a surrogate pair would break what follows."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
