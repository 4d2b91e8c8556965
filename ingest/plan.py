"""What a sync has to do: compare the stored articles with those that the sources list. Pure.

Only what was listed to its end may lose articles: what is stored from a folder, a sitemap or a
site and was not listed there now has vanished. Something that exists but failed to load
is not removed; and where a listing looks broken (it lists nothing all of a sudden, most of its
pages are gone, a quarter of them fail), nothing is removed unless the owner insists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.article import LeftOut, LoadFailure, Seen
from ingest.index import Stored
from ingest.sources import Listing, page_of, preferred_origin
from ingest.urls import address_key, is_web

_AT_ONCE = 3  # articles, and more than stay: hardly what the owner meant


@dataclass(frozen=True, slots=True)
class Plan:
    """Ids of articles, each in one of the first four. moved: those unchanged, but for their origin.

    left_out: what was listed and is no article. states: id to the fingerprint to be stored. notes: what the owner should know, a sentence each.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[Seen, ...]
    failed: tuple[LoadFailure, ...]
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict, compare=False)


def plan(stored: Mapping[str, Stored], listings: Sequence[Listing], *, prune: bool = False) -> Plan:
    """Compare. prune: believe also a source that lists no article at all."""
    seen, failed = _first_of_each(item for listing in listings for item in listing.found)
    seen = {key: _with_preferred_origin(one, stored) for key, one in seen.items()}
    same = [
        one for one in seen.values() if one.id in stored and stored[one.id].fingerprint == one.fingerprint
    ]
    unchanged = {one.id for one in same}
    removed = _renamed(stored, seen) | _respelled(stored, seen)
    notes = []
    for listing in listings:
        dropped = _dropped(stored, seen, listing)
        gone = _vanished(stored, seen, failed, listing) | dropped
        if (note := _doubt(listing, len(gone), len(dropped), prune)) is None:
            removed.update(gone)
        elif note:
            notes.append(note)
    return Plan(
        added=tuple(key for key in seen if key not in stored),
        updated=tuple(key for key in seen if key in stored and key not in unchanged),
        unchanged=tuple(key for key in seen if key in unchanged),
        removed=tuple(removed),
        moved=tuple(one for one in same if stored[one.id].origin != one.origin),
        failed=tuple(failed),
        left_out=tuple(item for listing in listings for item in listing.found if isinstance(item, LeftOut)),
        notes=tuple(notes),
        states={key: one.fingerprint for key, one in seen.items()},
    )


def _with_preferred_origin(one: Seen, stored: Mapping[str, Stored]) -> Seen:
    known = stored.get(one.id)
    return one if known is None else Seen(one.id, one.fingerprint, preferred_origin(one.origin, known.origin))


def _first_of_each(
    found: Iterable[Seen | LoadFailure | LeftOut],
) -> tuple[dict[str, Seen], list[LoadFailure]]:
    """The first article with each id, and the failures; another article with that id is one.

    A failure takes back what was seen at its origin before: a page that turned out to be a wall.
    """
    seen: dict[str, Seen] = {}
    failed: list[LoadFailure] = []
    for item in found:
        if isinstance(item, LeftOut):
            continue
        if isinstance(item, LoadFailure):
            failed.append(item)
            continue
        first = seen.setdefault(item.id, item)
        if page_of(first.origin) != page_of(item.origin) and first.fingerprint != item.fingerprint:
            if page_of(item.origin) == item.id:  # the page at that address itself
                seen[item.id], first, item = item, item, first  # noqa: PLW2901
            reason = f"this has the same address as {page_of(first.origin)}; give each article its own"
            failed.append(LoadFailure(item.origin, page_of(item.origin), reason))
    bad = {failure.origin for failure in failed}
    return {key: one for key, one in seen.items() if one.origin not in bad}, failed


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


def _respelled(stored: Mapping[str, Stored], seen: Mapping[str, Seen]) -> dict[str, None]:
    """Stored ids that are another spelling (http or https, "www.") of an address that comes now."""
    new = {address_key(key) for key in seen if is_web(key)}
    return {key: None for key in stored.keys() - seen.keys() if is_web(key) and address_key(key) in new}


def _vanished(
    stored: Mapping[str, Stored], seen: Mapping[str, Seen], failed: Sequence[LoadFailure], listing: Listing
) -> dict[str, None]:
    """Stored ids from what was listed as a whole that it did not list and that did not fail either."""
    if listing.scope is None:
        return {}
    failing = {page_of(failure.origin) for failure in failed}
    return {
        key: None
        for key, known in stored.items()
        if known.origin.startswith(listing.scope) and key not in seen and page_of(known.origin) not in failing
    }


def _dropped(stored: Mapping[str, Stored], seen: Mapping[str, Seen], listing: Listing) -> dict[str, None]:
    """Stored ids of what was listed and is no article any more, whichever source they came from."""
    places = {page_of(item.origin) for item in listing.found if isinstance(item, LeftOut)}
    if not places:
        return {}
    return {
        key: None
        for key, known in stored.items()
        if key not in seen and (key in places or page_of(known.origin) in places)
    }


def _doubt(listing: Listing, vanished: int, dropped: int, prune: bool) -> str | None:
    """Why nothing may be removed for this listing; "" if there is nothing to say; None for no doubt.

    dropped: how many of those that vanish are there, but say that they are no articles any more.
    """
    if listing.lists_nothing and not listing.found and not vanished:
        return f"No articles were found in {listing.source}."
    if listing.trouble and not (prune and not listing.broken_off):
        reason = f"{listing.trouble}, so nothing was removed"
        return f"{reason}." if vanished or listing.is_web else ""
    single = listing.scope is None and len(listing.found) == 1  # a page or file that says so itself
    if listing.lists_nothing and vanished and not prune and not single:
        return (
            f"{listing.source} lists no articles now, but the index has {vanished} from there; none was "
            "removed. If they are really gone, run this again with --prune."
        )
    articles = sum(isinstance(item, Seen) for item in listing.found)
    if dropped >= _AT_ONCE and dropped > articles and not prune:
        return (
            f"{dropped} articles of {listing.source} are to be left out all at once (see above why), and that "
            "may be a mistake, so none was removed. If it is right, run this again with --prune."
        )
    return None
