"""The corpus of the generation that is live, loaded once for each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.retrieve.corpus import Corpus, load_corpus
from ingest.index import Index


class LiveCorpus:
    """The corpus of an index's live generation. May be shared by threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._mutex = threading.Lock()
        self._corpus: Corpus | None = None

    @contextmanager
    def open(self) -> Iterator[Corpus]:
        """The corpus; of a new generation only what is new in it is read.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: There is no index to answer from.
        """
        with self._index.reading() as store:
            with self._mutex:
                if self._corpus is None or self._corpus.store is not store:
                    self._corpus = load_corpus(store, self._corpus)
                corpus = self._corpus
            yield corpus
