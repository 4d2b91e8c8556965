"""Rows of articles.db as values, and values as rows: texts compressed, vectors as float32.

Rows of version 0.2 and earlier hold texts as text; they are read, too, and so are vectors as float16.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.article import Article, Chunk
from ingest.embedder import Floats
from ingest.index.disk import damaged
from ingest.index.segments import Place


@dataclass(frozen=True, slots=True)
class Record:
    """A chunk as stored. vector: as it is kept here. place, digest: of its token vectors."""

    chunk: Chunk
    vector: bytes
    place: Place
    digest: bytes


def article_row(article: Article) -> tuple[object, ...]:
    """As the table `articles` has it."""
    shown = (article.id, article.title, _packed(article.text), article.url, article.author, article.published)
    return (*shown, json.dumps(article.tags), article.origin, article.fingerprint)


def article_of(row: tuple[Any, ...]) -> Article:
    """Of a row without its fingerprint."""
    article_id, title, text, url, author, published, tags, origin = row
    return Article(
        article_id, title, _unpacked(text), url, author, published, tuple(json.loads(tags)), origin
    )


def chunk_row(record: Record) -> tuple[object, ...]:
    """As the table `chunks` has it."""
    piece, place = record.chunk, record.place
    where = (piece.id, piece.article_id, piece.ordinal, json.dumps(piece.path), piece.start, piece.end)
    return (*where, record.vector, place.segment, place.position, place.size, record.digest)


def chunk_of(row: tuple[Any, ...]) -> Chunk:
    """Of a row with the text of its article."""
    article_id, ordinal, path, text, start, stop = row
    return Chunk(article_id, ordinal, tuple(json.loads(path)), _unpacked(text)[start:stop], start, stop)


def vector_blob(vector: Floats) -> bytes:
    """A vector (d,) as it is stored."""
    return np.asarray(vector, np.float32).tobytes()


def vectors_of(blobs: Sequence[bytes], dimension: int) -> Floats:
    """Stored vectors, (n, dimension) float32. Raises IndexCorrupt if they are something else."""
    sizes = {len(blob) for blob in blobs}
    if len(sizes) > 1:
        return np.concatenate([vectors_of([blob], dimension) for blob in blobs])
    size = sizes.pop() if sizes else 2 * dimension
    if size not in (2 * dimension, 4 * dimension):
        raise damaged("its vectors are of several lengths")
    stored = np.frombuffer(b"".join(blobs), np.float16 if size == 2 * dimension else np.float32)
    return stored.reshape(len(blobs), dimension).astype(np.float32)


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


def _unpacked(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else _decompressed(stored)


@functools.lru_cache(maxsize=16)
def _decompressed(stored: bytes) -> str:
    """The chunks of an article are read one after the other."""
    try:
        return zlib.decompress(stored).decode()
    except (zlib.error, UnicodeDecodeError):
        raise damaged("a text in it cannot be read") from None
