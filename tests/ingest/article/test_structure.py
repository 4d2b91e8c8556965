"""Blocks, sections and sentences: what they say of any text, and how chosen texts are read."""

from __future__ import annotations

import itertools

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st
from texts import any_texts, bare, normal_texts, pieces, texts

from ingest.article import Piece, blocks, render, sections, sentences

ARTICLE = """Opening line.
It goes on.

## Stretches

![A woman on a mat]

### 1. Seated

Do this:

1. Sit down.
2. Reach.
  - not too far
* a star

| Level | Hold |
|---|---|

# Top
"""


def read(text: str) -> list[tuple[str, str, int]]:
    return [(b.kind, text[b.start : b.end], b.level) for b in blocks(text)]


def split(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text, 0, len(text))]


def test_every_kind_of_block() -> None:
    assert read(ARTICLE) == [
        ("paragraph", "Opening line.\nIt goes on.", 0),
        ("heading", "Stretches", 2),
        ("caption", "A woman on a mat", 0),
        ("heading", "1. Seated", 3),
        ("paragraph", "Do this:", 0),
        ("number", "Sit down.", 0),
        ("number", "Reach.", 0),
        ("bullet", "not too far", 1),
        ("bullet", "a star", 0),
        ("row", "| Level | Hold |", 0),
        ("row", "|---|---|", 0),
        ("heading", "Top", 1),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "#nospace",
        "####### seven",
        "-no",
        "1.no",
        "1234. long",
        "![]",
        "| open",
        "-\xa0guarded",
        "#\xa0guarded",
        "- ",
    ],
)
def test_what_only_looks_like_a_mark_is_a_paragraph(line: str) -> None:
    assert read(line) == [("paragraph", line.rstrip(), 0)]


def test_an_empty_text_has_nothing() -> None:
    assert (list(blocks("")), sections(""), sentences("", 0, 0)) == ([], [], [])
    assert (list(blocks(" \n\n\t\n")), sections(" \n\n\t\n")) == ([], [])


@given(pieces)
def test_what_is_written_is_read_back(written: list[Piece]) -> None:
    """All but the limits of headings (2 to 6) and neighbouring lines that a blank line does not part."""
    kept = [p for p in written if render([p])]
    found = list(blocks(text := render(kept)))
    assert [b.kind for b in found] == [p.kind for p in kept]
    assert [b.level for b in found] == [p.level for p in kept]
    assert [bare(text[b.start : b.end]) for b in found] == [
        bare(p.text).lstrip("]" * (p.kind == "caption")) for p in kept
    ]


@given(texts)
def test_blocks_are_in_order_and_leave_out_no_prose(text: str) -> None:
    at = 0
    for block in blocks(text):
        assert at <= block.line <= block.start < block.end <= len(text)
        assert text[block.end - 1] == text[block.end - 1].strip() or block.kind == "caption"
        at = block.end
    outside, at = "", 0
    for block in blocks(text):
        outside += text[at : block.start]
        at = block.end
    assert (
        not set(outside + text[at:])
        - set("#-*![]0123456789.)")
        - {c for c in text if c.isspace() or c.isdigit()}
    )


@given(texts, st.integers(0, 120), st.integers(0, 120))
def test_blocks_of_a_part_lie_in_it(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assert all(start <= x.line <= x.start < x.end <= end for x in blocks(text, start, end))


@given(texts)
def test_sections_partition_a_text(text: str) -> None:
    found = sections(text)
    if not text.strip():
        assert found == []
        return
    assert found[0].start == 0
    assert found[-1].end == len(text)
    assert all(a.end == b.start for a, b in itertools.pairwise(found))
    assert all(text[s.start : s.end].strip() for s in found)


@given(normal_texts)
def test_a_section_has_one_heading_and_its_path_ends_with_it(text: str) -> None:
    for section in sections(text):
        headings = [b for b in blocks(text, section.start, section.end) if b.kind == "heading"]
        assert len(headings) == (1 if section.path else 0)
        if headings:
            assert section.path[-1] == text[headings[0].start : headings[0].end]


def test_a_path_is_the_trail_of_headings() -> None:
    text = "a\n## B\n### C\n#### D\n### E\n## F\nf\n#### G\n"
    assert [s.path for s in sections(text)] == [
        (), ("B",), ("B", "C"), ("B", "C", "D"), ("B", "E"), ("F",), ("F", "G"),
    ]  # fmt: skip


@given(texts, st.integers(0, 120), st.integers(0, 120))
def test_sentences_lie_inside_in_order_and_cover_all_that_is_seen(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    for first, last in ((0, len(text)), (start, end)):
        at, seen = first, ""
        for s, e in sentences(text, first, last):
            assert at <= s < e <= last
            assert text[s:e] == text[s:e].strip()
            seen += text[s:e]
            at = e
        assert bare(seen) == bare(text[first:last])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("Dr. No and Mrs. Smith met at 5 p.m. Monday.", ["Dr. No and Mrs. Smith met at 5 p.m. Monday."]),
        ("J. R. Smith wrote it.", ["J. R. Smith wrote it."]),
        ("Use e.g. Heat. Then rest.", ["Use e.g. Heat.", "Then rest."]),
        ("It is plan B. Then C.", ["It is plan B. Then C."]),
        ("It is 3.5 cm. See example.com now.", ["It is 3.5 cm.", "See example.com now."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("Hold for 30 sec. Rest.", ["Hold for 30 sec. Rest."]),
        ("我好。你好！再见", ["我好。", "你好！", "再见"]),
        ("line one\nline two", ["line one", "line two"]),
        ("(It hurts.) Rest.", ["(It hurts.)", "Rest."]),
        ("All of it ends with U.S.", ["All of it ends with U.S."]),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    "text", ["Mr. X " * 20_000, "." * 100_000 + "x", '."' * 50_000 + "x", "A b. " * 40_000, "\n" * 90_000]
)
def test_long_paragraphs_take_no_longer_than_their_length(text: str) -> None:
    grows_linearly(lambda part: sentences(part, 0, len(part)), text)


@given(any_texts)
def test_reading_never_fails(text: str) -> None:
    for block in blocks(text):
        sentences(text, block.start, block.end)
    sections(text)
