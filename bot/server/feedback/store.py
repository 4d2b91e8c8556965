"""Readers' votes: what was asked, what was answered, what it cited.

No address, session, browser or time of day is stored: a row has a day and the random id of its answer, and rows are
listed in the order of those ids, so that two votes of one reader look like those of two. What a reader typed is redacted before it is written; so is the
answer, which may repeat it.

There are two limits: MAX_PER_DAY votes are taken on one day, so that a flood cannot push out earlier votes; of more than
MAX_VOTES the oldest days go.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from bot.server.feedback.recent_answers import RecentAnswer
from bot.text.markdown import plain
from bot.text.redact import redact
from ingest.database import Connection, Layout, Tables
from ingest.errors import FeedbackError, FeedbackFull

Verdict = Literal["up", "down"]
VERDICTS = ("up", "down")
REASONS = ("wrong", "incomplete", "not_asked", "should_know", "unclear", "unsafe")
MAX_VOTES, MAX_PER_DAY = 10_000, 500  # rows
MAX_NOTE, MAX_QUESTION, MAX_ANSWER = 500, 2_000, 8_000  # characters that are stored
_MAX_ID = 2_000  # characters of an article's id
LAYOUT = Layout(
    "feedback",
    (
        """
CREATE TABLE feedback (
  id TEXT PRIMARY KEY, day TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
  reason TEXT NOT NULL, note TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
  status TEXT NOT NULL, citations TEXT NOT NULL, answerable REAL NOT NULL, generation TEXT NOT NULL
) WITHOUT ROWID
""",
        "CREATE INDEX by_day ON feedback (day)",
    ),
    error=FeedbackError,
)
_INVISIBLE = "\n\u200c\u200d"
_COLUMNS = "id, day, verdict, reason, note, question, answer, status, citations, answerable, generation"
_INSERT = f"INSERT INTO feedback ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"


@dataclass(frozen=True, slots=True)
class Vote:
    """reason: one of REASONS, or "". note: as the reader typed it, or ""."""

    verdict: Verdict
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What is stored of one vote. citations: article id, start and end of each quote, by number."""

    id: str
    day: str
    verdict: Verdict
    reason: str
    note: str
    question: str
    answer: str
    status: str
    citations: tuple[dict[str, Any], ...]
    answerable: float
    generation: str


@dataclass(frozen=True, slots=True)
class FeedbackStore:
    """The votes. Each call raises FeedbackError if the tables cannot be used."""

    tables: Tables
    today: Callable[[], date] = lambda: datetime.now(UTC).date()

    def save(self, answered: RecentAnswer, vote: Vote) -> None:
        """Store a vote, or put it in place of the earlier one for this answer.

        Raises FeedbackFull when the day's votes are used up.
        """
        with self.tables.writing() as db:
            # In place of the earlier one, and nothing else of it: its day stays.
            changed = db.execute(
                "UPDATE feedback SET verdict = ?, reason = ?, note = ? WHERE id = ?",
                (vote.verdict, vote.reason, _masked(vote.note, MAX_NOTE), answered.id),
            ).rowcount
            if changed:
                return
            day = self.today().isoformat()
            if _number(db, "SELECT count(*) FROM feedback WHERE day = ?", day) >= MAX_PER_DAY:
                raise FeedbackFull(f"{MAX_PER_DAY} votes were taken on {day}; more are not stored.")
            db.execute(_INSERT, _row(answered, vote, day))
            over = _number(db, "SELECT count(*) FROM feedback") - MAX_VOTES
            if over > 0:
                oldest = "SELECT id FROM feedback ORDER BY day, id LIMIT ?"
                db.execute(f"DELETE FROM feedback WHERE id IN ({oldest})", (over,))

    def replace_all(self, rows: Sequence[Row]) -> None:
        """Store these votes in place of all that there are, such as those of a backup."""
        with self.tables.writing() as db:
            db.execute("DELETE FROM feedback")
            db.executemany(_INSERT, [_values(row) for row in rows])

    def withdraw(self, answer_id: str) -> bool:
        """Remove the vote for an answer; returns whether there was one."""
        if not self.tables.exists():
            return False
        return self.tables.remove("DELETE FROM feedback WHERE id = ?", (answer_id,)) > 0

    def rows(self, *, verdict: str = "", since: str = "") -> list[Row]:
        """The stored votes, the latest day first. since: an ISO date."""
        if not self.tables.exists():
            return []
        wanted = f"SELECT {_COLUMNS} FROM feedback WHERE day >= ? AND (? = '' OR verdict = ?)"
        with self.tables.reading() as db:
            found = db.execute(f"{wanted} ORDER BY day DESC, id", (since, verdict, verdict)).fetchall()
        try:
            return [_read(row) for row in found]
        except (ValueError, TypeError) as error:
            raise FeedbackError(f"A vote in {self.tables.place} cannot be read ({error}).") from error

    def by_day(self, since: str) -> dict[str, dict[str, int]]:
        """Day -> verdict -> number of votes, from an ISO date on."""
        if not self.tables.exists():
            return {}
        found: dict[str, dict[str, int]] = {}
        with self.tables.reading() as db:
            query = "SELECT day, verdict, count(*) FROM feedback WHERE day >= ? GROUP BY day, verdict ORDER BY day"
            for day, verdict, number in db.execute(query, (since,)):
                found.setdefault(day, {})[verdict] = number
        return found

    def count(self, *, answer_id: str | None = None, before: str | None = None) -> int:
        """How many rows purge() would remove."""
        if not self.tables.exists():
            return 0
        where, values = _condition(answer_id, before)
        with self.tables.reading() as db:
            return _number(db, f"SELECT count(*) FROM feedback{where}", *values)

    def purge(self, *, answer_id: str | None = None, before: str | None = None) -> int:
        """Remove one row, those of the days before an ISO date, or all; returns how many.

        In a file, removed rows are overwritten and the file is made smaller; also on a full disk.
        """
        if not self.tables.exists():
            return 0
        where, values = _condition(answer_id, before)
        removed = self.tables.remove(f"DELETE FROM feedback{where}", values)
        self.tables.compact()
        return removed


def _row(answered: RecentAnswer, vote: Vote, day: str) -> tuple[str | float, ...]:
    answer = answered.answer
    places = [
        {
            "number": c.number,
            "article_id": _plain(c.passage.chunk.article_id, _MAX_ID),
            "start": c.start,
            "end": c.end,
        }
        for c in answer.citations
    ]
    # As the reader sees it: a mask does not see through the backslashes of Markdown.
    text = _masked(plain(answer.text), MAX_ANSWER)
    return (
        answered.id, day, vote.verdict, vote.reason, _masked(vote.note, MAX_NOTE),
        _masked(answer.question, MAX_QUESTION), text, answer.status,
        json.dumps(places, ensure_ascii=False), round(float(answer.answerable), 4), answered.generation,
    )  # fmt: skip


def _read(stored: tuple[Any, ...]) -> Row:
    values = dict(zip(_COLUMNS.split(", "), stored, strict=True))
    return Row(**{**values, "citations": tuple(json.loads(values["citations"]))})


def _values(row: Row) -> tuple[str | float, ...]:
    """The reverse of _read()."""
    places = json.dumps(row.citations, ensure_ascii=False)
    return tuple(places if name == "citations" else getattr(row, name) for name in _COLUMNS.split(", "))


def _masked(text: str, most: int) -> str:
    """Cut first: a pattern need not read what is not kept. Cut again: a placeholder may be longer."""
    return redact(_plain(text, most))[:most]


def _plain(text: str, most: int) -> str:
    """Text that any program can print: no control characters but line feeds, nothing unseen but the two
    joiners that words of some languages need, no half characters."""
    whole = text[:most].encode("utf-8", "replace").decode()
    lines = "\n".join(whole.splitlines()).replace("\t", " ")
    return "".join(
        c for c in lines if c in _INVISIBLE or c.isprintable() or unicodedata.category(c) == "Zs"
    ).strip()


def _condition(answer_id: str | None, before: str | None) -> tuple[str, tuple[str, ...]]:
    if answer_id is not None:
        return " WHERE id = ?", (answer_id,)
    return (" WHERE day < ?", (before,)) if before is not None else ("", ())


def _number(db: Connection, query: str, *values: str) -> int:
    return int(db.execute(query, values).fetchone()[0])
