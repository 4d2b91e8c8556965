"""BotConfig, and the one place where the environment is read.

`load_config(os.environ)` is called by cli.main and ui.main and by nothing else; below that, a
frozen BotConfig or plain arguments are passed.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.config import DEFAULT_EMBEDDER, IndexConfig
from ingest.errors import ConfigError

PREFIX = "FOOTNOTE_"
log = logging.getLogger("footnote")
HELP: dict[str, str] = {
    "index": "folder of the index",
    "host": "address the server binds; 127.0.0.1 keeps it on this machine",
    "port": "port of the server",
    "embedder": "embedding model: the packaged one, a folder, or a name on a model hub",
    "title": "name of the blog, shown above the chat window",
    "max_question": "longest question accepted, in characters",
    "max_history": "turns of a conversation that are looked at",
    "threshold": "probability from which a question counts as answered, 0 to 1",
    "threads": "CPU threads for embedding a question",
}
_RANGES = {
    "port": (1, 65_535),
    "max_question": (1, 100_000),
    "max_history": (1, 1_000),
    "threshold": (0, 1),
    "threads": (1, 256),
}


@dataclass(frozen=True, slots=True)
class BotConfig:
    """Everything an owner may set; each field is the variable FOOTNOTE_<NAME>."""

    index: Path = Path("data/index")
    host: str = "127.0.0.1"
    port: int = 7860
    embedder: str = DEFAULT_EMBEDDER
    title: str = "Ask this blog"
    max_question: int = 1000
    max_history: int = 12
    threshold: float = 0.45
    threads: int = 1

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
    try:
        config = TypeAdapter(BotConfig).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise ConfigError(f"{PREFIX}{name.upper()}={given[name]!r}: {first['msg'].lower()}.") from None
    for name, (least, most) in _RANGES.items():
        if not least <= (value := getattr(config, name)) <= most:
            raise ConfigError(f"{PREFIX}{name.upper()}={value}: it is a number from {least} to {most}.")
    try:
        return replace(config, index=config.index.expanduser())
    except RuntimeError:  # "~nobody/index"
        raise ConfigError(f"{PREFIX}INDEX={str(config.index)!r}: there is no such home folder.") from None
