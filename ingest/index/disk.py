"""Durable writes, and what errors of the disk and of SQLite mean for the owner."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import IndexDamaged, IndexError_

REBUILD = "Run `footnote ingest --rebuild` to write it anew."


@contextlib.contextmanager
def disk_errors(*, writing: bool) -> Iterator[None]:
    """Turn OSError and sqlite3.Error into IndexDamaged, or when writing into an IndexError_."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise unwritable(error) if writing else damaged(error) from error


def unwritable(error: Exception) -> IndexError_:
    """What a failure to write means for the owner."""
    return IndexError_(
        f"The index cannot be written ({_why(error)}). What was in it is untouched: make room on the disk or "
        "allow writing there, and run the command again."
    )


def damaged(error: Exception | str) -> IndexDamaged:
    """What a failure to read means for the owner."""
    return IndexDamaged(f"The index is damaged: {_why(error)}. {REBUILD}")


def _why(error: Exception | str) -> str:
    """In words, without a path of this machine."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rstrip(".")


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder's contents, but not who may write them. Raises OSError."""
    target.mkdir()
    for entry in source.iterdir():
        if entry.is_dir():
            copy_tree(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)


def flush_tree(directory: Path) -> None:
    """Make every file and folder under a directory survive a power cut. Raises OSError."""
    for folder, _, files in os.walk(directory):
        for name in files:
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
    with new.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    flush_folder(file.parent)
