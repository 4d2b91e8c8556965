"""Restore a backup: the index as a new generation, which a running server reads from its next question on.

All is checked before anything goes live. Until then what was there is in use, and after any error it still is.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from bot.backup.archive import CASES, COUNTS, DESK, SETTINGS, VOTES, Manifest, Reader, broken, opened
from bot.config import BotConfig, desk_folder, open_index, parse_settings, settings_place
from bot.own_posts import own_posts
from bot.server.feedback import MAX_VOTES, FeedbackStore, Row, open_daily_counts, open_votes
from ingest.config import IndexConfig
from ingest.errors import BackupError, ConfigError, DatabaseError, IndexDamaged
from ingest.index import Index, NextGeneration

_MOST_VOTES = 512 << 20  # bytes
_MOST_SETTINGS = 256 * 1024  # bytes
_MOST_COUNTS = 4 << 20  # bytes
_COUNTS = TypeAdapter(
    dict[
        date, dict[Literal["answered", "abstained", "urgent", "chat"], Annotated[int, Field(ge=0, lt=10**9)]]
    ]
)
_SPARE = 16 << 20  # bytes that must be left on the disk


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. votes: None if the backup has none, or if the settings keep no votes. own: the owner's texts."""

    articles: int
    votes: int | None
    own: int
    made: str


def restore(config: BotConfig, file: Path, *, force: bool = False, index: Index | None = None) -> Restored:
    """Put a backup's index, votes, counts, the owner's settings and what she added where the settings say.

    Args:
        config: Names the index and the file of votes.
        file: A backup that save() wrote.
        force: Replace an index, votes, settings and texts of the owner that exist.
        index: To write to; the one of the settings by default.

    Raises:
        BackupError: The file is not a whole backup, does not fit these settings, or something exists. Nothing changed,
            unless the message says so.
        IndexBusy: An ingest did not finish in time.
        IndexError_: The index cannot be written. Nothing changed.
        FeedbackError, SourceError: Votes, counts or texts cannot be written; the index was restored.
    """
    index = index or open_index(config)
    with opened(file) as reader:
        manifest = reader.manifest
        _require_fit(manifest, index.config)
        votes, settings, counts = _votes(reader), _settings(reader), _counts(reader)
        store = None if votes is None else open_votes(config)
        place = settings_place(config)
        if not force:
            _require_nothing(index, store)
            _require_no_owner(config, manifest)
        with _unpacked_desk(config, reader) as draft:
            with index.writing(rebuild=True) as generation:
                if not force:
                    _require_nothing(index, store)  # another process may have written it while we waited
                _require_room(index.path, manifest)
                _fill(generation, reader)
            if manifest.desk_files is not None:
                put_desk(config, draft)
    open_daily_counts(config).restore(counts)
    if settings is not None:
        try:
            place.replace(settings)
        except ConfigError as error:
            raise BackupError(f"The index was restored. {error}") from error
    if store is None or votes is None:
        return Restored(manifest.articles, None, manifest.own_texts, manifest.made)
    store.replace_all(votes)
    return Restored(manifest.articles, len(votes), manifest.own_texts, manifest.made)


@contextmanager
def _unpacked_desk(config: BotConfig, reader: Reader) -> Iterator[Path]:
    """A folder beside the desk's with what the backup has of it, checked; it goes with the block."""
    place = desk_folder(config).path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _require_room(place.parent, reader.manifest)
        draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    except OSError as error:
        raise _no_room_for_desk(error) from error
    try:
        for name in reader.manifest.desk_files or ():
            target = draft / name.removeprefix(DESK)
            try:
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                reader.extract(name, target)
            except OSError as error:
                raise _no_room_for_desk(error) from error
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _no_room_for_desk(error: OSError) -> BackupError:
    return BackupError(f"The backup cannot be unpacked beside the index ({error.strerror or error}).")


def put_desk(config: BotConfig, draft: Path) -> None:
    """Put what the owner added, in a folder beside its place, where the settings say. Raises BackupError, SourceError."""
    own_posts(config).replace(draft)
    if not (cases := draft / CASES).exists():
        return
    folder = desk_folder(config)
    try:
        with folder.changing():
            cases.replace(folder.path / CASES)
    except (OSError, DatabaseError) as error:
        raise BackupError(f"The texts are in place; {CASES} cannot be written ({error}).") from error


def _fill(generation: NextGeneration, reader: Reader) -> None:
    try:
        generation.fill(functools.partial(_extract, reader), newest=reader.manifest.newest)
    except IndexDamaged as error:
        raise broken() from error


def _extract(reader: Reader, folder: Path) -> None:
    try:
        for name in reader.manifest.index_files:
            target = folder / name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            reader.extract(name, target)
    except OSError as error:
        raise BackupError(
            f"The backup cannot be unpacked beside the index ({error.strerror or error})."
        ) from error


def _require_fit(manifest: Manifest, wanted: IndexConfig) -> None:
    if manifest.index.embedder != wanted.embedder:
        raise BackupError(
            f"The backup was made with the embedding model “{manifest.index.embedder}”, the settings say "
            f"“{wanted.embedder}”. Set FOOTNOTE_EMBEDDER to “{manifest.index.embedder}”, then restore it."
        )
    if manifest.index != wanted:
        raise BackupError(
            f"The backup was made by version {manifest.version} of Footnote, whose index this version cannot read. "
            "Restore it with that version, or run `footnote ingest` on your blog."
        )


def _require_nothing(index: Index, store: FeedbackStore | None) -> None:
    """Raise BackupError if there is an index, or a vote."""
    try:
        there = index.generation() is not None
    except IndexDamaged:
        there = True
    if there:
        raise BackupError(
            "There is an index already. Restore with --force to replace it and the readers' votes."
        )
    if store is not None and store.count():
        raise BackupError("There are readers' votes already. Restore with --force to replace them.")


def _require_no_owner(config: BotConfig, manifest: Manifest) -> None:
    """Raise BackupError if the owner has set or added what the backup would replace."""
    if SETTINGS in manifest.files and settings_place(config).data() is not None:
        raise BackupError("There are settings already. Restore with --force to replace them.")
    if manifest.desk_files and any(own_posts(config).stored()):
        raise BackupError(
            "There are texts or addresses that were added on the desk. Restore with --force to replace them."
        )


def _require_room(folder: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(folder).free
    if manifest.size() + _SPARE > free:
        raise BackupError(
            f"The backup takes {manifest.size() / 1e6:.0f} MB, and the disk has {free / 1e6:.0f} MB left. Make room, "
            "then restore it."
        )


def _settings(reader: Reader) -> bytes | None:
    """The owner's settings; each value is checked when the server reads them."""
    if SETTINGS not in reader.manifest.files:
        return None
    data = reader.content(SETTINGS, most=_MOST_SETTINGS)
    try:
        parse_settings(data)
    except ValueError as error:
        raise broken() from error
    return data


def _counts(reader: Reader) -> Mapping[str, Mapping[str, int]]:
    """How many questions of each day became what; {} in a backup from before these were saved."""
    if COUNTS not in reader.manifest.files:
        return {}
    try:
        read = _COUNTS.validate_json(reader.content(COUNTS, most=_MOST_COUNTS))
    except ValidationError as error:
        raise broken() from error
    return {
        day.isoformat(): {str(status): number for status, number in found.items()}
        for day, found in read.items()
    }


def _votes(reader: Reader) -> list[Row] | None:
    if reader.manifest.votes is None:
        return None
    lines = reader.content(VOTES, most=_MOST_VOTES).splitlines()
    kind = TypeAdapter(Row)
    try:
        rows = [kind.validate_json(line, strict=False) for line in lines]
    except ValidationError as error:
        raise broken() from error
    if (
        len(rows) != reader.manifest.votes
        or len(rows) > MAX_VOTES
        or len({row.id for row in rows}) != len(rows)
    ):
        raise broken()
    return rows
