"""Durable writes, and what errors of the disk and of SQLite mean for the owner."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import IndexCorrupt, IndexDamaged, IndexError_

_CORRUPT = (11, 26)  # SQLITE_CORRUPT and SQLITE_NOTADB
_STATED_CODE = re.compile(r"\bcode: (\d+)\b")  # as Chroma passes SQLite's errors on
REPAIR = "The next `footnote ingest` rebuilds it; `footnote ingest --rebuild` does so at once."
REBUILD = "Run `footnote ingest --rebuild` to write it anew."


@contextlib.contextmanager
def disk_errors(*, writing: bool) -> Iterator[None]:
    """Turn OSError and sqlite3.Error into IndexDamaged, or when writing into an IndexError_."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise index_error(error, writing=writing) from error


def index_error(error: Exception, *, writing: bool) -> IndexError_:
    """What an error of the disk, of SQLite or of Chroma means for the owner."""
    return unwritable(error) if writing and not is_corruption(error) else damaged(error)


def is_corruption(error: Exception) -> bool:
    """Whether the contents of a database are damaged, rather than the disk full or forbidden."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT
    return any(int(code) & 0xFF in _CORRUPT for code in _STATED_CODE.findall(str(error)))


def unwritable(error: Exception) -> IndexError_:
    """What a failure to write means for the owner."""
    return IndexError_(
        f"The index cannot be written ({_why(error)}). What was in it is untouched: make room on the disk or "
        "allow writing there, and run the command again."
    )


def damaged(error: Exception | str) -> IndexDamaged:
    """What a failure to read means for the owner; contents that are wrong are an IndexCorrupt."""
    if isinstance(error, str) or is_corruption(error):
        return IndexCorrupt(f"The index is damaged: {_why(error)}. {REPAIR}")
    return IndexDamaged(f"The index is damaged: {_why(error)}. {REBUILD}")


def _why(error: Exception | str) -> str:
    """In words, without a path of this machine."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".")


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder's contents, for this user only. Raises OSError."""
    target.mkdir(mode=0o700)
    for entry in source.iterdir():
        if entry.is_dir():
            copy_tree(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)


def private_file(file: Path) -> None:
    """Make a file that only this user may read, or make an existing one so. Raises OSError."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    file.chmod(0o600)


def write_private(file: Path, text: str) -> None:
    """Write a small file that only this user may read, and flush it to the disk. Raises OSError."""
    private_file(file)
    with file.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def flush_tree(directory: Path) -> None:
    """Make all under a directory survive a power cut, readable by this user only. Raises OSError."""
    for folder, _, files in os.walk(directory):
        Path(folder).chmod(0o700)
        for name in files:
            (Path(folder) / name).chmod(0o600)
            with (Path(folder) / name).open("r+b") as file:
                os.fsync(file.fileno())
        flush_folder(Path(folder))


def flush_folder(directory: Path) -> None:
    """Make a folder's own entries survive a power cut. Raises OSError."""
    if sys.platform == "win32":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_text(file: Path, text: str) -> None:
    """Replace a small file atomically: every reader sees the old contents or the new."""
    new = file.with_name(file.name + ".new")
    write_private(new, text)
    new.replace(file)
    flush_folder(file.parent)
