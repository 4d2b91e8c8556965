"""Verdicts from a file of JSON lines: cards to which a careful reader added a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.eval.sets import QuestionSet, jsonl
from bot.eval.verdicts.verdict import Verdict, verdict_of
from ingest.errors import SourceError

_MOST_NAMED = 5
_MOST_COPIED = 7  # words of an article, in a row, that a note may hold
_WORD = re.compile(r"\w+")


def read_file(file: Path, sets: Mapping[str, QuestionSet]) -> dict[str, list[Verdict]]:
    """The verdicts of a file by the names of their sets.

    Args:
        file: Each line has id, answer, verdict, and cause, note; and set, if there are several sets.
        sets: Those that may be judged, by their names.

    Raises:
        SourceError: A line is wrong, or names a question that no set has; nothing of the file counts then.
    """
    found: dict[str, list[Verdict]] = {name: [] for name in sets}
    unknown = []
    for number, row in enumerate(jsonl(file), 1):
        name = str(row.get("set", next(iter(sets)) if len(sets) == 1 else ""))
        if name not in sets:
            raise SourceError(f"{file}: verdict {number}: “set” must be one of {', '.join(sets)}.")
        try:
            verdict = verdict_of(row)
        except ValueError as why:
            raise SourceError(f"{file}: verdict {number}: {why}.") from None
        if verdict.id not in {case.id for case in sets[name].cases}:
            unknown.append(f"{verdict.id} ({name})")
        check_note(verdict.note, sets[name])
        found[name].append(verdict)
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        raise SourceError(
            f"{file} has verdicts on questions that are not in the sets: {', '.join(unknown[:_MOST_NAMED])}{more}. "
            "Nothing was stored."
        )
    if not any(found.values()):
        raise SourceError(f"{file} holds no verdicts.")
    return found


def check_note(note: str, question_set: QuestionSet) -> None:
    """Raises SourceError for a note that copies the articles: they may not be ours to keep."""
    runs = set(_runs(note))
    if not runs:
        return
    for article in question_set.articles:
        if not runs.isdisjoint(_runs(article.text)):
            raise SourceError(
                f"A note copies a sentence of “{article.title}”. Say it in your own words: “{note}”"
            )


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    size = _MOST_COPIED + 1
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))
