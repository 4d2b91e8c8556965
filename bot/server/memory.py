"""Keep the memory of a server flat where glibc is the allocator; elsewhere nothing is done.

Each thread that allocates while another does gets an arena of its own, up to eight a core, and an arena keeps what its
largest question needed.
"""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8  # of <malloc.h>
_ARENAS = 2


def limit_arenas() -> bool:
    """Let all threads share two arenas; call it before many threads run. Returns whether that was possible."""
    libc = _glibc()
    return libc is not None and bool(libc.mallopt(_M_ARENA_MAX, _ARENAS))


def release_memory() -> bool:
    """Give the system back what is free at this moment; milliseconds. Returns whether anything was."""
    libc = _glibc()
    return libc is not None and bool(libc.malloc_trim(0))


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") and hasattr(libc, "malloc_trim") else None
