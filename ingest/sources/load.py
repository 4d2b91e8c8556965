"""A source string -> all that is found there: a file, a folder, or a web address.

    load(source) -> Iterator[Item]                                  once, remembering nothing
    with loader(memory=file) as load: load(source, known=stored)    as the commands do

A source that cannot be read at all is a SourceError; whatever is wrong with one of its articles is
a LoadFailure in its place, and the rest comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.article import Item
from ingest.errors import SourceError
from ingest.index import NOTHING_STORED, Stored
from ingest.sources.local import FEEDS, Files, existing, read_bytes
from ingest.sources.memory import Memory
from ingest.urls import is_web, public_url

if TYPE_CHECKING:
    from ingest.fetch import Fetcher
    from ingest.sources.web import Web


class Load(Protocol):
    """Reads a source. known: what the index holds; what is surely the same may come as Seen."""

    def __call__(
        self, source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
    ) -> Iterator[Item]: ...


def load(
    source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
) -> Iterator[Item]:
    """All that is found at a source. url: the public address of a single file; it becomes its id.

    Raises SourceError, at once for a file or folder that is not there and for a `url` that is no
    http(s) address or is not for a single file; while iterating, if an address gives nothing.
    """
    reader = _Reader(Memory(None), allow_private=False, patient=False)
    return _closing(reader.load(source, url=url, known=known), reader)


@contextlib.contextmanager
def loader(
    *, memory: Path | None = None, allow_private: bool = False, patient: bool = False
) -> Iterator[Load]:
    """A load() that reuses connections and remembers what it need not read twice.

    memory: the file to remember in. allow_private: addresses inside the owner's own network may be
    fetched. patient: for rounds every few minutes; a sitemap's dates are trusted for up to a day.
    """
    reader = _Reader(Memory(memory), allow_private=allow_private, patient=patient)
    try:
        yield reader.load
    finally:
        reader.close()


def memory_in(index: Path) -> Path:
    """The file to remember in, beside the generations of an index."""
    with contextlib.suppress(OSError):  # writing the index will report it
        index.mkdir(mode=0o700, parents=True, exist_ok=True)
    return index / "memory.db"


class _Reader:
    """What reading needs; the fetcher is made when an address is read."""

    def __init__(self, memory: Memory, *, allow_private: bool, patient: bool) -> None:
        self._memory = memory
        self._allow_private = allow_private
        self._patient = patient
        self._fetcher: Fetcher | None = None

    def load(
        self, source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
    ) -> Iterator[Item]:
        if is_web(source):
            if url is not None:
                raise SourceError("--url is for a single file; an address is its own.")
            return self._web().read(source, known)
        path = existing(source)
        files = Files(self._memory, known)
        if path.is_dir():
            if url is not None:
                raise SourceError("--url is the address of a single file; a folder has many.")
            return files.folder(path)
        address = None if url is None else public_url(url)
        if url is not None and address is None:
            raise SourceError("--url must be a public address that begins with http:// or https://.")
        if path.suffix.lower() in FEEDS and not files.reads(path):
            return self._web().read_feed_file(read_bytes(path), path.absolute(), known)
        return files.single(path, address)

    def close(self) -> None:
        self._memory.close()
        if self._fetcher is not None:
            self._fetcher.close()

    def _web(self) -> Web:
        from ingest.fetch import Fetcher
        from ingest.sources.web import Web

        self._fetcher = self._fetcher or Fetcher(allow_private=self._allow_private)
        return Web(self._fetcher, self._memory, patient=self._patient)


def _closing(items: Iterator[Item], reader: _Reader) -> Iterator[Item]:
    try:
        yield from items
    finally:
        reader.close()
