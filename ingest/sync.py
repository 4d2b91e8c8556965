"""Bring the index into line with the sources: read, plan, embed what changed, write, make it live.

The sources are read before the index is locked: a slow site keeps nobody else from writing.
Nothing is embedded that was embedded before: an article with the same fingerprint is left alone,
and of an edited one only those chunks are embedded whose embedding text is new. Memory does not
grow with the number of posts: bodies wait in a temporary file, and chunks are embedded and written
a few hundred at a time.

What this file does not know: how sources are read, how vectors are made, how a generation goes live.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

from ingest.article import Article, Inventory, Item, LeftOut, LoadFailure, Seen
from ingest.embedder import Embedder
from ingest.errors import IndexDamaged, IndexMissing, NotInIndex, SourceError
from ingest.index.disk import explained
from ingest.index.generations import Index
from ingest.index.next_generation import Draft
from ingest.index.records import Stored
from ingest.index.writer import Writer
from ingest.plan import Listing, Plan, plan, settled
from ingest.sources.load import Load
from ingest.sources.load import load as load_source
from ingest.urls import is_web


class Progress(Protocol):
    """Told how far a sync is. done, total: articles (None if not known).

    phase: "reading" (files), "fetching" (pages), "embedding" or "checking".
    """

    def __call__(self, phase: str, done: int, total: int | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Failed:
    """name: a file, an address, an article. reason: one sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. The first four hold article ids; seconds is wall time.

    left_out: what the sources list that is no article (drafts, lists of posts, pages that are gone).
    chunks_reused: chunks of changed articles whose vectors could be kept. dry_run: nothing was
    done, this is what would be.
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


def silent(phase: str, done: int, total: int | None) -> None:
    """A Progress that tells nobody."""


def sync(
    sources: Sequence[str],
    *,
    index: Index,
    embedder: Callable[[], Embedder],
    url: str | None = None,
    prune: bool = False,
    rebuild: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
    load: Load | None = None,
) -> SyncReport:
    """Make the index hold what the sources hold. The new state goes live at once, at the end.

    embedder: called when something must be chunked or embedded, not otherwise. url: public address
    of a single file. prune: also believe a source that lists nothing. rebuild: embed everything
    anew, stored articles that no source lists included. dry_run: only say what would change. One
    article's failure is reported and the rest goes in; for IndexError_ and its kind see
    Index.writing, and nothing has changed then.
    """
    began = time.monotonic()
    with _Spool() as spool:
        known = {} if rebuild else _known(index)
        listings = [_listing(each, load or load_source, url, spool, known, progress) for each in sources]
        if dry_run:
            todo = plan(_known(index) if rebuild else known, listings, prune=prune)
            return _report(todo, began, dry_run=True)
        with index.writing(rebuild=rebuild) as draft:
            todo = plan(draft.stored(), listings, prune=prune)
            writer = Writer(draft.store, index.config, embedder)
            _write(todo, draft, writer, spool, rebuild, progress)
            notes = [_LOST] if draft.lost else []
            progress("checking", 0, None)
    return _report(todo, began, writer, notes)


def _known(index: Index) -> Mapping[str, Stored]:
    """What the live generation holds. Raises IndexMismatch and IndexDamaged."""
    own = Index(index.path, index.config)  # whoever else reads keeps what is open; this is let go of
    try:
        with own.reading() as store:
            return store.fingerprints()
    except IndexMissing:
        return {}
    except IndexDamaged:
        with index.writing() as draft:  # who writes can tell best what is wrong
            return draft.stored()
    finally:
        own.close()


def _write(
    todo: Plan, draft: Draft, writer: Writer, spool: _Spool, rebuild: bool, progress: Progress
) -> None:
    """Apply a plan to a draft."""
    wanted = {*todo.added, *todo.updated, *(todo.unchanged if rebuild else ())}
    stored = draft.stored()
    if wanted or todo.removed or todo.moved:
        draft.store()  # while the model loads, the process that will check it starts
    for done, article in enumerate(spool.those_in({key: todo.states[key] for key in wanted})):
        progress("embedding", done, len(wanted))
        home = settled(article.origin, stored[article.id].origin) if article.id in stored else article.origin
        writer.add(replace(article, origin=home), reuse=article.id in stored and not rebuild)
    for article_id in wanted - spool.ids:
        writer.failed[article_id] = "another ingest changed this at the same time; run this one again"
    if rebuild:
        _carry_over(draft, writer, stored.keys() - todo.removed)
    writer.flush()
    if todo.removed and not rebuild:
        draft.store().delete(todo.removed)
    for one in todo.moved if not rebuild else ():
        draft.store().set_origin(one.id, one.origin)


_LOST = "The articles stored before could not be read, so the index now holds only what the sources gave."


def forget(index: Index, article_id: str) -> None:
    """Take one article out of the index. Raises NotInIndex, IndexMissing, or as Index.writing does."""
    with index.writing() as draft:
        if draft.previous() is None:
            raise IndexMissing("There is no index yet. Run `footnote ingest` to make one.")
        if article_id not in draft.stored():
            raise NotInIndex(f"The index has no article “{article_id}”; `footnote list` shows those it has.")
        draft.store().delete([article_id])


def _listed(
    load: Load, source: str, url: str | None, known: Mapping[str, Stored], progress: Progress
) -> Iterator[Item]:
    """What a source gives; that it cannot be read at all is a failure among others."""
    phase, total, done = "fetching" if is_web(source) else "reading", None, 0
    progress(phase, 0, None)
    try:
        for item in load(source, url=url, known=known):
            if isinstance(item, Inventory):
                total = item.total
            else:
                done += 1
            progress(phase, done, total)
            yield _storable(item) if isinstance(item, Article) else item
    except SourceError as error:
        yield LoadFailure(source, source, str(error), incomplete=True)


def _storable(article: Article) -> Article | LoadFailure:
    """Text that is no text (half a character, from a file's name) cannot be stored."""
    shown = (article.id, article.title, article.text, article.url, article.author, *article.tags)
    try:
        "".join(part or "" for part in shown).encode()
    except UnicodeEncodeError:
        name = article.id.encode(errors="replace").decode()
        return LoadFailure(
            article.origin, name, "its name or text holds bytes that are no text; rename or re-save it"
        )
    return article


def _listing(
    source: str,
    load: Load,
    url: str | None,
    spool: _Spool,
    known: Mapping[str, Stored],
    progress: Progress,
) -> Listing:
    """Read a source; the bodies of articles that are not known in this state go to the spool."""
    found: list[Seen | LoadFailure | LeftOut] = []
    scope = None
    for item in _listed(load, source, url, known, progress):
        if isinstance(item, Inventory):
            scope = item.scope
        elif isinstance(item, Article):
            seen = Seen(item.id, item.fingerprint, item.origin)
            found.append(seen)
            if item.id not in known or known[item.id].fingerprint != seen.fingerprint:
                spool.put(item)
        else:
            found.append(item)
    path = Path(source)
    if scope is None and not is_web(source) and path.is_dir():
        scope = path.resolve().as_uri().rstrip("/") + "/"
    return Listing(source, scope, tuple(found))


def _carry_over(draft: Draft, writer: Writer, stored: Set[str]) -> None:
    """Write those stored articles anew that no source gave, or gave in a state that failed."""
    writer.flush()
    previous = draft.previous()
    for article_id in sorted(stored - writer.written):
        if previous is not None:
            try:
                article = previous.article(article_id)
            except IndexDamaged as error:
                writer.failed[article_id] = str(error)
            else:
                writer.add(article, reuse=False)


def _report(
    todo: Plan, began: float, writer: Writer | None = None, notes: Sequence[str] = (), dry_run: bool = False
) -> SyncReport:
    unwritten = writer.failed if writer else {}
    failed = [Failed(failure.name, failure.reason) for failure in todo.failed]
    failed += [Failed(key, reason) for key, reason in unwritten.items()]

    def went_in(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in ids if key not in unwritten)

    return SyncReport(
        added=went_in(todo.added),
        updated=went_in(todo.updated),
        unchanged=went_in(todo.unchanged),
        removed=todo.removed,
        failed=tuple(failed),
        left_out=tuple(Failed(item.name, item.reason) for item in todo.left_out),
        chunks_embedded=writer.embedded if writer else 0,
        chunks_reused=writer.reused if writer else 0,
        seconds=round(time.monotonic() - began, 3),
        notes=(*todo.notes, *notes),
        dry_run=dry_run,
    )


class _Spool:
    """Articles on disk between reading and writing, in a file that nobody else sees."""

    def __init__(self) -> None:
        with explained(writing=True):
            self._file = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115  # __exit__ closes it
        self.ids: set[str] = set()

    def __enter__(self) -> _Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, article: Article) -> None:
        self.ids.add(article.id)
        with explained(writing=True):
            self._file.write(json.dumps(asdict(article)) + "\n")

    def those_in(self, states: Mapping[str, str]) -> Iterator[Article]:
        """The first article with each of these ids that has the fingerprint beside it."""
        left = dict(states)
        with explained(writing=True):
            self._file.seek(0)
        for line in self._file:
            fields = json.loads(line)
            if fields["id"] in left:
                article = Article(**{**fields, "tags": tuple(fields["tags"])})
                if article.fingerprint == left[article.id]:
                    del left[article.id]
                    yield article
