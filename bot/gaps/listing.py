"""The gap list as it is shown: groups of open questions, and the gaps that a post has closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

MOST_SHOWN = 500  # groups
MOST_EXAMPLES = 5  # questions of a group


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Open questions of one meaning.

    Attributes:
        title: The most central of the questions.
        count: How often it was asked.
        examples: Others of the questions, the most central first.
        first: The day of the first one (ISO 8601).
        last: The day of the latest one.
        post: Title of the nearest post, "" if there is none.
        url: Its address, if it has one.
        months: How often it was asked in each month, such as 2026-11.
    """

    title: str
    count: int
    examples: tuple[str, ...]
    first: str
    last: str
    post: str = ""
    url: str | None = None
    months: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """A question that the blog answers by now. day: when that was found. post, url: of the post that answers it."""

    question: str
    count: int
    day: str
    post: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class GapList:
    """The list as of the last time that it was made.

    Attributes:
        groups: The most frequent first; at most MOST_SHOWN.
        closed: The latest first.
        questions: How many open questions are kept.
        made: When the list was made (ISO 8601, UTC), "" if it never was.
    """

    groups: tuple[GapGroup, ...] = ()
    closed: tuple[Closed, ...] = ()
    questions: int = 0
    made: str = ""

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def dumped(self) -> bytes:
        """As JSON, for the store."""
        return TypeAdapter(GapList).dump_json(self)

    @classmethod
    def parsed(cls, data: bytes) -> GapList:
        """From the store; an empty list if it was written by another version."""
        try:
            return TypeAdapter(GapList).validate_json(data)
        except ValidationError:
            return cls()
