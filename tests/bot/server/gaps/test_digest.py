"""The digest of a month: there without anybody having made it, in the owner's language, and gone with its questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from conftest import FakeEmbedder

from bot.config import BotConfig
from bot.gaps import Closed, GapGroup, GapList, GapStore, open_gaps, render_markdown, render_page
from bot.server.desk.words import desk_languages
from bot.server.feedback import CountsFile, DailyCounts, FeedbackStore, Vote, VotesFile
from bot.server.feedback.recent_answers import RecentAnswer
from bot.server.gaps.digest import digest_months, in_words_of, make_digest
from bot.server.window import packaged_languages
from bot.types import Answer
from ingest.article import Article

TODAY = datetime.now(UTC).date()
MONTH = TODAY.isoformat()[:7]
BEFORE = (TODAY.replace(day=1) - timedelta(days=1)).isoformat()[:7]
POSTS = (
    Article("a", "Bread", "Let the rye dough rise under a towel for 40 minutes.", published="2021-05-01"),
    Article("b", "Rye loaf", "Let the rye dough rise under a towel for 2 hours.", published="2024-02-01"),
)


class Blog:
    """A bot as far as a digest needs one. read: how often its posts were asked for."""

    def __init__(self) -> None:
        self.live, self.read, self.embedder = "gen-1", 0, FakeEmbedder()

    def generation(self) -> str:
        return self.live

    @contextmanager
    def open(self) -> Iterator[Any]:
        self.read += 1
        yield SimpleNamespace(articles={one.id: one for one in POSTS}), None


@pytest.fixture
def config(tmp_path: Path) -> BotConfig:
    config = BotConfig(index=tmp_path / "index", gaps=True)
    for day in (TODAY, date.fromisoformat(f"{BEFORE}-02"), TODAY - timedelta(days=200)):
        counts = DailyCounts(CountsFile(config.counts_file), today=lambda day=day: day, delay=3600)  # type: ignore[misc]
        for status in ("answered", "answered", "abstained"):
            counts.count(Answer("q", "q", "a", (), cast("Any", status), 0.5))
        counts.write()
    answer = Answer("How long?", "How long?", "A week. <b>", (), "answered", 0.9)
    file = FeedbackStore(VotesFile(cast("Path", config.feedback_file)), today=lambda: TODAY)
    file.save(RecentAnswer("a" * 24, answer, "gen-1", {}), Vote("down", "not_asked"))
    return config


@pytest.fixture
def store(config: BotConfig) -> GapStore:
    store = open_gaps(config)
    lamps = GapGroup(
        "Do you sell <i>lamps</i>?", 5, ("lamps?",), f"{BEFORE}-01", TODAY.isoformat(), "Our lamps", None, {BEFORE: 2, MONTH: 3}
    )  # fmt: skip
    store.save_list(GapList((lamps,), (Closed("Chairs?", 2, f"{MONTH}-01", "Chairs"),), 5, "now"))
    store.add("Do you sell lamps?", "fake", np.ones(3, np.float32))
    return store


def test_each_month_has_what_was_asked_in_it(config: BotConfig, store: GapStore) -> None:
    blog = Blog()
    now, before = (make_digest(cast("Any", blog), config, store, month) for month in (MONTH, BEFORE))
    assert [(one.title, one.count) for one in now.groups] == [("Do you sell <i>lamps</i>?", 3)]
    assert [one.count for one in before.groups] == [2] and not before.closed and not before.disliked
    page, text = render_page(now), render_markdown(now)
    assert "Answered: 2. The blog does not say: 1." in page and "Chairs" in page
    assert "<i>" not in page and "<b>" not in page and "Rye loaf" in text and "40 minutes" in text
    assert blog.read == 1, "contradictions are looked for once a generation"
    blog.live = "gen-2"
    make_digest(cast("Any", blog), config, store, MONTH)
    assert blog.read == 2


def test_an_old_month_has_its_numbers_and_no_question(config: BotConfig, store: GapStore) -> None:
    old = (TODAY - timedelta(days=200)).isoformat()[:7]
    assert digest_months(config, store.list()) == [MONTH, BEFORE, old]
    page = render_page(make_digest(cast("Any", Blog()), config, store, old))
    assert "Questions: 3." in page and "lamps" not in page and "removed, as all are after 90 days" in page
    store.purge(everything=True)
    assert "lamps" not in render_page(make_digest(cast("Any", Blog()), config, store, MONTH))


@pytest.mark.parametrize("code", desk_languages())
def test_the_digest_is_in_the_owners_language(config: BotConfig, store: GapStore, code: str) -> None:
    made = make_digest(cast("Any", Blog()), config, store, MONTH)
    shown = in_words_of(made, desk_languages()[code], packaged_languages()[code])
    page = render_page(shown)
    assert page.count(packaged_languages()[code]("reason_not_asked")) == 1 and "not_asked" not in page
    assert desk_languages()[code]("digest_closed") in page and f'<html lang="{code}">' in page
    assert (code == "en") == ("Answered by now" in page)
