"""How an answer reads: its best paragraph first, what its sentences lean on, and which post it is from."""

from __future__ import annotations

import re

import pytest
from readings import by_id, reading
from subject import HEALTH

from bot.answer.citations import footnote, verify
from bot.answer.quotes import quote_lines
from ingest.article import Article

DOUGH = Article(
    "d",
    "Rye dough",
    "In this article we look at flour. Yes, it is worth the wait. Rye ferments fast. Then it turns sour within a day. "
    "A warm kitchen speeds it up.\n\nUnder glass. The jar shows how far the dough has risen. Photo: our kitchen.\n",
)
MARCH = Article(
    "m",
    "The allotment",
    "I dug over my bed. My beans went in and I watered them.\n",
    None,
    published="2024-03-02",
)
JUNE = Article("j", "Rain again", "I lost my beans to slugs. I blame myself.\n", None, published="2024-06-09")


def lines(question: str, odds: dict[str, float], *blog: Article) -> list[str]:
    articles = by_id(blog)
    written, citations = footnote(quote_lines(question, reading(blog, odds), articles, HEALTH), articles)
    assert verify("\n".join(written), citations, articles)
    return [re.sub(r" \[\d+\]", "", line) for line in written]


def test_the_paragraph_of_the_best_sentence_is_first_and_in_the_order_of_its_post() -> None:
    odds = {"The jar": 0.5, "Rye ferments": 0.2, "A warm": 0.3}
    assert lines("tell me about rising", odds, DOUGH) == [
        "The jar shows how far the dough has risen.",
        "Rye ferments fast. A warm kitchen speeds it up.",
    ]


def test_a_sentence_that_leans_on_the_one_before_it_brings_it_along() -> None:
    assert lines("when does it turn sour", {"Then it": 0.6}, DOUGH) == [
        "Rye ferments fast. Then it turns sour within a day."
    ]


def test_a_label_brings_what_it_names() -> None:
    assert lines("where do I keep the dough", {"Under glass": 0.6}, DOUGH) == [
        "Under glass. The jar shows how far the dough has risen."
    ]


@pytest.mark.parametrize("aside", ["In this article", "Photo:", "Yes, it is"])
def test_what_speaks_of_the_post_or_only_says_yes_is_not_quoted(aside: str) -> None:
    assert lines("why is rye sour", {aside: 0.6, "Rye ferments": 0.3}, DOUGH) == ["Rye ferments fast."]


def test_a_yes_answers_what_can_be_answered_so() -> None:
    assert lines("is rye worth it", {"Yes, it is": 0.6}, DOUGH)[0].startswith("Yes, it is worth the wait.")


def test_a_sentence_that_is_far_less_sure_adds_nothing() -> None:
    odds = {"Rye ferments": 0.6, "A warm": 0.05}
    assert lines("how does rye ferment", odds, DOUGH) == ["Rye ferments fast."]


def test_quotes_from_several_entries_of_a_diary_are_dated() -> None:
    odds = {"I lost": 0.5, "My beans": 0.3, "I blame": 0.2}
    assert lines("what about the beans", odds, MARCH, JUNE) == [
        "From “Rain again” (9 June 2024):",
        "I lost my beans to slugs. I blame myself.",
        "From “The allotment” (2 March 2024):",
        "My beans went in and I watered them.",
    ]
    assert lines("what about the beans", {"I lost": 0.5}, MARCH, JUNE) == ["I lost my beans to slugs."]


def test_a_quote_that_does_not_name_what_is_asked_for_is_led_in_by_its_post() -> None:
    other = Article("o", "Spelt dough", "Spelt is mild.\n")
    assert lines("is rye fast in summer", {"A warm": 0.6}, DOUGH, other)[0] == "From “Rye dough”:"
    assert lines("is rye fast in summer", {"Rye ferments": 0.6}, DOUGH, other)[0].startswith("Rye")
