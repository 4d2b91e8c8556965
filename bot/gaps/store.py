"""The file of questions that the blog does not answer: SQLite beside the index.

A row has a day and a random id, and rows are in the order of those ids: nothing says at what time of the day a question
came, from where, or which others came with it. What is removed is overwritten. A file that cannot be read is set aside and
a new one is begun, since the questions come again and the server must go on.

A connection lives for one call, so that threads, processes and the owner's commands share the file by SQLite's own locks.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bot.config import set_aside
from bot.gaps.grouping import Floats
from bot.gaps.listing import GapList
from ingest.errors import GapsError

DAYS_KEPT = 90
MAX_QUESTIONS = 10_000
MAX_PER_DAY = 1_000  # so that a flood cannot push out the questions of other days
_WAIT = 5.0  # seconds for another process to finish writing
SCHEMA = 1
_TABLES = (
    """
CREATE TABLE questions (
  id TEXT PRIMARY KEY, day TEXT NOT NULL, question TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
  closed TEXT NOT NULL, post TEXT NOT NULL, title TEXT NOT NULL, url TEXT
) WITHOUT ROWID
""",
    "CREATE TABLE made (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


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
    """The file. Each call raises GapsError if the file cannot be used.

    Attributes:
        problem: What the owner must know of a file that was set aside; "" for nothing.
    """

    path: Path
    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    problem: str = ""

    def add(self, question: str, model: str, vector: Floats) -> bool:
        """Store a masked question with its vector; False if the day has brought too many."""
        return self.add_many([(question, model, vector)])

    def add_many(self, asked: Sequence[tuple[str, str, Floats]]) -> bool:
        """Store masked questions, each with the name of a model and its vector; False if these are too many for a day."""
        day = self.today().isoformat()
        with self._writing() as db:
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
        if not self.path.exists():
            return []
        with self._open() as db:
            return [
                Question(*row)
                for row in db.execute(
                    "SELECT id, day, question, closed, post, title, url FROM questions ORDER BY id"
                )
            ]

    def vectors(self, model: str) -> dict[str, Floats]:
        """The vectors of a model by the ids of the questions; those of another model are missing."""
        if not self.path.exists():
            return {}
        with self._open() as db:
            found = db.execute("SELECT id, vector FROM questions WHERE model = ?", (model,))
            return {known: np.frombuffer(data, np.float16).astype(np.float32) for known, data in found}

    def set_vector(self, known: str, model: str, vector: Floats) -> None:
        """Replace the vector of a question, after the model has changed."""
        with self._writing() as db:
            db.execute(
                "UPDATE questions SET model = ?, vector = ? WHERE id = ?", (model, _packed(vector), known)
            )

    def close(self, ids: Sequence[str], post: str, title: str, url: str | None) -> None:
        """Mark questions as answered by a post from today on."""
        day = self.today().isoformat()
        with self._writing() as db:
            db.executemany(
                "UPDATE questions SET closed = ?, post = ?, title = ?, url = ? WHERE id = ?",
                [(day, post, title, url, known) for known in ids],
            )

    def reopen(self, ids: Iterable[str]) -> None:
        """The reverse: the post has gone."""
        with self._writing() as db:
            db.executemany(
                "UPDATE questions SET closed = '', post = '', title = '', url = NULL WHERE id = ?",
                [(known,) for known in ids],
            )

    def save_list(self, made: GapList) -> None:
        """Keep the list until the next one is made."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO made VALUES ('list', ?)", (made.dumped(),))

    def list(self) -> GapList:
        """The list that was made last: cheap, whatever the number of questions."""
        if not self.path.exists():
            return GapList()
        with self._open() as db:
            found = db.execute("SELECT value FROM made WHERE name = 'list'").fetchone()
        return GapList.parsed(found[0]) if found else GapList()

    def note(self, name: str) -> str:
        """A text under a name, "" if there is none."""
        if not self.path.exists():
            return ""
        with self._open() as db:
            found = db.execute("SELECT value FROM made WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def set_note(self, name: str, text: str) -> None:
        """Keep a text under a name."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO made VALUES (?, ?)", (name, text))

    def purge(self, *, everything: bool = False) -> int:
        """Remove what is older than DAYS_KEPT, or everything, with the list that shows it; returns how many questions."""
        if not self.path.exists():
            return 0
        before = "9999" if everything else (self.today() - timedelta(days=DAYS_KEPT)).isoformat()
        with self._writing() as db:
            removed = db.execute("DELETE FROM questions WHERE day < ?", (before,)).rowcount
            if removed or everything:
                db.execute("DELETE FROM made WHERE name = 'list'")
        if removed:
            with self._open() as db:
                db.execute("VACUUM")
        return removed

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connected()) as db:
                yield db
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        except sqlite3.Error as error:
            if _is_damaged(error):
                self.problem = set_aside(self.path, "it is no database of ours, or damaged")
            raise self._unusable(str(error)) from error

    def _connected(self) -> sqlite3.Connection:
        """A connection to a file that has our tables; a file that is damaged is set aside first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._prepared()
        except sqlite3.Error as error:
            if not _is_damaged(error):
                raise
            self.problem = set_aside(self.path, "it is no database of ours, or damaged")
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        new = not self.path.exists()
        db = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
        try:
            if new:
                self.path.chmod(0o600)
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA temp_store = MEMORY")  # VACUUM would copy the rows to a folder for everybody
            if _number(db, "PRAGMA user_version") != SCHEMA:
                self._make_tables(db)
        except BaseException:
            db.close()
            raise
        return db

    def _make_tables(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        version = _number(db, "PRAGMA user_version")
        if version == 0 and not _number(db, "SELECT count(*) FROM sqlite_master"):
            for table in _TABLES:
                db.execute(table)
            db.execute(f"PRAGMA user_version = {SCHEMA}")
        elif version != SCHEMA:
            raise GapsError(
                f"{self.path} was written by another program, or by a newer version of Footnote. Update Footnote, or move "
                "the file away."
            )
        db.execute("COMMIT")

    def _unusable(self, reason: str) -> GapsError:
        return GapsError(
            f"The questions in {self.path} cannot be read or written ({reason}). Answers are not affected. "
            f"{self.problem or 'See that there is room on the disk and that the file may be written.'}"
        )


def _packed(vector: Floats) -> bytes:
    return np.asarray(vector, np.float16).tobytes()


def _number(db: sqlite3.Connection, query: str, *values: str) -> int:
    return int(db.execute(query, values).fetchone()[0])


def _is_damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
