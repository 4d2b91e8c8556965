"""From what a reader types to what is searched: tidy, focus, plain words, spelling, small talk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from subject import HEALTH

from bot.answer.about.post import sentence, wanted
from bot.understand import load_replies
from bot.understand.clean import focus, plain_words, tidy
from bot.understand.spelling import correct
from ingest.article import Article
from ingest.errors import QuestionError, QuestionTooLong


@pytest.mark.parametrize("bad", ["", "   ", "\x00\x01", "🙂🙂", "?!", "\u202e", "\ud800"])
def test_what_is_no_question_is_refused(bad: str) -> None:
    with pytest.raises(QuestionError):
        tidy(bad, longest=1000)


def test_a_question_too_long_says_how_long_it_may_be() -> None:
    with pytest.raises(QuestionTooLong, match="1000"):
        tidy("a" * 10_000, longest=1000)


@given(st.text())
def test_tidy_leaves_one_printable_line(text: str) -> None:
    try:
        left = tidy(text, longest=1000)
    except QuestionError:
        return
    assert left == " ".join(left.split()) and left.encode()
    assert left.isprintable()


def test_focus_keeps_the_part_that_asks() -> None:
    long = "been at my desk all day, kids in bed, how long do I hold the seated stretch?"
    assert focus(long) == "how long do I hold the seated stretch?"
    assert focus("my back hurts when I bend, is that bad?").startswith("my back")


def test_plain_words_change_slang_only() -> None:
    assert plain_words("are tight Hammies bad?", HEALTH) == "are tight hamstrings bad?"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tight hamstings", "tight hamstrings"),
        ("bakc pain", "back pain"),
        ("the seatd one", "the seated one"),
    ],
)
def test_typing_mistakes_are_corrected_with_the_blogs_words(typed: str, meant: str) -> None:
    vocabulary = {"hamstrings", "back", "pain", "seated", "tight"}
    assert (
        correct(typed, vocabulary=vocabulary, is_common=lambda word: word in {"tight", "pain", "one"})
        == meant
    )


def test_a_known_word_is_left_alone() -> None:
    assert correct("pilates", vocabulary={"plates"}, is_common=lambda word: word == "pilates") == "pilates"


@pytest.mark.parametrize(
    "hello", ["hi", "Hello there!", "thanks so much", "ok thanks", "👍 thanks", "who are you?"]
)
def test_small_talk_gets_a_reply(hello: str) -> None:
    assert load_replies().find(hello)


@pytest.mark.parametrize(
    "question", ["hi, does sitting hurt?", "thanks, and how long?", "hello kitty pillow"]
)
def test_a_question_is_no_small_talk(question: str) -> None:
    assert load_replies().find(question) is None


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("who wrote this?", "author"),
        ("Who is the author?", "author"),
        ("when was this article published?", "published"),
        ("date posted?", "published"),
        ("what are the author's qualifications?", None),
        ("when was it last updated?", None),
        ("who gets tight hamstrings?", None),
    ],
)
def test_what_is_asked_of_a_post(question: str, about: str | None) -> None:
    assert wanted(question) == about


def test_a_date_without_a_year_does_not_say_the_year() -> None:
    post = Article("a", "T", "", published="Jun 9", author="A. Writer")
    assert sentence(post, "published", "what date?") == "“T” was published on Jun 9."
    assert sentence(post, "published", "what year was this published?") is None
    assert sentence(post, "author") == "“T” was written by A. Writer."
