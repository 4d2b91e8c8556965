"""A post whose body is a piece of HTML -> Article.

Feeds, exports and the interfaces of blogs give a post in parts: a body without a page around it,
and title, author, date and tags beside it. The body is put into a bare page, so that it goes
through the same cleaning as a page that was read from the web; the facts beside it are used
as they are, and only a missing title is taken from the body.
"""

from __future__ import annotations

import html as html_names
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from ingest.article import Article, plain_text, tidy
from ingest.errors import SourceError
from ingest.extract import from_html, parse_html, text_of, titled

_ANY_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,15}\b|!--)", re.I)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_PAGE_TAGS = re.compile(r"</?(?:html|body)\b[^<>]*>", re.I)
# Elements of a page's head, or without text: in a post's body they would pass for facts about a page.
_NOT_BODY = ("script", "style", "meta", "title", "base", "link")


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a feed, an export or an API gives it: its body is a piece of HTML, with its facts beside it.

    key: unique within its source: guid, post id, else the address. url: public http(s) address, or
    None. title: plain text, "" if it has none. html: the body, "" if the source holds none.
    published: ISO date or date-time. full: html is the whole post, not an excerpt.
    """

    key: str
    url: str | None
    title: str
    html: str
    author: str | None
    published: str | None
    tags: tuple[str, ...]
    full: bool


@dataclass(frozen=True, slots=True)
class Skipped:
    """A post or page that is not for readers. reason: "it is a draft", "a password protects it", …"""

    key: str
    title: str
    url: str | None
    reason: str


def article_of(post: Post, *, id: str, origin: str) -> Article:
    """The post as an article; `id` and `origin` become the article's.

    Raises SourceError if the body is empty, or holds nothing to read.
    """
    if not post.html.strip():
        raise SourceError("its body is empty")
    document = from_html(_page(post.title, post.html), post.url)
    if not document.text:
        raise SourceError("its body holds no text: only pictures, players, forms or the like")
    document = replace(document, title=tidy(post.title) or document.title)
    document = titled(document, _stem(post.url))
    return Article(
        id=id,
        title=document.title,
        text=document.text,
        url=post.url,
        author=post.author,
        published=post.published,
        tags=post.tags,
        origin=origin,
    )


def _page(title: str, body: str) -> str:
    """A page that is nothing but the post: its title as such, its body as the one article.

    The body is parsed alone first: a closing tag too many must not close what is put around it.
    """
    from lxml import etree

    body = _PAGE_TAGS.sub("", body)  # text behind </html> would be lost
    root = parse_html(plain_text(body) if _ANY_TAG.search(body) else paragraphs(html_names.unescape(body)))
    inner = ""
    if root is not None:
        etree.strip_elements(root, *_NOT_BODY, with_tail=False)
        place = next(root.iter("body"), root)
        inner = html_names.escape(place.text or "")
        inner += "".join(etree.tostring(e, encoding="unicode", method="html") for e in place)
    head = f'<h1 class="entry-title" hidden>{html_names.escape(tidy(title))}</h1>' if title.strip() else ""
    return f'<html><body>{head}<div data-hook="post-description">{inner}</div></body></html>'


def paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, single line breaks stay."""
    parts = _BLANK_LINES.split(plain_text(text).strip())
    return "\n".join(f"<p>{html_names.escape(p).replace(chr(10), '<br>')}</p>" for p in parts if p.strip())


def plain_title(stated: str) -> str:
    """One line of text out of a title that is HTML: entities undone, tags gone."""
    if "<" not in stated and "&" not in stated:
        return tidy(stated)
    root = parse_html(f"<div>{plain_text(stated)}</div>")
    return "" if root is None else text_of(root)


def _stem(url: str | None) -> str:
    path = unquote(urlsplit(url or "").path).rstrip("/")
    return re.sub(r"\.\w{1,5}$", "", path.rsplit("/", 1)[-1])
