"""A store's directory: create an empty one, copy one.

articles.db   articles, places and vectors of chunks
tokens/       token vectors, in segments that are linked, not copied
chroma/       the vectors in a collection of Chroma's, which can always be rebuilt from articles.db; none where a server has them
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from ingest.config import IndexConfig
from ingest.index import segments
from ingest.index.disk import disk_errors
from ingest.index.file_vectors import FILES
from ingest.index.records import DB, Records
from ingest.index.search_index import CHROMA
from ingest.index.segments import TOKENS, Segments
from ingest.index.vectors import VectorPlace

__all__ = ["CHROMA", "DB", "TOKENS", "copy_store", "create_store", "needs_rewrite", "reset_search_index"]
_MOST_SEGMENTS = 64


def create_store(directory: Path, config: IndexConfig, *, segment: str, place: VectorPlace = FILES) -> None:
    """Make an empty store in an existing empty directory.

    segment: name of the file for its token vectors. place: of its vectors. Raises IndexError_.
    """
    Records.create(directory / DB, config, segment)
    with contextlib.closing(Records(directory / DB, writable=True)) as records:
        place.begin(records)


def copy_store(
    source: Path, target: Path, *, segment: str, without_search: bool = False, place: VectorPlace = FILES
) -> None:
    """Copy a store into an existing empty directory.

    segment: name, not used before, of the file for new token vectors. If much of the source is
    dead, its search index and tokens are rewritten instead of copied. without_search: leave the search
    index to be rebuilt. place: of the copy's vectors. Raises IndexDamaged if the source
    cannot be read, IndexError_ if the target cannot be written.
    """
    rewrite = needs_rewrite(source)
    with disk_errors(writing=True):
        shutil.copyfile(source / DB, target / DB)
    with contextlib.closing(Records(target / DB, writable=True)) as records:
        records.set_meta("segment", segment)
        if rewrite:
            _copy_tokens(records, source / TOKENS, target / TOKENS, segment)
        place.carry_over(source, target, records, rebuild=rewrite or without_search)
    with disk_errors(writing=True):
        if not rewrite:
            segments.link(source / TOKENS, target / TOKENS)


def needs_rewrite(directory: Path) -> bool:
    """Whether so much was replaced that rewriting search index and tokens is cheaper than copying them.

    A fifth of the entries or bytes dead, or tokens in too many files.
    """
    with contextlib.closing(Records(directory / DB)) as records:
        is_worn = records.is_worn()
        used = sum(size for _, size in records.segments().values())
    sizes = segments.sizes(directory / TOKENS)
    dead = sum(sizes.values()) - used
    return is_worn or dead * 5 > used + dead or len(sizes) >= _MOST_SEGMENTS


def reset_search_index(directory: Path) -> None:
    """Delete a closed store's search index; the next Store.update_search() rebuilds it."""
    FILES.take_over(directory)


def _copy_tokens(records: Records, source: Path, target: Path, segment: str) -> None:
    """Copy what is still needed of the token vectors, an article at a time."""
    with contextlib.closing(Segments(source)) as old, contextlib.closing(Segments(target, segment)) as new:
        for article_id in records.stored():
            places = records.places(list(records.vectors(article_id=article_id)))
            records.move({key: new.append(old.read(place)) for key, place in places.items()})
