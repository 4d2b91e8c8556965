"""The content of a document of any format -> Document, with a title of its own or a made one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from ingest.article import Article, Block, Document, blocks, sentences, tidy
from ingest.extract.html.main_text import from_html
from ingest.extract.prose.dates import date_in_name
from ingest.extract.text.markdown import from_markdown
from ingest.extract.text.pasted import from_pasted

Format = Literal["markdown", "html", "text"]

_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:(?><!--.{0,2000}?-->)\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_ANY_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,15}\b|!--)", re.I)
_LONGEST_TITLE = 80


def read_document(content: str, format: Format, *, url: str | None = None) -> Document:
    """Read content by the reader for its format, or for what it plainly is instead.

    A page saved as .txt is a page; an .html file without a single tag is text.

    Args:
        content: decoded text of the document.
        format: by the file's ending or the server's content type.
        url: the page's own address, the base of relative addresses in it.

    Raises:
        SourceError: the content cannot be read.
    """
    if _PAGE.match(content):
        return from_html(content, url)
    if format == "html" and _ANY_TAG.search(content):
        return from_html(content, url)
    return from_markdown(content) if format == "markdown" else from_pasted(content)


def titled(document: Document, stem: str) -> Document:
    """With a title: its own, else its first heading, else how its text begins, else `stem` in words.

    stem: a name it goes by otherwise, such as its file's without the suffix; may be "".
    """
    if document.title:
        return document
    text = document.text
    found = list(blocks(text))
    headings = [block for block in found if block.kind == "heading"]
    if headings:
        title = text[headings[0].start : headings[0].end]
        return replace(document, title=title, text=_without_heading(text, found, headings))
    if found and found[0].kind == "paragraph":
        start, end = sentences(text, found[0].start, found[0].end)[0]
        return replace(document, title=_shortened(tidy(text[start:end])))
    words = tidy(re.sub(r"[-_+]+", " ", date_in_name(stem)[1] or stem))
    return replace(document, title=(words[:1].upper() + words[1:]) or "Untitled")


def as_article(document: Document, *, id: str, url: str | None, origin: str, stem: str) -> Article:
    """The document as an article with a title. stem: see titled(); a date in it is the post's, if it has no other."""
    named = titled(document, stem)
    published = named.published or date_in_name(stem)[0]
    return Article(id, named.title, named.text, url, named.author, published, named.tags, origin)


def _without_heading(text: str, found: list[Block], headings: list[Block]) -> str:
    """A heading that opens the text and is above all others was the title: it is not repeated."""
    first = headings[0]
    alone = all(other.level > first.level for other in headings[1:])
    if found[0] is not first or not alone or len(found) == 1:
        return text
    return text[first.end :].lstrip("\n")


def _shortened(sentence: str) -> str:
    if len(sentence) <= _LONGEST_TITLE:
        return sentence.rstrip(".")
    return sentence[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
