"""A store's directory: create an empty one, copy one, reset its search index; and private copies for readers.

articles.db   articles, places and vectors of chunks
tokens/       token vectors, in segments that are linked, not copied
chroma/       the search index, which can always be rebuilt from articles.db
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from ingest.config import IndexConfig
from ingest.index import lease, segments
from ingest.index.disk import copy_tree, disk_errors
from ingest.index.records import Records
from ingest.index.segments import Segments

DB, CHROMA, TOKENS = "articles.db", "chroma", "tokens"
_MOST_SEGMENTS = 64
_PREFIX = "footnote-reader-"
_ABANDONED_AFTER = 3600  # a folder gets its lease, and loses it to be removed, within milliseconds


def create_store(directory: Path, config: IndexConfig, *, segment: str) -> None:
    """Make an empty store in an existing empty directory.

    segment: name of the file for its token vectors. Raises IndexError_.
    """
    Records.create(directory / DB, config, segment)


def copy_store(source: Path, target: Path, *, segment: str, without_search: bool = False) -> None:
    """Copy a store into an existing empty directory.

    segment: name, not used before, of the file for new token vectors. If much of the source is
    dead, its search index and tokens are rewritten instead of copied. without_search: leave the search
    index to be rebuilt. Raises IndexDamaged if the source
    cannot be read, IndexError_ if the target cannot be written.
    """
    rewrite = needs_rewrite(source)
    new_search = rewrite or without_search
    with disk_errors(writing=True):
        shutil.copyfile(source / DB, target / DB)
    with contextlib.closing(Records(target / DB, writable=True)) as records:
        records.set_meta("segment", segment)
        if rewrite:
            _copy_tokens(records, source / TOKENS, target / TOKENS, segment)
        if new_search:
            _mark_all_pending(records)
    with disk_errors(writing=True):
        if not rewrite:
            segments.link(source / TOKENS, target / TOKENS)
        if not new_search and (source / CHROMA).is_dir():
            copy_tree(source / CHROMA, target / CHROMA)


def needs_rewrite(directory: Path) -> bool:
    """Whether so much was replaced that rewriting search index and tokens is cheaper than copying them.

    A fifth of the entries or bytes dead, or tokens in too many files.
    """
    with contextlib.closing(Records(directory / DB)) as records:
        churn, chunks = int(records.meta("churn", "0")), records.counts()[1]
        used = sum(size for _, size in records.segments().values())
    sizes = segments.sizes(directory / TOKENS)
    dead = sum(sizes.values()) - used
    return churn * 5 > chunks + churn or dead * 5 > used + dead or len(sizes) >= _MOST_SEGMENTS


def reset_search_index(directory: Path) -> None:
    """Delete a closed store's search index; the next Store.update_search() rebuilds it."""
    with disk_errors(writing=True):
        if (directory / CHROMA).is_dir():
            shutil.rmtree(directory / CHROMA)
    with contextlib.closing(Records(directory / DB, writable=True)) as records:
        _mark_all_pending(records)


def _mark_all_pending(records: Records) -> None:
    records.set_pending(records.chunk_ids())
    records.set_meta("churn", "0")


def _copy_tokens(records: Records, source: Path, target: Path, segment: str) -> None:
    """Copy what is still needed of the token vectors, an article at a time."""
    with contextlib.closing(Segments(source)) as old, contextlib.closing(Segments(target, segment)) as new:
        for article_id in records.stored():
            places = records.places(list(records.vectors(article_id=article_id)))
            records.move({key: new.append(old.read(place)) for key, place in places.items()})


class PrivateCopy:
    """A copy of a directory in the temporary folder, for a library that writes to whatever it opens.

    It is leased, so that copies that killed processes left can be recognised and removed. path: the
    copy. Raises IndexError_ if there is no room for it.
    """

    def __init__(self, source: Path) -> None:
        with disk_errors(writing=True):
            _sweep()
            self._folder, self._lease = _leased_folder()
            self.path = Path(self._folder.name) / "copy"
            copy_tree(source, self.path)

    def close(self) -> None:
        self._folder.cleanup()
        self._lease.close()


def _sweep() -> None:
    """Remove the copies of processes that ended: their lease is free, or they never had one."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            old = time.time() - left.stat().st_mtime > _ABANDONED_AFTER
            if old or lease.is_prepared(left):
                lease.remove(left, if_unknown=False)


def _leased_folder() -> tuple[tempfile.TemporaryDirectory[str], lease.Lease]:
    while True:  # until no other process took it for a leftover before it was leased
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        lease.prepare(Path(folder.name))
        if held := lease.acquire(Path(folder.name)):
            return folder, held
