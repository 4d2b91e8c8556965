"""Quotes are verbatim, markers and citations match one to one, links name the sentence: for any text."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.answer.citations import Evidence, Line, footnote, link, verify
from bot.answer.text_fragment import text_fragment
from bot.text.markdown import escape
from bot.types import Passage
from ingest.article import Article, Chunk

text = st.text(min_size=1, max_size=200) | st.sampled_from(
    ["See [1] and **this** \\[2]", "a_b_ <b> & `x`", "1. one\n- two"]
)


def article(body: str, url: str | None = "https://blog.example/p") -> Article:
    return Article("a", "T", body, url)


def passage(body: str) -> Passage:
    return Passage(Chunk("a", 0, (), body, 0, len(body)), "T", None, 1.0)


@settings(max_examples=300, deadline=None)
@given(text, st.lists(st.tuples(st.integers(-5, 220), st.integers(-5, 220)), max_size=6))
def test_footnotes_are_verbatim_and_complete(body: str, spans: list[tuple[int, int]]) -> None:
    made = article(body)
    draft = [Line("prose", tuple(Evidence(passage(body), s, e) for s, e in spans))]
    lines, citations = footnote(draft, {"a": made})
    assert verify("\n".join(lines), citations, {"a": made})
    assert all(made.text[c.start : c.end] == c.quote and c.quote.strip() for c in citations)
    assert len({(c.start, c.end) for c in citations}) == len(citations)


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1)
)
def test_escaped_text_reads_as_it_was(word: str) -> None:
    html = MarkdownIt("commonmark").render(f"x {escape(word)} x").strip()
    seen = html.removeprefix("<p>").removesuffix("</p>")
    for mark, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        seen = seen.replace(mark, char)
    assert seen == f"x {word} x"


def test_a_fragment_names_a_short_quote_whole_and_a_long_one_by_its_ends() -> None:
    short = "Hold it, for 20-30 seconds & breathe."
    body = f"## One\n\n{short}\n\n{'Many words stand here in this one. ' * 1}{' '.join(f'w{i}' for i in range(30))}.\n"
    at = body.index(short)
    assert (
        text_fragment(body, at, at + len(short)) == "Hold%20it%2C%20for%2020%2D30%20seconds%20%26%20breathe."
    )
    at = body.index("w0")
    assert (
        text_fragment(body, at, len(body) - 1)
        == "this%20one.-," + "%20".join(f"w{n}" for n in range(10))
        + ",w25%20w26%20w27%20w28%20w29."
        "&text=this%20one.-,w0,w27%20w28%20w29."
    )


def test_a_quote_that_stands_twice_is_told_apart_by_what_stands_around_it() -> None:
    body = "## Seated\n\n- Reach far.\n- Hold it.\n\n## Standing\n\n- Bend down.\n- Hold it.\n"
    first, second = body.index("Hold it."), body.rindex("Hold it.")
    one, two = text_fragment(body, first, first + 8), text_fragment(body, second, second + 8)
    assert one != two
    assert unquote(one).endswith("Hold it.") and "far." in unquote(one)
    assert "down." in unquote(two)


def test_no_link_without_a_web_address() -> None:
    assert link(article("Hold it.", None), 0, 8) is None
    assert link(article("Hold it.", "javascript:alert(1)"), 0, 8) is None
    assert link(article("Hold it."), 0, 8) == "https://blog.example/p#:~:text=Hold%20it."
