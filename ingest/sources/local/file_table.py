"""A CSV beside files that states their addresses, titles and dates, and which of them are published.

Owners write one for texts they have pasted (`file,url`); exports hold one too (Substack's posts.csv).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ingest.article import Document
from ingest.extract import iso_date
from ingest.urls import public_url

_FILE = ("file", "filename", "filepath", "path", "document")  # an owner's own words
_KEYS = (*_FILE, "postid", "slug", "id", "name")  # what exports call it
_URL = ("url", "link", "address", "permalink", "canonicalurl", "posturl", "webaddress")
_TITLE = ("title", "headline")
_AUTHOR = ("author", "by", "writer")
_DATE = ("date", "published", "publishedat", "postdate", "pubdate", "publishdate")
_TAGS = ("tags", "categories", "labels")
_OTHERS = ("ispublished", "status", "visibility", "audience", "draft", "isdraft", "private")
_MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class FileTable:
    """rows: name of a file (its path below the table, or its last part, with or without the ending) to fields.

    wrong: addresses in it that are none. by_file: whether its rows name files in so many words.
    """

    rows: Mapping[str, Mapping[str, str]]
    wrong: tuple[str, ...] = ()
    by_file: bool = False

    def row(self, place: str) -> Mapping[str, str]:
        """What it states of a file. place: the file's path below the table's folder."""
        path = PurePosixPath(place.lower())
        names = (str(path), str(path.with_suffix("")), path.name, path.stem)
        return next((self.rows[name] for name in names if name in self.rows), {})


def read_table(data: bytes) -> FileTable | None:
    """A CSV's rows by the file that each is about; None if it is about something else."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))[: _MOST_ROWS + 1]
    except csv.Error:
        return None
    names = [re.sub(r"[\W_]", "", cell).lower() for cell in (lines[0] if lines else ())]
    key = next((name for name in _KEYS if name in names), None)
    if key is None or not {*_URL, *_OTHERS} & set(names):
        return None
    rows: dict[str, dict[str, str]] = {}
    wrong = []
    for line in lines[1:]:
        fields = {
            name: cell.strip() for name, cell in zip(names, line, strict=False) if name and cell.strip()
        }
        file = fields.pop(key, "").replace("\\", "/").removeprefix("./").lower()
        if not file:
            continue
        if (stated := _first(fields, _URL)) and public_url(stated) is None:
            wrong.append(stated)
        rows.setdefault(file, fields)
    return FileTable(rows, tuple(wrong), by_file=key in _FILE)


def with_row(document: Document, row: Mapping[str, str]) -> Document:
    """A document with what the table states of it; the table overrides the document."""
    if not row:
        return document
    tags = tuple(filter(None, (tag.strip() for tag in re.split(r"[,;|]", _first(row, _TAGS)))))
    return replace(
        document,
        title=_first(row, _TITLE) or document.title,
        url=public_url(_first(row, _URL)) or document.url,
        author=_first(row, _AUTHOR) or document.author,
        published=iso_date(_first(row, _DATE)) or document.published,
        tags=tags or document.tags,
    )


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
