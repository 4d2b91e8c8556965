"""Markdown, with or without front matter -> Document.

markdown-it-py reads the body by the CommonMark rules (with tables and struck-out text) and renders
it to HTML, which htmltree.py then reads: so HTML inside Markdown, nested lists and the like need no
second set of rules.

Front matter is read as plain strings: YAML would otherwise make True of a title "Yes", 750 of
"12:30" and a Python object of whatever it is told to. It may be YAML (between `---`) or TOML
(between `+++`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingest.article import Document, plain_text, render, take_title, tidy, typed_lists
from ingest.errors import SourceError
from ingest.extract.html.pieces import pieces_of
from ingest.extract.html.tree import parse_html
from ingest.extract.prose.dates import iso_date
from ingest.urls import public_url

_FENCED = {"---": re.compile(r"(?:---|\.\.\.)[ \t]*$", re.M), "+++": re.compile(r"\+\+\+[ \t]*$", re.M)}
_KEY = re.compile(r"\s*(?:#|[\w\"'-][\w \"'-]*\s*[:=](?:\s|$))")
_LONGEST_FRONT_MATTER = 64 * 1024
_NOTHING = frozenset(("", "~", "null", "none"))


def from_markdown(source: str) -> Document:
    """Read a Markdown document. Raises SourceError if its front matter cannot be read."""
    fields, body = split_front_matter(plain_text(source).lstrip("\n"))
    root = parse_html(f"<body>{_rendered(body)}</body>")
    pieces = [] if root is None else typed_lists(pieces_of(root))
    title, pieces = take_title(pieces, _one(fields, "title"))
    published = _one(fields, "published", "date", "pubdate", "publishdate", "publish_date", "created")
    published = "" if published.lower() in ("true", "false") else published
    return Document(
        title=title,
        text=render(pieces),
        url=public_url(_one(fields, "url", "canonical_url", "canonical", "link", "permalink")),
        author=_author(fields) or None,
        published=iso_date(published),
        tags=_tags(fields),
        signs=fields,
    )


def _rendered(body: str) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}).enable(["table", "strikethrough"])
    return str(parser.render(body))


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The front matter's fields (names in lower case), and the rest.

    A document may also open with a thematic break: what follows `---` is front matter only if its
    first line reads like `name: …`. Raises SourceError if it is front matter, but damaged.
    """
    opening, _, after = source.partition("\n")
    fence = opening.rstrip()
    if fence not in _FENCED:
        return {}, source
    closing = _FENCED[fence].search(after[:_LONGEST_FRONT_MATTER])
    if closing is None:
        return {}, source
    inside = after[: closing.start()]
    if inside.strip() and not _KEY.match(inside.lstrip("\n")):
        return {}, source
    fields = _yaml(inside) if fence == "---" else _toml(inside)
    return {str(name).strip().lower(): value for name, value in fields.items()}, after[closing.end() :]


def _yaml(inside: str) -> Mapping[Any, Any]:
    import yaml

    try:
        # BaseLoader makes nothing but strings, lists and dictionaries: safer yet than SafeLoader.
        fields = yaml.load(inside, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 2}" if mark else ""
        raise SourceError(
            f"its front matter (between the --- lines) is not valid YAML{where}; "
            "put quotes around a value that holds a colon or begins with a sign"
        ) from error
    if not isinstance(fields, dict):
        if not inside.strip() or fields in ("", None):
            return {}
        raise SourceError("its front matter (between the --- lines) has no `name: value` lines")
    return fields


def _toml(inside: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(inside)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceError(f"its front matter (between the +++ lines) is not valid TOML: {error}") from error


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
