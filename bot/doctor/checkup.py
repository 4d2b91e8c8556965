"""The whole look at an installation, part after part, the models last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.doctor.diagnosis import Diagnosis, looked_at

if TYPE_CHECKING:
    from bot.config import BotConfig
    from ingest.embedder import Embedder

OpenEmbedder = Callable[..., "Embedder"]


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found, in the order in which it was looked at."""

    diagnoses: tuple[Diagnosis, ...]

    @property
    def is_well(self) -> bool:
        """Whether there is no problem."""
        return not self.count("problem")

    def count(self, status: str) -> int:
        return sum(one.status == status for one in self.diagnoses)


def examine(
    environ: Mapping[str, str],
    options: Mapping[str, Any],
    *,
    quick: bool = False,
    open_embedder: OpenEmbedder | None = None,
) -> Checkup:
    """Look at an installation; nothing is changed, and only the engines of the settings and our own server are asked.

    Args:
        environ: With the FOOTNOTE_… variables.
        options: Settings that override them, as those of a command.
        quick: Do not load the models.
        open_embedder: Opens the embedding model; replaced in tests.

    Returns:
        Diagnoses, at least one of each part.
    """
    from bot.doctor import access, engines, installation, models, running, settings, storage

    found = [
        *looked_at("installation", lambda: installation.files(environ)),
        *looked_at("libraries", lambda: installation.libraries(environ)),
    ]
    seen: list[BotConfig] = []
    found += looked_at("settings", lambda: settings.look(environ, options, seen))
    if not seen:  # without them nothing else can be found
        return Checkup(tuple(found))
    config = seen[-1]
    looks = {
        "models": lambda: models.files(config),
        "chat model": lambda: settings.chat_model(config),
        "index": lambda: storage.index(config),
        "disk": lambda: storage.disk(config),
        "beside the index": lambda: storage.beside(config),
        "database": lambda: engines.database(config),
        "chroma": lambda: engines.chroma(config),
        "rate store": lambda: engines.rate_store(config),
        "origins": lambda: access.origins(config),
        "proxy": lambda: access.proxy(config, environ),
        "server": lambda: running.server(config),
    }
    for part, look in looks.items():
        found += looked_at(part, look)
    if not quick:
        found += looked_at("reading", lambda: models.reading(config, open_embedder))
    return Checkup(tuple(found))
