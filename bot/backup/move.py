"""Move a blog between the files of one machine and the engines of several: index, votes, gaps, counts, settings, the desk's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from bot.backup.archive import ARTICLES, CASES
from bot.backup.recovery import put_desk
from bot.config import BotConfig, open_index, settings_place, shared_generations
from bot.gaps import open_gaps
from bot.own_posts import own_posts
from bot.server.feedback import open_daily_counts, open_votes
from ingest.database import Tables
from ingest.errors import BackupError, ConfigError, IndexMissing
from ingest.index import Index, SharedGenerations, generation_number

Place = Literal["database", "files"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What is there now. votes: 0, too, if the settings keep none. own: texts and files of the owner."""

    articles: int
    votes: int
    gaps: int
    own: int


def move(
    config: BotConfig,
    to: Place,
    *,
    force: bool = False,
    index: Index | None = None,
    target: Index | None = None,
) -> Moved:
    """Copy a blog to where it shall be from now on; what is in the old place stays there.

    Args:
        config: With the address of the database.
        to: Where to.
        force: Replace what is there.
        index: To read from; the one of the settings by default.
        target: To write to; the one of the settings by default.

    Raises:
        ConfigError: No database is named.
        BackupError: There is something at the other place.
        FootnoteError: One of the places cannot be read or written; moving again with force begins from the start.
    """
    if config.database is None:
        raise ConfigError("Set FOOTNOTE_DATABASE_URL to the address of the database, for both directions.")
    files = replace(config, database_url=SecretStr(""), chroma_url=SecretStr(""))
    old, new = (files, config) if to == "database" else (config, files)
    if not force:
        _require_nothing(new, to)
    articles = _move_index(index or open_index(old), target or open_index(new), shared_generations(old))
    votes = [open_votes(one) for one in (old, new)]
    if votes[0] is not None and votes[1] is not None:
        _copy(votes[0].tables, votes[1].tables, ("feedback",))
    _copy(open_gaps(old).tables, open_gaps(new).tables, ("questions", "made"))
    _copy(open_daily_counts(old).tables, open_daily_counts(new).tables, ("counts",))
    if (settings := settings_place(old).data()) is not None:
        settings_place(new).replace(settings)
    own = _copy_desk(old, new)
    return Moved(articles, votes[1].count() if votes[1] else 0, len(open_gaps(new).questions()), own)


def _move_index(old: Index, new: Index, shared: SharedGenerations | None) -> int:
    """As the next generation of the other place. shared: the old place, whose folder may be the other place."""
    with suppress(IndexMissing), old.reading_once() as store, store.portable() as source:
        if shared and old.path == new.path:
            shared.leave_folder()
            if source == store.directory:  # a whole copy of what is shared
                return store.counts()[0]
        segments = sorted((source / "tokens").glob("*.tokens"))

        def write(folder: Path) -> None:
            (folder / "tokens").mkdir(mode=0o700)
            for file in (source / ARTICLES, *segments):
                shutil.copyfile(file, folder / file.relative_to(source))

        newest = max((generation_number(file.stem) for file in segments), default=0)
        with new.writing(rebuild=True) as generation:
            generation.fill(write, newest=newest)
        return store.counts()[0]
    return 0


def _copy(old: Tables, new: Tables, names: Sequence[str]) -> None:
    """Every row, in place of all that there are."""
    if not old.exists():
        return
    with old.reading() as source, new.writing() as target:
        for name in names:
            rows = [tuple(row) for row in source.execute(f"SELECT * FROM {name}")]
            target.execute(f"DELETE FROM {name}")
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                target.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)


def _copy_desk(old: BotConfig, new: BotConfig) -> int:
    """What the owner added, in place of all that there is; returns how many texts and files of hers there are."""
    own, place = own_posts(old), own_posts(new).place
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        names = []
        for name, file in (*own.stored(), (CASES, own.place / CASES)):
            if file.is_file():
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, draft / name)
                names.append(name)
        if names or any(own_posts(new).stored()):
            put_desk(new, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return sum("/" in name for name in names)


def _require_nothing(new: BotConfig, to: Place) -> None:
    votes = open_votes(new)
    there = [
        to == "database" and open_index(new).generation() is not None,
        votes is not None and votes.count() > 0,
        open_gaps(new).questions(),
        settings_place(new).data() is not None,
        any(own_posts(new).stored()),
    ]
    if any(there):
        raise BackupError(
            "There is something of this blog at the other place already. Move with --force to replace it."
        )
