"""An embedder without a model, for benches that measure the index and not the vectors.

A word's vector is drawn from its hash, and a text is the mean of its words: texts that share words are similar,
dimensions are those of the packaged model, and 10,000 passages take seconds. It has the packaged model's name, so that
networks trained on that model accept it.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence

import numpy as np

from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats
from ingest.token_vectors import TokenVectors

_TOKEN = re.compile(r"\w+|[^\w\s]")


class HashEmbedder:
    """An Embedder. asked: how many texts it has embedded."""

    name = DEFAULT_EMBEDDER
    dimension = 384

    def __init__(self) -> None:
        self.asked = 0

    def count(self, text: str) -> int:
        return len(_TOKEN.findall(text))

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self.embed_tokens(texts)[0]

    def embed_query(self, text: str) -> Floats:
        return np.asarray(self.embed_tokens([text])[0][0], np.float32)

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        self.asked += len(texts)
        tokens = [_tokens(text) for text in texts]
        pooled = np.array([each.vectors.sum(axis=0) for each in tokens], np.float32)
        pooled = pooled.reshape(len(texts), self.dimension) + np.float32(1e-6)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True), tokens


def _tokens(text: str) -> TokenVectors:
    found = list(_TOKEN.finditer(text))
    vectors = np.array([_direction(m[0].lower()) for m in found], np.float32)
    starts, ends = ([m.start() for m in found], [m.end() for m in found])
    return TokenVectors(
        np.array(starts, np.int32), np.array(ends, np.int32), vectors.reshape(len(found), 384)
    )


@functools.lru_cache(maxsize=20_000)
def _direction(word: str) -> Floats:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    vector = np.random.default_rng(seed).standard_normal(384, np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
