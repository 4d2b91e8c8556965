"""Front matter in the dialects of site generators, also damaged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.extract import from_markdown, from_pasted
from ingest.extract.text.front_matter import split_front_matter

FIELDS = {"title": "Sore heels", "date": "2021-04-05", "tags": ["feet", "rest"]}


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: Sore heels\ndate: 2021-04-05\ntags: [feet, rest]\n---\n",
        "---\ntitle:\tSore heels\ndate:\t2021-04-05\ntags:\t['feet', 'rest']\n---\n",
        '+++\ntitle = "Sore heels"\ndate = 2021-04-05\ntags = ["feet", "rest"]\n+++\n',
        '{\n"title": "Sore heels",\n"date": "2021-04-05",\n"tags": ["feet", "rest"]\n}\n',
        '{"title": "Sore heels", "date": "2021-04-05", "tags": ["feet", "rest"]}\n---\n',
        "title: Sore heels\ndate: 2021-04-05\ntags:\n- feet\n- rest\n---\n",
        '"title": "Sore heels",\n"date": "2021-04-05",\n"tags": ["feet", "rest"]\n;;;\n',
        ';;;\n"title": "Sore heels",\n"date": "2021-04-05",\n"tags": ["feet", "rest"]\n;;;\n',
        "Title: Sore heels\nDate: 2021-04-05\nTags: feet, rest\n\n",
        "Title:\tSore heels\nDATE:\t2021-04-05\nKeywords:\tfeet, rest\n\n",
        "---\ntitle: Sore heels\ndate: 2021-04-05\ntags: feet, rest\n\n",  # never closed
    ],
)
def test_one_post_in_all_kinds_of_front_matter(head: str) -> None:
    document = from_markdown(f"{head}Roll a ball under the heel.\n")
    assert document.text == "Roll a ball under the heel."
    assert (document.title, document.published, document.tags) == (
        "Sore heels",
        "2021-04-05",
        ("feet", "rest"),
    )


@pytest.mark.parametrize(
    "source",
    [
        "Remember: the heel comes first.\n\nThen the toes.",
        "Title: one line alone\n\nThen text.",
        "Note to self: rest.\nStatus: tired.\nI went home.\n\nThen text.",
        "{% include nav.html %}\n\nText.",
        "{{< toc >}}\n\nText.",
        "---\n\nA line between rules.\n\n---\n\nText.",
        "{ an aside in braces }\n\nText.",
    ],
)
def test_prose_is_no_front_matter(source: str) -> None:
    assert split_front_matter(source) == ({}, source)


@pytest.mark.parametrize("opening", ["---", "+++"])
@pytest.mark.parametrize(
    "line", ['title: "Heels', "heels: [a, b", "a: {b", "x: *none", "\t- odd", "y: 'it's'"]
)
def test_a_damaged_line_costs_neither_the_post_nor_its_draft_sign(opening: str, line: str) -> None:
    sign = "draft: true" if opening == "---" else "draft = true"
    fields, body = split_front_matter(f"{opening}\n{line}\n{sign}\n{opening}\nText.")
    assert str(fields["draft"]).lower() == "true"
    assert body.strip() == "Text."


@settings(deadline=None)
@given(
    st.text(alphabet="abt:= \t\n-+{}[]\"',#&*!|>%;0", max_size=120),
    st.sampled_from(["---", "+++", ";;;", "{", ""]),
)
def test_no_front_matter_crashes_or_swallows_the_post(inside: str, opening: str) -> None:
    closing = {"{": "}"}.get(opening, opening)
    document = from_markdown(f"{opening}\ntitle: x\n{inside}\n{closing}\n\nThe heel needs rest.\n")
    assert (
        "heel needs rest" in document.text + document.title or "#" in inside or "%" in inside or "`" in inside
    )


def test_recipes_in_front_matter_are_text() -> None:
    document = from_markdown(
        "---\ntitle: Lentil soup\ningredients:\n  - 300 g lentils\n  - 1 onion\nsteps:\n"
        "  - text: Fry the onion for 4 minutes\n  - Add the lentils and simmer for 25 minutes\n"
        "faq:\n  - question: Can it be frozen?\n    answer: Yes, for two months.\n---\nA soup for cold days.\n"
    )
    assert document.text == (
        "A soup for cold days.\n\n## Ingredients\n\n- 300 g lentils\n- 1 onion\n\n"
        "## Steps\n\n1. Fry the onion for 4 minutes\n2. Add the lentils and simmer for 25 minutes\n\n"
        "## FAQ\n\n### Can it be frozen?\n\nYes, for two months."
    )


def test_groups_of_ingredients_and_lines_of_directions() -> None:
    document = from_markdown(
        "---\ntitle: Pie\ningredients:\n  Dough:\n    - 200 g flour\n  Filling:\n    - 4 apples\n"
        "directions: |\n  Knead the dough.\n  Bake for 40 minutes.\n---\n"
    )
    assert "### Dough\n\n- 200 g flour" in document.text
    assert "### Filling\n\n- 4 apples" in document.text
    assert "1. Knead the dough.\n2. Bake for 40 minutes." in document.text


@pytest.mark.parametrize(
    ("lines", "published"),
    [
        ("publishedAt: 2022-08-09", "2022-08-09"),
        ("published_on: 9 Aug 2022", "2022-08-09"),
        ("pubDatetime: 2022-08-09T10:00:00Z", "2022-08-09T10:00:00+00:00"),
        ("date: 2022.08.09", "2022-08-09"),
        ("date: 20220809", "2022-08-09"),
        ("date: 2022-08-09 1:05 PM", "2022-08-09T13:05:00"),
        ("date: 2022-08-09 12:05 am", "2022-08-09T00:05:00"),
        ("date: 2022/8/9", "2022-08-09"),
        ("date: 29.08.2022", "2022-08-29"),
        ("date: 08.09.2022", "08.09.2022"),
        ("date: August 9th, 2022 at 5pm", "2022-08-09"),
        ("date: 09-Aug-2022", "2022-08-09"),
        ("date: Published on 9 Aug 2022", "2022-08-09"),
        ("date:\n  created: 2020-01-01\n  published: 2022-08-09", "2022-08-09"),
        ("meta:\n  date: 2022-08-09", "2022-08-09"),
        ("article.published: 2022-08-09", "2022-08-09"),
        ("date: 1660039200", "2022-08-09T10:00:00+00:00"),
    ],
)
def test_dates_by_many_names_and_in_many_forms(lines: str, published: str) -> None:
    assert from_markdown(f"---\ntitle: x\n{lines}\n---\nText.").published == published


@pytest.mark.parametrize(
    "line", ["Published on: 06 Aug 2018", "*Posted on August 6, 2018*", "By Ann Poe on 6 August 2018"]
)
def test_a_dateline_above_the_text_is_no_text(line: str) -> None:
    document = from_markdown(f"# Heels\n\n{line}\n\nRoll a ball under the heel.\n")
    assert (document.published, document.text) == ("2018-08-06", "Roll a ball under the heel.")


def test_a_pasted_text_may_begin_with_its_fields() -> None:
    pasted = from_pasted(
        "Title: Sore heels\nURL: https://feet.example/heels\n\nRoll a ball under the heel daily.\n"
    )
    assert (pasted.title, pasted.url) == ("Sore heels", "https://feet.example/heels")
