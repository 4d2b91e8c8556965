"""What the owner changes while the server runs: one JSON file beside the index, and the settings with it.

The file holds texts as they are written in the environment, and is checked in the same way. What the environment or the
command line sets is not overridden. The file is reloaded as soon as it has changed: a restored backup and an edit by
hand count from the next request on.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.config.settings import PREFIX, BotConfig, allow_followed, read_setting
from ingest.errors import ConfigError

OWNED: Mapping[str, int] = {
    "title": 100,
    "greeting": 200,
    "colour": 20,
    "languages": 100,
    "allowed_origins": 4000,
    "emergency": 200,
    "notice": 300,
    "gaps": 10,
    "feedback": 10,
    "paused": 10,
    "pause_message": 500,
    "model_answers": 10,
}  # the longest text of each, in characters
MOST_BYTES = 256 * 1024
Listener = Callable[[BotConfig], None]
log = logging.getLogger("footnote")
_Stamp = tuple[int, int, int]


class OwnerSettings:
    """The settings in force. May be shared by threads.

    Args:
        config: Those of the environment and the command line.
        file: Holds the owner's; by default it is beside the index.
    """

    def __init__(self, config: BotConfig, file: Path | None = None) -> None:
        self._base = config
        self.file = file or config.settings_file
        self.problem = ""  # why the file could not be used, for the owner
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()
        self._stamp: _Stamp | None = None
        self._raw: dict[str, Any] = {}
        self._current = allow_followed(config)
        self.current()

    @property
    def fixed(self) -> frozenset[str]:
        """Names of the settings that only the environment or the command line can change."""
        return self._base.fixed & OWNED.keys()

    def current(self) -> BotConfig:
        """The settings in force now: cheap, a look at the file's date."""
        stamp = _stamp(self.file)
        if stamp == self._stamp:
            return self._current
        with self._lock:
            if stamp != self._stamp:
                self._read(stamp)
            return self._current

    def stored(self) -> dict[str, str]:
        """What the owner has set, as texts by name."""
        self.current()
        with self._lock:
            return {name: text for name, text in self._raw.items() if name in OWNED and isinstance(text, str)}

    def change(self, values: Mapping[str, str]) -> BotConfig:
        """Set some settings; "" sets one back to what it is without the owner. All are stored, or none.

        Raises:
            ConfigError: A value cannot be used, or the file cannot be written; `SettingRefused` names the setting.
        """
        for name, text in values.items():
            check_setting(name, text)
            if name in self.fixed:
                raise SettingRefused(
                    name, f"it is set by {PREFIX}{name.upper()}, or where the server is started."
                )
        with self._lock:
            self.current()
            raw = {**self._raw, **{name: text.strip() for name, text in values.items()}}
            raw = {name: value for name, value in raw.items() if name not in OWNED or value}
            _write(self.file, raw)
            return self.current()

    def on_change(self, listener: Listener) -> None:
        """Call a function with the settings, now and after each change."""
        with self._lock:
            self._listeners.append(listener)
            listener(self._current)

    def _read(self, stamp: _Stamp | None) -> None:
        self._raw, self.problem = {}, ""
        if stamp is not None:
            try:
                self._raw = _load(self.file)
            except ValueError as error:
                self.problem = set_aside(self.file, str(error))
                stamp = _stamp(self.file)
            except OSError as error:
                self.problem = f"The owner's settings in {self.file} cannot be read ({error.strerror})."
        if self.problem:
            log.warning("%s", self.problem)
        self._stamp, before = stamp, self._current
        self._current = allow_followed(replace(self._base, **self._usable()))
        if self._current != before:
            for listener in self._listeners:
                listener(self._current)

    def _usable(self) -> dict[str, Any]:
        """The values of the file that are good and are not set elsewhere; the others are logged."""
        values: dict[str, Any] = {}
        for name in OWNED.keys() & self._raw.keys() - self.fixed:
            text = self._raw[name]
            try:
                if text != "":
                    values[name] = check_setting(name, text)
            except SettingRefused as error:
                log.warning("%s: %s The setting is not used.", self.file, error)
        return values


class SettingRefused(ConfigError):
    """A value that an owner's setting cannot have. name: of the setting."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


def check_setting(name: str, text: object) -> Any:
    """The value of an owner's setting; "" is allowed and stands for none. Raises SettingRefused."""
    if name not in OWNED:
        raise SettingRefused(name, "there is no such setting.")
    if not isinstance(text, str):
        raise SettingRefused(name, "it must be a text in quotes.")
    text = text.strip()
    if len(text) > OWNED[name]:
        raise SettingRefused(name, f"it is too long; {OWNED[name]} characters are the most.")
    if not text:
        return ""
    if any(not c.isprintable() for c in text):
        raise SettingRefused(name, "it holds a character that cannot be shown, or a line break.")
    if name == "feedback" and text.lower() != "off":  # the environment may name a file, a form may not
        raise SettingRefused(name, "it is off, or nothing.")
    try:
        return read_setting(name, text)
    except ConfigError as error:
        raise SettingRefused(name, str(error)) from None


def set_aside(file: Path, reason: str) -> str:
    """Rename a damaged file, so that a new one can be written; returns a sentence for the owner."""
    aside = next(
        path
        for number in range(1, 1000)
        if not (path := file.with_name(f"{file.name}.damaged-{number}")).exists() or number == 999
    )
    try:
        file.replace(aside)
    except OSError as error:
        return f"{file} is damaged ({reason}) and cannot be moved away ({error.strerror}). Delete it."
    return f"{file} was damaged ({reason}). It is now {aside.name}, and what was set in it is not in force."


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


def _write(file: Path, raw: Mapping[str, Any]) -> None:
    try:
        write_atomically(file, json.dumps(raw, ensure_ascii=False, indent=2).encode("utf-8", "replace"))
    except OSError as error:
        raise ConfigError(
            f"The settings cannot be written to {file} ({error.strerror}). See that there is room and that the folder may "
            "be written."
        ) from error


def _stamp(file: Path) -> _Stamp | None:
    """None if there is no such file."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
