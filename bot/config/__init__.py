"""Settings: what an owner writes in FOOTNOTE_… variables, read once into a frozen BotConfig, and what she changes later.

In goes an environment (any mapping of names to texts) or the owner's file, out comes a BotConfig, or a ConfigError that
names the setting and says what to write. This room does not know what any setting is used for.
"""

from bot.config.environment import (
    PREFIX,
    allow_followed,
    defaults,
    load_config,
    unknown_settings,
    wrong_settings,
)
from bot.config.help import HELP
from bot.config.index import DESK_FOLDERS, desk_folder, open_copy, open_index, shared_generations
from bot.config.owner import OWNED, OwnerSettings, SettingRefused, apply_settings, check_setting
from bot.config.owner_places import (
    SettingsFile,
    SettingsPlace,
    SettingsRow,
    parse_settings,
    set_aside,
    settings_place,
    write_atomically,
)
from bot.config.places import (
    cache_folder,
    content_folder,
    default_index,
    demo_index,
    in_clone,
    sample_sources,
)
from bot.config.settings import DEFAULT_TITLE, BotConfig
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
    "DESK_FOLDERS",
    "HELP",
    "OWNED",
    "PREFIX",
    "BotConfig",
    "Network",
    "OwnerSettings",
    "Rate",
    "SettingRefused",
    "SettingsFile",
    "SettingsPlace",
    "SettingsRow",
    "allow_followed",
    "apply_settings",
    "cache_folder",
    "check_setting",
    "content_folder",
    "default_index",
    "defaults",
    "demo_index",
    "describe_duration",
    "desk_folder",
    "in_clone",
    "is_prefix",
    "load_config",
    "open_copy",
    "open_index",
    "parse_settings",
    "read_duration",
    "read_networks",
    "read_origins",
    "read_rates",
    "read_root",
    "sample_sources",
    "set_aside",
    "settings_place",
    "shared_generations",
    "unknown_settings",
    "write_atomically",
    "write_duration",
    "write_rates",
    "wrong_settings",
]
