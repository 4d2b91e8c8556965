"""The index and the files beside it, and the disk that they are on."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.config import BotConfig, open_copy
from bot.doctor.diagnosis import Diagnosis, named, note, ok, problem
from ingest.errors import IndexDamaged

_SPARE, _ROOMY = 100e6, 1e9  # bytes: beside a copy of the index, and with which no disk is short
_LOCK_SECONDS = 2.0


def index(config: BotConfig) -> Iterator[Diagnosis]:
    """Whether there is a live generation, as it was written, for these settings."""
    from ingest.index import damaged_files

    part, live = "index", open_copy(config)
    generation = live.generation()
    if generation is None:
        yield _nothing_yet(config)
        return
    live.require_intact()
    with live.reading_once() as store:
        articles, passages = store.counts()
        wrong = damaged_files(store.directory)
    since = live.live_since()
    of = f"{config.index}, last changed {since:%Y-%m-%d %H:%M} UTC" if since else str(config.index)
    if not articles:
        yield problem(part, f"The index has no article ({of}). {_READ}")
    else:
        yield ok(
            part, f"The index has {articles} articles in {passages} passages and is as it was written ({of})."
        )
    if wrong:
        yield note(
            part,
            f"Files of it that small blogs do not need are damaged ({named(wrong)}): the next ingest makes them again.",
        )


_READ = "Read your blog: footnote ingest https://www.your-blog.com"


def _nothing_yet(config: BotConfig) -> Diagnosis:
    if config.follow:
        return note("index", f"There is no index in {config.index} yet. The server reads what it follows when it starts.")  # fmt: skip
    if config.database is not None:
        return note(
            "index",
            f"Nothing was fetched from the database into {config.index} yet: a server does so when it starts.",
        )
    return problem(
        "index", f"There is no index in {config.index} yet, so there is nothing to answer from. {_READ}"
    )


def disk(config: BotConfig) -> Iterator[Diagnosis]:
    """Whether the next ingest, which writes a copy of the index, has room and may write."""
    part = "disk"
    folder = next(one for one in (config.index, *config.index.absolute().parents) if one.exists())
    free, needed = shutil.disk_usage(folder).free, _size(config) + _SPARE
    room = f"The disk of the index has {_megabytes(free)} free"
    if free < needed:
        yield problem(
            part,
            f"{room}, and the next ingest may need {_megabytes(needed)}. Make room: what is not in use can be deleted.",
        )
    elif free < max(_ROOMY, 3 * needed):
        yield note(
            part, f"{room}; the next ingest may need {_megabytes(needed)}. Make room before it is full."
        )
    else:
        yield ok(part, f"{room}.")
    if not folder.is_dir():
        yield problem(part, f"{folder} is a file, and not a folder. Name another folder by FOOTNOTE_INDEX.")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield problem(part, f"This user may not write in {folder}. Run the command as the user who runs the server, or let that folder "
                      "belong to this user.")  # fmt: skip


def _size(config: BotConfig) -> int:
    """Bytes of the live generation, as far as it can be read."""
    try:
        live = config.index / (open_copy(config).generation() or "")
    except IndexDamaged:
        live = config.index
    if live == config.index:
        return 0
    return sum(file.stat().st_size for file in live.rglob("*") if file.is_file())


def beside(config: BotConfig) -> Iterator[Diagnosis]:
    """Whether votes, gaps and counts can be read, where they are files."""
    if config.database is not None:
        return
    known = {"votes": config.feedback_file, "gaps": config.gaps_file, "counts": config.counts_file}
    there = {name: file for name, file in known.items() if file is not None and file.exists()}
    for name, file in there.items():
        if why := _damage(file):
            yield problem(name, f"{file} {why}. Stop the server and restore the file from a backup (footnote restore), or delete it: answers "
                          "do not need it.")  # fmt: skip
    if there:
        yield ok("beside the index", f"Files that were looked at: {', '.join(there)}.")


def _damage(file: Path) -> str:
    """What is wrong with a database; "" if nothing is, or if it is being written just now."""
    from ingest.index import is_corruption

    try:
        with closing(
            sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=_LOCK_SECONDS)
        ) as db:
            return "" if db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok" else "is damaged"
    except sqlite3.Error as error:
        if is_corruption(error):
            return "is damaged"
        return (
            "cannot be read"
            if error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM"))
            else ""
        )


def _megabytes(count: float) -> str:
    return f"{count / 1e9:.0f} GB" if count >= 10e9 else f"{count / 1e6:.0f} MB"
