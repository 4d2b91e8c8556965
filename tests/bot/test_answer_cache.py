"""An answer is given again without reading, as long as nothing that decides it has changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from live_blog import InProcess, Model, bot_on

from bot.answer_cache import AnswerCache, answer_key
from bot.config import BotConfig, load_config
from bot.lookup import Lookup
from bot.pipeline import Bot
from bot.safety import packaged_guide
from bot.types import NO_CONTEXT, Answer, Context, Query, Question, Token, Turn
from ingest.errors import ConfigError
from ingest.sync import sync

QUESTION = "How often is the well at Marrow Farm cleaned?"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions for which passages were read, as they come."""
    asked: list[str] = []
    real = Lookup.read

    def read(self: Lookup, question: Question, *args: object, **options: object) -> object:
        asked.append(question.text)
        return real(self, question, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Lookup, "read", read)
    return asked


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    blog = tmp_path / "blog"
    blog.mkdir()
    write(blog, "twice a year")
    (blog / "cheese.md").write_text("# Goat cheese\n\nThe cheese rests in brine for nine hours.\n")
    made = bot_on(tmp_path / "index", start_finisher=InProcess)
    ingest(made, tmp_path)
    return made


def write(blog: Path, how_often: str) -> None:
    (blog / "well.md").write_text(f"# Marrow Farm\n\nThe well at Marrow Farm is cleaned {how_often}.\n")


def ingest(bot: Bot, folder: Path) -> None:
    sync([str(folder / "blog")], index=bot._index, embedder=Model)


def test_a_question_asked_again_is_not_read_again(bot: Bot, readings: list[str]) -> None:
    first = list(bot.stream(QUESTION))
    assert readings and isinstance(first[-1], Answer) and "twice a year" in first[-1].text
    readings.clear()
    spaced = QUESTION.replace(" ", "  ")
    again = list(bot.stream(spaced))
    assert not readings and bot.cache.figures().hits == 1
    assert again[:-1] == first[:-1] and again[-1] == dataclasses.replace(first[-1], question=spaced)


def test_a_new_generation_is_read_anew(bot: Bot, tmp_path: Path, readings: list[str]) -> None:
    bot.ask(QUESTION)
    write(tmp_path / "blog", "in every leap year")
    ingest(bot, tmp_path)
    readings.clear()
    assert "in every leap year" in bot.ask(QUESTION).text and readings
    assert bot.cache.figures().entries == 1


def test_what_a_conversation_lends_counts(bot: Bot, readings: list[str]) -> None:
    cheese = [Turn("user", "Tell me about goat cheese."), Turn("assistant", "It rests in brine.")]
    alone = bot.ask("How long does it rest?")
    readings.clear()
    after = bot.ask("How long does it rest?", cheese)
    assert readings, "the answer to a question of its own was given to one that leans on a conversation"
    readings.clear()
    assert bot.ask("How long does it rest?", cheese) == after and not readings
    assert bot.ask("How long does it rest?") == alone and not readings


def test_other_settings_are_other_answers(bot: Bot, readings: list[str]) -> None:
    bot.ask(QUESTION)
    bot.config = dataclasses.replace(bot.config, threshold=1.0)
    readings.clear()
    assert bot.ask(QUESTION).status == "abstained" and readings


def test_an_urgent_message_is_checked_each_time(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = bot._red_flags.check

    def check(message: str, history: Sequence[Turn] = ()) -> object:
        checked.append(message)
        return real(message, history)

    monkeypatch.setattr(bot._red_flags, "check", check)
    urgent = "I have crushing chest pain and my left arm is numb"
    assert packaged_guide() and {bot.ask(urgent).status, bot.ask(urgent).status} == {"urgent"}
    assert checked == [urgent, urgent] and bot.cache.figures().entries == 0


def test_without_memory_everything_is_read(tmp_path: Path, readings: list[str], bot: Bot) -> None:
    bot.cache = AnswerCache(0)
    bot.ask(QUESTION)
    readings.clear()
    bot.ask(QUESTION)
    assert readings and bot.cache.figures().misses == 0


def test_the_answers_to_offered_questions_are_found_beforehand(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, readings: list[str]
) -> None:
    monkeypatch.setattr(Bot, "examples", lambda self, n: (QUESTION,))
    bot.warm(suggestions=True)
    readings.clear()
    assert "twice a year" in bot.ask(QUESTION).text and not readings


def test_a_bound_in_bytes_lets_the_least_recently_used_go() -> None:
    scope = (object(),)
    one = (Token("x" * 1000), Answer("q", "q", "x" * 1000, (), "chat", 0.0))
    cache = AnswerCache(10_000)
    for number in range(20):
        assert cache.find(scope, bytes([number])) is None
        cache.store(scope, bytes([number]), one)
        assert cache.find(scope, b"\0") == one
    assert cache.figures().size <= 10_000 and 1 < cache.figures().entries < 20
    assert cache.find(scope, b"\1") is None
    cache.store(scope, b"large", (Answer("q", "q", "x" * 20_000, (), "chat", 0.0),))
    assert cache.find(scope, b"large") is None and cache.find(scope, b"\0") == one


def test_an_answer_of_an_older_generation_that_ends_late_is_dropped() -> None:
    cache, older, newer = AnswerCache(10_000), (object(),), (object(),)
    cache.find(older, b"k")
    cache.find(newer, b"k")
    cache.store(older, b"k", (Token("old"),))
    assert cache.find(newer, b"k") is None and cache.find(older, b"k") is None


def test_all_that_decides_an_answer_is_in_its_key() -> None:
    query = Query("typed", Question("whole", "plain"), (Question("part", "plain"),))
    other = Question("other", "plain")
    changed: list[dict[str, Any]] = [
        {"whole": other}, {"parts": (other,)}, {"then": ("more",)}, {"otherwise": "no"}, {"words": frozenset({"a"})},
        {"posts_only": True}, {"context": Context("before")}, {"context": Context(words=frozenset({"b"}))},
        {"context": Context(weights={"c": 0.5})}, {"context": Context(share=0.5)},
        {"alternative": other}, {"item": "A sentence of a list."},
    ]  # fmt: skip
    fields = {f.name for f in dataclasses.fields(Query)} | {f.name for f in dataclasses.fields(Context)}
    assert fields == {name for one in changed for name in one} | {"message", "earlier", "weights", "share"}
    keys = {answer_key(dataclasses.replace(query, **one), "", "") for one in [{}, *changed]}
    keys |= {
        answer_key(query, "page", ""),
        answer_key(query, "", "2031-05-01"),
        answer_key(query, "", "", is_worded=True),
    }
    assert len(keys) == len(changed) + 4
    typed = dataclasses.replace(query, message="typed otherwise", context=NO_CONTEXT)
    assert answer_key(typed, "", "") in keys
    shorter, longer = (dataclasses.replace(one, then=("shorter",)) for one in (query, typed))
    assert answer_key(shorter, "", "") != answer_key(longer, "", "")


def test_the_owner_sets_the_memory_and_a_chat_model_has_none_unless_asked() -> None:
    assert BotConfig().cache_bytes == 16_000_000
    assert BotConfig(model="ollama:llama3.2").cache_bytes == 0
    assert BotConfig(model="ollama:llama3.2", answer_cache=4).cache_bytes == 4_000_000
    assert load_config({"FOOTNOTE_ANSWER_CACHE": "0"}).cache_bytes == 0
    with pytest.raises(ConfigError, match="FOOTNOTE_ANSWER_CACHE"):
        load_config({"FOOTNOTE_ANSWER_CACHE": "-1"})
