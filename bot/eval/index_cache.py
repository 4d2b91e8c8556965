"""A cache of indexes of question sets, and of embedded questions.

The key of an index is a digest of the articles, the index's configuration and the source code of ingest, so that a
cached index is the one that would be built now.
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
from bot.eval.sets.case import QuestionSet
from ingest.article import Article
from ingest.config import IndexConfig
from ingest.embedder import Embedder, Floats
from ingest.errors import IndexDamaged, IndexMismatch, IndexMissing
from ingest.index import Index
from ingest.sync import sync
from ingest.token_vectors import TokenVectors

_MAX_CACHED = 8  # sets whose index is kept
_A_QUESTION = 2  # texts at most: itself, and with what was asked before
_MOST_KNOWN = 800  # texts whose token vectors a CachingEmbedder keeps: 150 MB


@contextlib.contextmanager
def cached_index(
    question_set: QuestionSet, embedder: Embedder, config: IndexConfig, cache: Path | None
) -> Iterator[tuple[Index, Path]]:
    """The index of a set and its folder, from the cache or built now.

    cache: the folder to keep it in; if it is None or cannot be written to, a temporary folder is used.
    """
    with contextlib.ExitStack() as stacked_bar:
        folder = cache and _cache_folder(cache, _key(question_set.articles, config))
        if folder is None:
            folder = Path(stacked_bar.enter_context(tempfile.TemporaryDirectory(prefix="footnote-eval-")))
        index = Index(folder / "index", config)
        stacked_bar.callback(index.close)
        _fill(index, question_set.articles, embedder)
        yield index, folder


def _fill(index: Index, articles: Sequence[Article], embedder: Embedder) -> None:
    """Ingest the articles unless the index exists: a sync goes live completely or not at all."""
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


def _cache_folder(cache: Path, key: str) -> Path | None:
    """The folder of a key, None if it cannot be made; the least recently used ones are removed."""
    folder = cache / key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        folders = sorted((p for p in cache.iterdir() if p.is_dir()), key=lambda p: -p.stat().st_mtime)
    except OSError:
        return None
    for old in folders[_MAX_CACHED:]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


class CachingEmbedder:
    """An embedder that caches questions and passages, so that baselines need not embed them again.

    The first embedding of a question is real, and so is the time of the bot's answer.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, tuple[Floats, TokenVectors]] = {}
        self._ahead: dict[str, Floats] = {}

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def count(self, text: str) -> int:
        return self._embedder.count(text)

    def embed_ahead(self, texts: Sequence[str]) -> None:
        """Embed the vectors of many questions in one pass; embed_query will have them."""
        self._ahead |= dict(zip(texts, self._embedder.embed_passages(texts), strict=True))

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self._embedder.embed_passages(texts)

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        if not 1 <= len(texts) <= _A_QUESTION:
            return self._embedder.embed_tokens(texts)
        if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
            if len(self._known) + len(new) > _MOST_KNOWN:
                self._known.clear()
                new = list(dict.fromkeys(texts))
            pooled, tokens = self._embedder.embed_tokens(new)
            self._known |= dict(zip(new, zip(pooled, tokens, strict=True), strict=True))
        found = [self._known[text] for text in texts]
        return np.stack([vector for vector, _ in found]), [one for _, one in found]

    def embed_query(self, text: str) -> Floats:
        if text in self._ahead:
            return self._ahead[text]
        return np.asarray(self.embed_tokens([text])[0][0], np.float32)
