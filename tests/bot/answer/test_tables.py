"""Which rows of a table are quoted, how they are shown, and when a table does not answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from readings import by_id, reading
from subject import HEALTH

from bot.answer.citations import footnote, verify
from bot.answer.draft import _from_reading
from bot.text.markdown import plain
from ingest.article import Article

SWIM = Article(
    "swim",
    "Swimming lessons and lanes",
    "Lessons are in the small pool.\n\n| Course | Day | Fee | Coach |\n| Crawl for adults | Tuesday 19:00 | €14 | Rosa Blum |\n"
    "| Aqua jogging | Thursday 08:30 | €11 | |\n| Water babies | Sunday 09:15 | €16 | Tom Ek |\n\nShowers are hot.\n",
)
SETS = Article(
    "sets",
    "Ten weeks to a mile in the lake",
    "| Week | Lengths | Rest every |\n"
    + "\n".join(f"| {n} | {10 * n} | {n + 1} lengths |" for n in range(1, 11))
    + "\n\nWeeks 4 and 7 are for technique. Sleep more than you think.\n",
)
DOSES = Article(
    "doses",
    "Salt tablets on long swims",
    "| Distance | Tablets | First after |\n| 5 km | 0 | - |\n| 10 km | 2 | 60 min |\n| 25 km | 6 | 45 min |\n",
)
BLOG = [SWIM, SETS, DOSES]


def answer(question: str, odds: dict[str, float], answerable: float = 0.9) -> str:
    """The Markdown of an answer, its citations verified."""
    read = reading(BLOG, odds, answerable)
    draft = _from_reading(question, replace(read, answerable=answerable), by_id(BLOG), 0.15, HEALTH)
    lines, citations = footnote(draft.lines, by_id(BLOG))
    text = "\n\n".join(lines)
    assert verify(text, citations, by_id(BLOG))
    return text


def rows(markdown: str) -> list[str]:
    """The first cells of the rows below the headers."""
    found = [line for line in markdown.split("\n") if line.startswith("| ")]
    return [
        line.split(" | ")[0].removeprefix("| ")
        for line in found
        if not line.startswith(("| Course", "| Week", "| Distance"))
    ]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("what does the Thursday course cost?", ["Aqua jogging"]), ("which course is on sunday", ["Water babies"]),
        ("how much is crawl for adults", ["Crawl for adults"]), ("who coaches the water babies?", ["Water babies"]),
        ("what are your fees?", ["Crawl for adults", "Aqua jogging", "Water babies"]),
    ],
)  # fmt: skip
def test_the_rows_that_are_named_are_quoted_and_all_of_a_small_table_without_a_name(
    question: str, wanted: list[str]
) -> None:
    assert rows(answer(question, {"| Course": 0.5, "| Crawl": 0.2, "| Aqua": 0.1})) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("how many lengths in week six", ["6"]), ("what does week 3 look like?", ["3"]), ("weeks 8 to 9", ["8", "9"]),
        ("what is the fifth week like", ["5"]),
    ],
)  # fmt: skip
def test_a_number_of_the_question_is_in_the_row(question: str, wanted: list[str]) -> None:
    assert rows(answer(question, {"| 1 |": 0.4, "| Week": 0.3, "| 10 |": 0.2, "| 6 |": 0.01})) == wanted


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("who coaches aqua jogging?", "| Aqua"), ("which course is on Wednesday?", "| Course"),
        ("where is the water babies course?", "| Water"), ("how many lengths in week 14?", "| Week"),
        ("when do I take the first tablet in a 5 km swim?", "| 5 km"), ("how many tablets for 40 km?", "| 25"),
    ],
)  # fmt: skip
def test_a_row_that_is_missing_or_empty_there_is_no_answer(question: str, read: str) -> None:
    assert not answer(question, {read: 0.6})


def test_a_row_is_quoted_under_its_header_with_its_neighbours_in_one_quote() -> None:
    assert answer("how many tablets for 10 km", {"| 10 km": 0.6}) == (
        "| Distance | Tablets | First after [1] |\n|---|---|---|\n| 10 km | 2 | 60 min [2] |"
    )
    assert answer("how many tablets for 5 km", {"| 10 km": 0.6}) == (
        "| Distance | Tablets | First after |\n|---|---|---|\n| 5 km | 0 | \\- [1] |"
    )


def test_a_column_may_be_what_is_asked() -> None:
    said = answer("how often do I rest in week 2?", {"| 2 |": 0.6, "Sleep more": 0.2})
    assert said == "| Week | Lengths | Rest every [1] |\n|---|---|---|\n| 2 | 20 | 3 lengths [2] |"


def test_a_row_whose_words_are_all_the_question_has_answers_whatever_the_reader_thinks() -> None:
    assert rows(answer("what does the aqua jogging course cost", {"Showers": 0.1}, answerable=0.1)) == [
        "Aqua jogging"
    ]
    assert not answer("does aqua jogging cure warts", {"Showers": 0.1}, answerable=0.1)


def test_what_names_the_row_follows_it_and_nothing_else_does() -> None:
    said = answer("what does week 4 look like?", {"Sleep more": 0.5, "Weeks 4": 0.3, "| 4 |": 0.1})
    assert said.endswith("Weeks 4 and 7 are for technique. [3]")


def test_no_post_is_named_of_which_nothing_is_left() -> None:
    said = answer("week 4 in the lake", {"Sleep more": 0.6, "| 4 |": 0.2})
    assert rows(said) == ["4"] and "From" not in said


def test_rows_as_plain_text_name_their_columns() -> None:
    assert plain(answer("how many tablets for 10 km", {"| 10 km": 0.6})) == (
        "- Distance 10 km: Tablets 2, First after 60 min [1] [2]"
    )
    assert plain("**Bold**, 5 \\* 3\n\n| A | |\n|---|---|\n| x | \\- [1] |\n| y \\| z | 2 [2] |") == (
        "Bold, 5 * 3\n\n- x: - [1]\n- y | z: 2 [2]"
    )
