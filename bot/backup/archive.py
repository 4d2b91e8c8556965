"""The backup file: a zip of articles.db, the token vectors, the votes as JSON lines, the counts of questions, the owner's
settings, what she added on the desk, and a manifest with checksums.

The search index is not in it, since it can be made from articles.db in seconds. Nothing of what a file says about
itself is believed: a member is read only if its name is one that a backup has, and only as far as its stated size.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from ingest.config import IndexConfig
from ingest.errors import ZIP_ERRORS, BackupError

MANIFEST, ARTICLES, VOTES = "footnote-backup.json", "articles.db", "votes.jsonl"
SETTINGS, COUNTS = "settings.json", "counts.json"
DESK = "desk/"  # what the owner added: texts, files, addresses, test cases
CASES = "cases.csv"
FORMAT = 2  # raise when an older version could not read what is written
_DESK_FORMAT = 2  # the first with counts and what the owner added
# Fewer digits than a generation's name may have, so that a made-up number leaves room for the generations after it.
_SEGMENT = re.compile(r"tokens/gen-([1-9]\d{0,7})\.tokens")
# As names of files are made when they are added: no dots but before the suffix, so none that leads out of the folder.
_DESK_FILE = re.compile(
    r"desk/(?:own-posts\.json|cases\.csv|own-posts/(?:[A-Za-z0-9_-]{1,120}/){0,12}[A-Za-z0-9_-]{1,120}"
    r"\.(?:md|markdown|mdx|txt|html|htm|xml|json|csv))"
)
_MOST_FILES = 20_000
_MOST_MANIFEST = 8 << 20  # bytes
_BLOCK = 1 << 20
_BROKEN = (*ZIP_ERRORS, ValueError)


@dataclass(frozen=True, slots=True)
class FileSum:
    """size: bytes. digest: BLAKE2b, 16 bytes, in hexadecimal digits."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says it holds.

    version: of Footnote. made: ISO 8601. index: the settings the index was built with. votes: None if there was no file
    of votes. files: member name to checksum.
    """

    format: int
    version: str
    made: str
    index: IndexConfig
    articles: int
    votes: int | None
    files: Mapping[str, FileSum]

    @property
    def newest(self) -> int:
        """The highest number in the names of the segments."""
        return max((int(found[1]) for name in self.files if (found := _SEGMENT.fullmatch(name))), default=1)

    @property
    def index_files(self) -> list[str]:
        return [name for name in self.files if name == ARTICLES or _SEGMENT.fullmatch(name)]

    @property
    def desk_files(self) -> list[str] | None:
        """Of what the owner added; None in a backup from before these were saved."""
        return [name for name in self.files if name.startswith(DESK)] if self.format >= _DESK_FORMAT else None

    @property
    def own_texts(self) -> int:
        """How many texts and files of the owner there are."""
        return sum(name.startswith(f"{DESK}own-posts/") for name in self.files)

    def size(self) -> int:
        """Bytes of all files when unpacked."""
        return sum(file.size for file in self.files.values())


class Writer:
    """Adds files to a new backup; finish() writes the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: dict[str, FileSum] = {}

    def add(self, name: str, source: BinaryIO) -> None:
        """Copy a file in, noting its checksum. Raises OSError."""
        info = zipfile.ZipInfo(name)
        # Token vectors do not get smaller.
        info.compress_type = zipfile.ZIP_STORED if _SEGMENT.fullmatch(name) else zipfile.ZIP_DEFLATED
        digest, size = _digest(), 0
        with self._archive.open(info, "w", force_zip64=True) as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
                target.write(block)
        self.files[name] = FileSum(size, digest.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, TypeAdapter(Manifest).dump_json(manifest, indent=1))


class Reader:
    """An opened backup, whose names and sizes were checked; the contents are checked as they are read."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a file. Raises BackupError if it is not what the manifest states, OSError if that fails."""
        stated = self.manifest.files[name]
        digest, left = _digest(), stated.size
        with target.open("xb") as out, self._open(name) as member:
            target.chmod(0o600)
            while block := self._read(member, min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    break
                digest.update(block)
                out.write(block)
        if left or digest.hexdigest() != stated.digest:
            raise broken()

    def content(self, name: str, *, most: int) -> bytes:
        """A small member. most: bytes of it."""
        if self.manifest.files[name].size > most:
            raise broken()
        with self._open(name) as member:
            data = self._read(member, most)
        if asdict(FileSum(len(data), _digest(data).hexdigest())) != asdict(self.manifest.files[name]):
            raise broken()
        return data

    def _open(self, name: str) -> contextlib.closing[BinaryIO]:
        try:
            return contextlib.closing(self._archive.open(name))  # type: ignore[arg-type]
        except _BROKEN as error:
            raise broken() from error

    def _read(self, member: BinaryIO, size: int) -> bytes:
        try:
            return member.read(size)
        except _BROKEN as error:
            raise broken() from error


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Reader]:
    """A backup, for reading. Raises BackupError if it is none, is incomplete, or is of a newer version."""
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            members = archive.infolist()
            manifest = _manifest(archive, members)
        except OSError as error:
            raise BackupError(f"{file} cannot be read ({error.strerror or error}).") from error
        except _BROKEN as error:
            raise BackupError(
                f"{file} is not a complete backup of Footnote. If it was copied, copy it again; else take an older one."
            ) from error
        _check(members, manifest)
        yield Reader(archive, manifest)


def is_desk_file(name: str) -> bool:
    """Whether a member may be a file of what the owner added."""
    return _DESK_FILE.fullmatch(name) is not None


def broken() -> BackupError:
    """The error for contents that are not what was written."""
    return BackupError("The backup is damaged: what it holds is not what was written. Take an older one.")


def _manifest(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Manifest:
    """Raises one of _BROKEN."""
    found = [member for member in members if member.filename == MANIFEST]
    if len(found) != 1 or found[0].file_size > _MOST_MANIFEST or not _is_plain(found[0]):
        raise ValueError("no manifest")
    with archive.open(found[0]) as file:
        data = file.read(_MOST_MANIFEST)
    stated = TypeAdapter(dict[str, object]).validate_json(data).get("format")
    if isinstance(stated, int) and stated > FORMAT:
        raise BackupError(
            "The backup was made by a newer version of Footnote. Update Footnote, then restore it."
        )
    try:
        return TypeAdapter(Manifest).validate_json(data)
    except ValidationError as error:
        raise ValueError("not our manifest") from error


def _check(members: list[zipfile.ZipInfo], manifest: Manifest) -> None:
    names = [member.filename for member in members if member.filename != MANIFEST]
    allowed = all(
        name in (ARTICLES, VOTES, SETTINGS, COUNTS) or _SEGMENT.fullmatch(name) or is_desk_file(name)
        for name in names
    )
    if (
        not allowed
        or len(names) > _MOST_FILES
        or sorted(names) != sorted(manifest.files)
        or ARTICLES not in names
    ):
        raise BackupError(
            "The backup holds other files than a backup of Footnote does; nothing was restored."
        )
    if (VOTES in names) != (manifest.votes is not None):
        raise broken()
    for member in members:
        if member.filename != MANIFEST and member.file_size != manifest.files[member.filename].size:
            raise broken()
        if not _is_plain(member):
            raise broken()


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """Neither encrypted nor compressed in a way that we do not use."""
    return not member.flag_bits & 1 and member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _digest(data: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(data, digest_size=16)
