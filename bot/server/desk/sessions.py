"""The open sessions of the desk: in the memory of one server, or in the database of several."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ingest.database import Layout

if TYPE_CHECKING:
    from ingest.database import Tables

MAX_SESSIONS = 20  # beyond that the oldest one ends
LAYOUT = Layout(
    "desk_sessions",
    ("CREATE TABLE desk_sessions (name TEXT PRIMARY KEY, ends REAL NOT NULL)",),
    effect="The desk opens again as soon as it runs; answers are not affected.",
)


class OpenSessions(Protocol):
    """Names of sessions that were opened and have neither ended nor been closed."""

    def open(self, name: str, ends: float) -> None:
        """Open a session until a time, in seconds since 1970."""

    def is_open(self, name: str, now: float) -> bool:
        """Whether it is open."""

    def close(self, name: str) -> None:
        """Close it, if it is open."""


@dataclass(slots=True)
class MemorySessions:
    """Those of one server, which a restart ends. Thread-safe."""

    _ends: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def open(self, name: str, ends: float) -> None:
        with self._mutex:
            self._ends[name] = ends
            while len(self._ends) > MAX_SESSIONS:
                self._ends.popitem(last=False)

    def is_open(self, name: str, now: float) -> bool:
        with self._mutex:
            return self._ends.get(name, 0.0) > now

    def close(self, name: str) -> None:
        with self._mutex:
            self._ends.pop(name, None)


@dataclass(frozen=True, slots=True)
class SharedSessions:
    """Those of several servers, by hashes of their names. Each call raises DatabaseError if the tables cannot be used."""

    tables: Tables

    def open(self, name: str, ends: float) -> None:
        with self.tables.writing() as db:
            db.execute("INSERT INTO desk_sessions VALUES (?, ?)", (_hashed(name), ends))
            latest = "SELECT name FROM desk_sessions ORDER BY ends DESC LIMIT ?"
            db.execute(f"DELETE FROM desk_sessions WHERE name NOT IN ({latest})", (MAX_SESSIONS,))

    def is_open(self, name: str, now: float) -> bool:
        with self.tables.reading() as db:
            query = "SELECT count(*) FROM desk_sessions WHERE name = ? AND ends > ?"
            return bool(db.execute(query, (_hashed(name), now)).fetchone()[0])

    def close(self, name: str) -> None:
        self.tables.remove("DELETE FROM desk_sessions WHERE name = ?", (_hashed(name),))


def _hashed(name: str) -> str:
    """Who reads the table opens no desk with it."""
    return hashlib.sha256(name.encode()).hexdigest()
