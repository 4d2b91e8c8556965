"""The index of the settings: in a folder of this machine, or shared by several through a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config.settings import BotConfig
    from ingest.index import Index, SharedGenerations


def open_index(config: BotConfig, **options: Any) -> Index:
    """The index; nothing is read yet. options: as Index takes them. Raises ConfigError."""
    from ingest.index import Index

    return Index(config.index, config.index_config, generations=shared_generations(config), **options)


def shared_generations(config: BotConfig) -> SharedGenerations | None:
    """What several machines share; None if there is one machine."""
    from ingest.index import share_generations

    return None if config.database is None else share_generations(config.index, config.database)
