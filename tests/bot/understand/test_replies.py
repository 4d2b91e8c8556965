"""What asks nothing of the blog gets a reply; nothing that asks something does."""

from __future__ import annotations

from pathlib import Path

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

from bot.understand import load_replies
from ingest.errors import ConfigError


def reply_to(message: str) -> str | None:
    kind = load_replies().find(message)
    return kind.reply if kind else None


def kind_of(message: str) -> str:
    kind = load_replies().find(message)
    return kind.name if kind else ""


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ("hi", "Hello!"), ("Hello there!", "Hello!"), ("HEY", "Hello!"), ("hiiii :)", "Hello!"), ("good morning", "Hello!"),
        ("hi, how are you?", "Hello!"), ("what’s up", "Hello!"), ("hello 👋", "Hello!"), ("thanks", "You're welcome"),
        ("Thank you so much!!!", "You're welcome"), ("ok thanks", "You're welcome"), ("thx", "You're welcome"),
        ("Great, thanks a lot", "You're welcome"), ("thanks for your help", "You're welcome"), ("perfect", "You're welcome"),
        ("bye", "Good-bye"), ("Thanks, bye!", "Good-bye"), ("see you later", "Good-bye"), ("good night", "Good-bye"),
        ("who are you?", "I look things up"), ("hi, what can you do?", "I look things up"), ("help", "Gladly"),
        ("are you a robot", "I look things up"), ("Are you a doctor?", "I look things up"),
        ("Is this a bot?", "I look things up"), ("Tell me more about yourself!", "I look things up"),
        ("can I talk to a real person?", "I am a program, and no person"), ("what can I ask you about?", "I look things up"),
        ("OK!", "All right."), ("hmmmm", "All right."), ("no, thank you", "You're welcome"), ("oh I see, got it", "All right."),
        ("ok, I have another question", "Gladly"), ("hahaha", "All right."), ("Sorry, never mind", "All right."),
        ("please stop", "All right, I'll stop"), ("Stop it!", "All right, I'll stop"), ("that's enough, thanks", "All right, I'll stop"),
        ("ok cool", "You're welcome"), ("It really helped me, thank you", "You're welcome"), ("What a lovely post", "You're welcome"),
        ("I feel much better now", "You're welcome"), ("your blog is great", "You're welcome"), ("cheers mate", "You're welcome"),
        ("Cheers, bye bye!", "Good-bye"), ("have a nice day", "Good-bye"), ("gotta go, see you tomorrow", "Good-bye"),
        ("goodnight", "Good-bye"), ("anybody there?", "Hello!"), ("heyyyy how r u", "Hello!"),
        ("That was not what I asked.", "I'm sorry"), ("this answer is really bad", "I'm sorry"), ("you didn't answer my question", "I'm sorry"),
    ],
)  # fmt: skip
def test_a_reply_that_fits(message: str, reply: str) -> None:
    assert (reply_to(message) or "").startswith(reply)


@pytest.mark.parametrize(
    "message",
    [
        "hi, does sitting hurt?", "thanks, and how long?", "hello kitty pillow", "help my back hurts", "great stretches?",
        "nice stretch for the calves", "what is sciatica", "how are hamstrings stretched", "who are you to say that",
        "what can you do for sciatica", "good morning stretch", "good night's sleep", "", "?", "🙂",
        "why?", "stop the pain", "is it good for me", "does it work", "no pain", "right leg",
        "can I stop stretching when it feels better", "start with which one", "what helped you", "that one", "wrong posture",
        "sorry, how long?", "I love pilates", "not good for knees", "clear my sinuses", "my question is about knees",
        "thanksgiving", "when should I see a doctor", "what does the doctor say about knees", "can it help", "is this good",
        "what is good", "good for my back", "this article in short sentences about knees", "are you a doctor who knows about backs",
    ],
)  # fmt: skip
def test_questions_are_none(message: str) -> None:
    assert reply_to(message) is None


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert reply_to(text) is None or len(text) < 200


@pytest.mark.parametrize(
    "message", ["hi " + "all " * 250 + "x", "thanks " * 140 + "x", "thank you " * 99 + "?x", "i" * 1000]
)
def test_a_long_message_is_judged_at_once(message: str) -> None:
    assert reply_to(message) is None
    grows_linearly(reply_to, message)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Should I see a doctor?", "doctor"), ("do i need to go to the hospital", "doctor"), ("shall i? ok, should i ask my gp", ""),
        ("is there somebody I can write to", "human"), ("how can I reach you?", "contact"), ("do you keep what I type", "privacy"),
        ("what does a session cost", "price"), ("are you sure?", "source"), ("Really?!", "source"), ("really good for knees?", ""),
        ("tell me more", "more"), ("anything else?", "more"), ("what else does it do", ""), ("a shorter version please", "shorter"),
        ("say that again", "again"), ("can I stretch again", ""), ("what about the other post", "other"), ("which post is that from", "about"),
        ("who wrote that?", "about"), ("who wrote the post about gels", ""), ("i give up", ""), ("i'm fed up with my back", "feeling"),
        ("could you ring me tomorrow?", "action"), ("text me the address", "action"), ("can u put me through to the desk", "action"),
        ("can i ring the desk myself", ""), ("how do i put me at ease", ""), ("i'm nervous about the needle", "feeling"), ("i'm nervous, does the needle hurt?", ""),
        ("my cat is scared of the vet", ""), ("my elbow is killing me", "feeling"), ("what should nervous people do", ""), ("erase me", ""),
        ("delete my messages", "privacy"), ("explain it like i am five", "shorter"), ("gn all", "farewell"), ("ugh, useless", "complaint"), ("cheers x", "thanks"),
    ],
)  # fmt: skip
def test_kinds(message: str, kind: str) -> None:
    assert kind_of(message) == kind


def test_an_owners_file_changes_replies_and_adds_kinds(tmp_path: Path) -> None:
    own = tmp_path / "replies.toml"
    own.write_text(
        """
[doctor]
reply = "Ring our practice, we are glad to see you."
words = "clinic"
[thanks]
off = true
[vouchers]
words = "vouchers, gift cards"
with = "do, sell, have"
reply = "Vouchers are sold at the desk."
""",
        encoding="utf-8",
    )
    replies = load_replies(own)
    found = {
        m: replies.find(m) for m in ("should I go to the clinic", "do you sell gift cards?", "thanks", "bye")
    }
    named = {message: kind.reply if kind else None for message, kind in found.items()}
    assert named == {
        "should I go to the clinic": "Ring our practice, we are glad to see you.",
        "do you sell gift cards?": "Vouchers are sold at the desk.",
        "thanks": None,
        "bye": "Good-bye, and take care.",
    }
    assert kind_of("thanks") == "thanks"  # the packaged replies are as they were


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[doctor\nreply = 1", "not valid TOML"), ("[doctor]\nreply = 1", "doctor.reply"), ("[doctor]\nanswer = 'x'", "doctor.answer"),
        ("[vouchers]\nreply = 'At the desk.'", "needs words and a reply"), ("doctor = 'x'", "doctor"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, says: str) -> None:
    own = tmp_path / "replies.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        load_replies(own)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_replies(tmp_path / "missing.toml")


def test_every_kind_answers_in_a_sentence() -> None:
    for name, reply in load_replies().texts.items():
        assert reply.endswith((".", "first.")) and 20 < len(reply) < 260, name
