"""Read files and folders: articles, exports, what is left out, and what could not be read.

A file that cannot be read is a LoadFailure in its place. A file whose bytes were read before into an
article that the index still has is not parsed again.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.article import Article, Document, Item, LeftOut, LoadFailure, Seen
from ingest.errors import SourceError
from ingest.extract import Format, as_article, decode, read_document
from ingest.feeds import exported, looks_like_wxr
from ingest.index import Stored
from ingest.sources.folder import (
    FEEDS,
    PAGES,
    READABLE,
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
from ingest.visibility import hidden_because, visible_until


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
        for found in files_in(root):
            if isinstance(found, LoadFailure):
                yield found
                continue
            name = name_in(root, found)
            if found.suffix.lower() in FEEDS:
                if is_export(found):
                    yield from _export(found, name)
                continue
            loaded = self._loaded(found, name, found.relative_to(root).as_posix(), None)
            if isinstance(loaded, Article | Seen) and first.setdefault(loaded.id, name) != name:
                reason = f"this has the same address as {first[loaded.id]}; give each article its own"
                loaded = LoadFailure(loaded.origin, name, reason)
            yield loaded

    def _loaded(
        self, path: Path, name: str, place: str, url: str | None
    ) -> Article | Seen | LeftOut | LoadFailure:
        """place: where it lies below the source, with its folders' names."""
        origin = origin_of(path)
        try:
            data = read_bytes(path)
            facts = [code_version(), name, url]
            key = hashlib.blake2b(json.dumps(facts).encode() + data, digest_size=16).hexdigest()
            if seen := self._remembered(key, origin):
                return seen
            document = _document(data, path, url)
            if reason := hidden_because(document.signs, place):
                return LeftOut(origin, name, reason)
            if not document.text:
                raise SourceError("this is empty: it has no text besides title, menus and the like")
        except SourceError as error:
            return LoadFailure(origin, name, str(error))
        address = url or document.url
        article = as_article(document, id=address or name, url=address, origin=origin, stem=path.stem)
        if visible_until(document.signs) is None:  # else it must be looked at again
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
    """Whether a file is a WordPress export."""
    return path.suffix.lower() in FEEDS and looks_like_wxr(head_of(path))


def _export(path: Path, name: str) -> Iterator[Item]:
    try:
        with opened(path) as file:
            yield from exported(file, place=origin_of(path), name=name)
    except SourceError as error:
        yield LoadFailure(origin_of(path), name, str(error), incomplete=True)


def _document(data: bytes, path: Path, url: str | None) -> Document:
    """Raises SourceError if nothing can be read in it."""
    suffix = path.suffix.lower()
    content = decode(data, html=suffix in PAGES)
    if not content.strip():
        raise SourceError("this is empty")
    kind: Format = "html" if suffix in PAGES else "text" if suffix == ".txt" else "markdown"
    return read_document(content, kind, url=url)
