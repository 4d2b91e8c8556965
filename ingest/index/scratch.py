"""A private copy of a directory, for a library that writes to whatever it opens.

The copy lies in the system's temporary folder and goes when it is closed. It is leased, so that
the copies that killed processes left there can be told from those in use, and are removed.

What this file does not know: what the directory holds.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

from ingest.index import lease
from ingest.index.disk import copy_tree, explained

_PREFIX = "footnote-reader-"
_TORSO_SECONDS = 3600  # a folder gets its lease, and loses it to be removed, within milliseconds


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
