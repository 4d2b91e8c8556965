"""The one place where the environment is read.

`load_config(os.environ)` is called where a program starts and by nothing else; below that, a frozen BotConfig or
plain arguments are passed. pydantic converts the values. pydantic-settings is not used: its classes read the
environment whenever they are made, so that BotConfig() would no longer be a plain value, and it passes over a
misspelt name in silence.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError

from bot.config.help import HELP
from bot.config.places import default_index
from bot.config.settings import PROTOCOLS, BotConfig
from bot.config.values import (
    read_duration,
    read_networks,
    read_origins,
    read_rates,
    read_root,
    write_duration,
    write_rates,
)
from ingest.errors import ConfigError

PREFIX = "FOOTNOTE_"
log = logging.getLogger("footnote")
_RANGES = {
    "port": (1, 65_535),
    "max_question": (1, 100_000),
    "max_history": (1, 1_000),
    "threshold": (0, 1),
    "threads": (1, 256),
    "model_seconds": (1, 110),
    "question_seconds": (1, 600),
    "model_answers": (0, 1_000_000),
    "answer_cache": (0, 100_000),
}
SECRETS = (
    "owner_token",
    "rate_store",
    "database_url",
    "chroma_url",
    "chroma_token",
)  # an address may hold a password


def load_config(environ: Mapping[str, str]) -> BotConfig:
    """Read FOOTNOTE_… variables; an empty one counts as not set.

    Raises ConfigError for a value that cannot be used. A name that no setting has is logged as a
    warning: a misspelt variable that is silently ignored costs its owner an evening.
    """
    for sentence in unknown_settings(environ):
        log.warning("%s", sentence)
    given = _given(environ)
    values = {name: _named_value(name, text) for name, text in given.items()}
    if "blog" in values and "index" not in values:
        values["index"] = default_index().parent / values["blog"] / "index"
    if "chroma_url" in values and "database_url" not in values:
        raise ConfigError(
            "FOOTNOTE_CHROMA_URL needs FOOTNOTE_DATABASE_URL too: a Chroma server has the vectors, and a Postgres the articles and "
            "which state of the blog is live. Set both, or neither."
        )
    return replace(BotConfig(), **values).fix(given)


def unknown_settings(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each FOOTNOTE_… variable that no setting has."""
    found = []
    for key, value in environ.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and value.strip() and name not in HELP:
            near = difflib.get_close_matches(name, HELP, n=1)
            hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else ""
            found.append(f"{key} is no setting of this version and is not used.{hint}")
    return found


def wrong_settings(environ: Mapping[str, str]) -> dict[str, ConfigError]:
    """Of each FOOTNOTE_… variable whose value cannot be used, why."""
    found: dict[str, ConfigError] = {}
    for name, text in _given(environ).items():
        try:
            _named_value(name, text)
        except ConfigError as error:
            found[f"{PREFIX}{name.upper()}"] = error
    return found


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """The texts of the settings that are set, by name."""
    named = {
        key.removeprefix(PREFIX).lower(): text.strip()
        for key, text in environ.items()
        if key.startswith(PREFIX)
    }
    return {name: text for name, text in named.items() if text and name in HELP}


def read_setting(name: str, text: str) -> Any:
    """The value of a setting as an owner writes it. Raises ConfigError, which does not name the setting."""
    reader = _READERS.get(name)
    value = text if reader is None else reader(text)
    try:
        value = getattr(TypeAdapter(BotConfig).validate_python({name: value}), name)
    except ValidationError as error:
        raise ConfigError(f"{error.errors()[0]['msg'].lower()}.") from None
    if name in _RANGES:
        least, most = _RANGES[name]
        if not least <= value <= most:
            raise ConfigError(f"it is a number from {least} to {most}.")
    return value


def allow_followed(config: BotConfig) -> BotConfig:
    """The settings, with the followed blogs as the sites that may show the chat if the owner names none."""
    if config.allowed_origins:
        return config
    origins = [origin for source in config.follow for origin in _both_origins(source)]
    return replace(config, allowed_origins=tuple(dict.fromkeys(origins)))


def _both_origins(source: str) -> list[str]:
    """The origin of a source's address, with and without "www.", since blogs have both; none for a folder."""
    if not source.lower().startswith(("https://", "http://")):
        return []
    try:
        origins = read_origins(source)
    except ConfigError:  # reading it will say what is wrong
        return []
    scheme, _, place = origins[0].partition("://")
    if "." not in place or place[-1].isdigit() or place[-1] == "]":  # a number, or a host of a local network
        return [origins[0]]
    other = place.removeprefix("www.") if place.startswith("www.") else f"www.{place}"
    return [origins[0], f"{scheme}://{other}"]


def defaults() -> dict[str, str]:
    """Each setting's default as an owner would write it; "" for none."""
    config = BotConfig()
    plain = {name: str(getattr(config, name)) for name in HELP}
    return {
        **plain,
        "every": write_duration(config.every),
        "follow": "",
        "owner_token": "",
        "allow_private": "false",
        "model_seconds": f"{config.model_seconds:g}",
        "allowed_origins": "",
        "trusted_proxies": "",
        "protocols": " ".join(config.protocols),
        "rate": write_rates(config.rate),
        "rate_total": write_rates(config.rate_total),
        "rate_store": "",
        "database_url": "",
        "chroma_url": "",
        "chroma_token": "",
        "question_seconds": f"{config.question_seconds:g}",
        "answer_cache": "",
        "log_questions": "false",
        "languages": "",
        "gaps": "false",
        "paused": "false",
    }


def _named_value(name: str, text: str) -> Any:
    """A setting's value. Raises ConfigError that names the variable."""
    try:
        return read_setting(name, text)
    except ConfigError as error:
        raise ConfigError(f"{_named(name, text)}: {error}") from None


def _named(name: str, text: str) -> str:
    """A setting and its value; no secret's value."""
    return f"{PREFIX}{name.upper()}" + ("" if name in SECRETS else f"={text!r}")


def _token(text: str) -> SecretStr:
    advice = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
    if len(text) < 16:
        raise ConfigError(f"it is too short; a secret has 16 characters or more. {advice}")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ConfigError(f"it holds a space or a character that no request can carry. {advice}")
    return SecretStr(text)


def _secret(text: str) -> SecretStr:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ConfigError("it holds a space or a character that no request can carry.")
    return SecretStr(text)


def _yes(text: str) -> bool:
    if text.lower() in ("true", "yes", "on", "1"):
        return True
    if text.lower() in ("false", "no", "off", "0"):
        return False
    raise ConfigError("it is true or false.")


def _index(text: str) -> Path:
    return Path(_file(text))


def _blog(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", text):
        raise ConfigError("a name has up to 40 small letters, digits and hyphens, such as my-blog.")
    return text


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ConfigError("write a colour as # and six digits, such as #0d5c63.")
    return text.lower()


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(re.split(r"[\s,;]+", text.strip().lower())))
    if not all(re.fullmatch(r"[a-z]{2,3}", code) for code in codes):
        raise ConfigError("write short codes with spaces between, such as en de.")
    return codes


def _file(text: str) -> str:
    try:
        return str(Path(text).expanduser())
    except RuntimeError:  # "~nobody/feedback"
        raise ConfigError("there is no such home folder.") from None


def _protocols(text: str) -> tuple[str, ...]:
    words = re.split(r"[\s,;]+", text.lower().strip())
    if words in (["off"], ["none"]):
        return ()
    for word in words:
        if word not in PROTOCOLS:
            raise ConfigError(f"{word!r} is none of {', '.join(PROTOCOLS)}; off means none of them.")
    return tuple(name for name in PROTOCOLS if name in words)


_READERS: dict[str, Callable[[str], Any]] = {
    "index": _index,
    "blog": _blog,
    "colour": _colour,
    "languages": _languages,
    "gaps": _yes,
    "paused": _yes,
    "follow": lambda text: tuple(dict.fromkeys(text.split())),
    "every": read_duration,
    "owner_token": _token,
    "chroma_token": _secret,
    "feedback": _file,
    "allow_private": _yes,
    "allowed_origins": read_origins,
    "trusted_proxies": read_networks,
    "root_path": read_root,
    "protocols": _protocols,
    "rate": read_rates,
    "rate_total": read_rates,
    "log_questions": _yes,
}
