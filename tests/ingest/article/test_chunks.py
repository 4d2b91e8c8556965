"""Chunks: exact offsets, nothing lost, nothing across a section, lists whole, sizes bounded."""

from __future__ import annotations

import re

import pytest
from conftest import FakeEmbedder
from hypothesis import example, given
from hypothesis import strategies as st
from texts import bare, normal_texts, texts

from ingest.article import Article, Block, Chunk, blocks, chunk, embedding_text, sections

count = FakeEmbedder().count
sizes = st.sampled_from([4, 8, 20, 60, 400])
overlaps = st.sampled_from([0, 0, 3, 10])


def cut(text: str, max_tokens: int = 20, overlap: int = 0) -> list[Chunk]:
    return chunk(Article("a", "Title", text), max_tokens=max_tokens, overlap=overlap, count=count)


def body(text: str) -> list[Block]:
    return [b for b in blocks(text) if b.kind not in ("heading", "caption")]


@given(texts, sizes, overlaps)
def test_a_chunk_is_a_slice_of_its_article(text: str, size: int, overlap: int) -> None:
    found = cut(text, size, overlap)
    assert [c.ordinal for c in found] == list(range(len(found)))
    for c in found:
        assert text[c.start : c.end] == c.text
        assert c.text.strip()
    assert len({c.id for c in found}) == len(found)


@given(texts, sizes, overlaps)
def test_a_chunk_lies_in_one_section(text: str, size: int, overlap: int) -> None:
    for c in cut(text, size, overlap):
        assert any(s.start <= c.start < c.end <= s.end and s.path == c.path for s in sections(text))


@given(texts, sizes, overlaps)
def test_all_that_is_no_heading_or_caption_is_in_a_chunk(text: str, size: int, overlap: int) -> None:
    inside = [False] * len(text)
    for c in cut(text, size, overlap):
        inside[c.start : c.end] = [True] * len(c.text)
    for block in body(text):
        lost = [i for i in range(block.start, block.end) if not inside[i] and not text[i].isspace()]
        assert not lost, text[lost[0] : lost[0] + 20]


@given(texts, sizes)
def test_without_overlap_nothing_is_in_two_chunks(text: str, size: int) -> None:
    found = cut(text, size)
    assert all(a.end <= b.start for a, b in zip(found, found[1:]))  # noqa: B905, RUF007


@given(texts, sizes, st.sampled_from([3, 10, 50]))
def test_with_overlap_every_chunk_says_something_new(text: str, size: int, overlap: int) -> None:
    found = cut(text, size, overlap)
    assert all(a.start < b.start and a.end < b.end for a, b in zip(found, found[1:]))  # noqa: B905, RUF007


def runs(text: str) -> list[tuple[int, int]]:
    """Each list or table of two lines and more, with the paragraph that introduces it."""
    found: list[tuple[int, int]] = []
    run: list[Block] = []
    before: Block | None = None
    for block in [*body(text), None]:
        listed = block is not None and (block.is_item or block.kind == "row")
        if (
            run
            and block is not None
            and listed
            and block.is_item == run[-1].is_item
            and _same(text, run[-1], block)
        ):
            run.append(block)
            continue
        if run:
            found.append((run[0].line, run[-1].end))
        run = []
        if block is not None and listed:
            led = before is not None and before.kind == "paragraph" and _same(text, before, block)
            run = (
                [before, block]
                if before and led and text[before.start : before.end].endswith(":")
                else [block]
            )
        before = block
    return found


def _same(text: str, a: Block, b: Block) -> bool:
    """Whether no heading parts two blocks."""
    return not any(x.kind == "heading" for x in blocks(text, a.end, b.line))


@given(normal_texts, sizes)
def test_a_list_of_up_to_twice_the_size_stays_whole_with_its_lead_in(text: str, size: int) -> None:
    found = cut(text, size)
    for start, end in runs(text):
        if count(text[start:end]) <= (2 * size if "\n" in text[start:end] else size):
            assert any(c.start <= start and end <= c.end for c in found), text[start:end]


@given(normal_texts, sizes, overlaps)
def test_only_lists_and_headings_make_a_chunk_longer_than_asked(text: str, size: int, overlap: int) -> None:
    for c in cut(text, size, overlap):
        inside = body(c.text)
        heading = c.text[: inside[0].line] if inside and next(blocks(c.text)).kind == "heading" else ""
        listed = len(inside) > 1 and any(b.is_item or b.kind == "row" for b in inside)
        assert count(c.text) - count(heading) <= (2 * size if listed else size)


def test_a_section_that_fits_is_one_chunk_with_its_heading() -> None:
    assert [c.text for c in cut("Before.\n\n## A\n\nOne.\n\nTwo.\n\n## B\n\nThree.")] == [
        "Before.", "## A\n\nOne.\n\nTwo.", "## B\n\nThree.",
    ]  # fmt: skip


def test_captions_and_headings_alone_make_no_chunk() -> None:
    assert cut("## A\n\n![a cat]\n\n## B\n\n### C\n\n") == []
    assert [c.text for c in cut("![a cat]\n\nText.\n\n![a dog]")] == ["Text."]


def test_a_list_is_cut_between_items_beyond_twice_the_size() -> None:
    text = "Do this:\n\n" + "\n".join(f"- item {n} is here" for n in range(12))
    found = [c.text for c in cut(text, 10)]
    assert len(found) > 1
    assert all(re.fullmatch(r"(Do this:\n\n)?(- item \d+ is here\n?)+", one) for one in found)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = "One two three four. Five six seven eight. Nine ten eleven twelve."
    assert [c.text for c in cut(text, 10)] == [
        "One two three four. Five six seven eight.",
        "Nine ten eleven twelve.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "word " * 500,
        "x" * 3000,
        "one, " * 300,
        "a b " * 3 + "word " * 400,
        "日本語" * 300,
        "a  b   c\x1b" * 90,
    ],
)
def test_a_text_without_full_stops_is_cut_all_the_same(text: str) -> None:
    pieces = chunk(Article("a", "T", text), max_tokens=50, overlap=0, count=len)
    assert bare("".join(c.text for c in pieces)) == bare(text)
    assert all(len(c.text) <= 50 and text[c.start : c.end] == c.text for c in pieces)


def test_overlap_repeats_whole_sentences_and_only_what_fits_with_the_next() -> None:
    text = "A one two. B one two. C one two. D one two."
    assert [c.text for c in cut(text, 9, 5)] == [
        "A one two. B one two.",
        "B one two. C one two.",
        "C one two. D one two.",
    ]
    long = "A one two. B one two.\n\n" + "\n".join("- a long item " + "word " * 5 for _ in range(2))
    assert [c.text[:3] for c in cut(long, 10, 5)] == ["A o", "- a"]


def test_a_copy_of_a_place_has_another_id() -> None:
    first, second = cut("## A\n\nSame.\n\n## A\n\nSame.")
    assert first.text.strip() == second.text.strip()
    assert first.id != second.id


@given(texts, sizes, overlaps, st.sampled_from(["Title", "", "1. [x] Straße."]))
@example("## A\n\n![one](two)]\n\nText.\n", 60, 0, "Title")
def test_the_shift_of_an_embedding_text_leads_back_to_the_article(
    text: str, size: int, overlap: int, title: str
) -> None:
    for c in cut(text, size, overlap):
        embedded, shift = embedding_text(title, c)
        head = embedded.index("\n") + 1
        assert head + shift >= c.start
        assert len(embedded) + shift == c.end
        for at in range(head, len(embedded)):
            assert embedded[at] in (text[at + shift], " ")
        blanked = [at + shift for at in range(head, len(embedded)) if embedded[at] != text[at + shift]]
        assert all(re.search(r"!\[.*\]", text[text.rfind("\n", 0, at) + 1 :]) for at in blanked)


def test_an_embedding_text_is_title_and_headings_then_the_body_without_captions() -> None:
    text = "## Stretches.\n\n### Seated\n\n![a mat]\n\nSit down.\n"
    (piece,) = cut(text)
    embedded, shift = embedding_text("Tight hamstrings", piece)
    assert embedded == "Tight hamstrings. Stretches. Seated\n        \n\nSit down."
    assert embedded.index("Sit") + shift == text.index("Sit")


def test_a_heading_that_is_the_title_is_not_repeated() -> None:
    (piece,) = cut("## Yoga\n\nSit.")
    assert embedding_text("Yoga", piece)[0] == "Yoga\nSit."
