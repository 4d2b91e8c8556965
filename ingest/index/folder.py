"""The generations in one folder: which is live, who reads and who writes, and what may be removed.

index/
  current            the live generation's name: the only file that is ever replaced
  gen-7/             a store, never written once it has this name
  gen-8.building-…/  the next generation, while it is written
  write.lock         held by the one process that writes
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from ingest.errors import IndexBusy
from ingest.index import lease
from ingest.index.disk import damaged, disk_errors, flush_folder, flush_tree, replace_text, unwritable
from ingest.index.file_vectors import FILES
from ingest.index.lease import Lease
from ingest.index.vectors import VectorPlace

POINTER = "current"
NAME = re.compile(r"gen-([1-9]\d{0,9})")
_INCOMPLETE = re.compile(NAME.pattern + r"\.(building-\w+|removing)")


class Generations(Protocol):
    """The generations of one index. path: the folder in which they are read and written. vectors: the place of theirs."""

    path: Path
    vectors: VectorPlace

    def live(self) -> str | None:
        """Name of the live generation, None if there is none. Raises IndexDamaged."""

    def live_since(self) -> datetime | None:
        """When a sync made it live; None if there is none."""

    def latest(self) -> str | None:
        """As live(), for the one writer: it is in the folder, unless it was lost."""

    def newest(self) -> str | None:
        """The newest there is in the folder, whatever is live."""

    def lease(self, name: str) -> Lease | None:
        """Have a generation stay until the lease is closed; None if it is gone."""

    def only_writer(self, timeout: float) -> contextlib.AbstractContextManager[None]:
        """One writer at a time, over all processes. Raises IndexBusy, IndexError_."""

    def free_name(self, live: str | None) -> str:
        """For the next generation, after this one."""

    def publish(self, building: Path, name: str) -> None:
        """Give a finished folder its name and make it live. Raises IndexError_."""

    def sweep(self, live: str | None) -> None:
        """Remove incomplete generations, and old ones that nobody reads. Raises IndexError_."""


class FolderGenerations:
    """Those of one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.vectors: VectorPlace = FILES

    def live(self) -> str | None:
        try:
            text = (self.path / POINTER).read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise damaged(error) from error
        if not NAME.fullmatch(text):
            raise damaged("its file “current” does not name a generation")
        return text

    def live_since(self) -> datetime | None:
        try:
            return datetime.fromtimestamp((self.path / POINTER).stat().st_mtime, UTC)
        except OSError:
            return None

    def latest(self) -> str | None:
        return self.live()

    def newest(self) -> str | None:
        return max(self._names(), key=generation_number, default=None)

    def lease(self, name: str) -> Lease | None:
        with disk_errors(writing=False):
            return lease.acquire(self.path / name)

    @contextlib.contextmanager
    def only_writer(self, timeout: float) -> Iterator[None]:
        lock = FileLock(self.path / "write.lock", timeout=timeout, mode=0o600)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise busy() from error
        except OSError as error:
            raise unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def free_name(self, live: str | None) -> str:
        taken = [generation_number(entry.name) for entry in self.path.iterdir()]
        return f"gen-{max([*taken, generation_number(live or '')]) + 1}"

    def publish(self, building: Path, name: str) -> None:
        with disk_errors(writing=True):
            flush_tree(building)
            building.rename(self.path / name)
            flush_folder(self.path)
            self.point_at(name)

    def point_at(self, name: str) -> None:
        """Make a generation live that is in the folder. Raises OSError."""
        replace_text(self.path / POINTER, name + "\n")

    def sweep(self, live: str | None) -> None:
        with disk_errors(writing=True):
            for entry in self.path.iterdir():
                if _INCOMPLETE.fullmatch(entry.name):
                    shutil.rmtree(entry, ignore_errors=True)
            self.sweep_old(live)

    def sweep_old(self, live: str | None) -> None:
        """Remove the old ones alone."""
        old = sorted((name for name in self._names() if name != live), key=generation_number)
        for name in old:
            lease.remove(self.path / name, if_unknown=name != old[-1])

    def _names(self) -> list[str]:
        return [entry.name for entry in self.path.iterdir() if NAME.fullmatch(entry.name)]


def generation_number(name: str) -> int:
    """7 of "gen-7"; 0 of anything else."""
    found = NAME.fullmatch(name)
    return int(found[1]) if found else 0


def busy() -> IndexBusy:
    """What a second writer gets."""
    return IndexBusy(
        "Another ingest is still writing this index. Wait until it has finished, then try again."
    )
