"""A web page -> Cleaned: find the article on it, leave the rest.

The article's element is known where the page comes from a common blog platform. A page that is
nothing but headings, paragraphs and lists is the article. Otherwise trafilatura, a library that
has learned what articles look like, says what belongs to it, and the smallest element that holds
that is read with our own walk: trafilatura's own output loses the numbers of lists and the
captions of pictures.

What this file does not know: where the page came from; nothing here touches the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest import boilerplate
from ingest.htmltree import Element, is_silent, parse_html, pieces_of
from ingest.normal import Cleaned, Piece, plain_text, render, take_title, tidy, typed_lists
from ingest.pagemeta import read_meta

# (attribute, value) of the element that holds a post's text and nothing else, best first.
_PLATFORMS = (
    ("data-hook", "post-description"),  # Wix
    ("itemprop", "articleBody"),
    ("class", "gh-content"),  # Ghost
    ("class", "blog-item-content"),  # Squarespace
    ("class", "wp-block-post-content"),
    ("class", "entry-content"),  # WordPress
    ("class", "post-body"),  # Blogger
    ("class", "available-content"),  # Substack
    ("class", "e-content"),  # microformats
    ("class", "post-content"),
    ("class", "article-content"),
    ("class", "article-body"),
    ("class", "w-richtext"),  # Webflow
)
_AROUND = re.compile(
    r"(?:.*[-_])?(?:share|sharing|sharedaddy|social|addtoany|jp-relatedposts|related(?:posts?)?|recommended|recent-posts?"
    r"|comments?|respond|disqus|breadcrumbs?|sidebar|newsletter|subscribe|subscription|signup|cookies?|popup|modal"
    r"|navbar|nav|menu|pagination|pager|byline|postmeta|post-?meta|entry-meta|author-(?:bio|box|card)|toc|ez-toc-container"
    r"|screen-reader-text|sr-only|visually-hidden|advert(?:isement)?|promo|banner|like-?button|post-tags|tag-?cloud)"
    r"(?:[-_].*)?",
    re.I,
)
_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert"))
_LAYOUT = ("div", "nav", "header", "footer", "aside", "form", "table", "iframe", "section")
_MOST_ELEMENTS = 6000  # trafilatura's time grows with the square of their number
_SHORT = 25


def from_html(html: str, url: str | None = None) -> Cleaned:
    """Read a web page. url: its own address, if known. Never raises on bad HTML."""
    root = parse_html(plain_text(html))
    if root is None:
        return Cleaned("", "")
    meta = read_meta(root, url)
    sizes = _sizes(root)
    article = _platform_article(root, sizes)
    article = _plain_page(root) if article is None else article
    pieces = _found_pieces(root, html, sizes) if article is None else _pieces(article, sizes)
    if not any(p.kind != "heading" for p in pieces):
        pieces = _pieces(next(root.iter("body"), root), sizes)  # wrong guess: too much beats nothing
    title, pieces = take_title(typed_lists(pieces), meta.title)
    return Cleaned(
        title=title,
        text=render(_without_tail(pieces)),
        url=meta.url,
        author=meta.author,
        published=meta.published,
        tags=meta.tags,
        noindex=meta.noindex,
    )


def _pieces(article: Element, sizes: dict[Element, int]) -> list[Piece]:
    return pieces_of(article, _surroundings(article, sizes))


def _sizes(root: Element) -> dict[Element, int]:
    """Letters of visible text under each element; one pass, children before parents."""
    sizes: dict[Element, int] = {}
    for element in reversed(list(root.iter())):
        if is_silent(element):
            sizes[element] = 0
            continue
        own = len((element.text or "").strip())
        sizes[element] = own + sum(sizes[c] + len((c.tail or "").strip()) for c in element)
    return sizes


def _platform_article(root: Element, sizes: dict[Element, int]) -> Element | None:
    """The element that a known platform puts a post's text in, if there is one such post."""
    for attribute, value in _PLATFORMS:
        found = [e for e in root.iter() if value in (e.get(attribute) or "").split()]
        found = [e for e in found if sizes[e] >= _SHORT]
        outer = [e for e in found if not any(a in found for a in e.iterancestors())]
        if len(outer) == 1:
            return outer[0]
        if outer and attribute == "data-hook":
            return max(outer, key=lambda e: sizes[e])
    return None


def _plain_page(root: Element) -> Element | None:
    """The body of a page that is written by hand and has no layout to speak of."""
    body = next(root.iter("body"), root)
    return body if sum(1 for _ in body.iter(*_LAYOUT)) <= 3 else None


def _found_pieces(root: Element, html: str, sizes: dict[Element, int]) -> list[Piece]:
    """The pieces of the smallest element that holds what trafilatura takes for the article."""
    body: Element = next(root.iter("body"), root)
    known = _known_texts(html) if len(sizes) < _MOST_ELEMENTS else set()
    small = (element for element in body.iter(*_CARRIERS) if 0 < sizes[element] < _LONGEST_PARAGRAPH)
    weights = {e: len(t) for e in small if (t := _own_text(e))[:_PREFIX] in known}
    if not weights:
        return _pieces(next(body.iter("article", "main"), body), sizes)
    held: dict[Element, int] = {}
    for element in reversed(list(body.iter())):
        held[element] = weights.get(element, 0) + sum(held[child] for child in element)
    article = body
    while inner := [child for child in article if held[child] >= 0.9 * held[body] and child not in weights]:
        article = inner[0]
    return _trimmed(_pieces(article, sizes), known)


_CARRIERS = ("p", "li", "div", "span", "td", "h2", "h3", "h4", "blockquote", "pre", "section", "article")
_LONGEST_PARAGRAPH = 4000
_PREFIX = 60  # letters that tell one text from another


def _known_texts(html: str) -> set[str]:
    """How the texts that trafilatura takes for the article's begin."""
    from trafilatura import bare_extraction

    found = bare_extraction(html, include_comments=False, with_metadata=False)
    body = getattr(found, "body", None)
    if body is None:
        return set()
    texts = (line for e in body.iter("p", "item", "head", "cell", "quote", "hi") for line in _texts(e))
    return {text[:_PREFIX] for text in texts if text}


def _texts(element: Element) -> tuple[str, str]:
    return _own_text(element), tidy(element.text or "")


def _own_text(element: Element) -> str:
    return tidy("".join(element.itertext())) if len(element) < 100 else ""


def _trimmed(pieces: list[Piece], known: set[str]) -> list[Piece]:
    """Drop what comes before the first and after the last piece that is surely the article's.

    In between, only what trafilatura left out and is no full sentence goes; lists, tables and
    captions stay.
    """
    sure = [p.text[:_PREFIX] in known for p in pieces]
    if True not in sure:
        return pieces
    first, last = sure.index(True), len(sure) - 1 - sure[::-1].index(True)
    while first and pieces[first - 1].kind in ("heading", "caption"):
        first -= 1
    while last + 1 < len(pieces) and pieces[last + 1].kind in ("bullet", "number", "row", "caption"):
        last += 1
    return [
        piece
        for piece, is_sure in zip(pieces[first : last + 1], sure[first : last + 1], strict=True)
        if is_sure or piece.kind != "paragraph" or boilerplate.is_prose(piece.text)
    ]


def _surroundings(article: Element, sizes: dict[Element, int]) -> Callable[[Element], bool]:
    """What to leave out of the article's element: navigation, share buttons, forms and the like."""
    enough = 0.4 * sizes[article]

    def skip(element: Element) -> bool:
        tag = element.tag
        if tag == "nav":
            return True
        if tag in ("aside", "footer", "form") or element.get("role") in _ROLES:
            return sizes[element] <= enough
        if tag == "header":
            return next(element.iter("h1", "h2"), None) is None
        names = (
            f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-hook') or ''}".split()
        )
        return any(map(_AROUND.fullmatch, names)) and sizes[element] <= enough

    return skip


def _without_tail(pieces: list[Piece]) -> list[Piece]:
    """Drop what words alone show to be no part of the article."""
    pieces = [p for p in pieces if p.kind not in ("paragraph", "heading") or not boilerplate.is_noise(p.text)]
    lines = [p.text if p.kind in ("paragraph", "heading") else f"- {p.text}" for p in pieces]
    pieces = pieces[: boilerplate.tail(lines)]
    while pieces and pieces[-1].kind == "paragraph" and boilerplate.is_edge(pieces[-1].text):
        pieces.pop()
    return pieces
