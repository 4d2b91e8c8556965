"""A private copy of a directory, for a library that writes to whatever it opens.

The copy lies in the system's temporary folder and goes when it is closed. It is leased, so that
the copies that killed processes left there can be told from those in use, and are removed.

What this file does not know: what the directory holds.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ingest import lease
from ingest.disk import explained

_PREFIX = "footnote-reader-"


class Scratch:
    """path: the copy. Raises IndexError_ if there is no room for it."""

    def __init__(self, source: Path) -> None:
        with explained(writing=True):
            for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/lease"):
                lease.remove(left.parent, unsure=False)
            self._folder, self._lease = _leased_folder()
            self.path = Path(self._folder.name) / "copy"
            shutil.copytree(source, self.path)

    def close(self) -> None:
        self._folder.cleanup()
        self._lease.close()


def _leased_folder() -> tuple[tempfile.TemporaryDirectory[str], lease.Lease]:
    while True:  # until no other process took it for a leftover before it was leased
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        lease.prepare(Path(folder.name))
        if held := lease.hold(Path(folder.name)):
            return folder, held
