"""Can the bot answer just now? Kept from what happened to the last search, not from whether files exist."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bot.problems import explain
from bot.types import Health
from ingest.errors import EmbedderError, FootnoteError, IndexError_
from ingest.index import Index

NOT_LOADED = "The embedding model is not loaded yet. Please try again in a minute."


class SearchWatch:
    """Remembers whether the last search of the live generation worked. May be shared by threads.

    Args:
        index: The index that is searched.
        probe: Searches it for something.
    """

    def __init__(self, index: Index, probe: Callable[[], object]) -> None:
        self._index = index
        self._probe = probe
        self._searched = ""  # the generation whose last search worked
        self._problem = NOT_LOADED
        self._is_loaded = False
        self._probing = threading.Lock()

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Remember what makes a search fail in this block; it is raised on."""
        try:
            yield
        except (IndexError_, EmbedderError) as error:
            self._searched, self._problem = "", explain(error).message
            raise

    def loaded(self) -> None:
        """Remember that the model is loaded."""
        self._is_loaded = True

    def worked(self) -> None:
        """Remember that a search has worked."""
        self._searched, self._problem, self._is_loaded = self._index.generation() or "", "", True

    def health(self) -> Health:
        """What the live generation holds, and whether it can be searched.

        A generation that was not searched since it went live, or whose last search failed, is searched now, unless
        the model still has to be loaded for that. Only one thread does so: where the last search failed, the others
        say that, so that checks which come again and again do not take the time of readers.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: There is no index to answer from.
        """
        with self._index.reading() as store:
            articles, chunks = store.counts()
        generation = self._index.generation() or ""
        if self._is_loaded and self._searched != generation:
            self._probe_once(generation)
        is_ready = self._is_loaded and self._searched == generation
        since = self._index.live_since()
        return Health(
            articles,
            chunks,
            generation,
            is_ready,
            "" if is_ready else self._problem or NOT_LOADED,
            since.isoformat(timespec="seconds") if since else None,
        )

    def _probe_once(self, generation: str) -> None:
        if not self._probing.acquire(blocking=not self._problem):
            return
        try:
            if self._searched != generation:
                with suppress(FootnoteError):  # failures() has kept it
                    self._probe()
        finally:
            self._probing.release()
