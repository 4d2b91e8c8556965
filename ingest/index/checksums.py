"""Whether a generation's files are still what was written: a live generation is never written again.

Of articles.db and the search index every byte is checked, of the token vectors, which are a hundred times
larger, the sizes. A generation without checksums, of an older version, is checked by SQLite instead.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ingest.index.disk import disk_errors, is_corruption, write_private

_FILE = "checksums.json"
_LEASE = "lease"
_TOKENS = "tokens/"  # far larger than all else: of these only samples are read
_SAMPLES = 64
_SAMPLE_BYTES = 4096
_DATABASES = ("articles.db", "chroma/chroma.sqlite3")


def write_checksums(directory: Path) -> None:
    """Note what the files of a finished generation hold. Raises IndexError_."""
    with disk_errors(writing=True):
        sums = {name: _checksum(directory, name) for name in _names(directory)}
        write_private(directory / _FILE, json.dumps(sums))


def damaged_files(directory: Path, part: str = "") -> list[str]:
    """Names of the files that are gone or hold something else than was written.

    part: how the names begin that are looked at, such as "chroma/".
    """
    try:
        stated = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        sums = {str(name): list(value) for name, value in stated.items() if name.startswith(part)}
    except (OSError, ValueError, TypeError, AttributeError):
        return [name for name in _DATABASES if name.startswith(part) and _is_damaged(directory / name)]
    return [name for name, value in sums.items() if not _is_as(directory, name, value)]


def _names(directory: Path) -> Iterator[str]:
    for file in sorted(directory.rglob("*")):
        name = file.relative_to(directory).as_posix()
        if file.is_file() and name not in (_FILE, _LEASE):
            yield name


def _checksum(directory: Path, name: str) -> list[object]:
    size = (directory / name).stat().st_size
    with (directory / name).open("rb") as file:
        if not name.startswith(_TOKENS):
            return [size, hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()]
        digest = hashlib.blake2b(digest_size=16)
        for sample in range(_SAMPLES):
            file.seek(sample * size // _SAMPLES)
            digest.update(file.read(_SAMPLE_BYTES))
    return [size, digest.hexdigest()]


def _is_as(directory: Path, name: str, value: list[object]) -> bool:
    try:
        found = _checksum(directory, name)
    except OSError:
        return False
    return found == value or value == [found[0], ""]  # written before samples were taken


def _is_damaged(database: Path) -> bool:
    if not database.is_file():
        return False  # opening it tells what is wrong
    try:
        uri = f"{database.resolve().as_uri()}?mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.Error as error:
        return is_corruption(error)
