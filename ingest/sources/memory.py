"""A small cache beside the index: what an earlier run found out and need not find out again.

Text under a kind and a key, in one SQLite file. It only ever saves work: nothing may be wrong when
it is empty, so a file that is damaged, locked for long or cannot be written means that nothing is
remembered, and never an error. Several processes may use the file at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import sqlite3
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ingest
from ingest.index import private_file

DAYS = 400  # an entry that was neither written nor asked for in so long is forgotten
ROWS = 200_000  # most entries that stay, the most recently used ones: some 30 MB
_BATCH = 1000  # entries that wait before they are written
_TIMEOUT = 5.0  # seconds that another process may hold the file
_RENEW = 30  # days after which asking for an entry makes it new: so asking seldom writes
_TABLE = """CREATE TABLE IF NOT EXISTS memory (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, day INTEGER NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID"""
_Entry = tuple[str, int]  # value, day


class Memory:
    """What is remembered in one file. May be shared by threads; close() writes what waits.

    file: where; None to remember only until close().
    """

    def __init__(self, file: Path | None) -> None:
        self._mutex = threading.Lock()
        self._waiting: dict[tuple[str, str], _Entry] = {}
        self._today = int(time.time() // 86_400)
        self._db = None if file is None else _opened(file)

    def get(self, kind: str, key: str) -> str | None:
        """What was put under this kind and key, None if nothing is remembered."""
        with self._mutex:
            found = self._waiting.get((kind, key)) or self._stored(kind, key)
            if found is None:
                return None
            value, day = found
            if day + _RENEW < self._today:
                self._keep(kind, key, value)
            return value

    def put(self, kind: str, key: str, value: str) -> None:
        """Remember a text (instead of what was remembered there)."""
        with self._mutex:
            self._keep(kind, key, value)

    def close(self) -> None:
        """Write what waits, and forget what is old or too much; once more does nothing."""
        with self._mutex:
            self._write()
            if self._db is not None:
                with self._or_give_up():
                    _forget(self._db, before=self._today - DAYS)
            self._give_up()
            self._waiting.clear()

    def _keep(self, kind: str, key: str, value: str) -> None:
        try:
            f"{kind}{key}{value}".encode()
        except UnicodeEncodeError:  # half a character, from a file's name: cannot be stored
            return
        self._waiting[kind, key] = (value, self._today)
        if self._db is not None and len(self._waiting) >= _BATCH:
            self._write()

    def _stored(self, kind: str, key: str) -> _Entry | None:
        if self._db is None:
            return None
        try:
            sql = "SELECT value, day FROM memory WHERE kind = ? AND key = ?"
            row = self._db.execute(sql, (kind, key)).fetchone()
        except UnicodeEncodeError:
            return None
        except sqlite3.Error:
            self._give_up()
            return None
        return row if row and isinstance(row[0], str) and isinstance(row[1], int) else None

    def _write(self) -> None:
        if self._db is None or not self._waiting:
            return
        rows = [(*where, *entry) for where, entry in self._waiting.items()]
        with self._or_give_up():
            self._db.executemany("INSERT OR REPLACE INTO memory VALUES (?, ?, ?, ?)", rows)
            self._db.commit()
            self._waiting.clear()

    @contextlib.contextmanager
    def _or_give_up(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error:
            self._give_up()

    def _give_up(self) -> None:
        """Go on without the file."""
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()


def _forget(db: sqlite3.Connection, *, before: int) -> None:
    """Drop what is older than a day's number, and what is too much."""
    db.execute("DELETE FROM memory WHERE day < ?", (before,))
    if (extra := db.execute("SELECT count(*) FROM memory").fetchone()[0] - ROWS) > 0:
        oldest = "SELECT kind, key FROM memory ORDER BY day, kind, key LIMIT ?"
        db.execute(f"DELETE FROM memory WHERE (kind, key) IN ({oldest})", (extra,))
    db.commit()


def _opened(file: Path) -> sqlite3.Connection | None:
    """The file, open and of our shape; recreated if it is damaged; None if that cannot be."""
    try:
        return _connect(file)
    except sqlite3.OperationalError:  # no room, no right to write, locked: it may be whole
        return None
    except sqlite3.DatabaseError:
        pass
    try:
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)
        return _connect(file)
    except (OSError, sqlite3.Error):
        return None


def _connect(file: Path) -> sqlite3.Connection:
    with contextlib.suppress(OSError):  # connecting will say so
        private_file(file)
    db = sqlite3.connect(file, timeout=_TIMEOUT, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(_TABLE)
        db.execute("SELECT kind, key, value, day FROM memory LIMIT 1").fetchone()
        db.commit()
    except BaseException:
        db.close()
        raise
    return db


@cache
def code_version() -> str:
    """16 hex digits over this package's code and the versions of the libraries that parse for it."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(ingest.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    for library in ("feedparser", "lxml", "markdown-it-py", "trafilatura"):
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()
