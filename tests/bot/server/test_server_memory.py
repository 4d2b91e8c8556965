"""Memory that is free goes back to the system, where the system's allocator can do that."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FILL = """
import pathlib, platform, threading
from bot.server.memory import limit_arenas, release_memory
if platform.libc_ver()[0] != "glibc":
    raise SystemExit(print("no glibc"))

def resident():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024

assert limit_arenas()
before = resident()
pieces = [bytes(1000) for _ in range(100_000)]
last = pieces[::500]
full = resident()
del pieces
release_memory()
print(before, full, resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_free_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", _FILL], capture_output=True, text=True, check=True)
    if "no glibc" in done.stdout:
        pytest.skip("another allocator")
    before, full, after = map(int, done.stdout.split())
    assert full > before + 80 and after < before + (full - before) / 2
