"""One fetched page -> an article, or why it is none."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from ingest.article import Article, Document, LeftOut, LoadFailure
from ingest.errors import SourceError
from ingest.extract import Format, as_article, decode, kind_of, read_document
from ingest.feeds import Post, article_of
from ingest.fetch import Fetched
from ingest.urls import same_site
from ingest.visibility import hidden_because

# Words, and letters for writing that puts no spaces between words. With less than
_LEAST = (8, 40)  # this and no sentence, only what the theme says around a post has been found;
_GREETING = (60, 300)  # with less than this, a front page only says hello.
_SENTENCE = re.compile(r"[.!?…。！？]")


def read_page(fetched: Fetched, origin: str, post: Post | None = None) -> Article | LoadFailure | LeftOut:
    """The article of a fetched page, or why it is none.

    post: as structured data state it, whose text is taken if only a script writes that of the page.
    """
    try:
        return _read(fetched, origin, post)
    except SourceError as error:
        return LoadFailure(origin, fetched.asked, str(error))


def _read(fetched: Fetched, origin: str, post: Post | None) -> Article | LoadFailure | LeftOut:
    name = fetched.asked
    if reason := hidden_because({"robots": fetched.robots}):
        return LeftOut(origin, name, reason)
    if _is_front_page(fetched.url) and not _is_front_page(name):
        return LeftOut(origin, name, "it only leads to the front page", gone=True)
    form = _format(fetched)
    if form is None:
        return LeftOut(origin, name, f"it is no page but {fetched.media_type or 'something else'}")
    content = decode(fetched.body, html=form == "html", charset=fetched.charset)
    if form == "html":
        kind = kind_of(content, url=fetched.url)
        if kind.kind == "missing":
            return LeftOut(origin, name, kind.reason, gone=True)
        if kind.kind in ("list", "password"):
            return LeftOut(origin, name, kind.reason)
        if kind.kind == "empty" and _is_front_page(fetched.url):
            return LeftOut(origin, name, _FRONT)
        if kind.kind not in ("post", "page") and not (kind.kind == "empty" and post and post.full):
            return LoadFailure(origin, name, kind.reason)
    document = read_document(content, form, url=fetched.url)
    if reason := hidden_because(document.signs):
        return LeftOut(origin, name, reason)
    if _is_front_page(fetched.url) and _is_less(document.text, *_GREETING):
        return LeftOut(origin, name, _FRONT)
    if _is_less(document.text, *_LEAST) and not _SENTENCE.search(document.text):
        if post and post.full:
            return article_of(post, id=fetched.url, origin=origin)
        return LoadFailure(origin, name, _EMPTY)
    address = _address(document, fetched)
    stem = unquote(urlsplit(fetched.url).path).rstrip("/").rpartition("/")[2]
    return as_article(document, id=address, url=address, origin=origin, stem=stem)


_FRONT = "it is the front page"
_EMPTY = (
    "no text was found on this page. If its text appears only by a script in the browser, save the page "
    "from there and ingest that file, with --url and this address"
)


def _is_less(text: str, words: int, letters: int) -> bool:
    return len(text.split()) < words and len(text) < letters


def _format(fetched: Fetched) -> Format | None:
    if fetched.media_type in ("", "text/html", "application/xhtml+xml", "application/octet-stream"):
        return "html"
    if fetched.media_type in ("text/markdown", "text/x-markdown"):
        return "markdown"
    return "text" if fetched.media_type == "text/plain" else None


def _address(document: Document, fetched: Fetched) -> str:
    """The page's public address: the one it names for itself, if that can be its own.

    Not on another site; and not the front page, which careless themes name on every page.
    """
    named = document.url
    if named and same_site(named, fetched.url) and (_is_front_page(fetched.url) or not _is_front_page(named)):
        return named
    return fetched.url


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
