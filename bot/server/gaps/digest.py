"""The digest of a month, made of the gap list, the posts and the readers' votes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.gaps import Digest, Disliked, GapStore, find_contradictions
from bot.server.feedback import FeedbackStore

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot


def make_digest(
    bot: Bot, config: BotConfig, store: GapStore, month: str, words: Mapping[str, str] | None = None
) -> Digest:
    """The digest of a month. Raises FootnoteError: a store or the index cannot be read."""
    with bot.open() as (corpus, _):
        articles = list(corpus.articles.values())
    file = config.feedback_file
    votes = FeedbackStore(file).rows(verdict="down", since=f"{month}-01") if file else []
    disliked = [
        Disliked(row.day, row.question, row.answer, row.reason) for row in votes if row.day.startswith(month)
    ]
    contradictions = find_contradictions(articles, bot.embedder)
    return Digest(month, store.list(), config.gaps, contradictions, disliked, words or {})


def this_month() -> str:
    """Such as 2026-11, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m")


def is_month(text: str) -> bool:
    """Is it a month such as 2026-11?"""
    try:
        return datetime.strptime(text, "%Y-%m").strftime("%Y-%m") == text
    except ValueError:
        return False
