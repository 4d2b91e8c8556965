"""The questions that the blog does not answer.

A row has a day and a random id, and rows are in the order of those ids: nothing says at what time of the day a question
came, from where, or which others came with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from bot.gaps.grouping import Floats
from bot.gaps.listing import GapList
from ingest.database import Connection, Layout, Tables
from ingest.errors import GapsError

DAYS_KEPT = 90
MAX_QUESTIONS = 10_000
MAX_PER_DAY = 1_000  # so that a flood cannot push out the questions of other days
LAYOUT = Layout(
    "gaps",
    (
        """
CREATE TABLE questions (
  id TEXT PRIMARY KEY, day TEXT NOT NULL, question TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
  closed TEXT NOT NULL, post TEXT NOT NULL, title TEXT NOT NULL, url TEXT
) WITHOUT ROWID
""",
        "CREATE TABLE made (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    ),
    error=GapsError,
)
_PUT = "INSERT INTO made VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


@dataclass(frozen=True, slots=True)
class Question:
    """A stored question.

    Attributes:
        day: When it was asked (ISO 8601).
        question: As mask() leaves it.
        closed: The day from which the blog answers it, "" while it does not.
        post: Id of the post that answers it.
        title: Title of that post.
        url: Its address.
    """

    id: str
    day: str
    question: str
    closed: str = ""
    post: str = ""
    title: str = ""
    url: str | None = None


@dataclass(slots=True)
class GapStore:
    """The questions. Each call raises GapsError if the tables cannot be used."""

    tables: Tables
    today: Callable[[], date] = lambda: datetime.now(UTC).date()

    def add(self, question: str, model: str, vector: Floats) -> bool:
        """Store a masked question with its vector; False if the day has brought too many."""
        return self.add_many([(question, model, vector)])

    def add_many(self, asked: Sequence[tuple[str, str, Floats]]) -> bool:
        """Store masked questions, each with the name of a model and its vector; False if these are too many for a day."""
        day = self.today().isoformat()
        with self.tables.writing() as db:
            today = _number(db, "SELECT count(*) FROM questions WHERE day = ?", day)
            if today + len(asked) > MAX_PER_DAY:
                return False
            rows = [
                (secrets.token_hex(8), day, question, model, _packed(vector), "", "", "", None)
                for question, model, vector in asked
            ]
            db.executemany("INSERT INTO questions VALUES (?,?,?,?,?,?,?,?,?)", rows)
            if (over := _number(db, "SELECT count(*) FROM questions") - MAX_QUESTIONS) > 0:
                oldest = "SELECT id FROM questions ORDER BY closed = '', day, id LIMIT ?"
                db.execute(f"DELETE FROM questions WHERE id IN ({oldest})", (over,))
        return True

    def questions(self) -> list[Question]:
        """All that are kept."""
        if not self.tables.exists():
            return []
        with self.tables.reading() as db:
            return [
                Question(*row)
                for row in db.execute(
                    "SELECT id, day, question, closed, post, title, url FROM questions ORDER BY id"
                )
            ]

    def vectors(self, model: str) -> dict[str, Floats]:
        """The vectors of a model by the ids of the questions; those of another model are missing."""
        if not self.tables.exists():
            return {}
        with self.tables.reading() as db:
            found = db.execute("SELECT id, vector FROM questions WHERE model = ?", (model,))
            return {known: np.frombuffer(data, np.float16).astype(np.float32) for known, data in found}

    def set_vector(self, known: str, model: str, vector: Floats) -> None:
        """Replace the vector of a question, after the model has changed."""
        with self.tables.writing() as db:
            db.execute(
                "UPDATE questions SET model = ?, vector = ? WHERE id = ?", (model, _packed(vector), known)
            )

    def close(self, ids: Sequence[str], post: str, title: str, url: str | None) -> None:
        """Mark questions as answered by a post from today on."""
        day = self.today().isoformat()
        with self.tables.writing() as db:
            db.executemany(
                "UPDATE questions SET closed = ?, post = ?, title = ?, url = ? WHERE id = ?",
                [(day, post, title, url, known) for known in ids],
            )

    def reopen(self, ids: Iterable[str]) -> None:
        """The reverse: the post has gone."""
        with self.tables.writing() as db:
            db.executemany(
                "UPDATE questions SET closed = '', post = '', title = '', url = NULL WHERE id = ?",
                [(known,) for known in ids],
            )

    def save_list(self, made: GapList) -> None:
        """Keep the list until the next one is made."""
        with self.tables.writing() as db:
            db.execute(_PUT, ("list", made.dumped()))

    def list(self) -> GapList:
        """The list that was made last: cheap, whatever the number of questions."""
        if not self.tables.exists():
            return GapList()
        with self.tables.reading() as db:
            found = db.execute("SELECT value FROM made WHERE name = 'list'").fetchone()
        return GapList.parsed(found[0]) if found else GapList()

    def note(self, name: str) -> str:
        """A text under a name, "" if there is none."""
        if not self.tables.exists():
            return ""
        with self.tables.reading() as db:
            found = db.execute("SELECT value FROM made WHERE name = ?", (name,)).fetchone()
        noted = found[0] if found else b""
        return noted.decode() if isinstance(noted, bytes) else str(noted)  # earlier versions stored a text

    def set_note(self, name: str, text: str) -> None:
        """Keep a text under a name."""
        with self.tables.writing() as db:
            db.execute(_PUT, (name, text.encode()))

    def purge(self, *, everything: bool = False) -> int:
        """Remove what is older than DAYS_KEPT, or everything, with the list that shows it; returns how many questions."""
        if not self.tables.exists():
            return 0
        before = "9999" if everything else (self.today() - timedelta(days=DAYS_KEPT)).isoformat()
        with self.tables.writing() as db:
            removed = db.execute("DELETE FROM questions WHERE day < ?", (before,)).rowcount
            if removed or everything:
                db.execute("DELETE FROM made WHERE name = 'list'")
        if removed:
            self.tables.compact()
        return removed


def _packed(vector: Floats) -> bytes:
    return np.asarray(vector, np.float16).tobytes()


def _number(db: Connection, query: str, *values: str) -> int:
    return int(db.execute(query, values).fetchone()[0])
