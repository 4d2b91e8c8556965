"""The index of the settings, and what the owner added: in folders of this machine, or shared by several through a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config.settings import BotConfig
    from ingest.database import Folder
    from ingest.index import Index, SharedGenerations

DESK_FOLDERS = (".desk", ".desk-copy")  # beside the index: of one machine, and of several


def open_index(config: BotConfig, **options: Any) -> Index:
    """The index; nothing is read yet. options: as Index takes them. Raises ConfigError."""
    from ingest.index import Index

    return Index(config.index, config.index_config, generations=shared_generations(config), **options)


def open_copy(config: BotConfig) -> Index:
    """The index as it is in the folder of this machine: nothing is fetched and nothing is written. Raises ConfigError."""
    from ingest.index import Index, fetched_generations

    found = (
        None if config.database is None else fetched_generations(config.index, config.database, config.chroma)
    )
    return Index(config.index, config.index_config, generations=found)


def shared_generations(config: BotConfig) -> SharedGenerations | None:
    """What several machines share; None if there is one machine."""
    from ingest.index import share_generations

    return (
        None if config.database is None else share_generations(config.index, config.database, config.chroma)
    )


def desk_folder(config: BotConfig) -> Folder:
    """What the owner added on the desk: texts, addresses, test cases. Raises ConfigError."""
    from ingest.database import LocalFolder, SharedFolder

    one, several = (config.beside(name.removeprefix(".")) for name in DESK_FOLDERS)
    return LocalFolder(one) if config.database is None else SharedFolder(several, config.database)
