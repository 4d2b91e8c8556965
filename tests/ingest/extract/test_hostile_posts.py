"""A post made to be slow takes time in proportion to its length, from its bytes to its chunks."""

from __future__ import annotations

from pathlib import Path

import pytest
from growth import grows_linearly

from ingest.article import chunk
from ingest.errors import SourceError
from ingest.extract import as_article, from_markdown, read_document
from ingest.extract.text.brackets import with_few_unclosed
from ingest.extract.text.front_matter import split_front_matter

UNITS = [
    "<",
    "[",
    "![",
    "](",
    "*a _b ",
    "`a ",
    "&#",
    "||\n",
    "1. a\n",
    "# a\n",
    "::: a\n",
    "%% ",
    "<!--",
    "\n \n",
]


@pytest.mark.parametrize("kind", ["markdown", "html", "text"])
@pytest.mark.parametrize("unit", UNITS)
def test_marks_without_end_are_read_in_linear_time(unit: str, kind: str) -> None:
    def work(source: str) -> None:
        try:
            document = read_document(source, kind)  # type: ignore[arg-type]  # a parameter is any string
        except SourceError:
            return
        article = as_article(document, id="x", url=None, origin="", stem=Path("x").stem)
        chunk(article, max_tokens=200, overlap=30, count=lambda text: len(text) // 4 + bool(text))

    opening = "<html><body><p>Peel the turnips.</p>" if kind == "html" else "Peel the turnips.\n\n"
    grows_linearly(work, opening + unit * (40_000 // len(unit)))


@pytest.mark.parametrize("opening", ["---\ntitle: x\ntags:\n", "title: x\ntags: b\n", "---\ntitle: x\n"])
@pytest.mark.parametrize("unit", ["- a\n", "k: v\n", " "])
def test_front_matter_without_end_is_read_in_linear_time(opening: str, unit: str) -> None:
    grows_linearly(lambda source: split_front_matter(source)[0], opening + unit * (800_000 // len(unit)))


def test_a_list_in_front_matter_that_is_read_by_line_keeps_its_items() -> None:
    fields, _ = split_front_matter(
        "---\ntitle: Turnips\ntags:\n- roots\n- 'winter'\nauthor: Ada\n\nPeel them."
    )
    assert fields == {"title": "Turnips", "tags": ["roots", "winter"], "author": "Ada"}


@pytest.mark.parametrize("unit", ["[", "![", "[a\n\n", "[[["])
def test_very_many_unclosed_brackets_are_shown_as_they_are(unit: str) -> None:
    source = unit * 3000
    escaped = with_few_unclosed(source)
    assert escaped != source
    assert escaped.replace("\\", "") == source
    assert from_markdown(source).text.count("[") == source.count("[")


def test_other_brackets_are_left_alone() -> None:
    for source in ("[ " * 900, "[a](b) " * 3000, "\\[ " * 3000, "[x [y](z)] " * 3000):
        assert with_few_unclosed(source) == source
    mixed = "[turnips](https://roots.example) " * 5 + "\n\n" + "[ " * 3000
    assert with_few_unclosed(mixed).startswith("[turnips](https://roots.example) ")
