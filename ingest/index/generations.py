"""Reading the live generation of an index, and writing the next one.

A writer works on a copy of the live generation, has it finished and checked in a subprocess, gives it its name and only then
makes it live. Killed at any moment, it leaves the old or the new generation live and at most an incomplete one, which the next
writer removes. A reader looks for each question which generation is live and holds a lease on the one it reads; a generation
without a lease is removed by the next writer.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.config import IndexConfig
from ingest.errors import IndexDamaged, IndexError_, IndexMissing
from ingest.index.checksums import damaged_files
from ingest.index.copies import DB, TOKENS
from ingest.index.disk import damaged
from ingest.index.finish import StartFinisher, Subprocess
from ingest.index.folder import FolderGenerations, Generations
from ingest.index.lease import Lease
from ingest.index.next_generation import NextGeneration, require_config
from ingest.index.store import Store


@dataclass(slots=True)
class _Open:
    """A generation that this process reads. users: how many questions use it just now."""

    name: str
    store: Store
    lease: Lease
    users: int = 0
    retired: bool = False


class Index:
    """An index. May be shared by threads.

    Args:
        path: the folder in which it is read and written.
        config: what the index must be built with.
        lock_timeout: seconds a writer waits for another one.
        start_finisher: starts what makes a new generation searchable and checks it.
        generations: which there are; those of the folder by default.
    """

    def __init__(
        self,
        path: Path,
        config: IndexConfig,
        *,
        lock_timeout: float = 600,
        start_finisher: StartFinisher = Subprocess,
        generations: Generations | None = None,
    ) -> None:
        self.path = path
        self._generations: Generations = generations or FolderGenerations(path)
        self.config = config
        self._lock_timeout = lock_timeout
        self._start_finisher = start_finisher
        self._mutex = threading.Lock()
        self._open: _Open | None = None

    def generation(self) -> str | None:
        """Name of the live generation, None if there is none. Raises IndexDamaged."""
        return self._generations.live()

    def live_since(self) -> datetime | None:
        """When a sync made the live generation live; None if there is none."""
        return self._generations.live_since()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Store]:
        """The live store, readable until the block ends, whatever a writer does.

        Raises:
            IndexMissing: there is no index yet.
            IndexMismatch: it was built with other settings.
            IndexDamaged: its files cannot be read.
        """
        opened = self._take()
        try:
            yield opened.store
        finally:
            with self._mutex:
                opened.users -= 1
                _close_if_done(opened)

    @contextlib.contextmanager
    def reading_once(self) -> Iterator[Store]:
        """As reading(), but the generation is closed and its lease given up when the block ends."""
        once = Index(self.path, self.config, generations=self._generations)
        try:
            with once.reading() as store:
                yield store
        finally:
            once.close()

    @contextlib.contextmanager
    def writing(self, *, rebuild: bool = False) -> Iterator[NextGeneration]:
        """The next generation, which goes live when the block ends without an error.

        One writer at a time, over all processes. If its store was never asked for, nothing changes.
        After any error the live generation is intact.

        Args:
            rebuild: begin with an empty store, whatever state the live one is in.

        Raises:
            IndexBusy: another process writes and did not finish in time.
            IndexMismatch: the live generation was built with other settings.
            IndexDamaged: the live generation, or the new one, cannot be read.
            IndexError_: the folder cannot be written.
        """
        with self._generations.only_writer(self._lock_timeout):
            live = self._live(rebuild)
            self._generations.sweep(live)
            generation = NextGeneration(
                self._generations, live, self.config, self._start_finisher, rebuild=rebuild
            )
            try:
                yield generation
                generation.make_live()
            finally:
                generation.discard()
            with contextlib.suppress(IndexError_):  # the new one is live; the next writer sweeps too
                self._generations.sweep(self._generations.latest())

    def require_intact(self) -> None:
        """Raise IndexCorrupt if articles or vectors of the live generation were damaged or lost since they were written."""
        live = self.path / (self.generation() or "")
        if live == self.path:
            return
        for part in (DB, f"{TOKENS}/"):
            if damaged_files(live, part):
                raise damaged(f"{part.rstrip('/')} is not as it was written")
        self._generations.vectors.require_intact(live)

    def close(self) -> None:
        """Close the generation that is being read, once no question uses it."""
        with self._mutex:
            self._retire()

    def _take(self) -> _Open:
        with self._mutex:
            tried = None
            while True:
                name = self.generation()
                if name is None:
                    raise IndexMissing(
                        f"There is no index in {self.path} yet. Run `footnote ingest` to make one."
                    )
                if self._open is None or self._open.name != name or not self._open.lease.still_there():
                    self._retire()
                    self._open = self._read(name)
                if self._open is not None:
                    self._open.users += 1
                    return self._open
                if tried == name:
                    raise damaged(f"“{name}” is missing")
                tried = name  # it was removed after we read its name: there is a newer one

    def _read(self, name: str) -> _Open | None:
        """Lease and open a generation; None if it is gone."""
        held = self._generations.lease(name)
        if held is None:
            return None
        try:
            place = self._generations.vectors
            opened = Store(self.path / name, place=place)
            require_config(opened.config, self.config)
            opened.require(place)
        except BaseException:
            held.close()
            raise
        return _Open(name, opened, held)

    def _retire(self) -> None:
        if self._open is not None:
            self._open.retired = True
            _close_if_done(self._open)
            self._open = None

    def _live(self, rebuild: bool) -> str | None:
        """The generation to go on from; for a rebuild, the newest there is if the pointer is damaged."""
        try:
            name = self._generations.latest()
        except IndexDamaged:
            if not rebuild:
                raise
            return self._generations.newest()
        if name and not rebuild and not (self.path / name).is_dir():
            raise damaged(f"“{name}” is missing")
        return name


def _close_if_done(opened: _Open) -> None:
    if opened.retired and not opened.users:
        opened.store.close()
        opened.lease.close()
