"""Settings: what an owner writes in FOOTNOTE_… variables, read once into a frozen BotConfig.

In goes an environment (any mapping of names to texts), out comes a BotConfig, or a ConfigError that names the
variable and says what to write. This room does not know what any setting is used for.
"""

from bot.config.places import (
    cache_folder,
    content_folder,
    default_index,
    demo_index,
    in_clone,
    sample_sources,
)
from bot.config.settings import (
    DEFAULT_TITLE,
    HELP,
    PREFIX,
    BotConfig,
    allow_followed,
    defaults,
    load_config,
)
from bot.config.values import (
    ANY_SUBDOMAIN,
    Network,
    Rate,
    describe_duration,
    is_prefix,
    read_duration,
    read_networks,
    read_origins,
    read_rates,
    read_root,
    write_duration,
    write_rates,
)

__all__ = [
    "ANY_SUBDOMAIN",
    "DEFAULT_TITLE",
    "HELP",
    "PREFIX",
    "BotConfig",
    "Network",
    "Rate",
    "allow_followed",
    "cache_folder",
    "content_folder",
    "default_index",
    "defaults",
    "demo_index",
    "describe_duration",
    "in_clone",
    "is_prefix",
    "load_config",
    "read_duration",
    "read_networks",
    "read_origins",
    "read_rates",
    "read_root",
    "sample_sources",
    "write_duration",
    "write_rates",
]
