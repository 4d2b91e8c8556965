"""Read files and folders: articles, exports, what is left out, and what could not be read.

A file that cannot be read is a LoadFailure in its place. A file whose bytes were read before into an
article that the index still has is not parsed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from ingest.article import Article, Document, Item, LeftOut, LoadFailure, Seen
from ingest.errors import SourceError
from ingest.extract import Format, as_article, decode, read_document
from ingest.feeds import exported, looks_like_export
from ingest.index import Stored
from ingest.sources.local.file_table import FileTable, read_table, with_row
from ingest.sources.local.folder import (
    FEEDS,
    PAGES,
    READABLE,
    TABLE,
    files_in,
    head_of,
    name_in,
    not_text,
    opened,
    origin_of,
    read_bytes,
    shown,
    why,
)
from ingest.sources.memory import Memory, code_version
from ingest.urls import host_of, public_url
from ingest.visibility import hidden_because, signs_in, visible_until

_NO_ROW: Mapping[str, str] = MappingProxyType({})
_ADDRESS = re.compile(
    r"(?:(?:url|link|address|web address|source|original|posted at|from)\s*:?\s*)?<?(https?://\S+?)>?", re.I
)
_SHOW_IT = "; if it is public, write “public: true” into its front matter"
_EMBEDS = (
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "instagram.com",
    "facebook.com",
    "tiktok.com",
    "x.com",
    "twitter.com",
)


@dataclass(frozen=True, slots=True)
class Files:
    """Reads files. known: what the index holds."""

    memory: Memory
    known: Mapping[str, Stored]

    def reads(self, path: Path) -> bool:
        """Whether a single file is read here: as an article, or as an export."""
        return path.suffix.lower() in READABLE or is_export(path)

    def single(self, path: Path, url: str | None) -> Iterator[Item]:
        """One file. url: its public address, if the owner gave one."""
        root = path.absolute().parent.resolve()
        place = root / path.name
        name = name_in(root, place)
        if place.suffix.lower() in READABLE:
            yield self._loaded(place, name, f"{root.name}/{path.name}", url)
        elif is_export(place):
            yield from _export(place, name)
        else:
            yield LoadFailure(origin_of(path), name, not_text(place.suffix.lower()))

    def folder(self, path: Path) -> Iterator[Item]:
        """All that lies under a folder, in order of the paths."""
        root = path.resolve()
        first: dict[str, str] = {}  # id -> name of the file that has it
        found = list(files_in(root))
        paths = [each for each in found if isinstance(each, Path)]
        tables = _tables(paths)
        yield from (problem for file in tables for problem in _problems(root, file, tables[file], paths))
        for each in found:
            if not isinstance(each, Path):
                yield each
            elif each.suffix.lower() in FEEDS:
                if is_export(each):
                    yield from _export(each, name_in(root, each))
            elif each.suffix.lower() != TABLE:
                name, place = name_in(root, each), each.relative_to(root).as_posix()
                loaded = self._loaded(each, name, place, None, _row_for(each, tables))
                if isinstance(loaded, Article | Seen) and first.setdefault(loaded.id, name) != name:
                    reason = f"this has the same address as {first[loaded.id]}; give each article its own"
                    loaded = LoadFailure(loaded.origin, name, reason)
                yield loaded

    def _loaded(
        self, path: Path, name: str, place: str, url: str | None, row: Mapping[str, str] = _NO_ROW
    ) -> Article | Seen | LeftOut | LoadFailure:
        """place: where it lies below the source. row: what a table beside it states of it."""
        origin = origin_of(path)
        try:
            data = read_bytes(path)
            facts = [code_version(), name, url, sorted(row.items())]
            key = hashlib.blake2b(json.dumps(facts).encode() + data, digest_size=16).hexdigest()
            if seen := self._remembered(key, origin):
                return seen
            document = _document(data, path, url)
            remedy = "" if path.suffix.lower() in PAGES else _SHOW_IT
            if reason := hidden_because(row, place) or hidden_because(document.signs, remedy=remedy):
                return LeftOut(origin, name, reason)
            if not document.text:
                raise SourceError("this is empty: it has no text besides title, menus and the like")
        except SourceError as error:
            return LoadFailure(origin, name, str(error))
        document = with_row(document, row)
        address = url or document.url
        article = as_article(document, id=address or name, url=address, origin=origin, stem=path.stem)
        if visible_until(row) is visible_until(document.signs) is None:  # else it must be looked at again
            self.memory.put("file", key, json.dumps([article.id, article.fingerprint]))
        return article

    def _remembered(self, key: str, origin: str) -> Seen | None:
        """The article that these bytes became, if the index holds it as it was then."""
        try:
            article_id, fingerprint = json.loads(self.memory.get("file", key) or "[]")
        except ValueError:
            return None
        known = self.known.get(article_id)
        same = known is not None and known.fingerprint == fingerprint
        return Seen(article_id, fingerprint, origin) if same else None


def existing(source: str) -> Path:
    """The file or folder of that name. Raises SourceError if there is none."""
    if not source.strip():
        raise SourceError("The source is empty: name a file or a folder.")
    path = Path(source)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise SourceError(f"There is no file or folder {shown(path)}.") from error
    except ValueError as error:
        raise SourceError("The source's name holds a character that no file name can.") from error
    except (OSError, RuntimeError) as error:
        reason = why(error) if isinstance(error, OSError) else "links that go in a circle"
        raise SourceError(f"{shown(path)} cannot be read: {reason}.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SourceError(f"{shown(path)} is neither a file nor a folder.")
    return path


def is_export(path: Path) -> bool:
    """Whether a file is an export of WordPress, Blogger or Ghost."""
    return path.suffix.lower() in FEEDS and looks_like_export(head_of(path))


def _export(path: Path, name: str) -> Iterator[Item]:
    try:
        with opened(path) as file:
            yield from exported(file, place=origin_of(path), name=name)
    except SourceError as error:
        yield LoadFailure(origin_of(path), name, str(error), incomplete=True)


def _document(data: bytes, path: Path, url: str | None) -> Document:
    """What a file says. Raises SourceError if nothing can be read in it."""
    suffix = path.suffix.lower()
    content = decode(data, html=suffix in PAGES)
    if not content.strip():
        raise SourceError("this is empty")
    kind: Format = "html" if suffix in PAGES else "text" if suffix == ".txt" else "markdown"
    address, content = _address_line(content) if kind == "text" else (None, content)
    document = read_document(content, kind, url=url or address)
    signs = {**(signs_in(content) if kind != "html" else {}), **document.signs}
    return replace(document, url=document.url or address, signs=signs)


def _address_line(content: str) -> tuple[str | None, str]:
    """The address in the first line of a pasted text, and the rest; None if the line is none of a post's."""
    opening, _, rest = content.lstrip("\ufeff\r\n\t ").partition("\n")
    found = _ADDRESS.fullmatch(opening.strip())
    address = public_url(found[1]) if found else None
    if address is None or not rest.strip() or host_of(address).endswith(_EMBEDS):
        return None, content
    return address, rest


def _tables(paths: Sequence[Path]) -> dict[Path, FileTable]:
    """The CSV files that state something of the files beside them."""
    found = {}
    for path in paths:
        if path.suffix.lower() == TABLE:
            with contextlib.suppress(SourceError):
                if table := read_table(read_bytes(path)):
                    found[path] = table
    return found


def _row_for(path: Path, tables: Mapping[Path, FileTable]) -> Mapping[str, str]:
    """What the nearest table that names a file states of it."""
    for place, table in sorted(tables.items(), key=lambda item: -len(item[0].parts)):
        if path.is_relative_to(place.parent) and (
            row := table.row(path.relative_to(place.parent).as_posix())
        ):
            return row
    return _NO_ROW


def _problems(root: Path, place: Path, table: FileTable, paths: Sequence[Path]) -> Iterator[LoadFailure]:
    """What an owner should correct in a table."""
    name = name_in(root, place)
    if table.wrong:
        yield LoadFailure(place.as_uri(), name, f"it holds what is no web address: {table.wrong[0][:80]}")
    beside = [
        path.relative_to(place.parent).as_posix() for path in paths if path.is_relative_to(place.parent)
    ]
    used = {id(table.row(file)) for file in beside}
    missing = [file for file, row in table.rows.items() if id(row) not in used]
    if table.by_file and missing:
        yield LoadFailure(place.as_uri(), name, f"it names a file that is not here: {missing[0][:80]}")
