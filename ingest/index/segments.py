"""Token vectors on disk: opaque bytes in segment files that are never changed once written.

They are by far the largest part of an index (some 5 kB a chunk), so a new generation does not
copy them: it links the older generations' segments and writes one segment of its own.
"""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ingest.index.disk import damaged, disk_errors

TOKENS = "tokens"  # the folder, in that of a store


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blob lies: segment file name, offset and size in bytes."""

    segment: str
    position: int
    size: int


class Segments:
    """The segments in one directory; reads any, appends to `own` if one is named."""

    def __init__(self, directory: Path, own: str | None = None) -> None:
        self._directory = directory
        self._own = own
        self._files: dict[str, BinaryIO] = {}
        self._mutex = threading.Lock()

    def append(self, data: bytes) -> Place:
        """Write at the end of the own segment. Raises IndexError_ if that fails."""
        if self._own is None:
            raise ValueError("opened for reading")
        with self._mutex, disk_errors(writing=True):
            file = self._file(self._own)
            position = file.seek(0, os.SEEK_END)
            file.write(data)
            return Place(self._own, position, len(data))

    def read(self, place: Place) -> bytes:
        """Raises IndexDamaged if the blob is not there in full."""
        with self._mutex, disk_errors(writing=False):
            file = self._file(place.segment)
            file.seek(place.position)
            data = file.read(place.size)
        if len(data) != place.size:
            raise damaged("the token vectors are cut short")
        return data

    def flush(self) -> None:
        with self._mutex, disk_errors(writing=True):
            for file in self._files.values():
                file.flush()

    def _file(self, segment: str) -> BinaryIO:
        """A segment, open; the own one for both, since what was copied into it may be read first."""
        file = self._files.get(segment)
        if file is None:
            if segment == self._own:
                self._directory.mkdir(mode=0o700, exist_ok=True)
            mode: Literal["a+b", "rb"] = "a+b" if segment == self._own else "rb"
            file = self._files[segment] = (self._directory / segment).open(mode)
        return file

    def close(self) -> None:
        with self._mutex, disk_errors(writing=True):
            for file in self._files.values():
                file.close()
            self._files.clear()


def sizes(directory: Path) -> dict[str, int]:
    """Segment names and their sizes in bytes; of what is still open, only what was flushed."""
    with disk_errors(writing=False):
        return {file.name: file.stat().st_size for file in directory.iterdir()} if directory.is_dir() else {}


def link(source: Path, target: Path) -> None:
    """Give `target` the segments of `source`: hard links, or copies where there are no links."""
    if not source.is_dir():
        return
    target.mkdir(mode=0o700)
    for segment in source.iterdir():
        try:
            os.link(segment, target / segment.name)
        except OSError:
            shutil.copyfile(segment, target / segment.name)
