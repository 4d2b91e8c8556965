"""Time and memory of a call or of a process."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Figures = dict[str, Any]  # label -> value, as shown
# Linux' ru_maxrss begins with what the parent had when it started the process; VmHWM does not.
_REPORT = """
import pathlib, resource, sys
status = pathlib.Path("/proc/self/status")
if status.exists():
    print([line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")][0])
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
"""
ROOT = Path(__file__).resolve().parents[3]


def seconds(work: Callable[[], object]) -> float:
    """Wall time of a call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ms(duration: float) -> float:
    """Seconds as milliseconds, one decimal."""
    return round(duration * 1000, 1)


def measure_process(code: str) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a new Python process that runs this code. POSIX only."""
    began = time.perf_counter()
    command = [sys.executable, "-c", code + _REPORT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return time.perf_counter() - began, int(done.stdout.split()[-1]) / 1024


def disk(folder: Path) -> float:
    """MB of all files under a folder, those with several names counted once."""
    sizes = {}
    for file in folder.rglob("*"):
        status = file.stat()
        if stat.S_ISREG(status.st_mode):
            sizes[status.st_dev, status.st_ino] = status.st_size
    return sum(sizes.values()) / 1e6
