"""Save index, feedback, counts, the owner's settings and what she added in one file, while readers ask and an ingest runs.

A generation never changes once it is live, and one that is being read is not removed: so the files are copied as they
are. The votes are read in one statement; a text of the owner's is one file, which is never changed. The file has its name only when it is complete and on the disk.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import secrets
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.backup.archive import (
    ARTICLES,
    CASES,
    COUNTS,
    DESK,
    FORMAT,
    SETTINGS,
    VOTES,
    Manifest,
    Writer,
    is_desk_file,
)
from bot.config import BotConfig, open_index, settings_place
from bot.own_posts import own_posts
from bot.server.feedback import Row, open_daily_counts, open_votes
from ingest.errors import BackupError
from ingest.index import Store, damaged_files
from ingest.version import installed_version

log = logging.getLogger("footnote")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds. votes: None if there is no file of votes. own: texts and files of the owner. size: bytes."""

    articles: int
    votes: int | None
    own: int
    size: int


def save(config: BotConfig, file: Path, *, force: bool = False) -> Saved:
    """Write a backup of the live index, the readers' votes, the counts, the owner's settings and what she added.

    Args:
        config: Names the index and the file of votes.
        file: The backup to write. Only this user may read it.
        force: Overwrite a file that exists.

    Raises:
        BackupError: The file exists, or cannot be written.
        IndexMissing, IndexMismatch, IndexDamaged: There is no index that could be saved.
        FeedbackError: The votes cannot be read.
    """
    if file.exists() and not (force and file.is_file()):
        raise BackupError(f"{file} exists. Choose another name, or overwrite it with --force.")
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        manifest = _write(config, part)
        part.replace(file)
        return Saved(manifest.articles, manifest.votes, manifest.own_texts, file.stat().st_size)
    except OSError as error:
        raise BackupError(f"{file} cannot be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)


def _write(config: BotConfig, part: Path) -> Manifest:
    with (
        open_index(config).reading_once() as store,
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        with zipfile.ZipFile(out, "w", compresslevel=1) as archive:
            writer = Writer(archive)
            _add_index(writer, store)
            votes = _votes(config)
            if votes is not None:
                lines = "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in votes)
                writer.add(VOTES, io.BytesIO(lines.encode()))
            if (settings := settings_place(config).data()) is not None:
                writer.add(SETTINGS, io.BytesIO(settings))
            writer.add(COUNTS, io.BytesIO(json.dumps(_counts(config)).encode()))
            _add_desk(writer, config)
            manifest = Manifest(
                format=FORMAT,
                version=installed_version(),
                made=datetime.now(UTC).isoformat(timespec="seconds"),
                index=store.config,
                articles=store.counts()[0],
                votes=None if votes is None else len(votes),
                files=writer.files,
            )
            writer.finish(manifest)
        out.flush()
        os.fsync(out.fileno())
    return manifest


def _add_index(writer: Writer, store: Store) -> None:
    wrong = [
        name for name in damaged_files(store.directory) if name == ARTICLES or name.startswith("tokens/")
    ]
    if wrong:
        raise BackupError(
            f"The index is damaged ({', '.join(wrong)}) and was not saved. `footnote ingest --rebuild` writes it again."
        )
    with store.portable() as folder:
        for path in (folder / ARTICLES, *sorted((folder / "tokens").glob("*.tokens"))):
            with path.open("rb") as source:
                writer.add(path.relative_to(folder).as_posix(), source)


def _add_desk(writer: Writer, config: BotConfig) -> None:
    """What the owner added; a file that she takes out meanwhile is left out."""
    own = own_posts(config)
    for name, path in (*own.stored(), (CASES, own.place / CASES)):
        if not is_desk_file(f"{DESK}{name}"):  # put there by hand, under another name than ours
            log.warning("%s is not saved: its name is none that the desk gives.", name)
            continue
        with contextlib.suppress(FileNotFoundError), path.open("rb") as source:
            writer.add(f"{DESK}{name}", source)


def _counts(config: BotConfig) -> dict[str, dict[str, int]]:
    counts = open_daily_counts(config)
    found = counts.since(date.min)
    if counts.problem:
        raise BackupError(counts.problem)
    return found


def _votes(config: BotConfig) -> list[Row] | None:
    votes = open_votes(config)
    return votes.rows() if votes is not None and votes.tables.exists() else None
