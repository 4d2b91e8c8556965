"""An export file of a blog (WordPress, Blogger, Ghost) -> the articles in it.

An export may be of one author, one month, one category, so it never shows what is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ingest.article import Inventory, Item, LeftOut, LoadFailure
from ingest.errors import SourceError
from ingest.feeds.blogger import looks_like_blogger
from ingest.feeds.feed import read_feed
from ingest.feeds.ghost import looks_like_ghost, read_ghost
from ingest.feeds.post import Post, Skipped, article_of
from ingest.feeds.wordpress import looks_like_wxr, read_wxr

_SNIFFED = 16 * 1024


def looks_like_export(head: bytes) -> bool:
    """Whether a file that begins so is an export. The first 16 KB are enough."""
    return looks_like_wxr(head) or looks_like_blogger(head) or looks_like_ghost(head[:_SNIFFED])


def exported(file: BinaryIO, *, place: str, name: str) -> Iterator[Item]:
    """Its published posts and pages.

    place: where the export lies, the first part of their origins. name: how the report calls it,
    and the first part of the id of a post that has no address.
    """
    yield Inventory(None)
    try:
        for post in _posts(file):
            key = post.url or f"{name}#{post.key}"
            origin = f"{place} {key}"
            if isinstance(post, Skipped):
                yield LeftOut(origin, post.title or key, post.reason)
                continue
            try:
                yield article_of(post, id=key, origin=origin)
            except SourceError as error:
                yield LoadFailure(origin, post.title or key, str(error))
    except SourceError as error:
        yield LoadFailure(place, name, str(error), incomplete=True)


def _posts(file: BinaryIO) -> Iterator[Post | Skipped]:
    head = file.read(_SNIFFED)
    file.seek(0)
    if looks_like_ghost(head):
        yield from read_ghost(file)
    elif looks_like_blogger(head):
        feed = read_feed(file.read())
        yield from feed.skipped
        yield from feed.posts
    else:
        yield from read_wxr(file)
