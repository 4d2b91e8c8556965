"""A small blog that changes step by step, and whether an index holds all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ingest.article import Article, chunk, embedding_text
from ingest.config import IndexConfig
from ingest.embedder import Floats
from ingest.index import Store
from ingest.token_vectors import TokenVectors

CONFIG = IndexConfig(embedder="made-up", max_tokens=40)
_ARTICLES = 8


class HashEmbedder:
    """An embedder without a model: a vector per text from its hash, three tokens."""

    name = CONFIG.embedder
    dimension = 16

    def count(self, text: str) -> int:
        return len(text.split())

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return np.array([self.embed_query(text) for text in texts], np.float32)

    def embed_query(self, text: str) -> Floats:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        vectors = self.embed_passages(texts)
        at = np.arange(3, dtype=np.int32)
        return vectors, [TokenVectors(at, at + 1, np.stack([vector] * 3)) for vector in vectors]


def blog_at(folder: Path, step: int) -> dict[str, Article]:
    """Eight articles. One step on, the first is gone, one is new, and one in the middle is edited."""
    found = {}
    for number in range(step, step + _ARTICLES):
        edition = "second" if number <= step + _ARTICLES // 2 else "first"
        parts = [f"## Part {part}\n\nPart {part} of post {number}, {edition} edition." for part in range(4)]
        origin = (folder / f"{number}.md").as_uri()
        found[f"post-{number}"] = Article(
            f"post-{number}", f"Post {number}", "\n\n".join(parts), origin=origin
        )
    return found


def is_whole(opened: Store) -> bool:
    """Has every article all its chunks, with their tokens, each found by its own vector?"""
    model = HashEmbedder()
    due = {}
    for article in opened.articles():
        for piece in chunk(article, max_tokens=CONFIG.max_tokens, overlap=0, count=model.count):
            due[piece.id] = model.embed_query(embedding_text(article.title, piece)[0])
    found = all(
        any(hit.id == key and score > 0.999 for hit, score in opened.search(vector, 2))
        for key, vector in due.items()
    )
    there = {piece.id for piece in opened.chunks()}
    return found and there == due.keys() == opened.tokens(sorted(there)).keys()
