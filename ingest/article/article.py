"""Articles, sections and chunks: what passes between all other files. No I/O here.

An article's text is in *normal form*, a small and unambiguous subset of Markdown:

    ## A heading            two to six #; the article's title is not repeated in the text
    A paragraph on a line of its own, blank lines between blocks.
    - a bulleted item       one line each; nested items are indented by two spaces
    1. a numbered item
    | a | table | row |
    ![A picture's caption]  apart from prose, so that it is never quoted as advice

Inline markup (bold, links, emphasis) is gone: the text reads as the page reads to its visitor, so
a slice of it is verbatim. Offsets are counts of code points into `Article.text`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """One post.

    id: canonical URL if it has one, else its path relative to the ingested folder's parent.
    url: public http(s) address or None. published: ISO date or date-time, or None.
    origin: where it was read from (a file URI or an address); used to prune, never shown.
    """

    id: str
    title: str
    text: str
    url: str | None = None
    author: str | None = None
    published: str | None = None
    tags: tuple[str, ...] = ()
    origin: str = ""

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything a reader could be shown: the one "has it changed?" test."""
        shown = [self.title, self.text, self.url, self.author, self.published, list(self.tags)]
        return hashlib.blake2b(json.dumps(shown).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it up to the next heading of any level.

    path: the heading trail, outermost first; () before the first heading.
    start, end: offsets into Article.text; the heading's own line is inside.
    """

    path: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one section: `article.text[start:end] == text`, always."""

    article_id: str
    ordinal: int
    path: tuple[str, ...]
    text: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """The store's key: unique in an index, and the same for the same place and text."""
        digest = hashlib.blake2b(digest_size=12)
        digest.update(json.dumps([self.article_id, self.start, list(self.path), self.text]).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """Something that could not be turned into an article.

    origin: what it was (file URI or address), protected from pruning. name: how the report calls
    it. reason: one sentence for the owner. incomplete: the listing itself broke off here, so
    nothing of this source may be pruned.
    """

    origin: str
    name: str
    reason: str
    incomplete: bool = False
