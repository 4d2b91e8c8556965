"""From evidence to footnotes: verbatim quotes, numbers, Markdown, links that open at the sentence.

A quote is a slice of the stored article, cut here and nowhere else, so it cannot differ from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bot.answer.text_fragment import text_fragment
from bot.text.markdown import cells, escape, table_row
from bot.types import Citation, Passage
from ingest.article import Article

_MARKER = re.compile(r"(?<!\\)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of an article that is to be quoted. start, end: offsets into Article.text."""

    passage: Passage
    start: int
    end: int
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a draft.

    Attributes:
        kind: `prose` is sentences side by side, `bullet` and `number` are list items, `label` is a heading, `table` is
            rows under their header. Text
            of our own is a `note`, without a marker, or something `about` a post as such, which it cites with an
            empty quote; an `entry` is the same in a list.
        evidence: What is quoted or cited.
        number: Of a numbered item, as the article counts it.
        text: Markdown of our own; of a table its header row as the article writes it, "" without one.
    """

    kind: Literal["prose", "bullet", "number", "label", "table", "note", "about", "entry"]
    evidence: tuple[Evidence, ...]
    number: int = 0
    text: str = ""


def footnote(
    draft: Iterable[Line], articles: Mapping[str, Article], after: tuple[Citation, ...] = ()
) -> tuple[list[str], tuple[Citation, ...]]:
    """Write a draft as Markdown lines with markers, and its citations, numbered in reading order.

    Evidence whose article is gone or whose span is empty or lies outside its passage is left
    out: nothing is shown that cannot be checked. The same span is never quoted twice.
    after: citations that have been shown already; numbers go on from them, and they are not repeated.
    """
    lines: list[str] = []
    citations: list[Citation] = []
    seen = {(c.passage.chunk.article_id, c.start, c.end) for c in after}
    for line in draft:
        parts: list[str] = [line.text] if line.kind == "note" else []
        for item in line.evidence:
            number = len(after) + len(citations) + 1
            if line.kind in ("about", "entry"):
                citations.append(metadata_citation(item.passage, number))
                parts.append(f"{line.text} [{number}]")
                continue
            citation = _citation(item, articles, number)
            if citation is None or (key := (item.passage.chunk.article_id, item.start, item.end)) in seen:
                continue
            seen.add(key)
            citations.append(citation)
            parts.append(f"{escape(citation.quote)} [{citation.number}]")
        if parts:
            mine = citations[len(citations) - len(parts) :]
            lines.append(
                _table(line, mine) if line.kind == "table" else _lead(line) + _tail(line, " ".join(parts))
            )
    return lines, tuple(citations)


def _lead(line: Line) -> str:
    return {"bullet": "- ", "entry": "- ", "number": f"{line.number}. ", "label": "**"}.get(line.kind, "")


def _table(line: Line, quoted: Sequence[Citation]) -> str:
    """Rows as a Markdown table; the header has a marker of its own unless it is quoted with the row below it."""
    header, rows = "", []
    for citation in quoted:
        *above, last = [row for row in citation.quote.split("\n") if row.strip()]
        written = [*map(table_row, map(cells, above)), table_row(cells(last), f"[{citation.number}]")]
        if line.text and (above or [last])[0] == line.text:
            header, *written = written
        rows += written
    header = header or table_row(cells(line.text) or ("",) * len(cells(rows[0])))
    return "\n".join([header, "|" + "---|" * len(cells(header)), *rows])


def _tail(line: Line, text: str) -> str:
    if line.kind != "label":
        return text
    at = text.rindex(" [")
    return f"{text[:at]}**{text[at:]}"


def _citation(item: Evidence, articles: Mapping[str, Article], number: int) -> Citation | None:
    article = articles.get(item.passage.chunk.article_id)
    inside = item.passage.chunk.start <= item.start < item.end <= item.passage.chunk.end
    if article is None or not inside or item.start < 0 or item.end > len(article.text):
        return None
    text = article.text[item.start : item.end]
    if not text.strip():
        return None
    return Citation(number, item.passage, text, item.start, item.end, link(article, item.start, item.end))


def metadata_citation(passage: Passage, number: int = 1) -> Citation:
    """A citation of the article as such: who wrote it, when; its quote is empty."""
    return Citation(number, passage, "", 0, 0, passage.url)


def verify(text: str, citations: tuple[Citation, ...], articles: Mapping[str, Article]) -> bool:
    """Is every quote a slice of its article, and do markers and citations match one to one?"""
    numbers = [int(m) for m in _MARKER.findall(text)]
    verbatim = all(
        (article := articles.get(c.passage.chunk.article_id)) is not None
        and article.text[c.start : c.end] == c.quote
        for c in citations
    )
    return verbatim and sorted(numbers) == [c.number for c in citations] == list(range(1, len(citations) + 1))


def link(article: Article, start: int, end: int) -> str | None:
    """The article's address with a text fragment for text[start:end]; None without an address."""
    if article.url is None or urlsplit(article.url).scheme not in ("http", "https"):
        return None
    fragment = text_fragment(article.text, start, end, article.title)
    mark = ":~:text=" if "#" in article.url else "#:~:text="
    return f"{article.url}{mark}{fragment}"
