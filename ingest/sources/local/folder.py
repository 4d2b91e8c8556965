"""What lies in a folder, and the bytes of one file.

Nothing but ordinary files is ever opened (a pipe would wait for ever), links are followed only to
what lies inside the folder, and no loop of links is walked twice.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.article import LeftOut, LoadFailure, plain_text
from ingest.errors import SourceError
from ingest.sources.local.site_parts import is_about_repository, is_part_of_site, may_hold_text

PAGES = frozenset((".html", ".htm"))
READABLE = PAGES | {".md", ".markdown", ".mdx", ".txt"}
# An owner expects these to be read: say that they were not. Anything else is passed over.
DOCUMENTS = frozenset(
    (".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".epub", ".mht", ".mhtml", ".webarchive")
)
# Exports, and feeds as they come: read where the owner names one, or a folder has an export.
EXPORTS = frozenset((".xml", ".json"))
TABLE = ".csv"  # may state the addresses of the files beside it
FEEDS = frozenset((".xml", ".rss", ".atom", ".rdf", ".json"))
LARGEST = 10 * 1024 * 1024
_NAMED = 10  # of what was passed over, so many are named


def files_in(folder: Path) -> Iterator[Path | LoadFailure | LeftOut]:
    """Every file to be read under a folder in order of its path, and what is wrong with others.

    At the end come, in one item each, the parts of a site that are no posts, and the kinds of files that
    are not read. Raises SourceError if the folder itself cannot be listed.
    """
    root = folder.resolve()
    walk = _Walk(root)
    try:
        open_folders = [iter(walk.entries(root))]
    except OSError as error:
        raise SourceError(f"The folder {shown(folder)} cannot be listed: {why(error)}.") from error
    while open_folders:
        path = next(open_folders[-1], None)
        if path is None:
            open_folders.pop()
            continue
        try:
            if path.is_symlink():
                yield from _linked(path, root)
            elif path.is_dir():
                open_folders.append(iter(walk.entries(path)))
            else:
                yield from walk.file(path)
        except OSError as error:
            yield LoadFailure(path.as_uri(), name_in(root, path), _unlisted(path, error), incomplete=True)
    yield from walk.left_out()


def _unlisted(path: Path, error: OSError) -> str:
    return f"this cannot be listed ({why(error)}), so nothing from {shown(path.parent)} will be removed"


@dataclass(slots=True)
class _Walk:
    """A walk through a folder. parts: what belongs to the site's making; kinds: of files that are not read."""

    root: Path
    parts: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def entries(self, folder: Path) -> list[Path]:
        """What a folder holds, sorted; without hidden things, parts of a site, and what browsers save with a page."""
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found)
        scraps = {f"{Path(name).stem}_files" for name in names if Path(name).suffix.lower() in PAGES}
        entries = [folder / name for name in names if not name.startswith(".") and name not in scraps]
        parts = {path for path in entries if is_part_of_site(path.name, names) and path.is_dir()}
        self.parts += (f"{self._name(path)}/" for path in sorted(parts))
        return [path for path in entries if path not in parts]

    def file(self, path: Path) -> Iterator[Path | LoadFailure]:
        suffix = path.suffix.lower()
        if suffix in READABLE and is_about_repository(path) and not _is_titled(path):
            self.parts.append(self._name(path))
        elif suffix in READABLE or suffix in EXPORTS or suffix == TABLE:
            yield path
        elif suffix in DOCUMENTS:
            yield LoadFailure(path.as_uri(), name_in(self.root, path), not_text(suffix))
        elif may_hold_text(suffix):
            self.kinds[suffix] += 1

    def left_out(self) -> Iterator[LeftOut]:
        """What was passed over, in one item each."""
        name = shown(Path(self.root.name))
        if self.parts:
            more = f" and {len(self.parts) - _NAMED} more" if len(self.parts) > _NAMED else ""
            reason = f"parts of the site and no posts: {', '.join(self.parts[:_NAMED])}{more}"
            yield LeftOut(f"{self.root.as_uri()}/", name, reason)
        if self.kinds:
            kinds = ", ".join(f"{suffix} ({count})" for suffix, count in self.kinds.most_common(_NAMED))
            reason = f"files of kinds that are not read: {kinds}; save them as Markdown, HTML or plain text"
            yield LeftOut(f"{self.root.as_uri()}/", name, reason)

    def _name(self, path: Path) -> str:
        return shown(path.relative_to(self.root))


def _is_titled(path: Path) -> bool:
    """Whether a README opens with front matter that gives a title or a date, as a page's does."""
    head = head_of(path, 4096).decode("utf-8", "replace").lstrip("\ufeff\r\n ")
    return re.match(r"(---|\+\+\+)\s*\n(?:.*\n)*?(?:title|date)\s*[:=]", head, re.I) is not None


def _linked(path: Path, root: Path) -> Iterator[Path | LoadFailure]:
    """A link: read if it adds a file from inside the folder, else left out or reported."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: Python 3.11 says so when links go in a circle
        if path.suffix.lower() in READABLE | DOCUMENTS | {""}:
            yield LoadFailure(_uri(path), name_in(root, path), "this is a link that leads nowhere")
        return
    reason = ""
    if path.parent.is_relative_to(target):
        reason = "this is a link back to a folder that it lies in; it was not followed"
    elif not target.is_relative_to(root):
        reason = "this is a link to something outside the folder; copy it into the folder instead"
    if reason:
        if target.is_dir() or path.suffix.lower() in READABLE | DOCUMENTS:
            yield LoadFailure(_uri(path), name_in(root, path), reason)
    elif target.is_file() and path.suffix.lower() in READABLE and not _listed_itself(target, root):
        yield path


def _listed_itself(target: Path, root: Path) -> bool:
    """Whether the walk comes to the file anyway, so that a link would only make a second copy."""
    hidden = any(part.startswith(".") for part in target.relative_to(root).parts)
    return not hidden and target.suffix.lower() in READABLE


def _uri(path: Path) -> str:
    return path.absolute().as_uri()


def origin_of(path: Path) -> str:
    """The file's own URI, links resolved."""
    return path.resolve().as_uri()


def name_in(root: Path, path: Path) -> str:
    """The path relative to the root's parent, with slashes, on one line: `articles/x.md`."""
    try:
        relative = path.relative_to(root.parent)
    except ValueError:
        relative = Path(path.name)
    return shown(relative)


def shown(path: Path) -> str:
    """A path as one line of text, whatever its bytes."""
    return " ".join(plain_text(path.as_posix()).replace("\t", " ").split("\n"))


def not_text(suffix: str) -> str:
    """Why a file of a type that is not read was not, and what to do."""
    if suffix in DOCUMENTS:
        return f"{suffix} files are not read; save it as HTML or plain text, and ingest that"
    kind = f"{suffix} files are" if suffix else "files without an ending are"
    return f"{kind} not read; Footnote reads .md, .markdown, .mdx, .html, .htm and .txt, and exports of blogs"


def read_bytes(path: Path) -> bytes:
    """All bytes of an ordinary file. Raises SourceError, its message for the report, if there is
    none, it may not be read or it is too large."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            data = b"" if size > LARGEST else file.read(LARGEST + 1)
        except OSError as error:
            raise SourceError(f"this cannot be read ({why(error)})") from error
    if size > LARGEST or len(data) > LARGEST:
        raise SourceError(f"this is larger than {LARGEST // 1024**2} MB; split it into articles")
    return data


def head_of(path: Path, size: int = 64 * 1024) -> bytes:
    """The first bytes of a file; b"" if it cannot be read."""
    try:
        with opened(path) as file:
            return file.read(size)
    except (SourceError, OSError):
        return b""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """An ordinary file, open to be read. Raises SourceError if it is none or may not be read."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError("this is not an ordinary file")
        file = open(os.open(path, flags), "rb")  # noqa: PTH123, SIM115  # to look at what was opened
    except FileNotFoundError as error:
        raise SourceError("this was there a moment ago and is gone now") from error
    except OSError as error:
        raise SourceError(f"this cannot be read ({why(error)})") from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SourceError("this is not an ordinary file")
        yield file


def why(error: OSError) -> str:
    """The system's reason, without a path."""
    return (error.strerror or "the system gives no reason").lower()
