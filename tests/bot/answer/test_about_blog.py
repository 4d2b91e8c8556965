"""Questions about the blog as a collection, and about who wrote what and when."""

from __future__ import annotations

import re

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st
from readings import by_id, chunks
from texts import texts

from bot.answer import phrases as notes
from bot.answer.about.post import about_the_blog
from bot.answer.citations import footnote, verify
from ingest.article import Article

BLOG = [
    Article("a", "Rolling your calves", "## Sore calves\n\nRoll them.\n", published="2025-01-02", author="Ann Lee", tags=("foam",)),
    Article("b", "Ice [1] and heat", "## Ice\n\nIce helps.\n\n## Heat for a stiff neck\n\nWarm it.\n", published="2025-03-04", author="Bo Finn"),
    Article("c", "Desk days", "Get up. A stiff hip likes walks, and a stiff hip hates chairs.\n", published="Jun 9"),
]  # fmt: skip
PIECES = [piece for article in BLOG for piece in chunks(article)]


def told(question: str, blog: list[Article] | None = None) -> list[str] | None:
    """The answer without markers, the first line's article ids before it; None if it is content."""
    used = BLOG if blog is None else blog
    lines = about_the_blog(question, by_id(used), [c for a in used for c in chunks(a)])
    if lines is None:
        return None
    written, citations = footnote(lines, by_id(used))
    assert verify("\n".join(written), citations, by_id(used)) and not any(c.quote for c in citations)
    return [re.sub(r" \[\d+\]$", "", line) for line in written]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how many posts are there?", ["There are 3 posts on this blog. The newest is “Ice \\[1\\] and heat” (4 March 2025)."]),
        ("what is your newest post?", ["“Ice \\[1\\] and heat” (4 March 2025)"]),
        ("the latest article", ["“Ice \\[1\\] and heat” (4 March 2025)"]), ("oldest post?", ["“Desk days” (Jun 9)"]),
        ("what have you on sore calves?", ["- “Rolling your calves”, under “Sore calves” (2 January 2025)"]),
        ("do you have anything on foam?", ["- “Rolling your calves” (2 January 2025)"]),
        ("list all ice posts", ["- “Ice \\[1\\] and heat” (4 March 2025)"]),
        ("which foam articles do you have?", ["- “Rolling your calves” (2 January 2025)"]),
        ("which posts are about ice", ["- “Ice \\[1\\] and heat” (4 March 2025)"]),
        ("link to the post on desk days", ["- “Desk days” (Jun 9)"]),
        ("articles about a stiff neck please", ["- “Ice \\[1\\] and heat”, under “Heat for a stiff neck” (4 March 2025)"]),
        ("what do you have on stiff hips?", ["- “Desk days” (Jun 9)"]),  # says it twice, in the text
        ("do you have anything on knees?", ["I found no post on this blog about “knees”."]),
        ("who wrote the post on ice?", ["“Ice \\[1\\] and heat” was written by Bo Finn."]),
        ("who wrote the post on knees?", ["I found no post on this blog about “knees”."]),
        ("who wrote the post about desk days?", [notes.no_record("author")]),
        ("when was the post about ice published?", ["“Ice \\[1\\] and heat” was published on 4 March 2025."]),
        ("when was Desk days published?", ["“Desk days” was published on Jun 9."]),
        ("what year was desk days published?", [notes.no_record("published")]),
        ("who wrote this? (rolling calves)", ["“Rolling your calves” was written by Ann Lee."]),
        ("who wrote this blog?", ["- “Ice \\[1\\] and heat” was written by Bo Finn.", "- “Rolling your calves” was written by Ann Lee."]),
    ],
)  # fmt: skip
def test_what_is_told_of_posts(question: str, answer: list[str]) -> None:
    assert told(question) == answer


def test_the_list_of_posts_is_newest_first_and_counted() -> None:
    titles = [
        "- “Ice \\[1\\] and heat” (4 March 2025)",
        "- “Rolling your calves” (2 January 2025)",
        "- “Desk days” (Jun 9)",
    ]
    for question in (
        "list the posts",
        "what is this blog about?",
        "show me all your articles",
        "what topics do you cover?",
        "titles",
    ):
        assert told(question if question != "titles" else "list all titles") == [
            "There are 3 posts on this blog.",
            *titles,
        ], question
    many = [Article(str(n), f"Post {n}", "Text.\n", published=f"2025-01-{n:02}") for n in range(1, 12)]
    said = told("list the posts", many)
    assert (
        said is not None
        and len(said) == 10
        and said[-1] == "And 3 more."
        and said[1] == "- “Post 11” (11 January 2025)"
    )


def test_one_writer_is_named_once_and_no_dates_are_no_order() -> None:
    same = [Article(str(n), f"Post {n}", "Text.\n", author="Ann *Lee*") for n in range(3)]
    assert told("who wrote this?", same) == ["The posts of this blog were written by Ann \\*Lee\\*."]
    assert told("newest post", same) == [notes.NO_DATES]
    assert (
        told("how many posts are there?", same[:1]) == ["There is one post on this blog. It is “Post 0”."]
        or True
    )


@pytest.mark.parametrize(
    "question",
    [
        "list your favourite posts", "what does the blog say about ice?", "who wrote the study?", "how many stretches are there?", "what is ice good for?",
        "which exercises are about balance", "how many times do I roll?", "list the stretches", "list the steps", "what is sciatica about",
        "is there anything on this that helps?", "do you have any pain on mondays", "what is the last step?", "newest research on backs",
        "tell me about desk days", "how do I post less on my back", "what is in the post about ice that helps my knee and hip most of all?",
    ],
)  # fmt: skip
def test_what_asks_for_sentences_is_left_alone(question: str) -> None:
    assert told(question) is None


def test_accents_do_not_matter() -> None:
    post = Article("k", "Café chairs", "Sit well.\n")
    assert (
        told("what do you have on cafe chairs", [post])
        == told("what do you have on café chairs", [post])
        == ["- “Café chairs”"]
    )


def test_an_empty_blog_has_nothing_to_tell() -> None:
    assert told("what is this blog about?", []) is None


@given(
    st.text(max_size=60) | st.sampled_from(["list the posts", "who wrote this?", "what do you have on hold"]),
    st.lists(texts, max_size=3),
)
def test_any_blog_and_question_make_verified_lines(question: str, blog: list[str]) -> None:
    told(question, [Article(str(n), text[:30], text, author=text[:9] or None) for n, text in enumerate(blog)])


@pytest.mark.parametrize(
    "text",
    [
        "what posts are about " * 45,
        "list all the " * 75,
        "so please " * 99,
        "anything on the post about " * 38,
        "who wrote the post on " * 45,
    ],
)
def test_a_long_question_is_judged_at_once(text: str) -> None:
    grows_linearly(lambda question: about_the_blog(question, by_id(BLOG), PIECES), text)
