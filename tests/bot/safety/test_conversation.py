"""The rest of a conversation after a red flag: a line before answers, a reply to who found help, no second box."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FakeEmbedder
from small_blog import CONFIG, InProcess, load

from bot.config import BotConfig
from bot.pipeline import Bot
from bot.safety import HelpReported, RedFlags, Reminder, Urgent, packaged_guide
from bot.startup import open_bot
from bot.types import Answer, Token, Turn
from ingest.index import Index
from ingest.sync import sync

BLADDER = "I haven't been able to pee since yesterday and my back is agony"
GUIDE = packaged_guide()


def after(first: str, message: str, *between: str) -> object:
    """What is found in a message some turns after an urgent one, whose answer is in the history."""
    red_flags = RedFlags(GUIDE)
    urgent = red_flags.check(first)
    assert isinstance(urgent, Urgent)
    history = [Turn("user", first), Turn("assistant", urgent.message)]
    for text in between:
        history += [Turn("user", text), Turn("assistant", "You're welcome.")]
    return red_flags.check(message, history)


@pytest.mark.parametrize(
    "message",
    [
        "I rang 999",
        "ok, I called an ambulance",
        "ok i phoned my gp",
        "We are at the hospital now",
        "my wife is driving me, we're on our way",
        "went to A&E",
        "I saw the doctor this afternoon",
        "the paramedics are here",
        "they said it is only a strain",
        "ok I will",
        "waiting for the ambulance",
        "I've told my sister",
    ],
)
def test_a_reader_who_found_help_gets_a_human_reply(message: str) -> None:
    assert after(BLADDER, message) == HelpReported(GUIDE.got_help)
    assert RedFlags(GUIDE).check(message) is None  # only after a red flag


@pytest.mark.parametrize(
    "message",
    [
        "should I stretch anyway?",
        "can it wait till monday?",
        "should I call somebody?",
        "I haven't called anyone",
        "I can't get an appointment",
        "I'm scared",
        "what should I do now?",
        "I'm fine now",
        "why?",
    ],
)
def test_a_question_about_it_gets_a_short_message_and_no_stretch(message: str) -> None:
    found = after(BLADDER, message)
    assert isinstance(found, Urgent) and found.repeated and not found.quotes
    assert found.message == GUIDE.repeated.medical and len(found.message) < 400


@pytest.mark.parametrize(
    "message",
    ["what shoes should I buy", "which chair is best for work?", "who wrote this blog?", "tell me about hamstrings",
     "saw my doctor, all clear. can I stretch now?", "they said it's a strain, which stretch helps?"],
)  # fmt: skip
def test_any_other_question_is_answered_with_a_line_before(message: str) -> None:
    assert after(BLADDER, message) == Reminder(GUIDE.reminder.medical)
    assert after(BLADDER, message, "thanks", "hm", "ok") == Reminder(GUIDE.reminder.medical)


def test_new_signs_get_their_whole_message_again() -> None:
    found = after(BLADDER, "now I can't feel my legs either")
    assert isinstance(found, Urgent) and not found.repeated and len(found.message) > 400


def test_after_a_crisis_the_words_are_about_a_person_to_talk_to() -> None:
    assert after("I want to die", "what shoes should I buy") == Reminder(GUIDE.reminder.crisis)
    short = after("I want to die", "should I just go to sleep?")
    assert isinstance(short, Urgent) and "116 123" in short.message and "{" not in short.message


def test_who_found_help_is_not_sent_for_it_again() -> None:
    history = [Turn("user", BLADDER), Turn("user", "I called them, they are coming")]
    assert RedFlags(GUIDE).check("should I stretch?", history) == Reminder(GUIDE.reminder.medical)


def test_the_readers_turns_alone_or_ours_alone_are_enough() -> None:
    for turn in (
        Turn("user", BLADDER),
        Turn("assistant", GUIDE.flags[3].message),
        Turn("assistant", GUIDE.unsure),
    ):
        assert isinstance(RedFlags(GUIDE).check("who wrote this blog?", [turn]), Reminder)
    assert RedFlags(GUIDE).check("who wrote this blog?", [Turn("assistant", BLADDER)]) is None


def test_a_line_of_ours_keeps_the_reminder_where_a_client_cuts_the_history() -> None:
    turns = [
        Turn("user", "which stretch helps?"),
        Turn("assistant", f"{GUIDE.reminder.medical}\n\nThis one. [1]"),
    ]
    assert RedFlags(GUIDE).check("and another?", turns) == Reminder(GUIDE.reminder.medical)


# --- in the bot


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "a.md").write_text("Cat stretch\n\nThe cat stretch loosens a stiff lower back in two minutes.")
    index = Index(tmp_path / "index", CONFIG, start_finisher=InProcess)
    sync([str(posts)], index=index, embedder=FakeEmbedder, load=load)
    return Bot(index, FakeEmbedder(), BotConfig())


def test_an_answer_begins_with_the_line_and_the_tokens_are_its_text(bot: Bot) -> None:
    first = bot.ask(BLADDER)
    assert first.status == "urgent"
    history = [Turn("user", BLADDER), Turn("assistant", first.text)]
    *tokens, answer = bot.stream("how many posts are there on this blog?", history)
    assert isinstance(answer, Answer) and answer.status == "answered" and answer.citations
    assert answer.text.startswith(GUIDE.reminder.medical + "\n\n")
    assert "".join(token.text for token in tokens if isinstance(token, Token)) == answer.text


def test_small_talk_and_a_report_of_help_need_no_line(bot: Bot) -> None:
    history = [Turn("user", BLADDER), Turn("assistant", bot.ask(BLADDER).text)]
    for message in ("thanks", "ok I rang them"):
        answer = bot.ask(message, history)
        assert answer.status == "chat" and "stretch" not in answer.text
    helped = bot.ask("ok I rang them", history)
    assert helped.text == GUIDE.got_help


@pytest.mark.model
def test_the_shipped_bot_through_a_whole_conversation(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "a.md").write_text(
        "Cat stretch\n\nThe cat stretch loosens a stiff lower back. Hold the cat stretch for thirty seconds."
    )
    config = BotConfig(index=tmp_path / "index")
    shipped = open_bot(config)
    index = Index(config.index, config.index_config, start_finisher=InProcess)
    sync([str(posts)], index=index, embedder=lambda: shipped.embedder, load=load)
    index.close()
    history: list[Turn] = []
    seen = []
    for message in (
        "hello",
        "tell me more",
        BLADDER,
        "should I stretch anyway?",
        "ok I called them",
        "how long do I hold the cat stretch?",
        "what shoes should I buy",
        "thanks",
        "goodbye",
    ):
        answer = shipped.ask(message, history)
        history += [Turn("user", message), Turn("assistant", answer.text)]
        seen.append((answer.status, answer.text.startswith(GUIDE.reminder.medical)))
    assert [status for status, _ in seen[2:5]] == ["urgent", "urgent", "chat"]
    assert seen[0] == ("chat", False) and seen[1][0] != "urgent"
    assert seen[5] == ("answered", True) and seen[6] == ("abstained", True)
    assert seen[7:] == [("chat", False), ("chat", False)]
    assert len(history[7].content) < 400 < len(history[5].content)
