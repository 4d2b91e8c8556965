"""The bot as the command line and the server run it."""

from __future__ import annotations

from bot.config import BotConfig, open_index
from bot.pipeline import Bot
from bot.read import CrossEncoder
from bot.safety import load_classifier
from bot.write import open_budget, open_chat_model
from ingest.embedder import open_embedder


def open_bot(config: BotConfig) -> Bot:
    """A bot with the packaged models; loads no embedding model and no index yet.

    Args:
        config: Where the index is, and how the bot answers.

    Returns:
        A bot that threads may share.

    Raises:
        ConfigError: The red flags, the subject or the owner's chat model cannot be used.
    """
    embedder = open_embedder(config.embedder, threads=config.threads)
    index = open_index(config)
    budget = open_budget(config)
    model = (
        open_chat_model(config.model, seconds=config.model_seconds, budget=budget) if config.model else None
    )
    return Bot(index, embedder, config, CrossEncoder(threads=config.threads), load_classifier, model)
