"""The folder beside the index, or in the database of several servers, with what the owner added, and the list of what she took out."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from bot.config import DESK_FOLDERS, desk_folder
from bot.own_posts import files
from ingest.article import Article, Item, LeftOut, Seen
from ingest.database import Folder
from ingest.errors import DatabaseError, SourceError
from ingest.index import NOTHING_STORED, Stored
from ingest.urls import address_key, is_web, public_url

if TYPE_CHECKING:
    from bot.config import BotConfig
    from ingest.sources import Load

MAX_ADDRESSES = 200
_FOLDER, _LISTS = "own-posts", "own-posts.json"  # the folder's name is part of its posts' ids
_TAKEN_OUT = "the owner took this out on the desk"
log = logging.getLogger("footnote")


@dataclass(frozen=True, slots=True)
class _Lists:
    """addresses: that are followed beside the settings'. taken_out: id of each post to its title."""

    addresses: tuple[str, ...] = ()
    taken_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnPosts:
    """What the owner added and took out, in one folder. Thread-safe; other processes may read. Each call raises SourceError."""

    desk: Folder

    @property
    def place(self) -> Path:
        """Of everything."""
        return self.desk.path

    @property
    def folder(self) -> Path:
        """Of the files; it may not exist yet."""
        return self.place / _FOLDER

    def sources(self) -> tuple[str, ...]:
        """What a sync reads beside the blog: the addresses, and the folder once it holds a file."""
        addresses = self.addresses()
        here = any(True for _ in files.files_below(self.folder))
        return (*addresses, *((str(self.folder),) if here else ()))

    def addresses(self) -> tuple[str, ...]:
        """The addresses that were added, oldest first."""
        return self._fetched().addresses

    def taken_out(self) -> Mapping[str, str]:
        """Id to title of the posts that stay out of the index."""
        return self._fetched().taken_out

    def add_text(self, title: str, text: str, url: str = "") -> Path:
        """Add a pasted text. Raises SourceError."""
        return files.add_text(self.folder, title, text, url, self._changing)

    def add_file(self, upload: Path, name: str) -> Path:
        """Add an uploaded file, of which a copy is made. Raises SourceError."""
        return files.add_file(self.folder, upload, name, self._changing)

    def add_address(self, address: str) -> str:
        """Follow an address; returns it as it is stored. Raises SourceError."""
        written = address.strip()
        found = public_url(written if "://" in written else f"https://{written}") if written else None
        if found is None:
            raise SourceError("Write the address of a post or a blog, with https:// in front.")
        with self._changing():
            lists = self._read()
            if found not in lists.addresses:
                if len(lists.addresses) >= MAX_ADDRESSES:
                    raise SourceError(
                        f"{MAX_ADDRESSES} addresses are followed already. Follow the whole blog instead."
                    )
                self._write(_Lists((*lists.addresses, found), lists.taken_out))
        return found

    def remove_address(self, address: str) -> None:
        """Follow an address no longer; what was read from it stays."""
        with self._changing():
            lists = self._read()
            left = tuple(each for each in lists.addresses if each != address)
            self._write(_Lists(left, lists.taken_out))

    def take_out(self, article_id: str, title: str, origin: str) -> None:
        """Have a post stay out: a file that was added here is deleted, any other post is left out by later syncs."""
        with self._changing():
            if (file := self._own_file(origin)) is not None:
                files.remove(self.folder, file)
                return
            lists = self._read()
            addresses = tuple(each for each in lists.addresses if each != article_id)
            self._write(_Lists(addresses, {**lists.taken_out, article_id: title}))

    def put_back(self, article_id: str) -> None:
        """Let the next sync read a post again that was taken out."""
        with self._changing():
            lists = self._read()
            left = {key: title for key, title in lists.taken_out.items() if key != article_id}
            self._write(_Lists(lists.addresses, left))

    def is_own(self, origin: str) -> bool:
        """Whether an article's origin is a file that was added here."""
        self._fetched()
        return self._own_file(origin) is not None

    def leaving_out(self, load: Load) -> Load:
        """The same loader, without the posts that were taken out."""
        keys = {_key(article_id) for article_id in self.taken_out()}

        def loaded(
            source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
        ) -> Iterator[Item]:
            for item in load(source, url=url, known=known):
                if isinstance(item, Article | Seen) and _key(item.id) in keys:
                    yield LeftOut(item.origin, item.id, _TAKEN_OUT)
                else:
                    yield item

        return loaded if keys else load

    def stored(self) -> Iterator[tuple[str, Path]]:
        """Everything that is stored, for a backup: each file's name below the place, and where it is."""
        self._fetched()
        for file in (self.place / _LISTS, *files.files_below(self.folder)):
            if file.is_file():
                yield file.relative_to(self.place).as_posix(), file

    def replace(self, draft: Path) -> None:
        """Put what a backup held in place of what is stored. draft: a folder beside the place, as stored() names files.

        Raises SourceError; then what was stored before is still there.
        """
        with self._changing():
            old = draft.with_name(f"{draft.name}.old")
            try:
                self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
                if self.folder.exists():
                    self.folder.rename(old)
                if (draft / _FOLDER).exists():
                    (draft / _FOLDER).rename(self.folder)
                if (draft / _LISTS).exists():
                    (draft / _LISTS).replace(self.place / _LISTS)
                else:
                    (self.place / _LISTS).unlink(missing_ok=True)
            except OSError as error:
                if old.exists() and not self.folder.exists():
                    old.rename(self.folder)
                raise SourceError(
                    f"The texts that were added on the desk cannot be written ({error.strerror or error})."
                ) from error
            finally:
                shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with _source_errors(), self.desk.changing():
            yield

    def _fetched(self) -> _Lists:
        with _source_errors():
            self.desk.fetch()
        return self._read()

    def _own_file(self, origin: str) -> Path | None:
        """The file of an origin below our folder; None for an export, which holds more than one post."""
        if not origin.startswith("file:"):
            return None
        file = self._here(Path(unquote(urlsplit(origin).path)))
        inside = file.resolve().is_relative_to(self.folder.resolve())
        return file if inside and file.is_file() and file.suffix.lower() in files.POSTS else None

    def _here(self, file: Path) -> Path:
        """Where a file is that another server has read in its own copy of the folder, or this one before it moved."""
        parts = file.parts
        for at, part in enumerate(parts[1:], 1):
            if part == _FOLDER and parts[at - 1].endswith(DESK_FOLDERS):
                return self.folder.joinpath(*parts[at + 1 :])
        return file

    def _read(self) -> _Lists:
        path = self.place / _LISTS
        try:
            read: Any = json.loads(path.read_text(encoding="utf-8"))
            return _Lists(
                tuple(map(str, read["addresses"])), {str(k): str(v) for k, v in read["taken_out"].items()}
            )
        except FileNotFoundError:
            return _Lists()
        except OSError as error:
            raise SourceError(f"{path.name} cannot be read ({error.strerror or error}).") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}")
            path.replace(aside)
            log.warning(
                "%s was damaged and is now %s: the addresses added on the desk are not followed, and posts that were "
                "taken out come back, until they are entered again.", path.name, aside.name,
            )  # fmt: skip
            return _Lists()

    def _write(self, lists: _Lists) -> None:
        """Replace the file as a whole: a reader sees the old lists or the new ones. Raises SourceError."""
        path = self.place / _LISTS
        text = json.dumps(
            {"addresses": lists.addresses, "taken_out": dict(lists.taken_out)}, ensure_ascii=False, indent=1
        )
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            raise SourceError(f"{path.name} cannot be written ({error.strerror or error}).") from error


def own_posts(config: BotConfig) -> OwnPosts:
    """Those of the settings' blog."""
    return OwnPosts(desk_folder(config))


@contextmanager
def _source_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise SourceError(str(error)) from error


def _key(article_id: str) -> str:
    return address_key(article_id) if is_web(article_id) else article_id
