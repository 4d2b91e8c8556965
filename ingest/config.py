"""IndexConfig: everything that, when it changes, makes an index another index."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
SCHEMA = 1  # raise when what is stored, or how it is to be read, changes


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """embedder: a model's name or folder. max_tokens, overlap: chunk size in model tokens.

    256 tokens is what all-MiniLM-L6-v2 reads; 180 leaves room for title and headings, which are
    embedded with every chunk.
    """

    embedder: str = DEFAULT_EMBEDDER
    max_tokens: int = 180
    overlap: int = 0
    schema: int = SCHEMA
