"""Posts that moved: the same title and text at a new place, while the old place is gone.

A post that was edited on the way is recognised by its title and most of its sentences, but only where its old place
is known to be gone: its file, or its page from a list that was read to its end in the same run.

A renamed folder would otherwise be a second blog beside the first, whose old texts are answered for ever. A
feed's word is not enough: it lists the newest posts only and never says what is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ingest.article import Article, Seen, blocks, sentences
from ingest.index import Store, Stored
from ingest.plan import Plan
from ingest.sources import Listing, Spool, page_of

_SHORTEST = 40  # letters: two posts may well both say "Coming soon."
_SHARED = 2 / 3  # of the sentences of the longer one, of which an edited post keeps so many
_FEWEST = 3  # sentences that both must have in common


@dataclass(frozen=True, slots=True)
class _Old:
    """A stored article that no source gave. path: of its file, which is gone; None if it was a page.

    gone: its old place was looked at, and it is not there.
    """

    id: str
    path: Path | None
    gone: bool


def with_moves(
    todo: Plan,
    listings: Sequence[Listing],
    stored: Mapping[str, Stored],
    previous: Store | None,
    spool: Spool,
    *,
    prune: bool = False,
) -> Plan:
    """The plan, where what has moved goes from its old place, and folders that are gone are named.

    previous: the live store. spool: bodies of what is new. prune: what lay in those folders goes too.
    """
    olds = _unseen(todo, listings, stored)
    if previous is None or not olds:
        return todo
    moved = _moved(olds, _origins(listings), todo, previous, spool)
    left = [old for old in olds if old.id not in moved]
    gone = _in_gone_folders(left, listings, stored)
    notes = [_moved_note(len(moved))] if moved else []
    notes += [] if prune else [_gone_note(folder, len(ids)) for folder, ids in gone.items()]
    removed = [*moved, *(key for ids in gone.values() for key in ids if prune)]
    return replace(todo, removed=(*todo.removed, *removed), notes=(*todo.notes, *notes))


def _unseen(todo: Plan, listings: Sequence[Listing], stored: Mapping[str, Stored]) -> list[_Old]:
    """Files that are gone; and, where a whole site was listed and has something new, pages."""
    whole = bool(todo.added) and any(_is_whole(listing) for listing in listings)
    failed = {page_of(failure.origin) for failure in todo.failed}
    scopes = tuple(one.scope for one in listings if one.scope and not one.broken_off)
    olds = []
    for key in sorted(stored.keys() - todo.states.keys() - set(todo.removed)):
        origin = stored[key].origin
        if origin.startswith("file:") and " " not in origin:
            path = _path_of(origin)
            if not path.exists():
                olds.append(_Old(key, path, gone=True))
        elif whole and page_of(origin) not in failed:
            olds.append(_Old(key, None, gone=origin.startswith(scopes)))
    return olds


def _path_of(origin: str) -> Path:
    return Path(url2pathname(urlsplit(page_of(origin)).path))


def _is_whole(listing: Listing) -> bool:
    return listing.is_web and not listing.trouble


def _origins(listings: Sequence[Listing]) -> dict[str, tuple[str, bool]]:
    """Id of each article that a source other than a feed gave: its origin, and whether that lists a whole site."""
    return {
        one.id: (one.origin, _is_whole(listing))
        for listing in listings
        for one in listing.found
        if isinstance(one, Seen) and not one.origin.startswith("feed:")
    }


def _moved(
    olds: Sequence[_Old],
    origins: Mapping[str, tuple[str, bool]],
    todo: Plan,
    previous: Store,
    spool: Spool,
) -> dict[str, None]:
    """Ids of those that are at a new place now: by text and title, then by their place in a renamed folder.

    Those whose old place is gone also by their title and most of their sentences.
    """
    titles = {_title(previous.article(old.id)) for old in olds if old.gone}
    new: dict[str, list[str]] = {}
    edited: dict[str, list[tuple[str, Set[str]]]] = {}
    for article in _bodies(todo, origins.keys(), previous, spool):
        new.setdefault(_content(article), []).append(article.id)
        if _title(article) in titles:
            edited.setdefault(_title(article), []).append((article.id, _sentences(article)))
    with_url = {key for key in origins if key.startswith(("http://", "https://"))}
    moved: dict[str, None] = {}
    folders: dict[tuple[Path, Path], None] = {}
    for old in olds:
        article = previous.article(old.id)
        similar = _similar(article, edited) if old.gone else []
        for key in (*new.get(_content(article), ()), *similar):
            origin, whole = origins[key]
            if (article.url and key not in with_url) or (old.path is None and not _may_go(article, whole)):
                continue  # else its address would be lost, or a list that is not whole be believed
            moved[old.id] = None
            if old.path and origin.startswith("file:"):
                folders[_renamed_folder(old.path, _path_of(origin))] = None
    now = {_path_of(origin) for origin, _ in origins.values() if origin.startswith("file:")}
    for old in olds:
        for before, after in folders:
            if old.path and old.path.is_relative_to(before) and after / old.path.relative_to(before) in now:
                moved[old.id] = None  # edited since
    return moved


def _may_go(article: Article, whole: bool) -> bool:
    return whole and len(article.text) >= _SHORTEST


def _bodies(todo: Plan, ids: Set[str], previous: Store, spool: Spool) -> Iterator[Article]:
    """What the sources gave: from the spool, or from the store what is there unchanged."""
    changed = {key: state for key, state in todo.states.items() if key in ids and key in spool.ids}
    yield from spool.articles(changed)
    for key in todo.unchanged:
        if key in ids and key not in changed:
            yield previous.article(key)


def _title(article: Article) -> str:
    return " ".join(article.title.casefold().split())


def _sentences(article: Article) -> Set[str]:
    text = article.text
    return {
        " ".join(text[start:end].casefold().split())
        for block in blocks(text)
        for start, end in sentences(text, block.start, block.end)
    }


def _similar(article: Article, edited: Mapping[str, Sequence[tuple[str, Set[str]]]]) -> list[str]:
    """Ids of those with the same title that share most sentences."""
    own = _sentences(article)
    return [key for key, other in edited.get(_title(article), ()) if _shares(own, other)]


def _shares(old: Set[str], new: Set[str]) -> bool:
    """Whether most sentences of one are in the other."""
    common = len(old & new)
    return common >= _FEWEST and common >= _SHARED * max(len(old), len(new))


def _content(article: Article) -> str:
    shown = f"{article.title}\n\n{article.text}".encode(errors="replace")
    return hashlib.blake2b(shown, digest_size=16).hexdigest()


def _renamed_folder(old: Path, new: Path) -> tuple[Path, Path]:
    """The folders above what two paths have in common at their ends."""
    while old.name == new.name and old.name:
        old, new = old.parent, new.parent
    return old, new


def _in_gone_folders(
    olds: Sequence[_Old], listings: Sequence[Listing], stored: Mapping[str, Stored]
) -> dict[str, list[str]]:
    """Ids by the folder that does not exist any more, where this sync reads folders at all."""
    scopes = tuple(listing.scope for listing in listings if listing.scope and not listing.is_web)
    found: dict[str, list[str]] = {}
    for old in olds if scopes else ():
        if old.path and not old.path.parent.is_dir() and not stored[old.id].origin.startswith(scopes):
            found.setdefault(
                old.id.partition("/")[0] if "://" not in old.id else old.path.parent.name, []
            ).append(old.id)
    return found


def _moved_note(count: int) -> str:
    if count == 1:
        return "One post has moved to a new place; it was removed from the old one."
    return f"{count} posts have moved to a new place; they were removed from the old one."


def _gone_note(folder: str, count: int) -> str:
    posts = "one post" if count == 1 else f"{count} posts"
    return (
        f"{folder}/ is gone, and {posts} from it can still be quoted. If that is not right, run this again with "
        "--prune, or use `footnote forget`."
    )
