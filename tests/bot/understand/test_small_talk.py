"""Greetings and thanks get a reply; nothing that asks something does."""

from __future__ import annotations

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.small_talk import small_talk


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ("hi", "Hello!"), ("Hello there!", "Hello!"), ("HEY", "Hello!"), ("hiiii :)", "Hello!"), ("good morning", "Hello!"),
        ("hi, how are you?", "Hello!"), ("what’s up", "Hello!"), ("hello 👋", "Hello!"), ("thanks", "You're welcome"),
        ("Thank you so much!!!", "You're welcome"), ("ok thanks", "You're welcome"), ("thx", "You're welcome"),
        ("Great, thanks a lot", "You're welcome"), ("thanks for your help", "You're welcome"), ("perfect", "You're welcome"),
        ("bye", "Good-bye"), ("Thanks, bye!", "Good-bye"), ("see you later", "Good-bye"), ("good night", "Good-bye"),
        ("who are you?", "I look things up"), ("hi, what can you do?", "I look things up"), ("help", "I look things up"),
        ("are you a robot", "I look things up"), ("Are you a doctor?", "I look things up"),
        ("Is this a bot?", "I look things up"), ("Tell me more about yourself!", "I look things up"),
        ("can I talk to a real person?", "I look things up"), ("what can I ask you about?", "I look things up"),
        ("OK!", "All right."), ("hmmmm", "All right."), ("no, thank you", "All right."), ("oh I see, got it", "All right."),
        ("ok, I have another question", "All right."), ("hahaha", "All right."), ("Sorry, never mind", "All right."),
        ("please stop", "All right, I'll stop"), ("Stop it!", "All right, I'll stop"), ("that's enough, thanks", "All right, I'll stop"),
        ("ok cool", "You're welcome"), ("It really helped me, thank you", "You're welcome"), ("What a lovely post", "You're welcome"),
        ("I feel much better now", "You're welcome"), ("your blog is great", "You're welcome"), ("cheers mate", "You're welcome"),
        ("Cheers, bye bye!", "Good-bye"), ("have a nice day", "Good-bye"), ("gotta go, see you tomorrow", "Good-bye"),
        ("goodnight", "Good-bye"), ("anybody there?", "Hello!"), ("heyyyy how r u", "Hello!"),
        ("That was not what I asked.", "I'm sorry"), ("this answer is really bad", "I'm sorry"), ("you didn't answer my question", "I'm sorry"),
    ],
)  # fmt: skip
def test_small_talk(message: str, reply: str) -> None:
    assert (small_talk(message) or "").startswith(reply)


@pytest.mark.parametrize(
    "message",
    [
        "hi, does sitting hurt?", "thanks, and how long?", "hello kitty pillow", "help my back hurts", "great stretches?",
        "nice stretch for the calves", "what is sciatica", "how are hamstrings stretched", "who are you to say that",
        "what can you do for sciatica", "good morning stretch", "good night's sleep", "", "?", "🙂",
        "tell me more", "why?", "again", "next", "stop the pain", "is it good for me", "does it work", "no pain", "right leg",
        "can I stop stretching when it feels better", "start with which one", "what helped you", "that one", "wrong posture",
        "sorry, how long?", "I love pilates", "not good for knees", "clear my sinuses", "my question is about knees",
        "thanksgiving", "see a doctor", "are you a doctor who knows about backs",
    ],
)  # fmt: skip
def test_questions_are_none(message: str) -> None:
    assert small_talk(message) is None


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert small_talk(text) is None or len(text) < 200


@pytest.mark.parametrize(
    "message", ["hi " + "all " * 250 + "x", "thanks " * 140 + "x", "thank you " * 99 + "?x", "i" * 1000]
)
def test_a_long_message_is_judged_at_once(message: str) -> None:
    assert small_talk(message) is None
    grows_linearly(small_talk, message)
