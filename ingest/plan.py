"""What a sync has to do: the stored articles against those that the sources list. Pure.

Only a folder that was read to its end may lose articles: what is stored from it and was not
listed has vanished. A file that is there but failed to load keeps its stored version, and a folder
that suddenly lists nothing (a disk that is not mounted) loses nothing unless the owner insists.

What this file does not know: files, articles' bodies, the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.article import LoadFailure
from ingest.records import Stored


@dataclass(frozen=True, slots=True)
class Seen:
    """An article as a source lists it, without its body."""

    id: str
    fingerprint: str
    origin: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All that one source gave. folder: the source's URI with a slash at its end if it is a folder."""

    source: str
    folder: str | None
    found: tuple[Seen | LoadFailure, ...]

    @property
    def broken_off(self) -> bool:
        return any(isinstance(item, LoadFailure) and item.incomplete for item in self.found)

    @property
    def lists_nothing(self) -> bool:
        return not any(isinstance(item, Seen) for item in self.found)


@dataclass(frozen=True, slots=True)
class Plan:
    """Ids of articles, each in one of the first four. moved: those unchanged, but for their origin.

    notes: what the owner should know, a sentence each.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[Seen, ...]
    failed: tuple[LoadFailure, ...]
    notes: tuple[str, ...]


def plan(stored: Mapping[str, Stored], listings: Sequence[Listing], *, prune: bool = False) -> Plan:
    """Compare. prune: believe a folder that lists no article at all."""
    seen, failed = _first_of_each(item for listing in listings for item in listing.found)
    same = [
        one for one in seen.values() if one.id in stored and stored[one.id].fingerprint == one.fingerprint
    ]
    unchanged = {one.id for one in same}
    removed = _renamed(stored, seen)
    notes = []
    for listing in listings:
        vanished = _vanished(stored, seen, failed, listing)
        if (note := _doubt(listing, len(vanished), prune)) is None:
            removed.update(dict.fromkeys(vanished))
        elif note:
            notes.append(note)
    return Plan(
        added=tuple(key for key in seen if key not in stored),
        updated=tuple(key for key in seen if key in stored and key not in unchanged),
        unchanged=tuple(key for key in seen if key in unchanged),
        removed=tuple(removed),
        moved=tuple(one for one in same if stored[one.id].origin != one.origin),
        failed=tuple(failed),
        notes=tuple(notes),
    )


def _first_of_each(found: Iterable[Seen | LoadFailure]) -> tuple[dict[str, Seen], list[LoadFailure]]:
    """The first article with each id, and the failures; another article with that id is one."""
    seen: dict[str, Seen] = {}
    failed: list[LoadFailure] = []
    for item in found:
        if isinstance(item, LoadFailure):
            failed.append(item)
            continue
        first = seen.setdefault(item.id, item)
        if first.origin != item.origin and first.fingerprint != item.fingerprint:
            reason = f"this has the same address as {first.origin}; give each article its own"
            failed.append(LoadFailure(item.origin, item.origin, reason))
    return seen, failed


def _renamed(stored: Mapping[str, Stored], seen: Mapping[str, Seen]) -> dict[str, None]:
    """Stored ids whose one article now comes, from the same origin, under another id."""
    before: dict[str, list[str]] = defaultdict(list)
    now: dict[str, list[str]] = defaultdict(list)
    for key, known in stored.items():
        before[known.origin].append(key)
    for key, one in seen.items():
        now[one.origin].append(key)
    both = (origin for origin in now if origin and len(now[origin]) == len(before.get(origin, ())) == 1)
    return {before[origin][0]: None for origin in both if before[origin][0] not in seen}


def _vanished(
    stored: Mapping[str, Stored], seen: Mapping[str, Seen], failed: Sequence[LoadFailure], listing: Listing
) -> list[str]:
    """Stored ids from a folder that it did not list and that did not fail either."""
    if listing.folder is None:
        return []
    kept = {failure.origin for failure in failed}
    return [
        key
        for key, known in stored.items()
        if known.origin.startswith(listing.folder) and key not in seen and known.origin not in kept
    ]


def _doubt(listing: Listing, vanished: int, prune: bool) -> str | None:
    """Why nothing may be removed for this listing; "" if there is nothing to say; None for no doubt."""
    if listing.lists_nothing and not listing.found and not vanished:
        return f"No articles were found in {listing.source}."
    if listing.broken_off:
        kept = f"{listing.source} could not be read to its end, so nothing was removed"
        return f"{kept}." if vanished else ""
    if listing.lists_nothing and vanished and not prune:
        return (
            f"{listing.source} lists no articles now, but the index has {vanished} from there; none was "
            "removed. If they are really gone, run this again with --prune."
        )
    return None
