"""The HTML of answers and sources: only our own tags, every text escaped, every quote marked."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from fake_bot import HOSTILE, STEPS, STRETCHES, FakeBot, cite
from hypothesis import example, given
from hypothesis import strategies as st

from bot.problems import Problem
from bot.server.window.article_html import render_blocks
from bot.server.window.html import (
    plain_text,
    render_answer,
    render_partial,
    render_problem,
    render_question,
    render_welcome,
)
from bot.server.window.sources import render_panel, render_sources
from bot.server.window.translations import packaged_language
from bot.types import Answer, Citation, Passage
from ingest.article import Chunk, blocks

OURS = {
    "a", "article", "blockquote", "br", "button", "details", "div", "h2", "h3", "h4", "header", "h1", "li", "mark", "ol",
    "p", "section", "span", "strong", "summary", "sup", "table", "tbody", "td", "th", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"class", "dir", "hidden", "href", "id", "rel", "role", "tabindex", "target", "type", "value"}


class Seen(HTMLParser):
    """Reads HTML back: its text, the text inside <mark>, its ids and links; fails on foreign tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.marked = ""
        self.ids: list[str] = []
        self.links: list[str] = []
        self._open: list[str] = []
        assert "\n" not in html
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OURS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self._open:
            self.marked += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


WORDS = packaged_language("en")


def squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text)


def answered(text: str, *citations: Citation) -> Answer:
    return Answer("q", "q", text, citations, "answered", 0.9)


def test_markers_lead_to_sources_and_back() -> None:
    given = answered(
        f"{STEPS[0]} [1] {STEPS[2]} [2]", cite(STRETCHES, 1, STEPS[0]), cite(STRETCHES, 2, STEPS[2])
    )
    there = Seen(render_answer(given, 7, WORDS))
    source = Seen(render_sources(given, 7, {STRETCHES.id: "2025-06-23T09:00:00+00:00"}, WORDS))
    assert there.links == ["#fn-7-1", "#fn-7-2"]
    assert there.ids == ["answer-7", "ref-7-1", "ref-7-2"]
    assert {"fn-7-1", "fn-7-2"} <= set(source.ids)
    assert source.marked == STEPS[0] + STEPS[2]
    assert "23 June 2025" in source.text
    assert "Standing hamstring stretch › How to do it" in source.text
    assert f"{STRETCHES.url}#:~:text=Keep" in source.links


def test_only_markers_with_a_citation_become_links() -> None:
    seen = Seen(render_answer(answered("As [9] says, [1].", cite(STRETCHES, 1, STEPS[0])), 0, WORDS))
    assert seen.links == ["#fn-0-1"]
    assert "As [9] says" in seen.text


def test_articles_and_passages_stand_once_each() -> None:
    quotes = (STEPS[0], STEPS[1], "Tight hamstrings pull on the pelvis.")
    html = render_sources(
        answered("", *(cite(STRETCHES, n, q) for n, q in enumerate(quotes, 1))), 0, {}, WORDS
    )
    assert html.count("<h3") == 1
    assert html.count("<blockquote") == 2


def test_overlapping_quotes_are_marked_without_nesting() -> None:
    text = STEPS[1]
    halves = (text[: len(text) // 2 + 5], text[len(text) // 2 - 5 :], text)
    seen = Seen(
        render_sources(answered("", *(cite(STRETCHES, n, q) for n, q in enumerate(halves, 1))), 0, {}, WORDS)
    )
    assert seen.marked == text
    assert [i for i in seen.ids if i.startswith("fn-")] == ["fn-0-1", "fn-0-3", "fn-0-2"]


def test_a_quote_that_no_longer_fits_its_passage_is_shown_without_it() -> None:
    passage = Passage(Chunk("a", 0, (), "Another text.", 0, 13), "Title", None, 1)
    seen = Seen(
        render_sources(answered("", Citation(1, passage, "What was said.", 40, 54, None)), 0, {}, WORDS)
    )
    assert seen.marked == "What was said."
    assert "Another text" not in seen.text


def test_a_long_passage_is_shown_around_its_quote() -> None:
    text = "\n\n".join(f"Paragraph {n} " + "is long and wordy. " * 10 for n in range(20))
    passage = Passage(Chunk("a", 0, (), text, 0, len(text)), "Title", None, 1)
    start = text.index("Paragraph 10")
    seen = Seen(
        render_sources(
            answered("", Citation(1, passage, "Paragraph 10", start, start + 12, None)), 0, {}, WORDS
        )
    )
    assert seen.marked == "Paragraph 10"
    assert seen.text.count("…") == 2
    assert "Paragraph 9 " in seen.text
    assert "Paragraph 2 " not in seen.text


@pytest.mark.parametrize("quote", ["How to do it", "### "])
def test_a_quoted_heading_or_bare_markup_still_has_a_place(quote: str) -> None:
    seen = Seen(render_sources(answered("", cite(STRETCHES, 1, quote)), 0, {}, WORDS))
    assert seen.ids.count("fn-0-1") == 1
    assert seen.marked == quote.strip("# ")


def test_an_article_cited_as_such_has_a_place_to_lead_to() -> None:
    given = FakeBot().ask("Who wrote this?")
    seen = Seen(render_sources(given, 2, {}, WORDS))
    assert "fn-2-1" in seen.ids
    assert STRETCHES.title in seen.text
    assert "mark" not in seen.text


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "http://", "//x", "https://[x", None]
)
def test_only_web_addresses_are_linked(link: str | None) -> None:
    passage = Passage(Chunk("a", 0, (), "Said.", 0, 5), "Title", link, 1)
    html = render_sources(answered("", Citation(1, passage, "Said.", 0, 5, link)), 0, {}, WORDS)
    assert Seen(html).links == ["#ref-0-1"]


def test_normal_form_becomes_real_lists_and_tables() -> None:
    html = render_blocks(
        STRETCHES.text, list(blocks(STRETCHES.text)), lambda a, b: STRETCHES.text[a:b].strip()
    )
    assert "<h4>Standing hamstring stretch</h4>" in html
    assert '<li value="3">Hold for 30 seconds and breathe slowly.<ul><li>Shorter' in html
    assert "<tr><th>Level</th><th>Hold</th></tr>" in html
    assert "---" not in html
    assert "##" not in html
    assert '<p class="fn-caption">A woman rests her heel on a step</p>' in html


def test_what_is_hostile_stays_text() -> None:
    given = FakeBot().ask("odd")
    for html in (
        render_answer(given, 0, WORDS),
        render_sources(given, 0, {}, WORDS),
        render_question(HOSTILE.text),
    ):
        seen = Seen(html)
        assert "alert(1)" in seen.text
        assert "evil.example" not in "".join(seen.links)


def test_a_marker_that_is_still_arriving_is_not_shown() -> None:
    assert Seen(render_partial("Said. [1", WORDS)).text == "Said."
    assert (
        Seen(render_partial("Said. [12] More. [", WORDS)).text == "Said.\u2060".rstrip("\u2060") + "12 More."
    )


def test_the_latest_sources_are_shown_and_earlier_ones_kept() -> None:
    given = answered("", cite(STRETCHES, 1, STEPS[0]))
    html = render_panel([render_sources(given, n, {}, WORDS) for n in range(3)], WORDS)
    assert html.count("<section hidden ") == 2
    assert Seen(render_panel(["", ""], WORDS)).text.startswith("Sources")


def test_copied_text_names_the_sources_with_section_and_link() -> None:
    given = answered(f"{STEPS[0]} [1]", cite(STRETCHES, 1, STEPS[0]))
    place = f"{STRETCHES.title} › Standing hamstring stretch › How to do it"
    expected = f"{STEPS[0]} [1]\n\n[1] {place}, {STRETCHES.url}#:~:text=Keep"
    assert plain_text(given) == expected
    kept = re.search(r'<div class="fn-plain" hidden>(.*?)</div>', render_answer(given, 0, WORDS))
    assert kept is not None
    assert unescape(kept[1].replace("<br>", "\n")) == expected  # with the empty line between


def test_copied_text_has_no_link_where_the_post_has_no_address() -> None:
    quote = HOSTILE.text[-4:].strip()
    assert plain_text(answered("x [1]", cite(HOSTILE, 1, quote))).endswith("› Verweis")


TEXTS = st.text(
    st.sampled_from("ab <>&\"'`*_$\\[]()#|-1.\n\u2028\x0b\x00😀מ") | st.characters(codec="utf-8"),
    max_size=120,
)


@given(text=TEXTS, spans=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 60)), max_size=4))
@example(text="**", spans=[])
def test_any_text_is_shown_as_text_and_any_quote_marked(text: str, spans: list[tuple[int, int]]) -> None:
    passage = Passage(Chunk("a", 0, (text,), text, 0, len(text)), text, text, 1)
    quotes = [(a, min(a + n, len(text))) for a, n in spans if a < len(text)]
    citations = [Citation(n, passage, text[a:b], a, b, text) for n, (a, b) in enumerate(quotes, 1)]
    given = Answer(text, text, text, tuple(citations), "answered", 0.5, (text,))
    seen = Seen(render_answer(given, 0, WORDS))
    assert len(seen.ids) == 1 + len(seen.links)
    Seen(render_sources(given, 0, {"a": text}, WORDS))
    for html in (
        render_question(text),
        render_partial(text, WORDS),
        render_problem(Problem(500, text, text), 0, WORDS),
        render_welcome((text,), WORDS, text),
    ):
        Seen(html)


@given(
    text=st.text("abcd .,", min_size=1, max_size=80),
    cuts=st.lists(st.integers(0, 80), min_size=2, max_size=6),
)
def test_exactly_what_is_quoted_is_marked(text: str, cuts: list[int]) -> None:
    passage = Passage(Chunk("a", 0, (), text, 100, 100 + len(text)), "T", None, 1)
    spans = [(a, b) for a, b in pairwise(cuts) if a < b <= len(text) and text[a:b].strip()]
    citations = tuple(
        Citation(n, passage, text[a:b], a + 100, b + 100, None) for n, (a, b) in enumerate(spans, 1)
    )
    expected = "".join(c for i, c in enumerate(text) if any(a <= i < b for a, b in spans))
    assert squeezed(Seen(render_sources(answered("", *citations), 0, {}, WORDS)).marked) == squeezed(expected)


def test_a_bold_mark_that_nothing_closes_is_text() -> None:
    assert Seen(render_partial("Hold **for 30", WORDS)).text == "Hold **for 30"
    assert "<strong></strong>" not in render_partial("**", WORDS)


def test_a_label_is_bold_and_escapes_do_not_show() -> None:
    shown = render_partial("**1. Standing \\*stretch\\*** [1]\n\n- 2 \\[a\\] \\<b\\> [2]", WORDS)
    assert "<strong>1. Standing *stretch*</strong>" in shown
    assert "2 [a] &lt;b&gt;" in shown and "\\" not in shown
