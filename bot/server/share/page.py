"""The HTML of a shared answer, and its schema.org data. All text of readers and articles is escaped."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.server.window import Translations, escape, render_markdown, translate_own_sentences
from bot.text.markdown import plain
from bot.types import Answer, Citation
from ingest.urls import is_web

_MARKERS = re.compile(r"\s?(?<!\\)\[\d{1,3}\]")
_MAX_DESCRIPTION = 200  # characters
# Inside <script> a browser looks for </script> and <!-- before anything is parsed as JSON.
_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def render_page(
    answer: Answer,
    title: str,
    texts: Translations,
    *,
    address: str,
    language: str,
    is_changed: bool,
    is_listed: bool,
) -> str:
    """The page of an answer.

    Args:
        answer: Of the question now.
        title: Of the blog's chat.
        texts: The window's texts in the reader's language.
        address: Of the page, "" if it is not known.
        language: Of the quotes, "" if it is not known.
        is_changed: Whether the answer is another than the one that was shared.
        is_listed: Whether search engines may list the page.
    """
    quotes = [citation.quote for citation in answer.citations]
    text = translate_own_sentences(answer.text, texts, quotes)
    note = f'<p class="changed">{escape(texts("shared_changed"))}</p>' if is_changed else ""
    spoken = f' lang="{escape(language)}"' if language else ""
    body = (
        f'<h1 dir="auto">{escape(answer.standalone)}</h1>{note}'
        f'<div class="answer" dir="auto"{spoken}>{render_markdown(text, _marker)}</div>'
        f"<h2>{escape(texts('sources'))}</h2><ol>{''.join(_source(c, texts, spoken) for c in answer.citations)}</ol>"
        f'<p class="note">{escape(texts("note"))}</p>'
    )
    data = json.dumps(structured_data(answer, address), ensure_ascii=False).translate(_IN_SCRIPT)
    summary = " ".join(_spoken(answer.text).split())[:_MAX_DESCRIPTION]
    head = (
        f'<meta name="description" content="{escape(summary)}">'
        f'<meta property="og:title" content="{escape(answer.standalone)}">'
        f'<script type="application/ld+json">{data}</script>'
    )
    return _document(f"{answer.standalone} – {title}", title, head, body, texts, is_listed=is_listed)


def render_nothing(title: str, texts: Translations) -> str:
    """The page of a link without an answer. It does not repeat the question, which anybody may have written."""
    body = f"<h1>{escape(texts('shared_none'))}</h1>"
    return _document(title, title, "", body, texts, is_listed=False)


def structured_data(answer: Answer, address: str) -> dict[str, Any]:
    """The answer as a schema.org QAPage, each quote as a Quotation of its post."""
    accepted = {
        "@type": "Answer",
        "text": _spoken(answer.text),
        "url": address or None,
        "citation": [_quotation(citation) for citation in answer.citations],
    }
    question = {
        "@type": "Question",
        "name": answer.standalone,
        "text": answer.standalone,
        "answerCount": 1,
        "acceptedAnswer": _without_nothing(accepted),
    }
    return {"@context": "https://schema.org", "@type": "QAPage", "mainEntity": question}


def _quotation(citation: Citation) -> dict[str, Any]:
    passage = citation.passage
    post = _without_nothing({"@type": "BlogPosting", "headline": passage.title, "url": _web(passage.url)})
    if not citation.quote:
        return post
    quotation = {"@type": "Quotation", "text": citation.quote, "url": _web(citation.link), "isPartOf": post}
    return _without_nothing(quotation)


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _web(address: str | None) -> str | None:
    return address if address and is_web(address) else None


def _spoken(markdown: str) -> str:
    return plain(_MARKERS.sub("", markdown))


def _marker(number: int) -> str:
    return f'<sup><a href="#source-{number}">{number}</a></sup>'


def _source(citation: Citation, texts: Translations, spoken: str) -> str:
    passage = citation.passage
    names = (passage.title, *(passage.chunk.path if citation.quote else ()))
    trail = " › ".join(escape(name) for name in names)
    quote = f'<blockquote dir="auto"{spoken}>{escape(citation.quote, breaks=True)}</blockquote>'
    link = _web(citation.link) or _web(passage.url)
    read = f' <a href="{escape(link)}">{escape(texts("read_on_blog"))}</a>' if link else ""
    shown = quote if citation.quote else ""
    return f'<li id="source-{citation.number}">{shown}<p class="from" dir="auto">{trail}{read}</p></li>'


def _document(heading: str, title: str, head: str, body: str, texts: Translations, *, is_listed: bool) -> str:
    robots = "" if is_listed else '<meta name="robots" content="noindex">'
    return (
        f'<!doctype html><html lang="{escape(texts.code)}" dir="{texts.direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{robots}<title>{escape(heading)}</title>'
        f'<link rel="stylesheet" href="../footnote/share/page.css">{head}</head><body><main>'
        f'<p class="blog"><a href="../">{escape(title)}</a></p>{body}'
        f'<p><a class="button" href="../">{escape(texts("shared_ask"))}</a></p></main></body></html>'
    )
