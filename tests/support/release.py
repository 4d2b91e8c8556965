"""`make release`: check that the wheel and the sdist in a folder hold the same package, and that it starts.

python tests/support/release.py dist
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path


def check(folder: Path) -> list[str]:
    """What was checked, a line each. Raises SystemExit with what is wrong."""
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    packed = names(wheel)
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(sdist) as archive:
            archive.extractall(scratch, filter="data")
        (source,) = Path(scratch).iterdir()
        run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", scratch], source)
        (again,) = Path(scratch).glob("*.whl")
        if different := sorted(packed ^ names(again)):
            raise SystemExit(f"The sdist's wheel differs from the wheel: {', '.join(different[:10])}")
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(scratch)
        run([sys.executable, "-m", "bot", "--help"], Path(scratch))
        run([sys.executable, "-m", "bot", "deploy", "space", "space"], Path(scratch))
    return [
        f"Wheel: {wheel.name}, {len(packed)} files; starts.",
        f"Sdist: {sdist.name}; makes the same wheel.",
    ]


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:])} fails:\n{done.stderr[-2000:]}")


if __name__ == "__main__":
    print(*check(Path(sys.argv[1])), sep="\n")
