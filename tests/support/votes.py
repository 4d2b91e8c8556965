"""Answers to vote on, and what is in a file of votes, byte by byte: what the tests of feedback share.

What this file does not know: HTTP, and the command line.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from fake_bot import FakeBot

from bot.server.feedback import FeedbackStore, VotesFile
from bot.server.feedback.recent_answers import RecentAnswer
from bot.server.feedback.store import Vote
from bot.types import Answer
from ingest.database import Tables

DAY = date(2026, 3, 1)


def quick() -> str | None:
    """A folder in memory where there is one: a disk takes long to be sure, a thousand times."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def given(
    asked: str = "How long do I hold a stretch?", *, known_as: str = "", **changed: object
) -> RecentAnswer:
    """An answer as the memory has it. changed: fields of the Answer."""
    answer: Answer = replace(FakeBot().ask(asked), **changed)  # type: ignore[arg-type]
    return RecentAnswer(known_as or secrets.token_hex(12), answer, "gen-1", {})


def on(place: Path | Tables, day: date = DAY, wait: float = 5.0) -> FeedbackStore:
    return FeedbackStore(VotesFile(place, wait) if isinstance(place, Path) else place, today=lambda: day)


def all_bytes(path: Path) -> bytes:
    """Of the file and of whatever SQLite keeps next to it."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def fill(place: Path | Tables, count: int, day: str) -> None:
    """So many votes of one day, at once."""
    rows = [
        (f"{day}-{n:06}", day, "up", "", "", f"q {n}", "a", "answered", "[]", 0.5, "g") for n in range(count)
    ]
    with on(place).tables.writing() as db:
        db.executemany("INSERT INTO feedback VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)


def votes(path: Path, notes: Sequence[str]) -> list[str]:
    """A thumb down with each of the notes, on as many days as that takes; the ids."""
    ids, one = [], given()
    for number, note in enumerate(notes):
        answer = replace(one.answer, question=f"Why {number}?", text="One. [1]\nTwo. [2]")
        about = replace(one, id=f"{number:024}", answer=answer)
        on(path, date.fromordinal(DAY.toordinal() + number // 400)).save(about, Vote("down", "wrong", note))
        ids.append(about.id)
    return ids
