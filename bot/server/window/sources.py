"""Sources as HTML: each quote marked in its passage, with title, heading trail, date and link.

The panel holds all sources of a conversation; the window's script copies one from it into the card at
a marker or into the sheet on a phone. All text goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from urllib.parse import urlsplit

from babel.dates import format_date

from bot.server.window.article_html import escape, render_blocks
from bot.server.window.translations import Translations
from bot.types import Answer, Citation, Passage
from ingest.article import Block, blocks, without_towers

CONTEXT = 500  # characters around a quote that are shown with it


def render_sources(answer: Answer, exchange: int, published: Mapping[str, str], texts: Translations) -> str:
    """The footnotes of one answer: each article and passage once, with its quotes marked.

    Args:
        answer: whose citations are shown.
        exchange: its number; the same as in the answer's markers.
        published: ISO dates by article id; an article may lack one.
        texts: the window's texts in the reader's language.
    """
    if not answer.citations:
        return ""
    articles: dict[str, dict[tuple[int, int], list[Citation]]] = {}
    for c in answer.citations:
        passages = articles.setdefault(c.passage.chunk.article_id, {})
        passages.setdefault((c.passage.chunk.start, c.passage.chunk.end), []).append(c)
    cards = [
        _card(list(found.values()), exchange, published.get(key, ""), texts)
        for key, found in articles.items()
    ]
    question = f'<p class="fn-for" dir="auto">{escape(without_towers(answer.question))}</p>'
    return f'<section class="fn-sources" id="sources-{exchange}">{question}{"".join(cards)}</section>'


def render_panel(all_sources: Sequence[str], texts: Translations) -> str:
    """The panel; the window's script shows the sources of one answer at a time, at first those of the last."""
    found = [one for one in all_sources if one]
    heading = f'<h2 class="fn-panel-title">{_text(texts, "sources")}</h2>'
    if not found:
        note = f"<p>{_text(texts, 'sources_empty')}</p>"
        return f'<div class="fn-panel fn-panel-empty">{heading}{note}</div>'
    hidden = [one.replace("<section ", "<section hidden ", 1) for one in found[:-1]]
    return f'<div class="fn-panel">{heading}{"".join(hidden)}{found[-1]}</div>'


def _card(passages: Sequence[Sequence[Citation]], exchange: int, published: str, texts: Translations) -> str:
    """One article with everything that is cited from it."""
    first = passages[0][0]
    # A citation without a quote cites the article itself (author, date): its marker leads to the title.
    bare = "".join(_number(c, exchange) for cited in passages for c in cited if not c.quote)
    head = f'<h3 dir="auto">{bare}{escape(first.passage.title)}</h3>'
    day = f'<p class="fn-day">{_day(published, texts)}</p>' if _day(published, texts) else ""
    inside = "".join(_passage(p, exchange, texts) for p in passages)
    return f'<article class="fn-card">{head}{day}{inside}</article>'


def _passage(cited: Sequence[Citation], exchange: int, texts: Translations) -> str:
    passage = cited[0].passage
    quoted = [c for c in cited if c.quote]
    trail = " › ".join(escape(name) for name in passage.chunk.path) if quoted else ""
    parts = [
        f'<p class="fn-trail" dir="auto">{trail}</p>' if trail else "",
        f'<blockquote class="fn-excerpt" dir="auto">{_excerpt(passage, quoted, exchange)}</blockquote>'
        if quoted
        else "",
        f'<p class="fn-links">{_links(cited, texts)}',
        f'<a class="fn-back" href="#ref-{exchange}-{cited[0].number}">{_text(texts, "back")}</a></p>',
    ]
    return f'<div class="fn-passage">{"".join(parts)}</div>'


def _number(citation: Citation, exchange: int) -> str:
    """The target of a marker: the number before its quote."""
    number = citation.number
    return f'<span id="fn-{exchange}-{number}" class="fn-number" tabindex="-1">{number}</span>'


def _links(cited: Sequence[Citation], texts: Translations) -> str:
    """Links to the post: one for each quote, because each opens at its own place."""
    links = [(c.number, c.link) for c in cited if c.link and _is_web(c.link)]
    out = ""
    for number, link in links:
        suffix = f' <span class="fn-number">{number}</span>' if len(links) > 1 else ""
        shown = "fn-label" if number == links[0][0] else "fn-hidden"
        label = f'<span class="{shown}">{_text(texts, "read_on_blog")}</span>'
        out += f'<a class="fn-read fn-to-{number}" href="{escape(link)}" target="_blank" rel="noopener">{label}{suffix}</a>'
    return out


def _excerpt(passage: Passage, cited: Sequence[Citation], exchange: int) -> str:
    """The passage around its quotes, each marked and numbered."""
    text = passage.chunk.text
    spans = {c.number: (c.start - passage.chunk.start, c.end - passage.chunk.start) for c in cited}
    if any(text[slice(*spans[c.number])] != c.quote or spans[c.number][0] < 0 for c in cited):
        text, spans = _only_quotes(cited)
    numbered: set[int] = set()

    def inline(start: int, end: int) -> str:
        out = ""
        edges = sorted(
            {start, end, *(edge for span in spans.values() for edge in span if start < edge < end)}
        )
        for a, b in pairwise(edges):
            covering = [c for c in cited if spans[c.number][0] <= a and b <= spans[c.number][1]]
            out += _marked(escape(text[a:b]), covering, exchange, numbered) if covering else escape(text[a:b])
        return out

    places = list(spans.values())
    shown = [b for b in blocks(text) if _is_near(b, places, 0) or not _is_own_heading(text, b, passage)]
    body = "".join(
        render_blocks(text, list(run), inline) if near else '<p class="fn-gap">…</p>'
        for near, run in groupby(shown, lambda block: _is_near(block, places, CONTEXT))
    )
    # A quote that is only markup is not visible in the excerpt; its marker leads to a number before it.
    return "".join(_number(c, exchange) for c in cited if c.number not in numbered) + body


def _only_quotes(cited: Sequence[Citation]) -> tuple[str, dict[int, tuple[int, int]]]:
    """The quotes without context, for a passage that no longer matches its article."""
    text, spans = "", {}
    for c in cited:
        spans[c.number] = (len(text), len(text) + len(c.quote))
        text += c.quote + "\n\n"
    return text, spans


def _marked(text: str, citations: Sequence[Citation], exchange: int, numbered: set[int]) -> str:
    """A piece of quoted text; the number and id of a quote come before its first piece."""
    heads = "".join(_number(c, exchange) for c in citations if c.number not in numbered)
    numbered.update(c.number for c in citations)
    inside = " ".join(f"fn-in-{c.number}" for c in citations)
    return f'{heads}<mark class="{inside}">{text}</mark>'


def _is_own_heading(text: str, block: Block, passage: Passage) -> bool:
    """Whether this is the section's heading, which the trail above the excerpt shows."""
    return block.kind == "heading" and text[block.start : block.end] in passage.chunk.path[-1:]


def _is_near(block: Block, places: Sequence[tuple[int, int]], within: int) -> bool:
    return any(block.start < end + within and block.end > start - within for start, end in places)


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _day(published: str, texts: Translations) -> str:
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return ""
    return str(format_date(day, "long", locale=texts.locale))


def _text(texts: Translations, key: str) -> str:
    return escape(texts(key))
