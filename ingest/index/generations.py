"""The index folder: which generation is live, reading it, and making the next one.

    index/
      current            the live generation's name: the only file that is ever replaced
      gen-7/             a store (store.py), never written once it stands here
      gen-8.building-…/  the next one, while it is written (draft.py)
      write.lock         held by the one process that writes

A writer works on a copy of the live generation, has it finished and checked (finish.py), gives it
its name and only then points `current` at it. Killed at any moment, it leaves the old or the new
generation live and at most a torso, which the next writer removes. A reader looks at `current`
for each question and keeps a lease on the generation it reads; one that nobody leases is removed
by the next writer.

What this file does not know: articles, and what is to be changed in a generation.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.config import IndexConfig
from ingest.errors import IndexBusy, IndexDamaged, IndexError_, IndexMissing
from ingest.index import lease
from ingest.index.disk import damaged, explained, unwritable
from ingest.index.finish import StartFinisher, Subprocess
from ingest.index.lease import Lease
from ingest.index.next_generation import NAME, POINTER, TORSO, Draft, demand, number
from ingest.index.store import Store


@dataclass(slots=True)
class _Open:
    """A generation that this process reads. users: how many questions are at it just now."""

    name: str
    store: Store
    lease: Lease
    users: int = 0
    retired: bool = False


class Index:
    """The index in one folder. May be shared by threads.

    lock_timeout: seconds a writer waits for another one. start_finisher: gives what makes a new
    generation searchable and checks it.
    """

    def __init__(
        self,
        path: Path,
        config: IndexConfig,
        *,
        lock_timeout: float = 600,
        start_finisher: StartFinisher = Subprocess,
    ) -> None:
        self.path = path
        self.config = config
        self._lock_timeout = lock_timeout
        self._start_finisher = start_finisher
        self._mutex = threading.Lock()
        self._open: _Open | None = None

    def generation(self) -> str | None:
        """Name of the live generation, None if there is none. Raises IndexDamaged."""
        try:
            text = (self.path / POINTER).read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise damaged(error) from error
        if not NAME.fullmatch(text):
            raise damaged("its file “current” does not name a generation")
        return text

    @contextlib.contextmanager
    def reading(self) -> Iterator[Store]:
        """The live store; it stays readable until the block ends, whatever a writer does.

        Raises IndexMissing, IndexMismatch or IndexDamaged.
        """
        held = self._take()
        try:
            yield held.store
        finally:
            with self._mutex:
                held.users -= 1
                _close_if_done(held)

    @contextlib.contextmanager
    def writing(self, *, rebuild: bool = False) -> Iterator[Draft]:
        """A draft of the next generation, which goes live when the block ends without an error.

        One writer at a time, over all processes. A draft whose store was never asked for changes
        nothing. rebuild: begin with an empty store, whatever state the live one is in. Raises
        IndexBusy, IndexMismatch, IndexDamaged, or IndexError_ if the folder cannot be written;
        the live generation is intact after any of them.
        """
        with self._only_writer():
            live = self._live(rebuild)
            self._sweep(live)
            draft = Draft(self.path, live, self.config, self._start_finisher, rebuild=rebuild)
            try:
                yield draft
                draft.publish()
            finally:
                draft.discard()
            with contextlib.suppress(IndexError_):  # the new one is live; the next writer sweeps too
                self._sweep(self.generation())

    def close(self) -> None:
        """Let go of the generation that is being read, once nobody reads it."""
        with self._mutex:
            self._retire()

    def _take(self) -> _Open:
        with self._mutex:
            tried = None
            while True:
                name = self.generation()
                if name is None:
                    raise IndexMissing("There is no index yet. Run `footnote ingest` to make one.")
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
        with explained(writing=False):
            held = lease.hold(self.path / name)
        if held is None:
            return None
        try:
            opened = Store(self.path / name)
            demand(opened.config, self.config)
        except BaseException:
            held.close()
            raise
        return _Open(name, opened, held)

    def _retire(self) -> None:
        if self._open is not None:
            self._open.retired = True
            _close_if_done(self._open)
            self._open = None

    @contextlib.contextmanager
    def _only_writer(self) -> Iterator[None]:
        lock = FileLock(self.path / "write.lock", timeout=self._lock_timeout)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(
                "Another ingest is still writing this index. Wait until it has finished, then try again."
            ) from error
        except OSError as error:
            raise unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _live(self, rebuild: bool) -> str | None:
        """The generation to go on from; for a rebuild, the newest there is if the pointer is damaged."""
        try:
            name = self.generation()
        except IndexDamaged:
            if not rebuild:
                raise
            return max(self._generations(), key=number, default=None)
        if name and not rebuild and not (self.path / name).is_dir():
            raise damaged(f"“{name}” is missing")
        return name

    def _generations(self) -> list[str]:
        return [entry.name for entry in self.path.iterdir() if NAME.fullmatch(entry.name)]

    def _sweep(self, live: str | None) -> None:
        """Remove torsos, and the generations that are not live and that nobody reads."""
        with explained(writing=True):
            for entry in self.path.iterdir():
                if TORSO.fullmatch(entry.name):
                    shutil.rmtree(entry, ignore_errors=True)
            old = sorted((name for name in self._generations() if name != live), key=number)
            for name in old:
                lease.remove(self.path / name, unsure=name != old[-1])


def _close_if_done(held: _Open) -> None:
    if held.retired and not held.users:
        held.store.close()
        held.lease.close()
