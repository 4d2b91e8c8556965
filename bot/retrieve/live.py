"""The corpus of the generation that is live, loaded once for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from bot.retrieve.corpus import Corpus, load_corpus
from ingest.index import Index

Derived = TypeVar("Derived")


class LiveCorpus(Generic[Derived]):
    """The corpus of an index's live generation, and what is derived from it. May be shared by threads.

    Args:
        index: The index.
        derive: Makes what else is kept for a generation; called once for each.
    """

    def __init__(self, index: Index, derive: Callable[[Corpus], Derived]) -> None:
        self._index = index
        self._derive = derive
        self._mutex = threading.Lock()
        self._current: tuple[Corpus, Derived] | None = None

    @contextmanager
    def open(self) -> Iterator[tuple[Corpus, Derived]]:
        """The corpus and what is derived from it; of a new generation only what is new in it is read.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: There is no index to answer from.
        """
        with self._index.reading() as store:
            with self._mutex:
                if self._current is None or self._current[0].store is not store:
                    corpus = load_corpus(store, self._current[0] if self._current else None)
                    self._current = corpus, self._derive(corpus)
                current = self._current
            yield current
