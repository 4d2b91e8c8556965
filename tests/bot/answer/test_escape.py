"""Escaped text, rendered as Markdown, reads exactly as it was; footnotes are complete for any text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from texts import NASTY, texts

from bot.answer.citations import Evidence, Line, footnote, metadata_citation, verify
from bot.text.markdown import escape, unescape
from bot.types import Passage
from ingest.article import Article, Chunk

MARKDOWN = [MarkdownIt("commonmark"), MarkdownIt("commonmark").enable(["table", "strikethrough"])]
visible = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
nasty = st.lists(st.sampled_from(NASTY) | visible, min_size=1, max_size=6)
quotes = st.one_of(visible, nasty.map(" ".join), nasty.map("".join))
kinds = st.sampled_from(["prose", "bullet", "number", "label"])


def rendered(markdown: str, engine: MarkdownIt) -> str:
    """What is read; fails on any tag but one paragraph's."""
    found = re.fullmatch(r"<p>(.*)</p>\n", engine.render(markdown), re.DOTALL)
    assert found and "<" not in found[1], engine.render(markdown)
    return html.unescape(found[1])


@given(quotes)
@example("---")
@example("- - -")
@example("===")
@example("    indented")
@example("1. one")
@example("+ one")
@example("# one")
@example("[a]: http://b.c")
@example("a\\")
@example("two\nlines\r\nand three")
@example("```\ncode\n```")
@example("\\[1]")
@example("&#91;1&#93;")
def test_escaped_text_reads_as_it_was(text: str) -> None:
    wanted = re.sub(r"[\n\r]", " ", text).strip()
    if wanted:
        assert [rendered(escape(text), engine) for engine in MARKDOWN] == [wanted, wanted]


@given(quotes)
def test_unescape_undoes_escape(text: str) -> None:
    assert unescape(escape(text)) == re.sub(r"[\n\r]", " ", text).strip()


@given(quotes)
def test_no_text_makes_a_marker(text: str) -> None:
    article = Article("a", "T", text)
    assert verify(escape(text), (), {"a": article})


def whole(article: Article) -> Passage:
    return Passage(
        Chunk(article.id, 0, (), article.text, 0, len(article.text)), article.title, article.url, 1.0
    )


ARTICLES = st.lists(texts, min_size=1, max_size=3).map(
    lambda found: {f"a{n}": Article(f"a{n}", "T", t, f"https://b.c/{n}") for n, t in enumerate(found)}
)
Spans = list[tuple[int, list[tuple[int, int, int]]]]
drafts = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 150), st.integers(-3, 150)), max_size=4),
    ),
    max_size=5,
)


@given(ARTICLES, drafts, st.lists(kinds, min_size=5, max_size=5))
def test_footnotes_match_one_to_one_and_are_verbatim(
    articles: dict[str, Article], spans: Spans, names: list[str]
) -> None:
    gone = Article("gone", "T", "It was here once.", None)
    everything = [*articles.values(), gone]
    draft = []
    for number, (_, found) in enumerate(spans):
        evidence = tuple(Evidence(whole(everything[n % len(everything)]), a, b) for n, a, b in found)
        draft.append(Line(names[number], evidence, number))  # type: ignore[arg-type]
    lines, citations = footnote(draft, articles)
    text = "\n\n".join(lines)
    assert verify(text, citations, articles)
    assert [c.number for c in citations] == list(range(1, len(citations) + 1))
    for c in citations:
        assert articles[c.passage.chunk.article_id].text[c.start : c.end] == c.quote != ""
        assert c.link and c.link.startswith(f"https://b.c/{c.passage.chunk.article_id[1:]}#:~:text=")
        assert not re.search(r"\s", c.link) and not c.link.endswith("=")
    places = [(c.passage.chunk.article_id, c.start, c.end) for c in citations]
    assert len(set(places)) == len(places)
    # Every quote can be read in the text, in order, and nothing else can.
    seen = re.sub(r"<[^>]+>", "", MARKDOWN[0].render(text))
    said = "".join(re.sub(r"\s+", "", c.quote) + f"[{c.number}]" for c in citations)
    assert re.sub(r"\s+", "", html.unescape(seen)) == said


def test_evidence_outside_its_passage_is_left_out() -> None:
    article = Article("a", "T", "## One\n\nFirst.\n\n## Two\n\nSecond.")
    passage = Passage(Chunk("a", 0, ("One",), article.text[:14], 0, 14), "T", None, 1.0)
    inside, outside = Evidence(passage, 8, 14), Evidence(passage, 24, 31)
    lines, citations = footnote([Line("prose", (outside, inside))], {"a": article})
    assert (lines, [c.quote for c in citations]) == (["First. [1]"], ["First."])
    assert footnote([Line("prose", (inside,))], {}) == ([], ())


@pytest.mark.parametrize(
    ("kind", "markdown"),
    [
        ("prose", "Hold it. [1]"),
        ("bullet", "- Hold it. [1]"),
        ("number", "3. Hold it. [1]"),
        ("label", "**Hold it.** [1]"),
    ],
)
def test_each_kind_of_line(kind: str, markdown: str) -> None:
    article = Article("a", "T", "Hold it.")
    line = Line(kind, (Evidence(whole(article), 0, 8),), 3)  # type: ignore[arg-type]
    assert footnote([line], {"a": article})[0] == [markdown]


def test_verify_sees_what_does_not_match() -> None:
    article = Article("a", "T", "Hold it. Rest.")
    articles = {"a": article}
    lines, citations = footnote(
        [Line("prose", (Evidence(whole(article), 0, 8), Evidence(whole(article), 9, 14)))], articles
    )
    text = lines[0]
    assert verify(text, citations, articles)
    assert not verify(text + " [3]", citations, articles)
    assert not verify(text + " [1]", citations, articles)
    assert not verify(text.replace(" [2]", ""), citations, articles)
    assert not verify(text, citations[:1], articles)
    assert not verify(text, citations[::-1], articles)
    assert not verify(text, citations, {"a": Article("a", "T", "Hold on. Rest.")})
    assert not verify(text, citations, {})
    assert verify("By A. [1]", (metadata_citation(whole(article)),), articles)
