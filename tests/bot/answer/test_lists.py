"""Lists asked for by name: numbered headings or items, and nothing when more is asked."""

from __future__ import annotations

import re

import pytest
from readings import by_id, reading
from subject import HEALTH

from bot.answer.citations import footnote, verify
from bot.answer.lists import named_list
from bot.answer.lists.members import members_named
from bot.answer.lists.names import asked_names
from ingest.article import Article

POST = Article(
    "a",
    "Tight calves",
    "## Calf Stretches for Sore Feet\n\nHere are some:\n\n### 1. Wall Stretch\n\n- Lean in.\n- Hold.\n\n"
    "### 2. Towel Stretch\n\n- Sit.\n- Pull.\n\n## Tips\n\n- Drink.\n- Rest.\n",
)


@pytest.mark.parametrize(
    ("question", "first", "count"),
    [
        ("which stretches do you recommend?", "1. Wall Stretch", 2),
        ("list the stretches", "1. Wall Stretch", 2),
        ("What are the best calf stretches?", "1. Wall Stretch", 2),
        ("what tips are there?", "Drink.", 2),
        ("which stretches help with sciatica?", "", 0),
        ("which of the stretches uses a towel?", "", 0),
        ("how long do I hold the stretches?", "", 0),
        ("what stretch is done at a wall?", "", 0),
    ],
)
def test_named_lists(question: str, first: str, count: int) -> None:
    members = next((m for asked in asked_names(question, HEALTH) if (m := members_named(asked, POST))), ())
    assert len(members) == count
    if members:
        assert POST.text[members[0].start : members[0].end] == first


NECK = Article(
    "n",
    "Four drills for a stiff neck",
    "Do them daily.\n\n## Nod\n\nSay yes slowly. Do ten.\n\n## Shake\n\nSay no slowly.\n\n## Tilt\n\n- An ear to each shoulder\n- Five times\n\n"
    "## Shrug\n\nLift both shoulders.\n\n## Final thoughts\n\nRest after it.\n",
)  # fmt: skip
STEW = Article(
    "s",
    "Bean stew",
    "## What you need\n\n### For the pot\n\n- Beans\n- Stock\n\n### For the top\n\n- Chives\n\n## Method\n\n1. Soak.\n2. Boil.\n\n"
    "## Common mistakes with beans\n\n- No soaking\n- Salt too early\n",
)  # fmt: skip
RICE = Article("r", "Rice", "## Ingredients\n\n- Rice\n- Water\n\n## Directions\n\n1. Rinse.\n2. Simmer.\n")
BOWL = Article(
    "b", "Rice with beans", "## Ingredients\n\n- Both\n- Lime\n\n## Directions\n\n1. Mix.\n2. Serve.\n"
)
BLOG = [NECK, STEW, BOWL, RICE]


def listed(question: str) -> list[str]:
    read = reading(BLOG, {"Both": 0.3})
    written, citations = footnote(named_list(question, read.sentences, by_id(BLOG), HEALTH), by_id(BLOG))
    assert verify("\n".join(written), citations, by_id(BLOG))
    return [re.sub(r" \[\d+\]", "", line) for line in written]


DRILLS = ["- Nod Say yes slowly.", "- Shake Say no slowly.", "- Tilt", "- Shrug Lift both shoulders."]


@pytest.mark.parametrize(
    "question",
    [
        "list all drills for a stiff neck", "what are the four drills for a stiff neck?", "which drills help against a stiff neck?",
        "how many drills are there for the neck?", "drills for my stiff neck", "any good neck drills?",
    ],
)  # fmt: skip
def test_headings_that_are_counted_in_the_title_are_the_list(question: str) -> None:
    assert listed(question) == ["From “Four drills for a stiff neck”:", *DRILLS]


@pytest.mark.parametrize(
    ("question", "heading", "said"),
    [
        ("what is the first drill for a stiff neck?", "**Nod**", ["Say yes slowly. Do ten."]),
        ("the third drill for the neck", "**Tilt**", ["- An ear to each shoulder", "- Five times"]),
        ("what's the last drill for a stiff neck?", "**Shrug**", ["Lift both shoulders."]),
    ],
)
def test_one_of_them_comes_with_what_is_under_it(question: str, heading: str, said: list[str]) -> None:
    assert listed(question)[1:] == [heading, *said]


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("what do I need for the bean stew?", ["- Beans", "- Stock", "- Chives"]),
        ("ingredients of the bean stew", ["- Beans", "- Stock", "- Chives"]),
        ("what goes into the bean stew", ["- Beans", "- Stock", "- Chives"]),
        ("how do I make bean stew?", ["1. Soak.", "2. Boil."]),
        ("instructions for the bean stew", ["1. Soak.", "2. Boil."]),
        ("which mistakes are common with beans?", ["- No soaking", "- Salt too early"]),
        ("how to cook rice", ["1. Rinse.", "2. Simmer."]),
        ("what's the second ingredient of rice with beans?", ["- Lime"]),
    ],
)
def test_a_list_is_found_by_its_heading_and_its_posts_title(question: str, items: list[str]) -> None:
    assert listed(question)[1:] == items


@pytest.mark.parametrize(
    "question",
    [
        "what are the ingredients?", "ingredients of the fish pie", "drills for a sore hip", "how do I make pancakes?", "how many beans do I need?",
        "which drill works without a chair?", "what is the first thing to do?", "what do I need to know?",
    ],
)  # fmt: skip
def test_a_list_of_another_name_or_subject_is_not_meant(question: str) -> None:
    assert listed(question) == []
