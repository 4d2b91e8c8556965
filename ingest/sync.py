"""Bring the index into line with the sources: read, plan, embed what changed, write, make it live.

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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from ingest.article import Article, LoadFailure
from ingest.disk import explained
from ingest.draft import Draft
from ingest.embed import Embedder
from ingest.errors import IndexDamaged, IndexMissing, NotInIndex, SourceError
from ingest.generations import Index
from ingest.plan import Listing, Plan, Seen, plan
from ingest.records import Stored
from ingest.writer import Writer


class Progress(Protocol):
    """Told how far a sync is. phase: "reading", "embedding" or "checking"; done, total: articles."""

    def __call__(self, phase: str, done: int, total: int | None) -> None: ...


class Load(Protocol):
    """ingest.load.load, or what stands in for it."""

    def __call__(self, source: str, *, url: str | None = None) -> Iterator[Article | LoadFailure]: ...


@dataclass(frozen=True, slots=True)
class Failed:
    """name: a file, an address, an article. reason: one sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. The first four hold article ids; seconds is wall time.

    chunks_reused: chunks of changed articles whose vectors could be kept.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()
    chunks_embedded: int = 0
    chunks_reused: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

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
    progress: Progress = silent,
    load: Load | None = None,
) -> SyncReport:
    """Make the index hold what the sources hold. The new state goes live at once, at the end.

    embedder: called when something must be chunked or embedded, not otherwise. url: public address
    of a single file. prune: also believe a folder that lists nothing. rebuild: embed everything
    anew, stored articles that no source lists included. One article's failure is reported and the
    rest goes in; for IndexError_ and its kind see Index.writing, and nothing has changed then.
    """
    began = time.monotonic()
    load = load or _load
    with index.writing(rebuild=rebuild) as draft, _Spool() as spool:
        stored = draft.stored()
        listings = []
        for source in sources:
            items = _listed(load, source, url, progress)
            listings.append(_listing(source, items, spool, {} if rebuild else stored))
        todo = plan(stored, listings, prune=prune)
        wanted = {*todo.added, *todo.updated, *(todo.unchanged if rebuild else ())}
        if wanted or todo.removed or todo.moved:
            draft.store()  # while the model loads, the process that will check it starts
        writer = Writer(draft.store, index.config, embedder)
        for done, article in enumerate(spool.first_of(wanted)):
            progress("embedding", done, len(wanted))
            writer.add(article, reuse=article.id in stored and not rebuild)
        if rebuild:
            _carry_over(draft, writer, stored.keys() - todo.removed)
        writer.flush()
        if todo.removed and not rebuild:
            draft.store().delete(todo.removed)
        for one in todo.moved if not rebuild else ():
            draft.store().set_origin(one.id, one.origin)
        notes = (*todo.notes, *([_LOST] if draft.lost else []))
        progress("checking", 0, None)
    return _report(todo, writer, notes, time.monotonic() - began)


_LOST = "The articles stored before could not be read, so the index now holds only what the sources gave."


def forget(index: Index, article_id: str) -> None:
    """Take one article out of the index. Raises NotInIndex, IndexMissing, or as Index.writing does."""
    with index.writing() as draft:
        if draft.previous() is None:
            raise IndexMissing("There is no index yet. Run `footnote ingest` to make one.")
        if article_id not in draft.stored():
            raise NotInIndex(f"The index has no article “{article_id}”; `footnote list` shows those it has.")
        draft.store().delete([article_id])


def _load(source: str, *, url: str | None = None) -> Iterator[Article | LoadFailure]:
    from ingest.load import load

    return load(source, url=url)


def _listed(load: Load, source: str, url: str | None, progress: Progress) -> Iterator[Article | LoadFailure]:
    """What a source gives; that it cannot be read at all is a failure among others."""
    try:
        for done, item in enumerate(load(source, url=url)):
            progress("reading", done, None)
            yield item if isinstance(item, LoadFailure) else _storable(item)
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
    source: str, items: Iterator[Article | LoadFailure], spool: _Spool, known: Mapping[str, Stored]
) -> Listing:
    """Read a source; the bodies of articles that are not known in this state go to the spool."""
    found: list[Seen | LoadFailure] = []
    for item in items:
        if isinstance(item, LoadFailure):
            found.append(item)
            continue
        seen = Seen(item.id, item.fingerprint, item.origin)
        found.append(seen)
        if item.id not in known or known[item.id].fingerprint != seen.fingerprint:
            spool.put(item)
    path = Path(source)
    folder = path.resolve().as_uri().rstrip("/") + "/" if path.is_dir() else None
    return Listing(source, folder, tuple(found))


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


def _report(todo: Plan, writer: Writer, notes: tuple[str, ...], seconds: float) -> SyncReport:
    failed = [Failed(failure.name, failure.reason) for failure in todo.failed]
    failed += [Failed(key, reason) for key, reason in writer.failed.items()]

    def went_in(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in ids if key not in writer.failed)

    return SyncReport(
        added=went_in(todo.added),
        updated=went_in(todo.updated),
        unchanged=went_in(todo.unchanged),
        removed=todo.removed,
        failed=tuple(failed),
        chunks_embedded=writer.embedded,
        chunks_reused=writer.reused,
        seconds=round(seconds, 3),
        notes=notes,
    )


class _Spool:
    """Articles on disk between reading and writing, in a file that nobody else sees."""

    def __init__(self) -> None:
        with explained(writing=True):
            self._file = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115  # __exit__ closes it

    def __enter__(self) -> _Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, article: Article) -> None:
        with explained(writing=True):
            self._file.write(json.dumps(asdict(article)) + "\n")

    def first_of(self, ids: Set[str]) -> Iterator[Article]:
        """The first article with each of these ids."""
        left = set(ids)
        with explained(writing=True):
            self._file.seek(0)
        for line in self._file:
            fields = json.loads(line)
            if fields["id"] in left:
                left.remove(fields["id"])
                yield Article(**{**fields, "tags": tuple(fields["tags"])})
