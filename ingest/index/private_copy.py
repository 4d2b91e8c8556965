"""A copy of a directory for a library that writes to whatever it opens."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

from ingest.index import lease
from ingest.index.disk import copy_tree, disk_errors

_PREFIX = "footnote-reader-"
_ABANDONED_AFTER = 3600  # a folder gets its lease, and loses it to be removed, within milliseconds


class PrivateCopy:
    """A copy of a directory in the temporary folder.

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
