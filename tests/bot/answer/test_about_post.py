"""Questions about a post itself: which are, which only look like it, and what is answered."""

from __future__ import annotations

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.about.post import sentence, wanted
from ingest.article import Article

POST = Article("a", "Tight *hamstrings*", "", author="Ada [1] Writer", published="2025-06-09T08:00:00+00:00")


@pytest.mark.parametrize(
    "question",
    [
        "who wrote this?", "Who wrote it", "who wrote the article?", "so who wrote this hamstring article", "who's the author?",
        "who’s the author?", "Who is the author of this post?", "author?", "the author", "name of the author", "author's name",
        "what is the author's name?", "who writes this blog?", "who made this site?", "who has written this?",
        "by whom was this written?", "who was this written by?", "who is this article written by", "written by who",
        "can you tell me who wrote this", "who is behind this blog?", "who wrote the post on foam rolling?",
    ],
)  # fmt: skip
def test_who_wrote_it(question: str) -> None:
    assert wanted(question) == "author"


@pytest.mark.parametrize(
    "question",
    [
        "when was this article published?", "date posted?", "date posted", "posted when?", "published?", "publication date",
        "what date was this posted", "what year was this published", "When did you write this?", "when did this come out",
        "when was it written", "date of this article", "how old is this post?", "date of publication", "publish date",
        "what day was this post published on", "when did the author write this",
    ],
)  # fmt: skip
def test_when_it_came_out(question: str) -> None:
    assert wanted(question) == "published"


@pytest.mark.parametrize(
    "question",
    [
        "what are the author's qualifications", "is the author a doctor?", "is the author qualified to write this?",
        "what qualifications does the person who wrote this have?", "how can I contact the person who wrote this?",
        "does the person who wrote this article have medical training?", "how old is the author",
        "who made yoga popular?", "who makes foam rollers?", "who wrote the study?", "who wrote the Yoga Sutras?",
        "who is the author of the study", "who is the author of the analects", "who should stretch", "who gets tight hamstrings?",
        "when is melatonin released?", "when did my back go up", "when was yoga first written about?", "when is it safe to stretch",
        "which day should I stretch according to the article?", "what month is best for running per the blog?",
        "what year was the study published?", "what is the best day to post", "when was it last updated?",
        "when was this article last changed?", "has this been edited?",
    ],
)  # fmt: skip
def test_what_is_no_question_about_the_post(question: str) -> None:
    assert wanted(question) is None


@pytest.mark.parametrize("text", ["so " * 333, "who wrote the a " * 60, "when was the " * 80, "'" * 1000])
def test_a_long_question_is_judged_at_once(text: str) -> None:
    grows_linearly(wanted, text)


def test_the_answer_names_the_post_and_escapes_what_it_quotes() -> None:
    assert sentence(POST, "author") == "“Tight \\*hamstrings\\*” was written by Ada \\[1\\] Writer."
    assert sentence(POST, "published") == "“Tight \\*hamstrings\\*” was published on 9 June 2025."


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ("2025-06-09", "on 9 June 2025"), ("Jun 9", "on Jun 9"), ("2025", "in 2025"), ("03/04/2025", "on 03/04/2025"),
        ("9999-99-99", "on 9999-99-99"),
    ],
)  # fmt: skip
def test_dates_as_they_are_spoken(published: str, said: str) -> None:
    assert sentence(Article("a", "T", "", published=published), "published") == f"“T” was published {said}."


def test_a_post_that_does_not_say_is_not_answered_for() -> None:
    silent = Article("a", "T", "")
    assert sentence(silent, "author") is sentence(silent, "published") is None


@pytest.mark.parametrize(
    "question", ["what year was this published?", "In which YEAR was it posted", "year published?"]
)
def test_a_date_without_a_year_does_not_say_the_year(question: str) -> None:
    assert sentence(Article("a", "T", "", published="Jun 9"), "published", question) is None
    assert sentence(POST, "published", question) is not None
    assert sentence(Article("a", "T", "", author="Ada", published="Jun 9"), "author", question) is not None


@given(st.text(), st.text(), st.text())
def test_any_title_author_and_date_make_one_line(title: str, author: str, published: str) -> None:
    for what in ("author", "published"):
        said = sentence(Article("a", title, "", author=author, published=published), what)
        assert said is None or "\n" not in said
