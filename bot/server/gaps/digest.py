"""The digest of a month, made of the gap list, the counts, the posts and the readers' votes.

Nothing of a digest is stored but the contradictions, which take seconds to find: a past month has its digest as long as
its questions are kept, and its numbers for longer. So it needs nobody to make it, and a purge leaves nothing in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from bot.gaps import (
    DAYS_KEPT,
    DIGEST_TEXTS,
    Contradiction,
    Digest,
    Disliked,
    GapList,
    GapStore,
    find_contradictions,
)
from bot.server.feedback import REASONS, open_daily_counts, open_votes

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.server.window import Translations

MOST_MONTHS = 13  # that are offered
_NOTE = "contradictions"  # their name in the store
_FOUND = TypeAdapter(tuple[str, tuple[Contradiction, ...]])


def make_digest(bot: Bot, config: BotConfig, store: GapStore, month: str) -> Digest:
    """The digest of a month. Raises FootnoteError: a store or the index cannot be read."""
    kept = open_votes(config)
    votes = kept.rows(verdict="down", since=f"{month}-01") if kept else []
    disliked = [
        Disliked(row.day, row.question, row.answer, row.reason) for row in votes if row.day.startswith(month)
    ]
    counted: Counter[str] = Counter()
    for day, numbers in open_daily_counts(config).since(date.fromisoformat(f"{month}-01")).items():
        if day.startswith(month):
            counted.update(numbers)
    oldest = (datetime.now(UTC).date() - timedelta(days=DAYS_KEPT)).isoformat()
    return Digest(
        month,
        store.list(),
        config.gaps,
        _contradictions(bot, store),
        disliked,
        counted,
        is_over=f"{month}-31" < oldest,
    )


def in_words_of(digest: Digest, words: Translations, window: Translations) -> Digest:
    """A digest in the owner's language. window: the chat window's texts, which have the reasons for a thumb."""
    texts = {key: words(f"digest_{key}") for key in DIGEST_TEXTS}
    reasons = {reason: window(f"reason_{reason}") for reason in REASONS}
    return replace(digest, words=texts, reasons=reasons, locale=words.locale)


def digest_months(config: BotConfig, found: GapList) -> list[str]:
    """The months of which there is something to show, such as 2026-11, the latest first; this one in any case."""
    today = datetime.now(UTC).date()
    counted = open_daily_counts(config).since(today - timedelta(days=31 * MOST_MONTHS))
    months = {today.isoformat()[:7], *(day[:7] for day in counted)}
    months |= {month for group in found.groups for month in group.months}
    months |= {one.day[:7] for one in found.closed}
    return sorted(months, reverse=True)[:MOST_MONTHS]


def this_month() -> str:
    """Such as 2026-11, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m")


def is_month(text: str) -> bool:
    """Is it a month such as 2026-11?"""
    try:
        return datetime.strptime(text, "%Y-%m").strftime("%Y-%m") == text
    except ValueError:
        return False


def _contradictions(bot: Bot, store: GapStore) -> Sequence[Contradiction]:
    """Those of the index as it is, from the store if they were found before."""
    generation = bot.generation()
    try:
        known, kept = _FOUND.validate_json(store.note(_NOTE))
    except ValidationError:
        known, kept = "", ()
    if known == generation:
        return kept
    with bot.open() as (corpus, _):
        articles = list(corpus.articles.values())
    found = tuple(find_contradictions(articles, bot.embedder))
    store.set_note(_NOTE, _FOUND.dump_json((generation, found)).decode())
    return found
