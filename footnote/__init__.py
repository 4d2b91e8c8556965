"""Footnote: a blog answers its readers' questions in its own sentences, each with a footnote.

    import footnote

    answer = footnote.open_bot(footnote.BotConfig()).ask("How long do I hold the seated stretch?")

They are those of `bot`, and imported when they are first used. `footnote.__version__` is the installed version.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot import Answer, Bot, BotConfig, Citation, Passage, Token, Turn, open_bot

    __version__: str

__all__ = ["Answer", "Bot", "BotConfig", "Citation", "Passage", "Token", "Turn", "open_bot"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from ingest.version import installed_version

        return installed_version()
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import bot

    return getattr(bot, name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
