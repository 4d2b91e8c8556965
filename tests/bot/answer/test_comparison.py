"""Two things compared, and definitions that come first."""

from __future__ import annotations

import pytest
from readings import by_id, reading

from bot.answer.citations import footnote, verify
from bot.answer.comparison import compared, sides
from bot.answer.definitions import defined, is_definition
from bot.answer.phrases import not_found
from bot.read import Reading
from bot.types import Question
from ingest.article import Article

BLOG = [
    Article("gouda", "Gouda", "Gouda is a yellow cheese made of cow's milk. It melts well.\n"),
    Article("feta", "All about feta", "Salty crumbs go on salads.\n\n## What it is\n\nFeta is a white cheese kept in brine.\n"),
    Article("pans", "Choosing pans", "Steel pans last for life, copper pans for two. Buy one good pan.\n"),
]  # fmt: skip
THRESHOLD = 0.5


def answer(question: str, answerable: float = 0.9) -> list[str]:
    def read(asked: Question) -> Reading:
        first = {"gouda": "Gouda is", "feta": "Salty", "steel": "Steel"}
        odds = next((o for word, o in first.items() if word in asked.text.lower()), "Buy")
        return reading(BLOG, {odds: 0.6}, answerable)

    lines, sure = compared(question, read, by_id(BLOG), THRESHOLD)
    written, citations = footnote(lines, by_id(BLOG))
    assert verify("\n".join(written), citations, by_id(BLOG))
    assert sure >= THRESHOLD or not lines
    return written


@pytest.mark.parametrize(
    ("question", "pair"),
    [
        ("what's the difference between a gouda and the feta?", ("gouda", "feta")),
        ("Gouda vs. feta", ("Gouda", "feta")),
        ("gouda versus feta, what is better?", ("gouda", "feta")),
        ("how is gouda different from feta", ("gouda", "feta")),
        ("how does feta differ from gouda?", ("feta", "gouda")),
        ("compare steel pans with copper pans", ("steel pans", "copper pans")),
        ("is feta the same as gouda?", ("feta", "gouda")),
        ("Are feta and gouda the same thing?", ("feta", "gouda")),
        ("is feta good for salads?", None),
        ("difference between week 4 and week 5", None),
        ("difference between feta and feta", None),
        ("what is the same in all of them?", None),
        ("", None),
    ],
)
def test_what_is_compared(question: str, pair: tuple[str, str] | None) -> None:
    assert sides(question) == pair


def test_each_is_quoted_under_its_name() -> None:
    assert answer("what is the difference between gouda and feta?") == [
        "**Gouda**",
        "Gouda is a yellow cheese made of cow's milk. [1]",
        "**Feta**",
        "Feta is a white cheese kept in brine. [2]",
    ]


def test_one_that_the_blog_lacks_is_named() -> None:
    lines = answer("feta vs cheddar", answerable=0.1)
    assert lines[0] == "**Feta**" and lines[-1] == not_found("cheddar")


def test_a_sentence_on_both_is_enough() -> None:
    assert answer("steel pans vs copper pans")[-1] == "Steel pans last for life, copper pans for two. [1]"


def test_two_that_the_blog_lacks_are_no_comparison() -> None:
    assert answer("brie vs cheddar", answerable=0.1) == []


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("what is feta?", "feta"),
        ("what's a roux", "a roux"),
        ("What does blanching mean?", "blanching"),
        ("define umami", "umami"),
        ("meaning of al dente", "al dente"),
        ("how is feta made?", ""),
        ("what is the best cheese for a pizza in summer?", ""),
    ],
)
def test_what_is_to_be_defined(question: str, name: str) -> None:
    assert defined(question) == name


@pytest.mark.parametrize(
    ("name", "sentence", "is_one"),
    [
        ("roux", "A roux is flour that is cooked in fat.", True),
        ("MSG", "Monosodium glutamate, or MSG, tastes of broth.", True),
        ("MSG", "Monosodium glutamate (MSG) tastes of broth.", True),
        ("blanching", "Blanching means a minute in boiling water.", True),
        ("roux", "Stir until the sauce with the dark brown old roux is thick.", False),
        ("roux", "Burning the roux does not help.", False),
        ("roux", "Flour is what you need.", False),
    ],
)
def test_a_definition_begins_with_what_it_defines(name: str, sentence: str, is_one: bool) -> None:
    assert is_definition(name, sentence) == is_one
