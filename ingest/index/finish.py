"""Finish a store in a subprocess: bring its search index up to date, and check it.

Chroma's files, when damaged, can end the process that opens them. So no ingest opens them itself;
`python -m ingest.index` does. It is started before there is anything to finish, because importing
Chroma takes as long as writing a post.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ingest.errors import FootnoteError, IndexCorrupt, IndexDamaged, IndexError_
from ingest.index.disk import damaged, unwritable
from ingest.index.file_vectors import FILES
from ingest.index.search_index import warm_up
from ingest.index.store import Store
from ingest.index.vectors import VectorPlace

_LIMIT = 1800  # seconds; 10,000 new chunks take about ten


class Finisher(Protocol):
    """Called once with the directory of a closed store; stop() whether it was called or not.

    Raises IndexDamaged if the store is not whole, IndexError_ if it could not be written.
    """

    def __call__(self, directory: Path) -> None: ...

    def stop(self) -> None: ...


StartFinisher = Callable[[], Finisher]


def finish(directory: Path, place: VectorPlace = FILES) -> None:
    """Bring a closed store's search index up to date, then open it as a reader does and check it. place: of its vectors."""
    with contextlib.closing(Store(directory, writable=True, place=place)) as opened:
        opened.update_search()
    with contextlib.closing(Store(directory, place=place)) as opened:
        opened.check()


class Subprocess:
    """A Finisher that survives what it opens. Raises IndexError_ if no process can be started."""

    def __init__(self) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.index"],
                cwd=Path(__file__).resolve().parents[2],  # where `ingest` is found, installed or not
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C is for the parent, which then stops this one
            )
        except OSError as error:
            raise unwritable(error) from error

    def __call__(self, directory: Path) -> None:
        try:
            answer, _ = self._process.communicate(json.dumps(str(directory.resolve())) + "\n", timeout=_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise damaged(f"opening it takes more than {_LIMIT} seconds") from error
        if self._process.returncode != 0 or not answer:
            raise damaged(f"opening it ends the process ({self._process.returncode})")
        kind, message = json.loads(answer)
        if kind:
            raise {"IndexDamaged": IndexDamaged, "IndexCorrupt": IndexCorrupt}.get(kind, IndexError_)(message)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Read a directory's name from standard input, write an error's name and message; both JSON."""
    warm_up()
    line = sys.stdin.readline()
    if not line.strip():
        return  # the parent has died, or nothing changed
    try:
        finish(Path(json.loads(line)))
    except FootnoteError as error:
        print(json.dumps([type(error).__name__, str(error)]))
    else:
        print(json.dumps(["", ""]))
