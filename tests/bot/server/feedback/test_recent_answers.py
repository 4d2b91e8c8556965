"""The answers that were given lately: bounded, under ids that nobody can guess, and whether their posts still stand."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import HOSTILE, STRETCHES, FakeBot, cite

from bot.server.feedback.recent_answers import Change, RecentAnswers
from bot.types import Answer
from ingest.article import Article
from ingest.errors import IndexBusy, IndexMissing

if TYPE_CHECKING:
    from bot.pipeline import Bot

HOLD = "How long do I hold a stretch?"
CHANGED = Change(STRETCHES.id, STRETCHES.title, "changed")
GONE = Change(STRETCHES.id, STRETCHES.title, "gone")


class Counting(FakeBot):
    """Counts how often an article was read. unreadable: what reading raises, while there is an index."""

    read = 0
    unreadable: Exception | None = None

    def article(self, article_id: str) -> Article:
        self.read += 1
        if self.unreadable is not None:
            raise self.unreadable
        return super().article(article_id)


def memory_of(bot: FakeBot, most: int = 100) -> RecentAnswers:
    return RecentAnswers(cast("Bot", bot), most)


def now_says(bot: FakeBot, text: str, live: str = "gen-2") -> None:
    """The article has been edited, and the index is a new one."""
    bot.articles, bot.live = (replace(STRETCHES, text=text), HOSTILE), live


def test_an_id_cannot_be_guessed_and_is_of_one_answer() -> None:
    memory, answer = memory_of(FakeBot(), 2000), FakeBot().ask(HOLD)
    ids = [memory.remember(answer) for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(len(one) == 24 and set(one) <= set("0123456789abcdef") for one in ids)
    # No digit stands still, and none follows from the one before: 96 bits, not a counter or a clock.
    assert all(len({one[place] for one in ids}) == 16 for place in range(24))
    assert ids != sorted(ids) and memory.find(ids[0][:-1] + "x") is None


def test_only_the_latest_are_kept_and_nothing_of_the_others() -> None:
    bot = FakeBot()
    memory = memory_of(bot, 3)
    ids = [memory.remember(bot.ask(f"{HOLD} {n}")) for n in range(5)]
    now_says(bot, "Nothing of that.")
    assert set(memory.changes(ids)) == set(ids[2:])
    assert [memory.find(one) is not None for one in ids] == [False, False, True, True, True]
    found = memory.find(ids[4])
    assert found is not None and found.answer.question == f"{HOLD} 4" and found.generation == "gen-1"
    for n in range(3):
        memory.remember(bot.ask(str(n)))
    assert memory.changes(ids) == {} and len(memory._answers) == 3 and memory._compared == {}


def test_a_post_that_lacks_a_quote_now_has_changed() -> None:
    bot = FakeBot()
    memory = memory_of(bot)
    known = memory.remember(bot.ask(HOLD))
    assert memory.changes([known]) == {}
    now_says(bot, STRETCHES.text.replace("30 seconds", "20 seconds"))
    assert memory.changes([known]) == {known: (CHANGED,)}
    now_says(bot, STRETCHES.text, "gen-3")  # put back as it was
    assert memory.changes([known]) == {}


@pytest.mark.parametrize(
    "text",
    [
        f"A new first paragraph.\n\n{STRETCHES.text}",
        STRETCHES.text.replace("Tight hamstrings pull", "Short hamstrings pull"),
        STRETCHES.text.replace("Hold for 30 seconds", "Hold for\n30  seconds"),
    ],
    ids=["moved", "another sentence", "wrapped"],
)
def test_a_post_that_still_has_every_quote_has_not_changed(text: str) -> None:
    bot = FakeBot()
    memory = memory_of(bot)
    known = memory.remember(bot.ask(HOLD))
    now_says(bot, text)
    assert memory.changes([known]) == {}


def test_a_post_that_is_taken_down_is_gone_and_only_its_answers_are_named() -> None:
    bot = FakeBot()
    memory = memory_of(bot)
    hold, odd, peru = (memory.remember(bot.ask(question)) for question in (HOLD, "odd", "Peru?"))
    bot.articles, bot.live = (HOSTILE,), "gen-2"
    assert memory.changes([peru, hold, odd, "unknown", hold]) == {hold: (GONE,)}


def test_an_answer_from_two_posts_tells_of_each() -> None:
    bot = FakeBot()
    memory = memory_of(bot)
    quotes = (cite(STRETCHES, 1, "Change legs."), cite(HOSTILE, 2, "## Verweis"))
    known = memory.remember(Answer("q", "q", "a [1] b [2]", quotes, "answered", 0.9))
    bot.articles, bot.live = (replace(HOSTILE, text="Other."),), "gen-2"
    assert memory.changes([known])[known] == (GONE, Change(HOSTILE.id, HOSTILE.title, "changed"))


def test_who_wrote_a_post_may_change_too() -> None:
    bot = FakeBot()
    memory = memory_of(bot)
    known = memory.remember(bot.ask("who wrote it?"))
    now_says(bot, "Another text altogether.")
    assert memory.changes([known]) == {}
    bot.articles, bot.live = (replace(STRETCHES, author="Bea Writer"),), "gen-3"
    assert memory.changes([known]) == {known: (CHANGED,)}


def test_each_answer_is_compared_once_a_generation() -> None:
    bot = Counting()
    memory = memory_of(bot)
    ids = [memory.remember(bot.ask(HOLD)) for _ in range(3)]
    for _ in range(4):
        memory.changes(ids)
    assert bot.read == 1  # one article, for all three
    bot.live = "gen-2"
    memory.changes(ids)
    memory.changes(ids)
    assert bot.read == 2


def test_without_an_index_an_answer_is_remembered_but_not_compared() -> None:
    bot = FakeBot()
    memory, answer = memory_of(bot), bot.ask("my legs are numb, both legs")
    bot.error = IndexMissing("No index.")
    known = memory.remember(answer)
    found = memory.find(known)
    assert found is not None and found.generation == ""
    with pytest.raises(IndexMissing):
        memory.changes([known])


def test_an_answer_is_not_lost_because_its_post_cannot_be_read_just_now() -> None:
    bot = Counting()
    memory, answer = memory_of(bot), bot.ask("who wrote it?")
    bot.unreadable = IndexBusy("The index is being changed.")
    known = memory.remember(answer)
    bot.unreadable = None
    bot.articles, bot.live = (replace(STRETCHES, author="Bea Writer"),), "gen-2"
    assert memory.changes([known]) == {}  # what is not known to have been otherwise has not changed


def test_threads_may_share_it() -> None:
    bot = FakeBot()
    memory, answer, wrong = memory_of(bot, 20), bot.ask(HOLD), []

    def work() -> None:
        try:
            for n in range(40):
                known = memory.remember(answer)
                bot.live = f"gen-{n}"
                memory.changes([known])
        except Exception as error:  # noqa: BLE001 - checked below
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(memory._answers) == 20 and len(memory._compared) <= 20
