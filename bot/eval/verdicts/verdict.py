"""One reader's verdict on one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

Score = Literal[0, 1, 2]
# Why a reader was not fully satisfied, in the order in which a terminal numbers them.
CAUSES = (
    "silent-wrongly",
    "answered-wrongly",
    "wrong-sentence",
    "list",
    "form",
    "source-line",
    "alarm",
    "other",
)
MAX_NOTE = 500  # characters


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is stored: nothing of the question or the answer.

    Attributes:
        id: Of the question.
        answer: Hash of the answer that was read; the verdict counts only for that.
        score: 2 satisfied fully, 1 half, 0 not.
        cause: One of CAUSES; "" for 2.
        note: In the reader's words.
        on: The day it was given.
    """

    id: str
    answer: str
    score: Score
    cause: str
    note: str
    on: date

    def to_row(self) -> dict[str, Any]:
        """As a line of a store."""
        given = {"id": self.id, "answer": self.answer, "verdict": self.score}
        return given | {"cause": self.cause, "note": self.note, "date": self.on.isoformat()}


def verdict_of(row: Mapping[str, Any], today: date | None = None) -> Verdict:
    """A verdict from a row of a file, which may have other fields, too.

    Args:
        row: Has id, answer and verdict; may have cause, note and date.
        today: For rows without a date.

    Raises:
        ValueError: A field is missing or wrong; the message is for people.
    """
    for field in ("id", "answer"):
        if not isinstance(row.get(field), str) or not row[field]:
            raise ValueError(f"“{field}” is missing: copy it from the card")
    score, cause, note = row.get("verdict"), row.get("cause") or "", row.get("note") or ""
    if isinstance(score, bool) or score not in (0, 1, 2):
        raise ValueError("“verdict” must be 2, 1 or 0")
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise ValueError(f"“note” must be text of at most {MAX_NOTE} characters")
    check_cause(score, cause)
    try:
        on = date.fromisoformat(row["date"]) if "date" in row else today or date.today()
    except (TypeError, ValueError):
        raise ValueError("“date” must be like 2026-01-31") from None
    return Verdict(row["id"], row["answer"], cast("Score", int(score)), cause, " ".join(note.split()), on)


def check_cause(score: int, cause: object) -> None:
    """Raises ValueError unless 0 and 1 have one of CAUSES, and 2 has none."""
    if score == 2 and cause:
        raise ValueError("a verdict of 2 has no cause")
    if score != 2 and cause not in CAUSES:
        raise ValueError(f"“cause” must be one of {', '.join(CAUSES)}")
