"""BotConfig, and the one place where the environment is read.

`load_config(os.environ)` is called where a program starts and by nothing else; below that, a frozen BotConfig or
plain arguments are passed. pydantic converts the values. pydantic-settings is not used: its classes read the
environment whenever they are made, so that BotConfig() would no longer be a plain value, and it passes over a
misspelt name in silence.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr, TypeAdapter, ValidationError

from bot.config.help import HELP
from bot.config.places import default_index
from bot.config.values import (
    Rate,
    read_duration,
    read_networks,
    read_origins,
    read_rates,
    read_root,
    write_duration,
    write_rates,
)
from ingest.config import DEFAULT_EMBEDDER, IndexConfig
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from ingest.chroma import ChromaServer
    from ingest.database import Database

PREFIX = "FOOTNOTE_"
DEFAULT_TITLE = "Ask this blog"  # readers see this one in their own language
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
# All on: they give what the window gives, read-only and under the same limits, and assistants can only cite a blog that
# they can ask.
SECRETS = (
    "owner_token",
    "rate_store",
    "database_url",
    "chroma_url",
    "chroma_token",
)  # an address may hold a password
PROTOCOLS = ("mcp", "openai", "nlweb")
RATE, RATE_TOTAL = "120/minute 1000/hour", "600/minute"  # an address may be a whole office


@dataclass(frozen=True, slots=True)
class BotConfig:
    """Everything an owner may set; each field is the variable FOOTNOTE_<NAME>.

    index: by default that of a clone if the current folder is one, else the user's own. every: seconds.
    owner_token, rate_store, database_url, chroma_url, chroma_token: never printed, logged or named in an error. fixed: names
    of the settings that come from the environment or the command line; no variable sets it.
    """

    index: Path = field(default_factory=default_index)
    host: str = "127.0.0.1"
    port: int = 7860
    embedder: str = DEFAULT_EMBEDDER
    title: str = DEFAULT_TITLE
    max_question: int = 1000
    max_history: int = 12
    threshold: float = 0.5
    threads: int = 1
    follow: tuple[str, ...] = ()
    every: float = 900.0
    owner_token: SecretStr = field(default=SecretStr(""), repr=False)
    allow_private: bool = False
    triage: str = ""
    emergency: str = ""
    replies: str = ""
    words: str = ""
    subject: str = "health"
    share: Literal["unlisted", "listed", "off"] = "unlisted"

    @property
    def words_folder(self) -> Path | None:
        return Path(self.words).expanduser() if self.words else None

    @property
    def triage_file(self) -> Path | None:
        return Path(self.triage).expanduser() if self.triage else None

    @property
    def replies_file(self) -> Path | None:
        return Path(self.replies).expanduser() if self.replies else None

    feedback: str = ""

    @property
    def feedback_file(self) -> Path | None:
        """Where readers' thumbs are kept; None if they are not asked for."""
        if self.feedback.lower() == "off":
            return None
        return Path(self.feedback) if self.feedback else self.beside("feedback.sqlite")

    model: str = ""
    model_seconds: float = 30.0
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    root_path: str = ""
    rate: tuple[Rate, ...] = read_rates(RATE)
    rate_total: tuple[Rate, ...] = read_rates(RATE_TOTAL)
    rate_store: SecretStr = field(default=SecretStr(""), repr=False)
    question_seconds: float = 60.0
    answer_cache: int | None = None

    @property
    def cache_bytes(self) -> int:
        """Bytes of memory for answers. A chat model may word an answer differently each time, so none by default."""
        by_default = 0 if self.model else 16
        return 1_000_000 * (by_default if self.answer_cache is None else self.answer_cache)

    log_questions: bool = False
    log_format: Literal["text", "json"] = "text"
    protocols: tuple[str, ...] = PROTOCOLS
    greeting: str = ""
    colour: str = ""
    languages: tuple[str, ...] = ()
    notice: str = ""
    gaps: bool = False
    paused: bool = False
    pause_message: str = ""
    model_answers: int = 0
    blog: str = "blog"
    database_url: SecretStr = field(default=SecretStr(""), repr=False)

    @property
    def database(self) -> Database | None:
        """What several servers share; None if everything is in files of this machine. Raises ConfigError."""
        from ingest.database import open_database

        url = self.database_url.get_secret_value()
        return open_database(url, self.blog) if url else None

    chroma_url: SecretStr = field(default=SecretStr(""), repr=False)
    chroma_token: SecretStr = field(default=SecretStr(""), repr=False)

    @property
    def chroma(self) -> ChromaServer | None:
        """What has and searches the vectors of several servers; None if each searches its own files. Raises ConfigError."""
        from ingest.chroma import open_chroma

        url = self.chroma_url.get_secret_value()
        return open_chroma(url, self.chroma_token.get_secret_value()) if url else None

    fixed: frozenset[str] = field(default=frozenset(), repr=False)

    def fix(self, names: Iterable[str]) -> BotConfig:
        """The same, with these settings as those that the owner cannot change while the server runs."""
        return replace(self, fixed=self.fixed | frozenset(names))

    def beside(self, name: str) -> Path:
        """A file beside the index and not in it: deleting an index to make a new one does not delete it."""
        return self.index.with_name(f"{self.index.name}.{name}")

    @property
    def settings_file(self) -> Path:
        """What the owner has set while the server ran."""
        return self.beside("settings.json")

    @property
    def gaps_file(self) -> Path:
        """The questions that the blog does not answer."""
        return self.beside("gaps.sqlite")

    @property
    def counts_file(self) -> Path:
        """How many questions of each day were answered."""
        return self.beside("counts.sqlite")

    @property
    def index_config(self) -> IndexConfig:
        return IndexConfig(embedder=self.embedder)


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
