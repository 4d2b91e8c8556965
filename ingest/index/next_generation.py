"""The next generation: a copy of the live one, changed, finished, checked, then made live."""

from __future__ import annotations

import contextlib
import functools
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from ingest.config import IndexConfig
from ingest.errors import IndexDamaged, IndexError_, IndexMismatch
from ingest.index import copies, lease
from ingest.index.checksums import write_checksums
from ingest.index.disk import REBUILD, disk_errors
from ingest.index.finish import Finisher, StartFinisher
from ingest.index.folder import Generations, generation_number
from ingest.index.records import Records, Stored
from ingest.index.store import Store


class NextGeneration:
    """The next generation while it is made, by one thread."""

    def __init__(
        self,
        generations: Generations,
        live: str | None,
        config: IndexConfig,
        start_finisher: StartFinisher,
        *,
        rebuild: bool,
    ) -> None:
        self._generations, self._root = generations, generations.path
        self._place = generations.vectors
        self._live = live
        self._config = config
        self._rebuild = rebuild
        self._start_finisher = self._place.finisher(start_finisher)
        self._finisher: Finisher | None = None
        self._store: Store | None = None
        self._previous: Store | None = None
        self._name = generations.free_name(live)
        # Its own name each time: a killed writer may leave a finisher that still writes to its folder.
        self._building = self._root / f"{self._name}.building-{secrets.token_hex(4)}"

    def previous(self) -> Store | None:
        """The live store, to look things up in; None if there is none, or on a rebuild no readable one.

        Raises IndexMismatch or IndexDamaged, but not on a rebuild.
        """
        if self._previous is None and self._live is not None:
            try:
                opened = Store(self._root / self._live, place=self._place)
                opened.fingerprints()  # a damaged file may open and yet not be read
                if not self._rebuild:
                    require_config(opened.config, self._config)
                    opened.require(self._place)
                self._previous = opened
            except (IndexDamaged, IndexMismatch):
                if not self._rebuild:
                    raise
        return self._previous

    @functools.cached_property
    def search_staleness(self) -> str:
        """Why store() makes another search index than the live generation has, for the owner; "" if it does not."""
        return "" if self._live is None else self._place.staleness(self._root / self._live)

    def stored(self) -> dict[str, Stored]:
        """Article id to fingerprint and origin, of the live store; raises as previous()."""
        previous = self.previous()
        return previous.fingerprints() if previous else {}

    @property
    def previous_unreadable(self) -> bool:
        """Whether, on a rebuild, there was a generation that cannot be read."""
        return self._live is not None and self.previous() is None

    def store(self) -> Store:
        """The store to change: a copy of the live one, made when it is first asked for."""
        if self._store is None:
            previous = self.previous()
            self._make_folder()
            segment = f"{self._name}.tokens"
            if self._live is None or previous is None or self._rebuild:
                copies.create_store(self._building, self._config, segment=segment, place=self._place)
            else:
                copies.copy_store(
                    self._root / self._live,
                    self._building,
                    segment=segment,
                    without_search=bool(self.search_staleness),
                    place=self._place,
                )
            self._store = Store(self._building, writable=True, place=self._place)
            self._store.changed = bool(self.search_staleness)
        return self._store

    def fill(self, write: Callable[[Path], None], *, newest: int) -> None:
        """Take the store from elsewhere, such as a backup. Its search index is made from its vectors.

        Args:
            write: Writes articles.db and the token vectors into an empty folder.
            newest: The highest number in the names of its segments. The generation's own number is no lower, or a
                later one would write to a segment that exists.

        Raises:
            IndexMismatch: It was built with other settings.
            IndexDamaged: It is not a store, or is not whole.
        """
        self._name = f"gen-{max(generation_number(self._name), newest)}"
        self._make_folder()
        write(self._building)
        Records.require_layout(self._building / copies.DB)
        self._place.take_over(self._building)
        self._store = Store(self._building, writable=True, place=self._place)
        require_config(self._store.config, self._config)
        self._store.changed = True

    def _make_folder(self) -> None:
        self._finisher = self._start_finisher()
        with disk_errors(writing=True):
            self._building.mkdir(mode=0o700)
            lease.prepare(self._building)

    def make_live(self) -> None:
        """Check what was written and make it live; nothing if nothing was."""
        if self._store is None or not self._store.changed:
            return
        self._store.close()
        try:
            self._finish()
        except IndexDamaged as error:
            raise IndexDamaged(
                f"The new index did not pass its check and was discarded; the previous one is still used. {error}"
            ) from error
        write_checksums(self._building)
        self._generations.publish(self._building, self._name)

    def _finish(self) -> None:
        """Finish; if the search index is damaged, once more with a new one.

        The damage is most likely in what was copied, and the vectors are all in articles.db.
        """
        if self._finisher is None:
            return
        try:
            self._finisher(self._building)
        except IndexDamaged:
            self._finisher.stop()
            self._place.take_over(self._building)
            self._finisher = self._start_finisher()
            self._finisher(self._building)

    def discard(self) -> None:
        """Close everything, and remove what did not go live."""
        if self._finisher:
            self._finisher.stop()
        for opened in (self._store, self._previous):
            if opened:
                with contextlib.suppress(IndexError_):  # most likely the error that led here
                    opened.close()
        shutil.rmtree(self._building, ignore_errors=True)


def require_config(built: IndexConfig, wanted: IndexConfig) -> None:
    """Raise IndexMismatch if an index was built with other settings than these."""
    if built.schema != wanted.schema:
        raise IndexMismatch(f"The index was written by another version of Footnote. {REBUILD}")
    if built.embedder != wanted.embedder:
        raise IndexMismatch(
            f"The index was built with the embedding model “{built.embedder}”, the settings say "
            f"“{wanted.embedder}”. Run `footnote ingest --rebuild`, or set FOOTNOTE_EMBEDDER to "
            f"“{built.embedder}” again."
        )
    if built != wanted:
        raise IndexMismatch(
            f"The index was built with chunks of {built.max_tokens} tokens (overlap {built.overlap}), the "
            f"settings say {wanted.max_tokens} ({wanted.overlap}). {REBUILD}"
        )
