"""A store's directory: making an empty one, copying one, and throwing its search index away.

    articles.db   articles, places and vectors of chunks (records.py)
    tokens/       token vectors, in segments that are linked, not copied (blobs.py)
    chroma/       the search index, which can always be written anew from articles.db (store.py)

What this file does not know: Chroma, and which store is the live one.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from ingest.config import IndexConfig
from ingest.index import lease
from ingest.index import token_vectors as blobs
from ingest.index.disk import copy_tree, explained
from ingest.index.records import Records
from ingest.index.token_vectors import Blobs

DB, CHROMA, TOKENS = "articles.db", "chroma", "tokens"
_MOST_SEGMENTS = 64
_PREFIX = "footnote-reader-"
_TORSO_SECONDS = 3600  # a folder gets its lease, and loses it to be removed, within milliseconds


def create(directory: Path, config: IndexConfig, *, segment: str) -> None:
    """Make an empty store in an existing empty directory.

    segment: name of the file for its token vectors. Raises IndexError_.
    """
    Records.create(directory / DB, config, segment)


def copy(source: Path, target: Path, *, segment: str) -> None:
    """Copy a store into an existing empty directory.

    segment: name, not used before, of the file for new token vectors. When the source is worn,
    its search index and tokens are not copied but written anew. Raises IndexDamaged if the source
    cannot be read, IndexError_ if the target cannot be written.
    """
    again = worn(source)
    with explained(writing=True):
        shutil.copyfile(source / DB, target / DB)
    with contextlib.closing(Records(target / DB, writable=True)) as records:
        records.set_meta("segment", segment)
        if again:
            _copy_tokens(records, source / TOKENS, target / TOKENS, segment)
            _await_all(records)
    if not again:
        with explained(writing=True):
            blobs.link(source / TOKENS, target / TOKENS)
            if (source / CHROMA).is_dir():
                copy_tree(source / CHROMA, target / CHROMA)


def worn(directory: Path) -> bool:
    """Is so much replaced that writing search index and tokens anew beats copying them?

    A fifth of the entries or bytes dead, or tokens in too many files.
    """
    with contextlib.closing(Records(directory / DB)) as records:
        churn, chunks = int(records.meta("churn", "0")), records.counts()[1]
        used = sum(size for _, size in records.segments().values())
    sizes = blobs.sizes(directory / TOKENS)
    dead = sum(sizes.values()) - used
    return churn * 5 > chunks + churn or dead * 5 > used + dead or len(sizes) >= _MOST_SEGMENTS


def reset_search_index(directory: Path) -> None:
    """Throw a closed store's search index away; the next Store.settle() writes it anew."""
    with explained(writing=True):
        if (directory / CHROMA).is_dir():
            shutil.rmtree(directory / CHROMA)
    with contextlib.closing(Records(directory / DB, writable=True)) as records:
        _await_all(records)


def _await_all(records: Records) -> None:
    records.set_pending(records.chunk_ids())
    records.set_meta("churn", "0")


def _copy_tokens(records: Records, source: Path, target: Path, segment: str) -> None:
    """Copy what is still needed of the token vectors, an article at a time."""
    with contextlib.closing(Blobs(source)) as old, contextlib.closing(Blobs(target, segment)) as new:
        for article_id in records.stored():
            places = records.places(list(records.vectors(article_id=article_id)))
            records.move({key: new.append(old.read(place)) for key, place in places.items()})


class Scratch:
    """path: the copy. Raises IndexError_ if there is no room for it."""

    def __init__(self, source: Path) -> None:
        with explained(writing=True):
            _sweep()
            self._folder, self._lease = _leased_folder()
            self.path = Path(self._folder.name) / "copy"
            copy_tree(source, self.path)

    def close(self) -> None:
        self._folder.cleanup()
        self._lease.close()


def _sweep() -> None:
    """Remove what killed processes left: what has a lease that nobody holds, or had none for long."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            old = time.time() - left.stat().st_mtime > _TORSO_SECONDS
            if old or lease.leasable(left):
                lease.remove(left, unsure=False)


def _leased_folder() -> tuple[tempfile.TemporaryDirectory[str], lease.Lease]:
    while True:  # until no other process took it for a leftover before it was leased
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        lease.prepare(Path(folder.name))
        if held := lease.hold(Path(folder.name)):
            return folder, held
