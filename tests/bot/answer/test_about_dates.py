"""Which posts there are of a time or an author."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import by_id, chunks
from texts import texts

from bot.answer import phrases
from bot.answer.about.dates import by_date, period_of
from bot.answer.about.post import about_the_blog
from bot.answer.citations import footnote, verify
from ingest.article import Article

TODAY = date(2023, 3, 15)  # a Wednesday
BLOG = [
    Article("soup", "Soup in a thermos", "Fill it.\n", published="2023-03-14", author="Mia Ott"),
    Article("tent", "A dry tent", "Air it.\n", published="2023-02-20", author="Tom Reed", tags=("camping",)),
    Article("socks", "Wool socks", "They dry by night.\n", published="2022-07-02", author="Mia Ott"),
    Article("stove", "A stove for camping", "Clean it.\n", published="2021-07-30", author="Tom Reed"),
    Article("knots", "Two knots", "Tie them.\n", published="2021-03", author="Tom Reed"),
]  # fmt: skip
PIECES = [piece for article in BLOG for piece in chunks(article)]


def listed(question: str) -> list[str] | None:
    """The ids of the posts that are named, or the note; None if the question asks for something else."""
    lines = by_date(question, by_id(BLOG), PIECES, TODAY)
    if lines is None:
        return None
    written, citations = footnote(lines, by_id(BLOG))
    assert verify("\n".join(written), citations, by_id(BLOG))
    return [e.passage.chunk.article_id for line in lines for e in line.evidence] or written


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("which articles came out in 2023?", "soup tent"),
        ("show me your posts from 2021", "stove knots"),
        ("2022 posts", "socks"),
        ("what did you publish before 2022", "stove knots"),
        ("posts older than July 2022", "stove knots"),
        ("everything you wrote since 20 February 2023", "soup tent"),
        ("articles after 2021", "soup tent socks"),
        ("posts between July 2021 and 2022?", "socks stove"),
        ("anything published in July?", "socks stove"),
        ("was anything posted in July 2021", "stove"),
        ("which posts are from this year?", "soup tent"),
        ("articles from last year", "socks"),
        ("did you write anything last month?", "tent"),
        ("any posts this week?", "soup"),
        ("have you posted anything yesterday?", "soup"),
        ("the two newest articles", "soup tent"),
        ("newest 4 posts", "soup tent socks stove"),
        ("what are your latest posts", "soup tent socks"),
        ("the first two posts please", "knots stove"),
        ("when did you post last?", "soup"),
        ("what is the date of your last article?", "soup"),
        ("when was this blog last updated?", "soup"),
        ("what have you written lately?", "soup tent socks"),
        ("what's new here?", "soup tent socks"),
        ("articles by Mia", "soup socks"),
        ("what has Tom Reed written?", "tent stove knots"),
        ("Tom's newest post", "tent"),
        ("what did you write about camping in 2021?", "stove"),
        ("the newest post on camping", "tent"),
    ],
)
def test_posts_of_a_time_or_an_author(question: str, ids: str) -> None:
    assert listed(question) == ids.split()


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("which posts did you publish in 2019?", phrases.none_from("2019")),
        ("anything from May 2023?", phrases.none_from("May 2023")),
        ("posts before 2020", phrases.none_from("before 2020")),
        ("what did you write about sledges in 2022?", phrases.nothing_on("sledges")),
    ],
)
def test_a_time_without_posts_is_said(question: str, note: str) -> None:
    assert listed(question) == [note]


def test_how_many_posts_of_a_year_are_counted_and_listed() -> None:
    lines = by_date("how many articles did you write in 2021?", by_id(BLOG), PIECES, TODAY)
    assert lines is not None and lines[0].text == phrases.dated(2, "2021") and len(lines) == 3


def test_posts_without_dates_have_no_order() -> None:
    undated = [Article("a", "One", "Text.\n"), Article("b", "Two", "Text.\n")]
    lines = by_date("posts from 2021", by_id(undated), [c for a in undated for c in chunks(a)], TODAY)
    assert lines is not None and [line.text for line in lines] == [phrases.NO_DATES]


@pytest.mark.parametrize(
    "question",
    [
        "how do I dry a tent in March?", "what should I write on the label in 2023?", "what is the last step?", "which knots came first?",
        "who wrote the post on socks?", "what happened last year?", "list the posts", "posts about camping", "which socks did you wear in 2022?",
        "how often do you post?", "what is the first thing to pack?", "what changes in March", "when was the tent last aired?",
    ],
)  # fmt: skip
def test_what_asks_for_more_than_a_time_is_left_alone(question: str) -> None:
    assert listed(question) is None


@pytest.mark.parametrize(
    ("question", "first", "end"),
    [
        ("in 2020", "2020-01-01", "2020-12-31~"),
        ("3rd of March 2020", "2020-03-03", "2020-03-03~"),
        ("on March 3, 2020", "2020-03-03", "2020-03-03~"),
        ("2020-03", "2020-03-01", "2020-03-31~"),
        ("until Sept. 2020", "0000", "2020-09-31~"),
        ("before Feb 2020", "0000", "2020-02-01"),
        ("after Feb 2020", "2020-02-31~", "9999"),
        ("last month", "2023-02-01", "2023-02-31~"),
    ],
)
def test_a_period_is_read(question: str, first: str, end: str) -> None:
    period = period_of(question, TODAY)
    assert period is not None and (period.first, period.end) == (first, end)


@pytest.mark.parametrize(
    "question",
    [
        "who is the author of the article on socks?", "author of the socks article", "who's the writer of the post about socks",
        "who is the socks post by?", "who is behind the article on socks?", "which author wrote the socks post?",
        "what is the name of the author of the piece on socks?",
    ],
)  # fmt: skip
def test_an_author_is_found_in_every_wording(question: str) -> None:
    lines = about_the_blog(question, by_id(BLOG), PIECES)
    assert lines is not None and [line.text for line in lines] == ["“Wool socks” was written by Mia Ott."]


@pytest.mark.parametrize(
    "question", ["who is the cook in the socks post?", "who was in the article about socks", "who is the post for?"]
)  # fmt: skip
def test_another_person_than_the_author_is_not_answered(question: str) -> None:
    lines = about_the_blog(question, by_id(BLOG), PIECES)
    assert not any("written by" in line.text for line in lines or [])


@given(
    texts,
    st.sampled_from(
        ["before 31 Feb 2021", "since 2021-13", "from 99 May 2021 to 2020", "of the 7th March 2022"]
    ),
)
def test_any_text_may_be_asked(text: str, period: str) -> None:
    by_date(f"{text} posts {period}", by_id(BLOG), PIECES, TODAY)
    by_date(f"posts {period} {text}", by_id(BLOG), PIECES, TODAY)
