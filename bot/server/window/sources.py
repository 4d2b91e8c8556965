"""Sources as HTML: each quote marked where it stands in its article, with title, trail, date and link.

Every piece of text goes through `escape`, as in render.py. A footnote is a pair of ids: the marker
`ref-G-N` in answer number G leads to `fn-G-N`, the quote in its place.

What this file does not know: how the panel, the card at a marker and the sheet on a phone show what
is made here (static/sources.js, which copies it from the panel).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from urllib.parse import urlsplit

from babel.dates import format_date

from bot.server.window.article_html import escape, flow
from bot.server.window.translations import Words
from bot.types import Answer, Citation, Passage
from ingest.article import Block, blocks, without_towers

CONTEXT = 500  # characters around a quote that are shown with it


def sources(given: Answer, group: int, published: Mapping[str, str], words: Words) -> str:
    """The footnotes of one answer: each article and passage once, its quotes marked where they stand.

    published: ISO dates by article id, of those articles that have one.
    """
    if not given.citations:
        return ""
    articles: dict[str, dict[tuple[int, int], list[Citation]]] = {}
    for c in given.citations:
        passages = articles.setdefault(c.passage.chunk.article_id, {})
        passages.setdefault((c.passage.chunk.start, c.passage.chunk.end), []).append(c)
    cards = [
        _card(list(found.values()), group, published.get(key, ""), words) for key, found in articles.items()
    ]
    asked = f'<p class="fn-for" dir="auto">{escape(without_towers(given.question))}</p>'
    return f'<section class="fn-sources" id="sources-{group}">{asked}{"".join(cards)}</section>'


def panel(all_sources: Sequence[str], words: Words) -> str:
    """The whole panel; the window's script shows one answer's sources at a time, at first the last."""
    found = [one for one in all_sources if one]
    heading = f'<h2 class="fn-panel-title">{_say(words, "sources")}</h2>'
    if not found:
        note = f"<p>{_say(words, 'sources_empty')}</p>"
        return f'<div class="fn-panel fn-panel-empty">{heading}{note}</div>'
    hidden = [one.replace("<section ", "<section hidden ", 1) for one in found[:-1]]
    return f'<div class="fn-panel">{heading}{"".join(hidden)}{found[-1]}</div>'


def _card(passages: Sequence[Sequence[Citation]], group: int, published: str, words: Words) -> str:
    """One article with everything that is cited from it."""
    first = passages[0][0]
    # Without a quote the article as such is cited (who wrote it, when): its title is the place.
    bare = "".join(_number(c, group) for cited in passages for c in cited if not c.quote)
    head = f'<h3 dir="auto">{bare}{escape(first.passage.title)}</h3>'
    day = f'<p class="fn-day">{_day(published, words)}</p>' if _day(published, words) else ""
    inside = "".join(_passage(p, group, words) for p in passages)
    return f'<article class="fn-card">{head}{day}{inside}</article>'


def _passage(cited: Sequence[Citation], group: int, words: Words) -> str:
    passage = cited[0].passage
    quoted = [c for c in cited if c.quote]
    trail = " › ".join(escape(name) for name in passage.chunk.path) if quoted else ""
    parts = [
        f'<p class="fn-trail" dir="auto">{trail}</p>' if trail else "",
        f'<blockquote class="fn-excerpt" dir="auto">{_excerpt(passage, quoted, group)}</blockquote>'
        if quoted
        else "",
        f'<p class="fn-links">{_links(cited, words)}',
        f'<a class="fn-back" href="#ref-{group}-{cited[0].number}">{_say(words, "back")}</a></p>',
    ]
    return f'<div class="fn-passage">{"".join(parts)}</div>'


def _number(citation: Citation, group: int) -> str:
    """Where a marker leads: the number in front of its quote."""
    number = citation.number
    return f'<span id="fn-{group}-{number}" class="fn-number" tabindex="-1">{number}</span>'


def _links(cited: Sequence[Citation], words: Words) -> str:
    """Where to read it on the blog: one link for each quote, since each opens at its own place."""
    there = [(c.number, c.link) for c in cited if c.link and _is_web(c.link)]
    out = ""
    for number, link in there:
        several = f' <span class="fn-number">{number}</span>' if len(there) > 1 else ""
        named = _say(words, "read_on_blog")
        if number != there[0][0]:
            named = f'<span class="fn-hidden">{named}</span>'
        out += f'<a class="fn-read fn-to-{number}" href="{escape(link)}" target="_blank" rel="noopener">{named}{several}</a>'
    return out


def _excerpt(passage: Passage, cited: Sequence[Citation], group: int) -> str:
    """The passage around its quotes, each of them marked and numbered."""
    text = passage.chunk.text
    spans = {c.number: (c.start - passage.chunk.start, c.end - passage.chunk.start) for c in cited}
    if any(text[slice(*spans[c.number])] != c.quote or spans[c.number][0] < 0 for c in cited):
        text, spans = _quotes_alone(cited)
    numbered: set[int] = set()

    def inline(start: int, end: int) -> str:
        out = ""
        edges = sorted(
            {start, end, *(edge for span in spans.values() for edge in span if start < edge < end)}
        )
        for a, b in pairwise(edges):
            covering = [c for c in cited if spans[c.number][0] <= a and b <= spans[c.number][1]]
            out += _marked(escape(text[a:b]), covering, group, numbered) if covering else escape(text[a:b])
        return out

    places = list(spans.values())
    shown = [b for b in blocks(text) if _is_near(b, places, 0) or not _is_own_heading(text, b, passage)]
    body = "".join(
        flow(text, list(run), inline) if near else '<p class="fn-gap">…</p>'
        for near, run in groupby(shown, lambda block: _is_near(block, places, CONTEXT))
    )
    # A quote of nothing but markup has no place in what is shown; its marker still leads here.
    return "".join(_number(c, group) for c in cited if c.number not in numbered) + body


def _quotes_alone(cited: Sequence[Citation]) -> tuple[str, dict[int, tuple[int, int]]]:
    """The quotes without their surroundings, for a passage that no longer fits its article."""
    text, spans = "", {}
    for c in cited:
        spans[c.number] = (len(text), len(text) + len(c.quote))
        text += c.quote + "\n\n"
    return text, spans


def _marked(text: str, citations: Sequence[Citation], group: int, numbered: set[int]) -> str:
    """A piece of quoted text; where a quote begins, its number stands and its id is."""
    heads = "".join(_number(c, group) for c in citations if c.number not in numbered)
    numbered.update(c.number for c in citations)
    inside = " ".join(f"fn-in-{c.number}" for c in citations)
    return f'{heads}<mark class="{inside}">{text}</mark>'


def _is_own_heading(text: str, block: Block, passage: Passage) -> bool:
    """Whether this is the section's heading, which the trail above the excerpt shows already."""
    return block.kind == "heading" and text[block.start : block.end] in passage.chunk.path[-1:]


def _is_near(block: Block, places: Sequence[tuple[int, int]], within: int) -> bool:
    return any(block.start < end + within and block.end > start - within for start, end in places)


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _day(published: str, words: Words) -> str:
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return ""
    return str(format_date(day, "long", locale=words.locale))


def _say(words: Words, key: str) -> str:
    return escape(words(key))
