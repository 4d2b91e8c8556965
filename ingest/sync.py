"""THE JOURNEY of an article into the index: read the sources, plan, embed what changed, write, go live.

The sources are read before the index is locked: a slow site blocks no other writer. Nothing is
embedded twice: an article with the same fingerprint is skipped, and of an edited one only chunks with
a new embedding text are embedded. Memory does not grow with the number of posts: bodies wait in a
temporary file, and chunks are embedded and written a few hundred at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace

from ingest.embedder import Embedder
from ingest.errors import IndexCorrupt, IndexDamaged, IndexMissing, NotInIndex
from ingest.index import Index, NextGeneration, Stored, Writer
from ingest.moves import with_moves
from ingest.plan import Plan, plan
from ingest.report import Failed, Progress, SyncReport, silent
from ingest.sources import Listing, Load, Spool, list_source, preferred_origin
from ingest.sources import load as load_source

__all__ = ["Failed", "Progress", "SyncReport", "forget", "silent", "sync"]

_REBUILT = "The index was damaged on the disk and has been rebuilt."
_LOST = "The articles stored before could not be read, so the index now holds only what the sources gave."


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

    One article's failure is reported and the rest goes in.

    Args:
        sources: files, folders and web addresses.
        index: where to write.
        embedder: called when something must be chunked or embedded, not otherwise.
        url: public address of a single file.
        prune: also believe a source that lists nothing.
        rebuild: embed everything again, stored articles that no source lists included.
        dry_run: only say what would change.
        progress: called as the sync goes on.
        load: reads a source; `ingest.sources.load` by default.

    Returns:
        What was added, updated, removed and left out, and what failed, each with its reason.

    Raises:
        IndexError_: as Index.writing; nothing has changed then.
    """
    began = time.monotonic()
    with Spool() as spool:
        known, damage = ({}, None) if rebuild else _known(index)
        listings = [
            list_source(each, load or load_source, url, spool=spool, known=known, progress=progress)
            for each in sources
        ]
        if dry_run:
            if damage:
                raise damage
            return _report(_dry_plan(index, listings, spool, prune=prune), began, dry_run=True)
        rebuild = rebuild or damage is not None
        with index.writing(rebuild=rebuild) as generation:
            todo = _plan(generation, listings, spool, damage, prune=prune)
            writer = Writer(generation.store, index.config, embedder)
            _write(todo, generation, writer, spool, rebuild, progress)
            notes = _notes(generation, rebuilt=damage is not None)
            progress("checking", 0, None)
    return _report(todo, began, writer, notes)


def forget(index: Index, article_id: str) -> None:
    """Take one article out of the index. Raises NotInIndex, IndexMissing, or as Index.writing does."""
    with index.writing() as generation:
        if generation.previous() is None:
            raise IndexMissing(f"There is no index in {index.path} yet. Run `footnote ingest` to make one.")
        if article_id not in generation.stored():
            raise NotInIndex(f"The index has no article “{article_id}”; `footnote list` shows those it has.")
        generation.store().delete([article_id])


def _dry_plan(index: Index, listings: Sequence[Listing], spool: Spool, *, prune: bool) -> Plan:
    """What would be done. Raises as Index.reading, but for an index that is not there yet."""
    try:
        with index.reading() as store:
            stored = store.fingerprints()
            todo = plan(stored, listings, prune=prune)
            return with_moves(todo, listings, stored, store, spool, prune=prune)
    except IndexMissing:
        return plan({}, listings, prune=prune)


def _plan(
    generation: NextGeneration,
    listings: Sequence[Listing],
    spool: Spool,
    damage: IndexCorrupt | None,
    *,
    prune: bool,
) -> Plan:
    """What is to be done. Raises the damage if there is nothing to rebuild the index from."""
    stored = generation.stored()
    todo = plan(stored, listings, prune=prune)
    if damage is None:
        return with_moves(todo, listings, stored, generation.previous(), spool, prune=prune)
    if generation.previous_unreadable and not todo.states:
        raise damage
    return todo


def _known(index: Index) -> tuple[Mapping[str, Stored], IndexCorrupt | None]:
    """What the live generation holds, and the damage that makes it necessary to rebuild it.

    Raises IndexMismatch, and IndexDamaged where rebuilding may not help (no right to read it).
    """
    try:
        with index.reading_once() as store:
            index.require_intact()
            return store.fingerprints(), None
    except IndexMissing:
        return {}, None
    except IndexCorrupt as damage:
        return {}, damage
    except IndexDamaged:
        with index.writing() as generation:  # the writer knows best what is wrong
            return generation.stored(), None


def _write(
    todo: Plan,
    generation: NextGeneration,
    writer: Writer,
    spool: Spool,
    rebuild: bool,
    progress: Progress,
) -> None:
    """Apply a plan to the next generation; a damaged search index is rebuilt with it."""
    wanted = {*todo.added, *todo.updated, *(todo.unchanged if rebuild else ())}
    stored = generation.stored()
    if wanted or todo.removed or todo.moved or generation.search_staleness:
        generation.store()  # while the model loads, the process that will check it starts
    for done, article in enumerate(spool.articles({key: todo.states[key] for key in wanted})):
        progress("embedding", done, len(wanted))
        origin = article.origin
        if article.id in stored:
            origin = preferred_origin(origin, stored[article.id].origin)
        writer.add(replace(article, origin=origin), reuse=article.id in stored and not rebuild)
    for article_id in wanted - spool.ids:
        writer.failed[article_id] = "another ingest changed this at the same time; run this one again"
    if rebuild:
        _carry_over(generation, writer, stored.keys() - todo.removed)
    writer.flush()
    if todo.removed and not rebuild:
        generation.store().delete(todo.removed)
    for one in todo.moved if not rebuild else ():
        generation.store().set_origin(one.id, one.origin)


def _notes(generation: NextGeneration, *, rebuilt: bool) -> list[str]:
    """What the owner should know about the state that the index was in."""
    notes = [_REBUILT] if rebuilt else []
    if generation.search_staleness and not rebuilt:
        notes.append(generation.search_staleness)
    return [*notes, _LOST] if generation.previous_unreadable else notes


def _carry_over(generation: NextGeneration, writer: Writer, stored: Set[str]) -> None:
    """Write those stored articles again that no source gave, or gave in a state that failed."""
    writer.flush()
    previous = generation.previous()
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

    def written(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in ids if key not in unwritten)

    return SyncReport(
        added=written(todo.added),
        updated=written(todo.updated),
        unchanged=written(todo.unchanged),
        removed=todo.removed,
        failed=tuple(failed),
        left_out=tuple(Failed(item.name, item.reason) for item in todo.left_out),
        chunks_embedded=writer.embedded if writer else 0,
        chunks_reused=writer.reused if writer else 0,
        seconds=round(time.monotonic() - began, 3),
        notes=(*todo.notes, *notes),
        dry_run=dry_run,
    )
