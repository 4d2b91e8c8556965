"""Where the owner's settings are: a JSON file beside the index, or a row in the database of several servers."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.errors import ConfigError, DatabaseError

if TYPE_CHECKING:
    from bot.config.settings import BotConfig
    from ingest.database import Database, Layout

MOST_BYTES = 256 * 1024
Stamp = tuple[int, int, int] | None  # differs after each change; None if nothing was set
log = logging.getLogger("footnote")


class SettingsPlace(Protocol):
    """Holds one object of settings, as texts by name."""

    def stamp(self) -> Stamp: ...

    def read(self) -> tuple[dict[str, Any], str]:
        """The settings, and what happened to them if they could not be read, in a sentence for the owner."""

    def change(self, values: Mapping[str, str]) -> None:
        """Put values in, "" to take one out; all or none. Raises ConfigError."""

    def data(self) -> bytes | None:
        """What is stored, for a backup; None if nothing is. Raises ConfigError."""

    def look(self) -> bytes | None:
        """What is stored, without a change of anything, a table or a copy; None if nothing is. Raises ConfigError, DatabaseError."""

    def replace(self, data: bytes) -> None:
        """Store this in place of all that there is. Raises ConfigError."""


def settings_place(config: BotConfig) -> SettingsPlace:
    """The place of a blog's settings."""
    database = config.database
    if database is None:
        return SettingsFile(config.settings_file)
    return SettingsRow(database, config.beside("shared-settings.json"))


class SettingsFile:
    """The file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __str__(self) -> str:
        return str(self.file)

    def stamp(self) -> Stamp:
        """A look at the file's date."""
        return _stamp(self.file)

    def read(self) -> tuple[dict[str, Any], str]:
        """A damaged file is renamed, so that a new one can be written."""
        if _stamp(self.file) is None:
            return {}, ""
        try:
            return _load(self.file), ""
        except ValueError as error:
            return {}, set_aside(self.file, str(error))
        except OSError as error:
            return {}, f"The owner's settings in {self.file} cannot be read ({error.strerror})."

    def change(self, values: Mapping[str, str]) -> None:
        raw, _ = self.read()
        self.replace(
            json.dumps(changed(raw, values), ensure_ascii=False, indent=2).encode("utf-8", "replace")
        )

    def data(self) -> bytes | None:
        try:
            return self.file.read_bytes() if self.file.is_file() else None
        except OSError as error:
            raise ConfigError(f"The settings in {self.file} cannot be read ({error.strerror}).") from error

    def look(self) -> bytes | None:
        return self.data()

    def replace(self, data: bytes) -> None:
        try:
            write_atomically(self.file, data)
        except OSError as error:
            raise ConfigError(
                f"The settings cannot be written to {self.file} ({error.strerror}). See that there is room and that the "
                "folder may be written."
            ) from error


class SettingsRow:
    """The row. A thread looks at it twice a second, so that no request waits for the database.

    Args:
        database: Has the row.
        copy: A file with what was seen last, for a start while the database is down.
    """

    def __init__(self, database: Database, copy: Path) -> None:
        from ingest.database import Watched

        self._database, self._copy = database, copy
        self._row = Watched(self._look, before=self._before)

    def __str__(self) -> str:
        return "the settings in the database"

    def stamp(self) -> Stamp:
        number = self._known()[0]
        return (number, 0, 0) if number else None

    def read(self) -> tuple[dict[str, Any], str]:
        try:
            return parse_settings(self._known()[1].encode()), ""
        except ValueError as error:
            return {}, f"The owner's settings in the database are damaged ({error})."

    def change(self, values: Mapping[str, str]) -> None:
        self._write(lambda stored: changed(stored, values))

    def data(self) -> bytes | None:
        number, text = self._known()
        return text.encode() if number else None

    def look(self) -> bytes | None:
        with self._database.looking() as db:
            there = db.execute("SELECT to_regclass('settings')").fetchone()
            found = db.execute("SELECT value FROM settings").fetchone() if there and there[0] else None
        return found[0].encode() if found else None

    def replace(self, data: bytes) -> None:
        self._write(lambda _: parse_settings(data))

    def _write(self, made_of: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        try:
            with self._database.transaction(_layout()) as db:
                found = db.execute("SELECT value FROM settings").fetchone()
                raw = made_of(parse_settings(found[0].encode()) if found else {})
                db.execute(_PUT, (json.dumps(raw, ensure_ascii=False),))
        except (DatabaseError, ValueError) as error:
            raise ConfigError(
                f"The settings cannot be written to the database ({error}). See that it runs, then try again."
            ) from error
        self._row.look()

    def _known(self) -> tuple[int, str]:
        """Raises ConfigError if the database was never reached."""
        try:
            return self._row.value()
        except DatabaseError as error:
            raise ConfigError(
                f"FOOTNOTE_DATABASE_URL: {error}. See that it runs, then start again."
            ) from error

    def _look(self) -> tuple[int, str]:
        with self._database.connected(_layout()) as db:
            found = db.execute("SELECT number, value FROM settings").fetchone()
        row = (int(found[0]), str(found[1])) if found else (0, "{}")
        if row != self._before():
            self._keep(row)
        return row

    def _keep(self, row: tuple[int, str]) -> None:
        with contextlib.suppress(OSError):  # it is only missed if the database is down at a start
            write_atomically(self._copy, json.dumps(row).encode())

    def _before(self) -> tuple[int, str] | None:
        try:
            number, text = json.loads(self._copy.read_bytes())
            return int(number), str(text)
        except (OSError, ValueError, TypeError):
            return None


_PUT = """INSERT INTO settings (value) VALUES (%s)
    ON CONFLICT (one) DO UPDATE SET value = excluded.value, number = settings.number + 1"""


def _layout() -> Layout:
    from ingest.database import Layout

    one = "one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one)"
    return Layout(
        "settings", (f"CREATE TABLE settings ({one}, value TEXT NOT NULL, number BIGINT NOT NULL DEFAULT 1)",)
    )


def changed(raw: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """The settings with these values in, and without those that are ""."""
    new = {**raw, **values}
    return {name: value for name, value in new.items() if name not in values or value}


def set_aside(file: Path, reason: str, effect: str = "what was set in it is not in force") -> str:
    """Rename a damaged file, so that a new one can be written; returns a sentence for the owner. effect: its end."""
    aside = next(
        path
        for number in range(1, 1000)
        if not (path := file.with_name(f"{file.name}.damaged-{number}")).exists() or number == 999
    )
    try:
        file.replace(aside)
    except OSError as error:
        return f"{file} is damaged ({reason}) and cannot be moved away ({error.strerror}). Delete it."
    return f"{file} was damaged ({reason}). It is now {aside.name}, and {effect}."


def write_atomically(file: Path, data: bytes) -> None:
    """Write a file that only this user may read, as a whole or not at all. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def parse_settings(data: bytes) -> dict[str, Any]:
    """The content of a file of settings. Raises ValueError."""
    try:
        read = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ValueError("it is not valid JSON") from None
    if not isinstance(read, dict):
        raise ValueError("it is not one object of settings")
    return read


def _load(file: Path) -> dict[str, Any]:
    with file.open("rb") as source:
        data = source.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError("it is larger than such a file can be")
    return parse_settings(data)


def _stamp(file: Path) -> Stamp:
    """None if there is no such file."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
