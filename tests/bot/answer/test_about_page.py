""" "This article" is the page that the reader is on: summaries, its author and its date."""

from __future__ import annotations

import pytest

from bot.answer.about.page import about_the_page, asks_for_summary
from bot.answer.citations import Line, footnote, verify
from ingest.article import Article, Chunk, sections

RYE = Article(
    "https://bread.example/rye",
    "Rye bread",
    "Rye needs time and little kneading. It keeps for a week. You can freeze it, too.\n\n"
    "## The starter\n\nFeed the starter twice on the day before. Keep it warm.\n\n- Rye flour\n\n### Old starters\n\n"
    "An old starter smells of vinegar.\n\n## Baking\n\nWhat you need:\n\nThe loaf bakes for an hour in a hot oven.\n",
    url="https://bread.example/rye",
    author="Ada Baker",
    published="2026-02-03",
)
OATS = Article(
    "https://bread.example/oats",
    "Oat cakes",
    "Oat cakes are quick to make.\n",
    url="https://bread.example/oats",
    author="Ben Miller",
    published="2026-03-01",
)
ARTICLES = {a.id: a for a in (RYE, OATS)}
CHUNKS = [
    Chunk(a.id, n, s.path, a.text[s.start : s.end], s.start, s.end)
    for a in ARTICLES.values()
    for n, s in enumerate(sections(a.text))
]


def written(lines: list[Line] | None) -> str:
    assert lines is not None
    out, citations = footnote(lines, ARTICLES)
    text = "\n".join(out)
    assert verify(text, citations, ARTICLES)
    return text


@pytest.mark.parametrize(
    "question",
    [
        "summarise this article",
        "Can you summarize the post, please?",
        "tldr of this post",
        "TL;DR?",
        "What is this page about?",
        "what's it about",
        "What does this recipe say?",
        "Give me a short summary in two sentences",
        "the key points of the article I'm reading",
    ],
)
def test_the_whole_page_is_summarised_in_its_own_sentences(question: str) -> None:
    text = written(about_the_page(question, f"{RYE.url}?utm_source=mail", ARTICLES, CHUNKS))
    assert text.splitlines()[1:] == [
        "Rye needs time and little kneading. [1] It keeps for a week. [2]",
        "- Feed the starter twice on the day before. [3]",
        "- The loaf bakes for an hour in a hot oven. [4]",
    ]


@pytest.mark.parametrize(
    "question",
    [
        "summarise the post about oat cakes",
        "can you summarise the oats post",
        "What does this article say about freezing?",
        "key points of sourdough",
        "What is a starter about?",
        "How do I sum up calories?",
        "Why does it smell?",
        "who wrote the post about oat cakes?",
        "who writes this blog?",
    ],
)
def test_what_asks_for_something_else_is_left_alone(question: str) -> None:
    assert about_the_page(question, RYE.url or "", ARTICLES, CHUNKS) is None


def test_author_and_date_are_those_of_the_page() -> None:
    assert "Ada Baker" in written(about_the_page("Who wrote this?", RYE.url or "", ARTICLES, CHUNKS))
    assert "1 March 2026" in written(
        about_the_page("when was it published?", OATS.url or "", ARTICLES, CHUNKS)
    )


@pytest.mark.parametrize("page", ["", "https://bread.example/", "https://elsewhere.example/rye", "x"])
def test_without_a_known_page_the_reader_is_asked_which_post(page: str) -> None:
    text = written(about_the_page("summarise this article", page, ARTICLES, CHUNKS))
    assert text.startswith("Which post do you mean?")
    assert text.index("Oat cakes") < text.index("Rye bread"), "the newest first"
    assert about_the_page("who wrote this?", page, ARTICLES, CHUNKS) is None
    assert not asks_for_summary("what is it about?", is_page_known=False)
    assert about_the_page("summarise this article", page, {}, []) is None
