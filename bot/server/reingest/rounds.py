"""Rounds by the clock, of which several servers that share an index do one in their turn and not one each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.database import Layout
from ingest.errors import DatabaseError

if TYPE_CHECKING:
    from ingest.database import Database

EARLY = 0.2  # of the pause: by how much a round may begin before it is over, since no two servers' clocks are alike
_LAYOUT = Layout(
    "rounds",
    ("CREATE TABLE rounds (one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one), began TIMESTAMPTZ NOT NULL)",),
)
_CLAIM = """INSERT INTO rounds (began) VALUES (now()) ON CONFLICT (one) DO UPDATE SET began = excluded.began
    WHERE rounds.began < now() - %s * interval '1 second' RETURNING one"""
log = logging.getLogger("footnote.reingest")


@dataclass(frozen=True, slots=True)
class SharedRounds:
    """The rounds of the servers of one blog.

    Args:
        database: They share it.
        every: Seconds between two rounds.
    """

    database: Database
    every: float

    def claim(self) -> bool:
        """Whether this server does the round that is due; False, too, while the database is down."""
        try:
            with self.database.transaction(_LAYOUT) as db:
                return db.execute(_CLAIM, (self.every * (1 - EARLY),)).fetchone() is not None
        except DatabaseError as error:
            log.info("no round is begun: the database of FOOTNOTE_DATABASE_URL: %s", error)
            return False
