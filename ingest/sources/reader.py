"""Which code reads: a hash of it, so that what an older version made of some bytes is not reused.

What this file does not know: what is remembered under it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

import ingest


@cache
def reader() -> str:
    """16 hex digits over this package's code and the versions of the libraries that parse for it."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(Path(ingest.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    for library in ("feedparser", "lxml", "markdown-it-py", "trafilatura"):
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()
