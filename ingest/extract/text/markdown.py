"""Markdown, with or without front matter -> Document.

markdown-it-py reads the body by the CommonMark rules (with tables and struck-out text), once the
dialects of site generators are removed, and renders it to HTML. That is read like a web page, so
HTML inside Markdown, nested lists and the like need no second set of rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ingest.article import Document, Piece, plain_text, render, take_title, tidy, typed_lists
from ingest.extract.html.bold_headings import bold_headings
from ingest.extract.html.pieces import pieces_of
from ingest.extract.html.tree import parse_html
from ingest.extract.prose.asides import without_asides
from ingest.extract.prose.byline import Byline, read_byline
from ingest.extract.prose.dates import iso_date
from ingest.extract.text.dialects import without_dialects
from ingest.extract.text.front_matter import split_front_matter
from ingest.extract.text.recipe import sections_of
from ingest.urls import public_url

_NOTHING = frozenset(("", "~", "null", "none"))
# Names of the date of publication, best first, without the signs that differ between generators.
_DATES = (
    "published publishedat publishedon publisheddate publisheddatetime publishedtime datepublished publishdate"
    " publicationdate pubdate pubdatetime firstpublished dateposted postdate posted postedat postedon date datetime"
    " created createdat datecreated creationdate"
).split()
_TOP = 4  # pieces in which a line such as "Published on: …" is looked for


def from_markdown(source: str) -> Document:
    """Read a Markdown document. Damaged front matter is read as far as possible; never raises."""
    fields, body = split_front_matter(plain_text(source).lstrip("\n"))
    body, tags = without_dialects(body)
    root = parse_html(f"<body>{_rendered(body)}</body>")
    pieces = [] if root is None else typed_lists(bold_headings(pieces_of(root)))
    title, pieces = take_title(pieces, _one(fields, "title"))
    pieces, byline = _without_byline(pieces)
    document = Document(
        title, render(without_asides(pieces)), None, byline.author, byline.published, tags or byline.tags
    )
    return with_fields(
        document, fields if "keywords" in fields or not tags else {**fields, "keywords": list(tags)}
    )


def with_fields(document: Document, fields: Mapping[str, Any]) -> Document:
    """The document with its front matter: what that states overrides what the text does."""
    recipe = render(sections_of(fields))
    return replace(
        document,
        title=_one(fields, "title") or document.title,
        text="\n\n".join(filter(None, (document.text, recipe))),
        url=public_url(_one(fields, "url", "canonical_url", "canonical", "link", "permalink"))
        or document.url,
        author=_author(fields) or document.author,
        published=iso_date(_published(fields)) or document.published,
        tags=_tags(fields) or document.tags,
        signs=fields,
    )


def _without_byline(pieces: list[Piece]) -> tuple[list[Piece], Byline]:
    """The pieces without a line above the text that only states author or date, and what it states."""
    for i, piece in enumerate(pieces[:_TOP]):
        if (
            piece.kind == "paragraph"
            and (byline := read_byline(piece.text))
            and (byline.author or byline.published)
        ):
            return [*pieces[:i], *pieces[i + 1 :]], byline
        if piece.kind not in ("caption", "paragraph") or len(piece.text) > 160:
            break
    return pieces, Byline()


def _rendered(body: str) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}).enable(["table", "strikethrough"])
    return str(parser.render(body))


def _published(fields: Mapping[str, Any]) -> str:
    """The date of publication as stated, under any of its names, also nested or with a prefix."""
    stated: dict[str, str] = {}
    for name, value in _flat(fields):
        key = re.sub(r"[\W_]", "", name.rpartition(".")[2] if "." in name else name).lower()
        if value and value.lower() not in ("true", "false"):
            stated.setdefault(key, value)
    return next((stated[name] for name in _DATES if name in stated), "")


def _flat(fields: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    """(name, value) of all fields that hold one line; of a table named `date` its own names, and "date"."""
    for name, value in fields.items():
        if isinstance(value, Mapping) and depth < 3:
            yield from _flat(value, depth + 1)
        else:
            yield str(name), _scalar(value)


def _one(fields: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds a value; "" if none does."""
    for name in names:
        value = _scalar(fields.get(name))
        if value:
            return value
    return ""


def _scalar(value: object) -> str:
    """One line of text; lists and tables are none (and may be made to explode when written out)."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, list | dict):
        return ""
    text = tidy(str(value))
    return "" if text.lower() in _NOTHING else text


def _author(fields: Mapping[str, Any]) -> str:
    for name in ("author", "authors", "by", "writer"):
        value = fields.get(name)
        people = value if isinstance(value, list) else [value]
        names = [_one(p, "name") if isinstance(p, dict) else _scalar(p) for p in people[:20]]
        if found := ", ".join(filter(None, names)):
            return found
    return ""


def _tags(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Tags as a list or with commas between."""
    for name in ("tags", "tag", "keywords", "categories", "category"):
        value = fields.get(name)
        stated = value if isinstance(value, list) else _scalar(value).strip("[]").split(",")
        tags = [tidy(_scalar(tag)).lstrip("#") for tag in stated]
        if found := tuple(dict.fromkeys(filter(None, tags))):
            return found
    return ()
