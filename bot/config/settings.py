"""BotConfig: everything that an owner may set, as one frozen value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from bot.config.places import default_index
from bot.config.values import Rate, read_rates
from ingest.config import DEFAULT_EMBEDDER, IndexConfig

if TYPE_CHECKING:
    from ingest.chroma import ChromaServer
    from ingest.database import Database

DEFAULT_TITLE = "Ask this blog"  # readers see this one in their own language
# All on: they give what the window gives, read-only and under the same limits, and assistants can only cite a blog that
# they can ask.
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
