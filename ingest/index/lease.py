"""Shared leases on a directory: who reads it holds one, and the kernel ends it when they die.

A lease is a shared flock on the file `lease` inside the directory. A process that removes the directory
asks for the exclusive lock and, while holding it, first renames the directory; so a reader
either holds its lease or finds the directory gone, and nothing is left behind by a killed reader.

Where no such lock exists (Windows, some network file systems) a lease is only a file handle, and
`remove` follows `if_unknown`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

_NAME = "lease"
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that is held until close()."""

    file: BinaryIO
    directory: Path

    def still_there(self) -> bool:
        """Is the directory at this path still the one that was leased?"""
        try:
            there = (self.directory / _NAME).stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self.file.fileno()))

    def close(self) -> None:
        self.file.close()


def prepare(directory: Path) -> None:
    """Make it possible to lease a directory."""
    (directory / _NAME).touch(mode=0o600)


def is_prepared(directory: Path) -> bool:
    """Has it been prepared?"""
    return (directory / _NAME).exists()


def acquire(directory: Path) -> Lease | None:
    """Lease a directory; None if it is gone. Raises OSError if it cannot be read."""
    try:
        file = (directory / _NAME).open("rb")
    except (FileNotFoundError, NotADirectoryError):
        return None
    lease = Lease(file, directory)
    _lock(file, exclusive=False, wait=True)
    if lease.still_there():
        return lease
    lease.close()
    return None


def remove(directory: Path, *, if_unknown: bool) -> bool:
    """Remove a directory that nobody leases. True if it is gone.

    if_unknown: whether to remove it where locks do not exist.
    """
    try:
        file = (directory / _NAME).open("r+b")
    except (FileNotFoundError, NotADirectoryError):
        shutil.rmtree(directory, ignore_errors=True)  # it was never prepared: incomplete
        return not directory.exists()
    except OSError:
        return False  # another user's
    with file:
        free = _lock(file, exclusive=True, wait=False)
        if free is False or (free is None and not if_unknown):
            return False
        doomed = directory.with_name(directory.name + ".removing")
        with contextlib.suppress(OSError):  # Windows: somebody has it open; another time
            directory.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
    return not directory.exists()


def _lock(file: BinaryIO, *, exclusive: bool, wait: bool) -> bool | None:
    """True if locked, False if another holds it, None if this place has no such locks."""
    if sys.platform == "win32":
        return None
    how = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    try:
        fcntl.flock(file, how if wait else how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise
    return True
