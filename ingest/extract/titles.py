"""A title for what names none: its first heading, else how its text begins; and the article it makes.

What this file does not know: titles that a document, a feed or a list does give.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.article.article import Article
from ingest.article.normal_form import Cleaned, tidy
from ingest.article.structure import Block, blocks, sentences

_LONGEST = 80


def titled(cleaned: Cleaned, stem: str) -> Cleaned:
    """With a title: its own, else its first heading, else how its text begins, else `stem` in words.

    stem: a name it goes by otherwise, such as its file's without the suffix; may be "".
    """
    if cleaned.title:
        return cleaned
    text = cleaned.text
    found = list(blocks(text))
    headings = [block for block in found if block.kind == "heading"]
    if headings:
        title = text[headings[0].start : headings[0].end]
        return replace(cleaned, title=title, text=_without_heading(text, found, headings))
    if found and found[0].kind == "paragraph":
        start, end = sentences(text, found[0].start, found[0].end)[0]
        return replace(cleaned, title=_shortened(tidy(text[start:end])))
    words = tidy(re.sub(r"[-_+]+", " ", stem))
    return replace(cleaned, title=(words[:1].upper() + words[1:]) or "Untitled")


def as_article(cleaned: Cleaned, *, id: str, url: str | None, origin: str, stem: str) -> Article:
    """What a file or page says, as an article with a title; stem: as titled() has it."""
    named = titled(cleaned, stem)
    return Article(id, named.title, named.text, url, named.author, named.published, named.tags, origin)


def _without_heading(text: str, found: list[Block], headings: list[Block]) -> str:
    """A heading that opens the text and is above all others was the title: it is not repeated."""
    first = headings[0]
    alone = all(other.level > first.level for other in headings[1:])
    if found[0] is not first or not alone or len(found) == 1:
        return text
    return text[first.end :].lstrip("\n")


def _shortened(sentence: str) -> str:
    if len(sentence) <= _LONGEST:
        return sentence.rstrip(".")
    return sentence[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
