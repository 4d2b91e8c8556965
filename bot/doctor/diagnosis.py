"""One sentence on one part of an installation, and what an error in looking at a part means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.text.printable import printable
from ingest.errors import FootnoteError

Status = Literal["ok", "note", "problem"]
AGAIN = "pip install --force-reinstall footnote-blog"
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """part: what was looked at. text: what was found; of a problem also what to do about it. One line."""

    part: str
    status: Status
    text: str


Look = Callable[[], Iterator[Diagnosis]]


def ok(part: str, text: str) -> Diagnosis:
    return Diagnosis(part, "ok", text)


def note(part: str, text: str) -> Diagnosis:
    """Something to know that may well be meant so."""
    return Diagnosis(part, "note", text)


def problem(part: str, text: str) -> Diagnosis:
    return Diagnosis(part, "problem", text)


def looked_at(part: str, look: Look) -> list[Diagnosis]:
    """What was found in a part; an error that ends the look is a problem."""
    found: list[Diagnosis] = []
    try:
        found.extend(look())
    except Exception as error:  # noqa: BLE001 - a damaged file makes libraries raise anything; each is a finding
        found.append(problem(part, _meaning(error)))
    return [Diagnosis(one.part, one.status, " ".join(printable(one.text).split())) for one in found]


def named(names: list[str]) -> str:
    """A few of the names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _meaning(error: Exception) -> str:
    """What to do about an error; only of one of Footnote's own is the message known to hold no secret."""
    if isinstance(error, FootnoteError):
        return f"{str(error)[:1].upper()}{str(error)[1:]}"
    if isinstance(error, ImportError):
        return f"The library {error.name or 'that it needs'} is missing or damaged. Install Footnote again: {AGAIN}"
    if isinstance(error, OSError):
        return (
            f"A file or folder cannot be used ({error.strerror or type(error).__name__}). See that it belongs to the user who runs "
            "Footnote, and that the disk is not full."
        )
    return f"This could not be looked at ({type(error).__name__}): a file of it is probably damaged. Install Footnote again: {AGAIN}"
