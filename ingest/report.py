"""What a sync reports: progress while it runs, and a `SyncReport` at its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Protocol


class Progress(Protocol):
    """Called as a sync goes on.

    phase: "reading" (files), "fetching" (pages), "embedding" or "checking". done, total: articles; total
    is None if it is not known.
    """

    def __call__(self, phase: str, done: int, total: int | None) -> None: ...


def silent(phase: str, done: int, total: int | None) -> None:
    """A Progress that does nothing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """name: a file, an address, an article. reason: one sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. The first four hold article ids; seconds is wall time.

    left_out: what the sources list that is no article (drafts, lists of posts, pages that are gone).
    chunks_reused: chunks of changed articles whose vectors were reused. dry_run: nothing was done, this
    is what would be.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()
    left_out: tuple[Failed, ...] = ()
    chunks_embedded: int = 0
    chunks_reused: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    dry_run: bool = False

    def to_dict(self) -> dict[str, object]:
        """For --json."""
        return asdict(self)
