"""Files that the owner adds: pasted texts, uploaded posts, exports and archives, each checked before it is put in place.

A file is written under a hidden name, which no reader of the folder looks at, is read as a sync would read it, and only
then gets its own name: what cannot be read never replaces anything, and an interrupted upload leaves nothing behind.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath

from ingest.article import Article, LeftOut, LoadFailure, Seen
from ingest.errors import ZIP_ERRORS, SourceError
from ingest.urls import public_url

POSTS = (".md", ".markdown", ".mdx", ".txt", ".html", ".htm")
EXPORTS = (".xml", ".json")
UPLOADS = (*POSTS, *EXPORTS, ".zip")
MAX_TEXT = 1_000_000  # characters of a pasted text
MAX_FILE, MAX_EXPORT = 10 * 1024 * 1024, 64 * 1024 * 1024  # bytes
MAX_UNPACKED, MAX_MEMBERS = 256 * 1024 * 1024, 5000  # of an archive
_TABLE = ".csv"  # a table of addresses in an archive


Changing = Callable[[], AbstractContextManager[None]]  # inside it, files get their own names or go


def add_text(folder: Path, title: str, text: str, url: str = "", changing: Changing = nullcontext) -> Path:
    """Add a pasted text as a file. Raises SourceError, which says what is wrong."""
    title, address = " ".join(title.split()), url.strip()
    if not title:
        raise SourceError("Give the text a title.")
    if not text.strip():
        raise SourceError("There is no text. Paste the post's text.")
    if len(text) > MAX_TEXT:
        raise SourceError(f"This is longer than {MAX_TEXT:,} characters. Split it into posts.")
    if address and public_url(address) is None:
        raise SourceError("The address must begin with https:// or http://, or be left empty.")
    fields = f"Title: {title[:300]}\n" + (f"Url: {address}\n" if address else "")
    data = f"{fields}\n{text}".encode("utf-8", "replace")
    return _put(folder, f"{_plain_name(title)[:60]}.txt", lambda draft: draft.write_bytes(data), changing)


def add_file(folder: Path, upload: Path, name: str, changing: Changing = nullcontext) -> Path:
    """Add an uploaded file under its own name. Raises SourceError, which says what is wrong."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in UPLOADS:
        raise SourceError(
            f"Files that end in “{suffix or name[:40]}” are not read. Save it as Markdown, HTML or plain text; exports of "
            "blogs are .xml, .json or .zip."
        )
    most = MAX_FILE if suffix in POSTS else MAX_EXPORT
    size = upload.stat().st_size
    if size > most:
        raise SourceError(f"It is larger than {most // 1024**2} MB.")
    if size == 0:
        raise SourceError("It is empty.")
    plain = _plain_name(PurePosixPath(name).stem)
    if suffix == ".zip":
        return _put(folder, plain, lambda draft: _unpack(upload, draft), changing)
    return _put(folder, plain + suffix, lambda draft: shutil.copyfile(upload, draft), changing)


def remove(folder: Path, file: Path) -> None:
    """Delete a file inside the folder, and the folders that it leaves empty. Raises SourceError for others."""
    root, place = folder.resolve(), file.resolve()
    if not place.is_relative_to(root) or place == root or not place.is_file():
        raise SourceError("This file is not among those that were added here.")
    place.unlink()
    for parent in place.parents:
        if parent == root or any(parent.iterdir()):
            break
        parent.rmdir()


def files_below(folder: Path) -> Iterator[Path]:
    """Every file that was added, those of archives among them; none that is being written or removed meanwhile."""
    for place, folders, names in os.walk(
        folder
    ):  # unlike rglob(), it passes over a folder that has just gone
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (file := Path(place, name)).is_file():
                yield file


def _put(folder: Path, name: str, write: Callable[[Path], object], changing: Changing) -> Path:
    """Write to a hidden place, read what is there, and give it the name, or a free one like it; returns the path."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        hidden = folder / f".{secrets.token_hex(8)}"
        hidden.mkdir(mode=0o700)
        try:
            draft = hidden / name
            write(draft)
            _require_posts(hidden)
            with changing():
                folder.mkdir(mode=0o700, exist_ok=True)  # another server may have removed its last file
                return draft.rename(_free(folder / name))
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    except OSError as error:
        raise SourceError(f"It cannot be stored ({error.strerror or error}).") from error


def _free(wanted: Path) -> Path:
    """The path, or the same with a number if something has that name: nothing is replaced."""
    stem, suffix = (wanted.stem, wanted.suffix) if wanted.suffix in UPLOADS else (wanted.name, "")
    found, number = wanted, 2
    while found.exists():
        found, number = wanted.with_name(f"{stem}-{number}{suffix}"), number + 1
    return found


def _plain_name(name: str) -> str:
    """A name for a file that every system can have: ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:100].lower() or "post"


def _require_posts(folder: Path) -> None:
    """Raise SourceError that says why, unless a sync would read a post in the folder."""
    from ingest.sources import load

    reason = ""
    for item in load(str(folder)):
        if isinstance(item, Article | Seen):
            return
        if isinstance(item, LoadFailure | LeftOut) and not reason:
            reason = item.reason
    raise SourceError(f"No post was found in it: {reason}." if reason else "No post was found in it.")


def _unpack(archive: Path, folder: Path) -> None:
    """Copy the posts of a zip into a folder, whose names are ours. Raises SourceError."""
    folder.mkdir()
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if _is_post(member)]
            if len(members) > MAX_MEMBERS:
                raise SourceError(f"It holds more than {MAX_MEMBERS} posts. Split it into several.")
            for member in members:
                path = PurePosixPath(member.filename)
                above = (_plain_name(part) for part in path.parent.parts if part != "/")
                place = folder.joinpath(*above, _plain_name(path.stem) + path.suffix.lower())
                if path.suffix.lower() == _TABLE:  # it names the files as the archive has them
                    place = place.with_name(path.name) if re.fullmatch(r"[\w-]+\.csv", path.name) else place
                place.parent.mkdir(parents=True, exist_ok=True)
                left -= _copy(opened, member, _free(place), min(MAX_EXPORT, left))
    except ZIP_ERRORS as error:
        raise SourceError("It is not a complete zip archive. Download the export again.") from error


def _is_post(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    hidden = any(part.startswith((".", "__MACOSX")) or part == ".." for part in parts)
    return (
        not member.is_dir()
        and not hidden
        and PurePosixPath(member.filename).suffix.lower() in (*POSTS, *EXPORTS, _TABLE)
    )


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, most: int) -> int:
    """Unpack one file, counting what really comes. Raises SourceError if that is too much."""
    size = 0
    with archive.open(member) as packed, place.open("xb") as out:
        while block := packed.read(1 << 20):
            size += len(block)
            if size > most:
                raise SourceError(f"Unpacked, it is larger than {MAX_UNPACKED // 1024**2} MB.")
            out.write(block)
    return size
