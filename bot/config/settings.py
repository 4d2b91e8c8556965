"""BotConfig, and the one place where the environment is read.

`load_config(os.environ)` is called where a program starts and by nothing else; below that, a frozen BotConfig or
plain arguments are passed. pydantic converts the values. pydantic-settings is not used: its classes read the
environment whenever they are made, so that BotConfig() would no longer be a plain value, and it passes over a
misspelt name in silence.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError

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

PREFIX = "FOOTNOTE_"
DEFAULT_TITLE = "Ask this blog"  # readers see this one in their own language
log = logging.getLogger("footnote")
HELP: dict[str, str] = {
    "index": "folder of the index; empty: data/index in a clone of Footnote's repository, else in your own data folder",
    "host": "address the server binds; 127.0.0.1 keeps it on this machine",
    "port": "port of the server",
    "embedder": "embedding model: the packaged one, a folder, or a name on a model hub",
    "title": "name of the blog, shown above the chat window",
    "max_question": "longest question accepted, in characters",
    "max_history": "turns of a conversation that are looked at",
    "threshold": "probability from which a question counts as answered, 0 to 1",
    "threads": "CPU threads for embedding a question",
    "follow": "what the server follows by itself: addresses, feeds, sitemaps or folders, with "
    "spaces between them",
    "every": "how often that is read again: 90s, 15m, 2h or 1d",
    "owner_token": "secret of at least 16 characters with which POST /api/reingest may be asked for; "
    "empty: nobody may",
    "triage": "your file of red flags, which overrides the packaged one",
    "replies": "your file of replies (a doctor, prices, how to reach you, thanks ...), which overrides the packaged one",
    "words": "a folder of your own words for the window, such as de.json or nl.json, which override ours",
    "subject": "the subject of your blog, whose words help to understand questions: health, none, or the path of your own "
    "file, made like bot/text/subjects/health.toml",
    "emergency": "the number to call in an emergency where your readers are",
    "feedback": "file for readers' thumbs and notes; off: none are asked for; empty: beside the index, "
    "index.feedback.sqlite",
    "allow_private": "true: addresses inside your own network may be followed, too",
    "model": "a chat model that words the answers, such as ollama:llama3.2, openai:gpt-4o-mini or "
    "llamacpp:/path/to/model.gguf; what it writes is checked; empty: the blog's own sentences",
    "model_seconds": "how long the chat model may take for an answer; then quotes are shown",
    "allowed_origins": "sites that may show the chat and ask the HTTP interface, with spaces between them: "
    "https://www.your-blog.com https://*.your-shop.com; empty: the blogs that are followed",
    "trusted_proxies": "addresses or networks of your own proxies, with spaces between them; what they say "
    "of a reader (X-Forwarded-For, -Proto, -Host, -Prefix) is believed, what others say is not",
    "root_path": "where a proxy shows the chat if not at the top: /chat, or the whole address "
    "https://www.your-blog.com/chat",
    "rate": "questions that one reader's address may ask; off: as many as it likes",
    "rate_total": "questions that all readers together may ask; off: as many as they like",
    "question_seconds": "how long a question may take, waiting for its turn included",
    "log_questions": "true: the log holds what readers ask, also in error messages",
}
_RANGES = {
    "port": (1, 65_535),
    "max_question": (1, 100_000),
    "max_history": (1, 1_000),
    "threshold": (0, 1),
    "threads": (1, 256),
    "model_seconds": (1, 110),
    "question_seconds": (1, 600),
}
RATE, RATE_TOTAL = "120/minute 1000/hour", "600/minute"  # an address may be a whole office


@dataclass(frozen=True, slots=True)
class BotConfig:
    """Everything an owner may set; each field is the variable FOOTNOTE_<NAME>.

    index: by default that of a clone if the current folder is one, else the user's own. every: seconds.
    owner_token: never printed, logged or named in an error.
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
        # Beside the index and not in it: who deletes an index to make a new one does not mean this.
        beside = self.index.with_name(f"{self.index.name}.feedback.sqlite")
        return Path(self.feedback) if self.feedback else beside

    model: str = ""
    model_seconds: float = 30.0
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    root_path: str = ""
    rate: tuple[Rate, ...] = read_rates(RATE)
    rate_total: tuple[Rate, ...] = read_rates(RATE_TOTAL)
    question_seconds: float = 60.0
    log_questions: bool = False

    @property
    def index_config(self) -> IndexConfig:
        return IndexConfig(embedder=self.embedder)


def load_config(environ: Mapping[str, str]) -> BotConfig:
    """Read FOOTNOTE_… variables; an empty one counts as not set.

    Raises ConfigError for a value that cannot be used. A name that no setting has is logged as a
    warning: a misspelt variable that is silently ignored costs its owner an evening.
    """
    names = [f.name for f in fields(BotConfig)]
    given: dict[str, str] = {}
    for key, value in environ.items():
        if not key.startswith(PREFIX) or not value.strip():
            continue
        name = key.removeprefix(PREFIX).lower()
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else ""
            log.warning("%s is no setting of this version and is not used.%s", key, hint)
            continue
        given[name] = value.strip()
    read = {name: _read(name, text) for name, text in given.items()}
    try:
        config = TypeAdapter(BotConfig).validate_python(read)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise ConfigError(f"{_named(name, given[name])}: {first['msg'].lower()}.") from None
    for name, (least, most) in _RANGES.items():
        if not least <= (value := getattr(config, name)) <= most:
            raise ConfigError(f"{PREFIX}{name.upper()}={value}: it is a number from {least} to {most}.")
    try:
        return replace(config, index=config.index.expanduser())
    except RuntimeError:  # "~nobody/index"
        raise ConfigError(f"{PREFIX}INDEX={str(config.index)!r}: there is no such home folder.") from None


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
        "rate": write_rates(config.rate),
        "rate_total": write_rates(config.rate_total),
        "question_seconds": f"{config.question_seconds:g}",
        "log_questions": "false",
    }


def _read(name: str, text: str) -> Any:
    """A setting's value, for those that pydantic cannot read. Raises ConfigError that names it."""
    reader = _READERS.get(name)
    try:
        return text if reader is None else reader(text)
    except ConfigError as error:
        raise ConfigError(f"{_named(name, text)}: {error}") from None


def _named(name: str, text: str) -> str:
    """A setting and its value; no secret's value."""
    return f"{PREFIX}{name.upper()}" + ("" if name == "owner_token" else f"={text!r}")


def _token(text: str) -> SecretStr:
    advice = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
    if len(text) < 16:
        raise ConfigError(f"it is too short; a secret has 16 characters or more. {advice}")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ConfigError(f"it holds a space or a character that no request can carry. {advice}")
    return SecretStr(text)


def _yes(text: str) -> bool:
    if text.lower() in ("true", "yes", "on", "1"):
        return True
    if text.lower() in ("false", "no", "off", "0"):
        return False
    raise ConfigError("it is true or false.")


def _file(text: str) -> str:
    try:
        return str(Path(text).expanduser())
    except RuntimeError:  # "~nobody/feedback"
        raise ConfigError("there is no such home folder.") from None


_READERS: dict[str, Callable[[str], Any]] = {
    "follow": lambda text: tuple(dict.fromkeys(text.split())),
    "every": read_duration,
    "owner_token": _token,
    "feedback": _file,
    "allow_private": _yes,
    "allowed_origins": read_origins,
    "trusted_proxies": read_networks,
    "root_path": read_root,
    "rate": read_rates,
    "rate_total": read_rates,
    "log_questions": _yes,
}
