"""Programs that a test starts: they end with the test, also where it fails."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from bot.config import default_index


@contextmanager
def started(arguments: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """As subprocess.Popen in a `with`, which alone would wait for a program that nobody stopped."""
    with subprocess.Popen(arguments, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def assert_announced(output: IO[str], port: int) -> None:
    """Read what `footnote serve` prints first: the window, the line for the blog, the index."""
    address = f"http://127.0.0.1:{port}"
    assert output.readline() == f"Footnote is at {address}\n"
    assert output.readline().endswith(f" {address}/embed\n")
    assert output.readline() == f"Index: {default_index()}. Ctrl-C ends the server.\n"
