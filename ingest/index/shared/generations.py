"""The generations that several machines share: a pointer, a writer's lock and readers' leases in a database.

Making a generation live is one transaction, of the connection that holds the writer's lock: a writer that has lost its lock
cannot do it. A machine that sees a new pointer fetches the generation into its folder, under a lease, and only then makes it
the live one there; so its readers never wait for the database, and go on while it is down.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from ingest.database import LOOK_SECONDS, Database, Watched
from ingest.errors import ConfigError, DatabaseError, FootnoteError, IndexDamaged, IndexError_
from ingest.index import lease
from ingest.index.disk import disk_errors, write_private
from ingest.index.file_vectors import FILES
from ingest.index.folder import FolderGenerations, Generations, busy, generation_number
from ingest.index.lease import Lease
from ingest.index.shared.collections import CollectionPlace
from ingest.index.shared.files import LAYOUT, fetch_files, is_marked, mark, store_files

if TYPE_CHECKING:
    from ingest.chroma import ChromaServer
    from ingest.database import Session
    from ingest.index.vectors import VectorPlace

_LATE_SECONDS = 60.0  # a large generation may take so long to fetch
_OWNER = "blog"  # a file with the name of the blog whose index a folder has
_AGAIN = 0.05  # seconds between two tries for the writer's lock
log = logging.getLogger("footnote")
_Pointer = tuple[int, datetime]


class SharedGenerations:
    """Those of one blog, and their copies in one folder. Thread-safe; processes of a machine may share the folder.

    Args:
        path: The folder.
        database: Has the files of all generations, and the pointer.
        every: Seconds between two looks at the pointer; 0: look whenever it is asked for.
        chroma: Has the vectors; without one they are in the files, and each machine searches its own copy.
    """

    def __init__(
        self,
        path: Path,
        database: Database,
        every: float = LOOK_SECONDS,
        chroma: ChromaServer | None = None,
    ) -> None:
        self.path = path
        self._collections = None if chroma is None else CollectionPlace(chroma, database)
        self.vectors: VectorPlace = self._collections or FILES
        self._here = FolderGenerations(path)
        self._database = database
        self._pointer = Watched(self._follow, every, _LATE_SECONDS, self._before)
        self._writer: Session | None = None
        self._leaves_folder = False
        self._is_known = False  # whether the folder's live generation is the one of this name in the database

    @property
    def is_down(self) -> bool:
        """Whether the database does not answer."""
        return self._pointer.is_down

    @property
    def chroma(self) -> ChromaServer | None:
        """The server that has the vectors, if they are not in the files."""
        return self._collections.server if self._collections else None

    def leave_folder(self) -> None:
        """Fetch nothing from now on: the folder is to be that of one machine."""
        self._leaves_folder = True

    def live(self) -> str | None:
        """The one that has been fetched last."""
        try:
            pointer = self._pointer.value()
        except FootnoteError as error:
            raise IndexError_(f"FOOTNOTE_DATABASE_URL: {error}, and nothing was fetched before.") from error
        return self._live_here() if pointer else None

    def live_since(self) -> datetime | None:
        with contextlib.suppress(FootnoteError):
            pointer = self._pointer.value()
            return pointer[1] if pointer else None
        return self._here.live_since()

    def latest(self) -> str | None:
        with self._errors():
            pointer = self._follow()
        return f"gen-{pointer[0]}" if pointer else None

    def newest(self) -> str | None:
        return self._here.newest()

    def lease(self, name: str) -> Lease | None:
        return self._here.lease(name)

    @contextlib.contextmanager
    def only_writer(self, timeout: float) -> Iterator[None]:
        with self._here.only_writer(timeout):
            with self._errors():
                self._writer = self._database.session(LAYOUT)
            try:
                with self._errors():
                    self._lock(self._writer, timeout)
                yield
            finally:
                self._writer.close()  # which gives the lock back
                self._writer = None

    def free_name(self, live: str | None) -> str:
        with self._errors(), self._database.connected(LAYOUT) as db:
            taken = db.execute("SELECT coalesce(max(number), 0) FROM generations").fetchone()
        here = generation_number(self._here.free_name(live)) - 1
        return f"gen-{max(here, taken[0] if taken else 0) + 1}"

    def publish(self, building: Path, name: str) -> None:
        number, writer = generation_number(name), self._own_writer()
        with self._errors():
            moved = store_files(writer, building, number)
            log.info(
                "generation %d: %d of %d bytes were new to the database", number, moved.moved, moved.whole
            )
            with self._fetching():  # so that no process here fetches what is in this folder already
                with writer.transaction():
                    writer.execute("UPDATE generations SET is_complete = TRUE WHERE number = %s", (number,))
                    writer.execute(_FLIP, (number,))
                    if self._collections:
                        live = self._live_here()
                        self._collections.flip(writer, building, self.path / live if live else None)
                self._here.publish(building, name)
                self._is_known = True
            self._pointer.look()

    def sweep(self, live: str | None) -> None:
        with self._errors():
            writer = self._own_writer()
            writer.execute("DELETE FROM generations WHERE NOT is_complete")
            old = "SELECT number FROM generations WHERE number <> %s ORDER BY number"
            for (number,) in writer.execute(old, (generation_number(live or ""),)).fetchall():
                with writer.transaction():
                    query = "SELECT pg_try_advisory_xact_lock(%s, %s)"
                    free = writer.execute(query, (self._database.key("lease"), number)).fetchone()
                    if free and free[0]:
                        writer.execute("DELETE FROM generations WHERE number = %s", (number,))
            writer.execute(
                "DELETE FROM pieces WHERE NOT EXISTS (SELECT FROM parts WHERE parts.digest = pieces.digest)"
            )
            if self._collections:
                self._collections.sweep(writer)
        with self._fetching():
            self._here.sweep(live)

    def _follow(self) -> _Pointer | None:
        """Look at the pointer, and fetch what it names if that is not here yet. Raises DatabaseError."""
        while True:
            with self._database.connected(LAYOUT) as db:
                found = db.execute("SELECT number, since FROM pointer").fetchone()
                if (
                    found is None
                    or self._leaves_folder
                    or self._is_here(found[0])
                    or self._fetch(db, found[0])
                ):
                    return (found[0], found[1]) if found else None

    def _before(self) -> _Pointer | None:
        """What an earlier process fetched into the folder."""
        name, since = self._live_here(), self._here.live_since()
        return (generation_number(name), since) if name and since else None

    def _is_here(self, number: int) -> bool:
        return self._is_known and self._live_here() == f"gen-{number}"

    def _fetch(self, db: Session, number: int) -> bool:
        """Copy a generation into the folder and make it live here; False if it is gone."""
        name, key = f"gen-{number}", self._database.key("lease")
        with disk_errors(writing=True), self._fetching(), _leased(db, key, number) as is_leased:
            found = db.execute(
                "SELECT checksum FROM generations WHERE number = %s AND is_complete", (number,)
            ).fetchone()
            if not is_leased or found is None:
                return False
            live = self._live_here()
            if not is_marked(self.path / name, found[0]):
                lease.remove(self.path / name, if_unknown=True)  # of another database, or damaged
                draft = self.path / f"{name}.fetching-{secrets.token_hex(4)}"
                draft.mkdir(mode=0o700)
                lease.prepare(draft)
                have = self.path / live if live and live != name and (self.path / live).is_dir() else None
                got = fetch_files(db, number, draft, have)
                mark(draft, found[0])
                log.info("generation %d: %d of %d bytes were fetched", number, got.moved, got.whole)
                self._here.publish(draft, name)
            elif live != name:
                self._here.point_at(name)
            self._here.sweep_old(name)
        self._is_known = True
        return True

    def _live_here(self) -> str | None:
        """The live one of the folder, if it is there and whole enough to be named."""
        try:
            name = self._here.live()
        except IndexDamaged:
            return None
        return name if name and (self.path / name).is_dir() else None

    @contextlib.contextmanager
    def _fetching(self) -> Iterator[None]:
        """One process at a time, and without what a killed one left."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self.path / "fetch.lock", mode=0o600):
            for left in self.path.glob("gen-*.fetching-*"):
                shutil.rmtree(left, ignore_errors=True)
            yield

    def _own_writer(self) -> Session:
        if self._writer is None:
            raise IndexError_("The index is written by nobody just now.")
        return self._writer

    def _lock(self, writer: Session, timeout: float) -> None:
        """The database gives the lock back when the connection ends, however its process does."""
        deadline = time.monotonic() + timeout
        while True:
            got = writer.execute(
                "SELECT pg_try_advisory_lock(%s)", (self._database.key("writer"),)
            ).fetchone()
            if got and got[0]:
                return
            if time.monotonic() > deadline:
                raise busy()
            time.sleep(_AGAIN)

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what the database raises into an IndexError_."""
        try:
            with self._database.errors():
                yield
        except DatabaseError as error:
            raise IndexError_(
                f"FOOTNOTE_DATABASE_URL: {error}. What was live before still is; run the command again when the database is back."
            ) from error


_FLIP = """INSERT INTO pointer (number, since) VALUES (%s, now())
    ON CONFLICT (one) DO UPDATE SET number = excluded.number, since = excluded.since"""


@contextlib.contextmanager
def _leased(db: Session, key: int, number: int) -> Iterator[bool]:
    """Have a generation stay in the database; False if it is being removed just now."""
    got = db.execute("SELECT pg_try_advisory_lock_shared(%s, %s)", (key, number)).fetchone()
    try:
        yield bool(got and got[0])
    finally:
        if got and got[0]:
            db.execute("SELECT pg_advisory_unlock_shared(%s, %s)", (key, number))


@functools.cache
def share_generations(
    path: Path, database: Database, chroma: ChromaServer | None = None
) -> SharedGenerations:
    """The generations of a blog in a folder, one object for all of a process. chroma: has their vectors.

    Raises:
        ConfigError: The folder has the index of another blog, or cannot be used.
    """
    _claim(path, database.blog)
    return SharedGenerations(path, database, chroma=chroma)


def fetched_generations(path: Path, database: Database, chroma: ChromaServer | None = None) -> Generations:
    """What a folder has of a blog's generations, to be looked at: nothing is fetched, and nothing is written.

    Raises:
        ConfigError: The folder has the index of another blog.
    """
    _require_owner(path, database.blog)
    found = FolderGenerations(path)
    if chroma is not None:
        found.vectors = CollectionPlace(chroma, database)
    return found


def _claim(path: Path, blog: str) -> None:
    """Note in a folder whose index it has, so that a slip in a setting shows no blog's posts to readers of another."""
    owner = path / _OWNER
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not owner.exists():
            write_private(owner, blog)
    except OSError as error:
        raise _unusable(error) from error
    _require_owner(path, blog)


def _require_owner(path: Path, blog: str) -> None:
    try:
        found = (path / _OWNER).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(error) from error
    if found != blog:
        raise ConfigError(
            f"The folder of FOOTNOTE_INDEX has the index of the blog “{found[:40]}”, and FOOTNOTE_BLOG is “{blog}”. Give each "
            "blog a folder of its own, or delete this one: it is fetched again."
        )


def _unusable(error: OSError) -> ConfigError:
    return ConfigError(f"The folder of FOOTNOTE_INDEX cannot be used ({error.strerror or error}).")
