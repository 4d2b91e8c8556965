"""Footnote: a blog answers its readers' questions in its own sentences, each with a footnote.

    from bot import BotConfig, open_bot

    answer = open_bot(BotConfig()).ask("How long do I hold the seated stretch?")
    print(answer.text, [citation.link for citation in answer.citations])

These names are public; whatever else the package holds may change without notice. They are imported when they are
first used, so that `import bot` costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.startup import open_bot
    from bot.types import Answer, Citation, Passage, Token, Turn

__all__ = ["Answer", "Bot", "BotConfig", "Citation", "Passage", "Token", "Turn", "open_bot"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "Bot":
        from bot.pipeline import Bot

        return Bot
    if name == "open_bot":
        from bot.startup import open_bot

        return open_bot
    if name == "BotConfig":
        from bot.config import BotConfig

        return BotConfig
    from bot import types

    return getattr(types, name)


def __dir__() -> list[str]:
    return __all__
