"""Two questions in one: which are, which are not, and what a part takes from the other."""

from __future__ import annotations

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.split_questions import MOST, parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("how long do I hold it and how often?", ("how long do I hold it?", "how often? (hold)")),
        ("is it safe, and who wrote this?", ("is it safe?", "who wrote this?")),
        ("What is sciatica and how can massage help it?", ("What is sciatica?", "how can massage help it? (sciatica)")),
        (
            "What are the steps for upward frog? How long do I hold it?",
            ("What are the steps for upward frog?", "How long do I hold it? (steps upward frog)"),
        ),
        ("how long and how often should I stretch", ("how long? (stretch)", "how often should I stretch")),
        ("tell me what IT band syndrome is and where it hurts", ("tell me what IT band syndrome is?", "where it hurts (IT band syndrome)")),
        ("how long and is it safe? (seated leg stretch)", ("how long? (seated leg stretch)", "is it safe? (seated leg stretch)")),
        ("what if it snaps, and how long is it sore?", ("what if it snaps?", "how long is it sore? (snaps)")),
        ("do I hold it on both sides and do I need a strap?", ("do I hold it on both sides?", "do I need a strap?")),
    ],
)  # fmt: skip
def test_two_questions(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "stretch and strengthen my back", "is the seated or the standing stretch better, and why?", "sitting or standing?",
        "which is better, sitting or standing?", "how and why do I stretch", "when and where should I stretch",
        "my back hurts and I don't know what to do", "can I do it every day or should I rest?",
        "is there a stretch for people who sit and who are old?", "who gets it & why?", "how many times, how long, how often?",
        "how do you know what stretch is right and what isn't?", "I read that what you eat and how you sleep matter, is that true?",
        "how long do I hold the seated stretch and the standing one?", "what if I can't reach my toes?", "pain? (seated stretch)", "?? and ??",
        "what if I cannot come, do I still pay for it?", "and what happens if it snaps, should I see somebody?",
    ],
)  # fmt: skip
def test_one_question(question: str) -> None:
    assert parts_of(question) == (question,)


@given(st.text(max_size=200))
def test_any_text_has_a_few_parts_and_none_is_empty(text: str) -> None:
    parts = parts_of(text)
    assert 1 <= len(parts) <= MOST and (len(parts) == 1 or all(any(c.isalnum() for c in p) for p in parts))


@pytest.mark.parametrize(
    "text", ["and how " * 120, "is it, " * 140, "? " * 500, "what, and who is " * 60, "(" * 1000]
)
def test_a_long_question_is_split_at_once(text: str) -> None:
    grows_linearly(parts_of, text)
