"""Which of similar items is asked for, and that nothing about the others passes."""

from __future__ import annotations

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st
from readings import by_id, reading
from subject import HEALTH
from texts import texts

from bot.read.disambiguate import differ_in_item, disambiguate, select
from ingest.article import Article

STRETCHES = Article(
    "s",
    "Calm calves and hamstrings",
    "Sitting all day makes legs stiff.\n\n## Leg stretches\n\nFour of them:\n\n"
    "### 1. Standing Leg Stretch\n\n- Put one heel on a stool.\n- Hold for 10 seconds.\n\n"
    "### 2. Seated Leg Stretch\n\n- Reach for your toes.\n- Hold for 20 seconds.\n\n"
    "### 3. Lying Leg Stretch with a Strap\n\n- Loop it around your foot.\n- Hold for 30 seconds.\n\n"
    "### 4. Upward Frog\n\n- Lean on your elbows.\n- Hold for 40 seconds.\n\n"
    "## Good to know\n\nBreathe while you hold any of them.\n",
)
GUIDES = [
    Article("g1", "Seated leg stretch", "## What you need\n\nA mat.\n\n## Steps\n\n1. Hold for 25 seconds.\n"),
    Article("g2", "Standing leg stretch", "## What you need\n\nA stool.\n\n## Steps\n\n1. Hold for 15 seconds.\n"),
    Article("g3", "Upward frog", "## What you need\n\nA mat.\n\n## Steps\n\n1. Hold for 45 seconds.\n"),
    Article("g4", "All three", "- The seated leg stretch is held for 26 seconds.\n- The standing leg stretch is held for 16 seconds.\n"),
]  # fmt: skip


def kept(question: str, articles: list[Article]) -> set[str]:
    """The holding times that may be quoted."""
    left = disambiguate(question, reading(articles, {}), by_id(articles), HEALTH).sentences
    texts_left = [
        by_id(articles)[s.passage.chunk.article_id].text[s.sentence.start : s.sentence.end] for s in left
    ]
    return {word for text in texts_left for word in text.split() if word.isdecimal()}


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("how long do I hold the seated one", {"20"}), ("how long is the sitting stretch held?", {"20"}),
        ("How long do I hold the stretch you do on your back?", {"30"}), ("hold time lying down stretch", {"30"}),
        ("how long with the supine stretch", {"30"}), ("how many seconds for the upright stretch", {"10"}),
        ("the one with a towel, how long?", {"30"}), ("how long do I stay in upward frog", {"40"}),
        ("how long do I hold the second stretch", {"20"}), ("how long is stretch 4", {"40"}), ("how long, the last stretch?", {"40"}),
        ("how long do I hold the one where a heel goes on a stool", {"10"}),
        ("the one with the elbows, how long?", {"40"}), ("how long? (seated leg stretch)", {"20"}),
        ("and the standing one? (how long seated leg stretch)", {"10"}),
        ("how long do I hold the seated and the lying stretch?", {"20", "30"}),
        ("how long do I hold the kneeling stretch?", set()),
        ("how long do I hold the ninth stretch?", {"10", "20", "30", "40"}),  # says no such place; the reader decides
        # Nothing is named: a posture is how a day goes, or all are meant.
        ("how long do I hold the stretches?", {"10", "20", "30", "40"}),
        ("how long should I stretch after sitting all day?", {"10", "20", "30", "40"}),
        ("I stand for hours, how long should I hold a stretch?", {"10", "20", "30", "40"}),
        ("does sitting too long hurt?", {"10", "20", "30", "40"}),
    ],
)  # fmt: skip
def test_only_what_is_named_may_be_quoted(question: str, left: set[str]) -> None:
    assert kept(question, [STRETCHES]) == left


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("how long do I hold the seated stretch", {"25", "26"}),
        ("how long do I hold the standing stretch", {"15", "16"}),
        ("how long do I hold the upward frog", {"45", "26", "16"}),
        ("how long do I hold a stretch", {"25", "15", "45", "26", "16"}),
    ],
)
def test_posts_and_items_that_are_alike_are_told_differ_in_item(question: str, left: set[str]) -> None:
    assert kept(question, GUIDES) == left


def test_what_is_general_stays_and_the_probability_is_that_of_what_is_left() -> None:
    read = reading([STRETCHES], {"Hold for 10": 0.9, "Breathe": 0.05}, answerable=0.99)
    left = disambiguate("how long do I hold the seated one", read, by_id([STRETCHES]), HEALTH)
    said = [STRETCHES.text[s.sentence.start : s.sentence.end] for s in left.sentences]
    assert "Breathe while you hold any of them." in said and "Hold for 10 seconds." not in said
    assert left.answerable < 0.5
    assert disambiguate("how long do I hold them", read, by_id([STRETCHES]), HEALTH) is read


def test_the_other_side_of_the_body_is_no_answer() -> None:
    sides = Article(
        "l",
        "Sides",
        "Hold the left leg for 5 seconds.\n\nHold the right leg for 7 seconds.\n\nRest 9 breaths.\n",
    )
    assert kept("how long do I hold the left leg?", [sides]) == {"5", "9"}
    assert kept("is this the right way to hold a leg?", [sides]) == {"5", "7", "9"}


def test_labelled_items_are_named_in_full_only() -> None:
    levels = Article(
        "b", "Planks", "- Beginners: hold for 10 seconds.\n- Very fit people: hold for 60 seconds.\n"
    )
    assert kept("how long do beginners hold it?", [levels]) == {"10"}
    assert kept("how long do fit dogs hold it?", [levels]) == {"10", "60"}


def test_sections_about_different_things_are_no_siblings() -> None:
    topics = Article(
        "t",
        "Rolling",
        "## Benefits of rolling\n\nIt takes 5 minutes.\n\n## How to roll\n\nRoll for 8 minutes.\n",
    )
    assert kept("what are the benefits and how long?", [topics]) == {"5", "8"}


def test_differ_in_item() -> None:
    read = reading(GUIDES[:2], {}).sentences
    holds = [s for s in read if s.sentence.kind == "number"]
    assert differ_in_item(holds[0], holds[1], by_id(GUIDES), HEALTH) and not differ_in_item(
        holds[0], holds[0], by_id(GUIDES), HEALTH
    )


@given(st.text(), st.lists(texts, min_size=1, max_size=3))
def test_any_question_and_blog_leave_a_part_of_the_reading(question: str, blog: list[str]) -> None:
    articles = [Article(str(n), "The standing one", text) for n, text in enumerate(blog)]
    read = reading(articles, {})
    left = disambiguate(question, read, by_id(articles), HEALTH)
    assert {id(s) for s in left.sentences} <= {id(s) for s in read.sentences}


@pytest.mark.parametrize(
    "question", ["the seated " * 90, "one with where " * 60, "on my back " * 90, "first " * 160]
)
def test_a_long_question_is_read_at_once(question: str) -> None:
    grows_linearly(lambda text: select(text, [STRETCHES, *GUIDES], HEALTH), question)


NUMBERED = [
    Article("a", "Spirals at T4/T5", "Turn at T4/T5 for 41 seconds. T5 may click."),
    Article("b", "Spirals at T5/T6", "Turn at T5/T6 for 51 seconds.\n\n## Lesson 3\n\nTurn for 13 seconds.\n\n## Lesson 4\n\nTurn for 14 seconds.\n"),
    Article("c", "Oils", "Omega-3 goes rancid in 33 days. Omega-6 keeps 66 days. In lesson 9 nothing is said."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("how long do I turn at T4/T5?", {"41"}), ("how long at T5/T6", {"51", "13", "14"}),
        ("how long do I turn in lesson 3?", {"13"}), ("and lesson four?", {"14"}),
        ("how long does omega 3 keep?", {"33"}), ("how long does omega-6 keep?", {"66"}),
        ("how long does omega-7 keep?", set()), ("can I turn for 500 seconds?", {"41", "51", "13", "14", "33", "66"}),
    ],
)  # fmt: skip
def test_names_with_numbers_are_not_interchangeable(question: str, left: set[str]) -> None:
    found = kept(question, NUMBERED) - {"3", "4", "9"}
    assert found & {"41", "51", "13", "14", "33", "66"} >= left
    others = {
        "lesson 3": {"14"},
        "lesson four": {"13"},
        "omega 3": {"66"},
        "omega-6": {"33"},
        "T4/T5": {"51"},
        "T5/T6": {"41"},
        "omega-7": {"33", "66"},
    }
    assert not found & {number for name, numbers in others.items() if name in question for number in numbers}
