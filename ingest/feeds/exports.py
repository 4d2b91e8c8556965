"""A WordPress export (WXR), read as a stream -> the articles in it.

An export may be of one author, one month, one category, so it never says what is gone.

What this file does not know: where the export lies (load.py, web.py), and its format (wxr.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ingest.article.article import LoadFailure
from ingest.article.items import Inventory, Item, LeftOut
from ingest.errors import SourceError
from ingest.feeds.post import article_of
from ingest.feeds.wxr import Skipped, read_wxr


def exported(file: BinaryIO, *, place: str, name: str) -> Iterator[Item]:
    """Its published posts and pages.

    place: where the export lies, the first part of their origins. name: how the report calls it,
    and the first part of the id of a post that has no address.
    """
    yield Inventory(None)
    try:
        for post in read_wxr(file):
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
