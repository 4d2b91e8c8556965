"""The files of generations in a database: in pieces, each stored once however many generations have it.

Most of a new generation is in the one before, so that a sync writes, and a machine fetches, little more than what changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.database import Layout
from ingest.errors import IndexError_
from ingest.index.disk import damaged, disk_errors, write_private

if TYPE_CHECKING:
    from ingest.database import Session

PIECE = 128 * 1024  # bytes
_AT_ONCE = 32  # pieces that are sent or fetched together: 4 MB
_MARK = "shared"  # a file with the checksum under which the database has a generation
_NOT_SHARED = ("lease", _MARK)
LAYOUT = Layout(
    "index",
    (
        """CREATE TABLE generations (
    number BIGINT PRIMARY KEY, is_complete BOOLEAN NOT NULL DEFAULT FALSE, checksum BYTEA NOT NULL)""",
        "CREATE TABLE pieces (digest BYTEA PRIMARY KEY, data BYTEA NOT NULL)",
        "ALTER TABLE pieces ALTER COLUMN data SET STORAGE EXTERNAL",  # vectors do not compress
        """CREATE TABLE parts (
    number BIGINT NOT NULL REFERENCES generations ON DELETE CASCADE, file TEXT NOT NULL, ordinal INTEGER NOT NULL,
    digest BYTEA NOT NULL, PRIMARY KEY (number, file, ordinal))""",
        """CREATE TABLE pointer (
    one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one), number BIGINT NOT NULL REFERENCES generations,
    since TIMESTAMPTZ NOT NULL)""",
    ),
    error=IndexError_,
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """How many bytes a generation has, and how many had to be sent or fetched."""

    whole: int
    moved: int


def store_files(db: Session, folder: Path, number: int) -> Transfer:
    """Send a finished folder as an incomplete generation; each statement is its own transaction."""
    known = {name: [_digest(piece) for piece in _pieces(folder / name)] for name in sorted(_names(folder))}
    rows = [
        (number, name, ordinal, digest)
        for name, digests in known.items()
        for ordinal, digest in enumerate(digests or [_digest(b"")])
    ]
    checksum = _checksum(known)
    db.execute("INSERT INTO generations (number, checksum) VALUES (%s, %s)", (number, checksum))
    with db.cursor() as cursor:
        cursor.executemany("INSERT INTO parts VALUES (%s, %s, %s, %s)", rows)
    wanted = list({row[3] for row in rows})
    there = {
        bytes(row[0]) for row in db.execute("SELECT digest FROM pieces WHERE digest = ANY(%s)", (wanted,))
    }
    moved, whole = 0, 0
    for name in known:
        for batch in _batches(folder / name):
            whole += sum(len(data) for data in batch)
            new = {digest: data for data in batch if (digest := _digest(data)) not in there}
            with db.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO pieces VALUES (%s, %s) ON CONFLICT DO NOTHING", list(new.items())
                )
            there |= new.keys()
            moved += sum(map(len, new.values()))
    with disk_errors(writing=True):
        mark(folder, checksum)
    return Transfer(whole, moved)


def fetch_files(db: Session, number: int, folder: Path, have: Path | None) -> Transfer:
    """Write a generation's files into an empty folder. have: a generation here, whose pieces need not be fetched.

    Raises IndexCorrupt if a piece is missing.
    """
    parts: dict[str, list[bytes]] = {}
    query = "SELECT file, digest FROM parts WHERE number = %s ORDER BY file, ordinal"
    for name, digest in db.execute(query, (number,)):
        parts.setdefault(name, []).append(bytes(digest))
    whole = moved = 0
    for name, digests in parts.items():
        target = folder / name
        if not target.resolve().is_relative_to(folder.resolve()):
            raise damaged("it names a file outside of it")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        old = have / name if have and (have / name).is_file() else None
        here = [_digest(piece) for piece in _pieces(old)] if old else []
        if old and here == digests and name.startswith("tokens/"):
            os.link(old, target)  # as between generations of one machine
            whole += target.stat().st_size
            continue
        size, fetched = _write(db, target, digests, old, here)
        whole, moved = whole + size, moved + fetched
    return Transfer(whole, moved)


def mark(folder: Path, checksum: bytes) -> None:
    """Note that a folder is this generation of the database. Raises OSError."""
    write_private(folder / _MARK, checksum.hex())


def is_marked(folder: Path, checksum: bytes) -> bool:
    """Whether a folder is this generation of the database, and not one of another database with the same name."""
    try:
        return (folder / _MARK).read_text(encoding="utf-8") == checksum.hex()
    except (OSError, UnicodeDecodeError):
        return False


def _write(
    db: Session, target: Path, digests: list[bytes], old: Path | None, here: list[bytes]
) -> tuple[int, int]:
    """Write one file; bytes of it, and bytes fetched."""
    places = {digest: at for at, digest in enumerate(here)}
    size = fetched = 0
    with target.open("wb") as out:
        for at in range(0, len(digests), _AT_ONCE):
            some = digests[at : at + _AT_ONCE]
            missing = [digest for digest in set(some) if digest not in places]
            query = "SELECT digest, data FROM pieces WHERE digest = ANY(%s)"
            found = {bytes(row[0]): bytes(row[1]) for row in db.execute(query, (missing,))} if missing else {}
            for digest in some:
                if digest in places and old is not None:
                    data = _piece_at(old, places[digest])
                else:
                    data = found.get(digest, b"")
                    fetched += len(data)
                if _digest(data) != digest:
                    raise damaged("a part of it is not in the database")
                size += out.write(data)
    return size, fetched


def _names(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name not in _NOT_SHARED:
            yield name


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            yield piece


def _batches(file: Path) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for piece in _pieces(file):
        batch.append(piece)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    yield batch or [b""]


def _piece_at(file: Path, ordinal: int) -> bytes:
    with file.open("rb") as source:
        source.seek(ordinal * PIECE)
        return source.read(PIECE)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=24).digest()


def _checksum(known: dict[str, list[bytes]]) -> bytes:
    digest = hashlib.blake2b(digest_size=24)
    for name, digests in sorted(known.items()):
        digest.update(name.encode() + b"\0" + b"".join(digests))
    return digest.digest()
