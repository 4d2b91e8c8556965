"""Text fragments, looked up as a browser does (https://wicg.github.io/scroll-to-text-fragment/)."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from texts import any_texts, normal_texts, pieces

from bot.answer.text_fragment import text_fragment
from ingest.article import Piece, blocks, render, sentences

Place = tuple[int, int]  # number of a block of the page, offset into it


def page(text: str) -> list[str]:
    """The text of each block of the page, as a browser searches it: a table's cells are blocks."""
    found = []
    for block in blocks(text):
        seen = text[block.start : block.end]
        if block.kind == "row":
            found += [] if set(seen) <= set("|-: ") else seen.strip("|").split("|")
        elif block.kind != "caption":
            found.append(seen)
    return [" ".join(one.split()).casefold() for one in found if one.strip()]


def parse(directive: str) -> tuple[str, str, str, str]:
    """prefix, start, end and suffix, "" for those that are not there."""
    parts = directive.split(",")
    prefix = parts.pop(0)[:-1] if parts[0].endswith("-") else ""
    suffix = parts.pop()[1:] if parts[-1].startswith("-") else ""
    assert 1 <= len(parts) <= 2, directive
    start, end = parts if len(parts) == 2 else (parts[0], "")
    prefix, start, end, suffix = (
        unquote(p, errors="strict").casefold() for p in (prefix, start, end, suffix)
    )
    return prefix, start, end, suffix


def find(seen: list[str], needle: str, at: Place) -> Place | None:
    for number in range(at[0], len(seen)):
        place = seen[number].find(needle, at[1] if number == at[0] else 0)
        if place >= 0:
            return number, place
    return None


def skip_space(seen: list[str], at: Place) -> Place:
    """The next place that is no white space, in the next block if need be."""
    number, place = at
    while number < len(seen) and not seen[number][place:].strip():
        number, place = number + 1, 0
    if number < len(seen):
        place += len(seen[number][place:]) - len(seen[number][place:].lstrip())
    return number, place


def after(place: Place, words: str) -> Place:
    return place[0], place[1] + len(words)


def look_up(text: str, directive: str) -> tuple[Place, Place] | None:
    """The first match: its beginning and its end."""
    seen = page(text)
    prefix, start, end, suffix = parse(directive)
    at: Place = (0, 0)
    while True:
        if prefix:
            before = find(seen, prefix, at)
            if before is None:
                return None
            at = (before[0], before[1] + 1)
            begin = skip_space(seen, after(before, prefix))
            if begin[0] >= len(seen) or not seen[begin[0]].startswith(start, begin[1]):
                continue
        else:
            found = find(seen, start, at)
            if found is None:
                return None
            begin = found
            at = (begin[0], begin[1] + 1)
        stop = after(begin, start)
        if end:
            last = find(seen, end, stop)
            if last is None:
                return None
            stop = after(last, end)
        if suffix:
            behind = skip_space(seen, stop)
            if behind[0] >= len(seen) or not seen[behind[0]].startswith(suffix, behind[1]):
                continue
        return begin, stop


def where(text: str, start: int) -> Place:
    """Where an offset of the article stands on the page."""
    ahead = page(text[:start] + "\N{BULLET}" + text[start:])
    number = next(n for n, one in enumerate(ahead) if "\N{BULLET}" in one)
    return number, ahead[number].index("\N{BULLET}")


def quotable(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for block in blocks(text):
        if block.kind == "paragraph":
            found += sentences(text, block.start, block.end)
        elif block.kind in ("heading", "bullet", "number"):
            found.append((block.start, block.end))
    return found


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """The eight words on either side within a block: more than these is not told apart."""
    block = next(b for b in blocks(text) if b.start <= start < b.end)
    around = [b for b in blocks(text) if b.kind != "caption"]
    number = around.index(block)
    before, behind = text[block.start : start], text[end : block.end]
    if not before.strip() and number:
        before = text[around[number - 1].start : around[number - 1].end]
    if not behind.strip() and number + 1 < len(around):
        behind = text[around[number + 1].start : around[number + 1].end]
    return " ".join(before.split()[-8:]).casefold(), " ".join(behind.split()[:8]).casefold()


@given(pieces.map(lambda found: render([p for p in found if p.kind != "row"])), st.data())
def test_a_browser_lands_on_the_quote(text: str, data: st.DataObject) -> None:
    spans = quotable(text)
    assume(spans)
    start, end = data.draw(st.sampled_from(spans))
    directive, *foothold = text_fragment(text, start, end).split("&text=")
    found = look_up(text, directive)
    assert found is not None
    quote = " ".join(text[start:end].split()).casefold()
    begin, stop = found
    shown = " ".join([*page(text)[begin[0] : stop[0]], page(text)[stop[0]][: stop[1]]])[begin[1] :]
    assert shown == quote
    if begin != where(text, start):
        # Only where the words beside it, which is all that a directive can name, are the same, too.
        copies = [context(text, *s) for s in spans if where(text, s[0]) == begin]
        ahead, behind = context(text, start, end)
        assert all(copy[0].endswith(ahead) and copy[1].startswith(behind) for copy in copies)
    for one in foothold:
        inside = look_up(text, one)
        assert inside is not None
        assert begin == where(text, start)
        assert begin <= inside[0] <= inside[1] <= stop


def test_a_long_quote_that_begins_like_another_is_named_with_more_of_its_words() -> None:
    same = "Lean back and breathe out slowly while you count up to"
    text = (
        f"Hold. {same} ten.\n\n- Hold.\n- {same} fifteen or more, then bend the other knee and rest a while."
    )
    start = text.rindex("Lean")
    directive = text_fragment(text, start, len(text)).split("&text=")[0]
    assert look_up(text, directive) == ((2, 0), (2, len(page(text)[2])))


@pytest.mark.parametrize(
    ("text", "foothold"),
    [
        # Words behind it tell where it is: its last words are named, for its first may be a floating initial.
        ("Nod as if you said yes to a small child! Then shake.", "yes to a small child!,-Then shake."),
        ("Sit. Nod as if you said yes to a small child!", "Sit.-,Nod,a small child!"),  # words before it
        ("Nod as if you said yes to a small child!", "yes to a small child!"),
        ("Nod as if you said yes!", None),  # too short to be broken
        # A range would end too early, another place would be marked.
        ("Sit. Nod and walk, oh say no! and sit down, oh say no!", None),
        ("Then rest for a whole day!\n\nNod up and down slowly, then rest for a whole day!", None),
    ],
)
def test_a_foothold_is_part_of_the_quote_beside_what_tells_where_it_is(
    text: str, foothold: str | None
) -> None:
    start = text.index("Nod")
    _, *rest = text_fragment(text, start, text.rindex("!") + 1).split("&text=")
    assert [unquote(one) for one in rest] == ([foothold] if foothold else [])


@given(normal_texts | any_texts, st.integers(0, 120), st.integers(0, 120))
def test_a_directive_is_well_formed_and_never_empty(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    assume(text[start:end].strip())
    directive = text_fragment(text, start, end)
    for one in directive.split("&text="):
        assert re.fullmatch(r"(?:(?:[\w.~]|%[0-9A-F]{2})+-,)?(?:[\w.~]|%[0-9A-F]{2})+(?:,(?:[\w.~]|%[0-9A-F]{2})+)?"
                            r"(?:,-(?:[\w.~]|%[0-9A-F]{2})+)?", one, re.ASCII)  # fmt: skip
        assert all(parse(one)[1:2])


@given(normal_texts | any_texts, st.integers(0, 120), st.integers(0, 120))
def test_each_part_stands_within_one_block(text: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    seen = page(text)
    touched = [
        x for x in blocks(text) if x.kind not in ("row", "caption") and x.start < end and start < x.end
    ]
    assume(any(text[max(x.start, start) : min(x.end, end)].strip() for x in touched))
    for directive in text_fragment(text, start, end).split("&text="):
        for part in parse(directive):
            assert any(part in one for one in seen), part


TWICE = """## Seated

Hold it.

## Standing

A

Hold it.

Bend. Hold it. Rest.

| Level | Hold |
|---|---|
| Easy | 15 seconds |
"""


@pytest.mark.parametrize(
    ("nth", "directive"),
    [
        (0, "Hold%20it."),  # the first place that fits is the right one
        (1, "A-,Hold%20it."),  # the block before has but one word
        (2, "Bend.-,Hold%20it."),
    ],
)
def test_what_stands_twice_takes_its_context_from_one_block(nth: int, directive: str) -> None:
    start = [m.start() for m in re.finditer("Hold it", TWICE)][nth]
    assert text_fragment(TWICE, start, start + 8) == directive
    assert look_up(TWICE, directive) == (where(TWICE, start), after(where(TWICE, start), "hold it."))


def test_a_row_is_named_by_its_first_and_last_cell() -> None:
    start = TWICE.index("| Easy")
    assert text_fragment(TWICE, start, TWICE.index("seconds |") + 9) == "Hold-,Easy,15%20seconds"
    ruler = TWICE.index("|---")
    assert text_fragment(TWICE, ruler, ruler + 9)


def test_a_quote_over_two_blocks_is_named_block_by_block() -> None:
    start = TWICE.index("A\n\nHold")
    assert text_fragment(TWICE, start, start + 11) == "Standing-,A&text=A-,Hold%20it."


def test_a_quote_over_many_blocks_is_named_by_its_ends() -> None:
    text = "\n".join(f"- item number {n}" for n in range(12))
    assert text_fragment(text, 2, len(text)) == "item%20number%200,item%20number%2011"


def test_a_heading_is_told_from_a_table_of_contents_by_what_stands_under_it() -> None:
    assert text_fragment(TWICE, 3, 9) == "Seated,-Hold%20it."


def test_a_sentence_is_named_with_words_beside_it_in_its_paragraph_only() -> None:
    text = "Sit up. Stand up.\n\nLie down."
    assert text_fragment(text, 0, 7) == "Sit%20up.,-Stand%20up."
    assert text_fragment(text, 8, 17) == "Sit%20up.-,Stand%20up."
    assert text_fragment(text, 19, 28) == "Lie%20down."  # an advertisement may stand above it


def test_the_title_stands_ahead_of_the_text() -> None:
    assert text_fragment("Walk.\n\nSit still.", 7, 17, title="Sit still.") == "Walk.-,Sit%20still."


def test_a_caption_beside_it_is_no_context() -> None:
    text = "## Seated\n\n![A chair]\n\nHold."
    assert text_fragment(text, 3, 9) == "Seated"


def test_text_without_spaces_is_told_apart_too() -> None:
    text = "我好。你好。\n\n再见。你好。"
    start = text.rindex("你好")
    directive = text_fragment(text, start, start + 3)
    assert unquote(directive) == "再见。-,你好。"
    assert look_up(text, directive) == ((1, 3), (1, 6))


def test_an_overlapping_copy_counts() -> None:
    text = "ha ha ha"
    assert text_fragment(text, 3, 8) != "ha%20ha"


def test_a_caption_is_not_on_the_page() -> None:
    text = "![Hold it.]\n\nHold it."
    assert text_fragment(text, text.rindex("Hold"), len(text)) == "Hold%20it."


def test_a_long_quote_is_named_by_its_ends() -> None:
    text = "Sit. " + " ".join(f"w{n}" for n in range(30)) + "."
    assert (
        text_fragment(text, 5, len(text))
        == "Sit.-," + "%20".join(f"w{n}" for n in range(10))
        + ",w25%20w26%20w27%20w28%20w29."
        "&text=Sit.-,w0,w27%20w28%20w29."
    )


@given(
    st.lists(st.sampled_from(["-", ",", "&", "a-b", "c,d", "e&f", "50%", "#", "é"]), min_size=1, max_size=8)
)
def test_what_a_directive_uses_for_itself_is_encoded(words: list[str]) -> None:
    text = render([Piece("paragraph", "x " + " ".join(words))])
    directive = text_fragment(text, 0, len(text)).split("&text=")[0]
    assert not set("-,&#") & set(directive)
    assert unquote(directive) == text
