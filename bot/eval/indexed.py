"""A set's articles in an index of their own, made once: kept in a cache by what is in it.

The key is a digest of the articles, the index's configuration and the source of everything that
reads, cuts and embeds, so that a kept index is the one that would be made now.

What this file does not know: what is asked of the index.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np

import ingest
from bot.eval.sets.case import Set
from ingest.article import Article
from ingest.config import IndexConfig
from ingest.embedder import Embedder, Floats, TokenVectors
from ingest.errors import IndexDamaged, IndexMismatch, IndexMissing
from ingest.index import Index
from ingest.sync import sync

_KEPT = 8  # sets whose index stays in the cache


@contextlib.contextmanager
def indexed(
    asked: Set, embedder: Embedder, config: IndexConfig, cache: Path | None
) -> Iterator[tuple[Index, Path]]:
    """The index of a set, and the folder it lies in; from the cache if it is there, else made now.

    cache: a folder to keep it in; None, or one that cannot be written to: it is made in a temporary
    folder and goes again.
    """
    with contextlib.ExitStack() as stack:
        home = cache and _kept(cache, _key(asked.articles, config))
        if home is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="footnote-eval-")))
        index = Index(home / "index", config)
        stack.callback(index.close)
        _fill(index, asked.articles, embedder)
        yield index, home


def _fill(index: Index, articles: Sequence[Article], embedder: Embedder) -> None:
    """Ingest the articles, unless the index was made before: a sync goes live whole or not at all."""
    damaged = False
    try:
        with index.reading():
            return
    except IndexMissing:
        pass
    except (IndexMismatch, IndexDamaged):
        damaged = True
    by_name = {"set": articles}
    sync(
        ["set"],
        index=index,
        embedder=lambda: embedder,
        load=lambda source, **_: iter(by_name[source]),
        rebuild=damaged,
    )


def _key(articles: Sequence[Article], config: IndexConfig) -> str:
    digest = hashlib.blake2b(digest_size=12)
    digest.update(json.dumps([*astuple(config), *([a.id, a.fingerprint] for a in articles)]).encode())
    for source in sorted(Path(ingest.__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _kept(cache: Path, key: str) -> Path | None:
    """The folder for a key, and those not used for the longest time removed; None if it cannot be made."""
    home = cache / key
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.touch()
        folders = sorted((p for p in cache.iterdir() if p.is_dir()), key=lambda p: -p.stat().st_mtime)
    except OSError:
        return None
    for old in folders[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return home


class Memo:
    """An embedder that remembers the questions it embedded: the same one is not embedded twice.

    A question's first embedding is real, so the time of its whole answer is, too.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, tuple[Floats, TokenVectors]] = {}

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def count(self, text: str) -> int:
        return self._embedder.count(text)

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self._embedder.embed_passages(texts)

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        if len(texts) != 1:
            return self._embedder.embed_tokens(texts)
        if texts[0] not in self._known:
            pooled, tokens = self._embedder.embed_tokens(texts)
            self._known[texts[0]] = (pooled[0], tokens[0])
        vector, one = self._known[texts[0]]
        return vector[None, :], [one]

    def embed_query(self, text: str) -> Floats:
        return np.asarray(self.embed_tokens([text])[0][0], np.float32)
