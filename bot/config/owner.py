"""What the owner changes while the server runs: one JSON object beside the index or in a database, and the settings with it.

It holds texts as they are written in the environment, and is checked in the same way. What the environment or the command
line sets is not overridden. It is reloaded as soon as it has changed: a restored backup, an edit by hand and a change on
another server count from the next request on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.config.environment import PREFIX, allow_followed, read_setting
from bot.config.owner_places import SettingsPlace, Stamp, settings_place
from bot.config.settings import BotConfig
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
Listener = Callable[[BotConfig], None]
log = logging.getLogger("footnote")


class OwnerSettings:
    """The settings in force. May be shared by threads.

    Args:
        config: Those of the environment and the command line.
        place: Holds the owner's; by default a file beside the index, or the database of the settings.
    """

    def __init__(self, config: BotConfig, place: SettingsPlace | None = None) -> None:
        self._base = config
        self.place = place or settings_place(config)
        self.problem = ""  # why the file could not be used, for the owner
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()
        self._stamp: Stamp = None
        self._raw: dict[str, Any] = {}
        self._current = allow_followed(config)
        self.current()

    @property
    def fixed(self) -> frozenset[str]:
        """Names of the settings that only the environment or the command line can change."""
        return self._base.fixed & OWNED.keys()

    def current(self) -> BotConfig:
        """The settings in force now: cheap, a look at a date or a number."""
        stamp = self.place.stamp()
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
            ConfigError: A value cannot be used, or the place cannot be written; `SettingRefused` names the setting.
        """
        for name, text in values.items():
            check_setting(name, text)
            if name in self.fixed:
                raise SettingRefused(
                    name, f"it is set by {PREFIX}{name.upper()}, or where the server is started."
                )
        with self._lock:
            self.current()
            self.place.change({name: text.strip() for name, text in values.items()})
            return self.current()

    def on_change(self, listener: Listener) -> None:
        """Call a function with the settings, now and after each change."""
        with self._lock:
            self._listeners.append(listener)
            listener(self._current)

    def _read(self, stamp: Stamp) -> None:
        self._raw, self.problem = self.place.read()
        if self.problem:
            log.warning("%s", self.problem)
        self._stamp, before = (self.place.stamp() if self.problem else stamp), self._current
        self._current, refused = apply_settings(self._base, self._raw)
        for error in refused:
            log.warning("%s: %s The setting is not used.", self.place, error)
        if self._current != before:
            for listener in self._listeners:
                listener(self._current)


class SettingRefused(ConfigError):
    """A value that an owner's setting cannot have. name: of the setting."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


def apply_settings(base: BotConfig, stored: Mapping[str, Any]) -> tuple[BotConfig, list[SettingRefused]]:
    """The settings with the owner's, unless they are set elsewhere, and why some of hers are not used."""
    values: dict[str, Any] = {}
    refused = []
    for name in sorted(OWNED.keys() & stored.keys() - base.fixed):
        try:
            if stored[name] != "":
                values[name] = check_setting(name, stored[name])
        except SettingRefused as error:
            refused.append(error)
    return allow_followed(replace(base, **values)), refused


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
