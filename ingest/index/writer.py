"""Write articles to a store: split them into chunks, embed what is new, a few hundred chunks at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.article import Article, Chunk, chunk, embedding_text
from ingest.config import IndexConfig
from ingest.embedder import Embedder, Floats
from ingest.errors import EmbedderError, FootnoteError, IndexError_
from ingest.index.store import Store

BATCH = 256  # texts embedded at a time: enough to sort by length, some 20 MB of token vectors
_WAITING = 4 * BATCH  # chunks that may wait with vectors they had before
_Vectors = tuple[Floats, bytes]  # a text's vector and token vectors


@dataclass(frozen=True, slots=True)
class _Job:
    """An article that waits for its vectors. texts: what is embedded for each of its chunks."""

    article: Article
    chunks: list[Chunk]
    texts: list[str]
    made: dict[str, _Vectors]

    def missing(self) -> list[str]:
        """The texts that have no vectors yet, each once."""
        return list(dict.fromkeys(text for text in self.texts if text not in self.made))


class Writer:
    """Writes into the store that `store()` gives, with the model that `embedder()` gives.

    Both are only called when there is something to write. written: ids of the articles that went
    in. failed: article id to the reason it did not. embedded, reused: numbers of chunks.
    """

    def __init__(
        self, store: Callable[[], Store], config: IndexConfig, embedder: Callable[[], Embedder]
    ) -> None:
        self._store = store
        self._config = config
        self._load_embedder = embedder
        self._embedder: Embedder | None = None
        self._jobs: list[_Job] = []
        self.written: set[str] = set()
        self.failed: dict[str, str] = {}
        self.embedded = 0
        self.reused = 0

    def add(self, article: Article, *, reuse: bool) -> None:
        """Take an article to be written, at the latest by flush().

        reuse: an older state of it is in the store; keep the vectors of chunks that embed the same.
        """
        model = self._model()
        try:
            size = {"max_tokens": self._config.max_tokens, "overlap": self._config.overlap}
            pieces = chunk(article, **size, count=model.count)
            texts = [embedding_text(article.title, piece)[0] for piece in pieces]
        except FootnoteError as error:
            self.failed[article.id] = str(error)
            return
        made = self._stored_vectors(article.id, set(texts)) if reuse else {}
        self._jobs.append(_Job(article, pieces, texts, made))
        new = sum(len(job.missing()) for job in self._jobs)
        if new >= BATCH or sum(len(job.texts) for job in self._jobs) >= _WAITING:
            self.flush()

    def flush(self) -> None:
        """Embed and write what waits."""
        jobs, self._jobs = self._jobs, []
        try:
            made = self._embed([text for job in jobs for text in job.missing()])
        except (EmbedderError, IndexError_):
            raise  # no article's fault: nothing shall go live
        except FootnoteError as error:
            self._one_by_one(jobs, error)
            return
        for job in jobs:
            self._write(job, made)

    def _one_by_one(self, jobs: Sequence[_Job], error: FootnoteError) -> None:
        """Find the article that cannot be embedded; the others go in."""
        if len(jobs) == 1:
            self.failed[jobs[0].article.id] = str(error)
            return
        for job in jobs:
            self._jobs = [job]
            self.flush()

    def _write(self, job: _Job, made: dict[str, _Vectors]) -> None:
        missing = set(job.missing())
        both = [made[text] if text in missing else job.made[text] for text in job.texts]
        vectors = np.array([vector for vector, _ in both], np.float32)
        self._store().replace(job.article, job.chunks, vectors, [tokens for _, tokens in both])
        self.written.add(job.article.id)
        fresh = sum(text in missing for text in job.texts)
        self.embedded += fresh
        self.reused += len(job.texts) - fresh

    def _stored_vectors(self, article_id: str, texts: set[str]) -> dict[str, _Vectors]:
        """Embedding text to vectors, for those of the texts that the stored state has too."""
        store = self._store()
        title = store.article(article_id).title
        same = {
            text: piece.id
            for piece in store.chunks(article_id)
            if (text := embedding_text(title, piece)[0]) in texts
        }
        vectors, tokens = store.vectors(article_id), store.tokens(list(same.values()))
        return {text: (vectors[key], tokens[key]) for text, key in same.items()}

    def _embed(self, texts: list[str]) -> dict[str, _Vectors]:
        made: dict[str, _Vectors] = {}
        for at in range(0, len(texts), 2 * BATCH):
            some = texts[at : at + 2 * BATCH]
            vectors, tokens = self._model().embed_tokens(some)
            pairs = zip(vectors, tokens, strict=True)
            made.update(zip(some, ((vector, each.to_bytes()) for vector, each in pairs), strict=True))
        return made

    def _model(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._load_embedder()
        return self._embedder
