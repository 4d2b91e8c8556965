"""A web page -> Document: find the article on it, leave the rest.

The article's element is known where the page comes from a common blog platform. A page that is
nothing but headings, paragraphs and lists is the article. Otherwise trafilatura, a library that
is trained to find articles, names what belongs to it, and the smallest element that holds
that is read with our own walk: trafilatura's own output loses the numbers of lists and the
captions of pictures.
"""

from __future__ import annotations

import re

from ingest.article import Document, Piece, plain_text, render, same, take_title, tidy, typed_lists
from ingest.extract.html.bold_headings import bold_headings
from ingest.extract.html.hidden import is_silent
from ingest.extract.html.metadata import read_meta
from ingest.extract.html.pieces import pieces_of
from ingest.extract.html.surroundings import is_links, linked_letters, own_text, surroundings
from ingest.extract.html.tree import Element, parse_html
from ingest.extract.prose import boilerplate
from ingest.extract.prose.asides import without_asides

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
    ("class", "w-richtext"),  # Webflow
)
_LAYOUT = ("div", "nav", "header", "footer", "aside", "form", "table", "iframe", "section")
_MOST_ELEMENTS = 6000  # trafilatura's time grows with the square of their number
_SHORT = 25
_BODIES = {"entry-content", "wp-block-post-content", "gh-content"}
_ELSEWHERE = 600  # letters of paragraphs: with as many, the text is where no platform puts it


def from_html(html: str, url: str | None = None) -> Document:
    """Read a web page. url: its own address, if known. Never raises on bad HTML."""
    root = parse_html(plain_text(html))
    if root is None:
        return Document("", "")
    meta = read_meta(root, url)
    sizes = _sizes(root)
    article = _platform_article(root, sizes)
    if article is None and _is_bare(root, sizes):
        return Document(meta.title, "", meta.url, meta.author, meta.published, meta.tags, meta.signs)
    article = _plain_page(root) if article is None else article
    pieces = _found_pieces(root, html, sizes) if article is None else _pieces(article, sizes)
    if not any(p.kind != "heading" for p in pieces):
        pieces = _pieces(next(root.iter("body"), root), sizes)  # wrong guess: too much beats nothing
    title, pieces = take_title(typed_lists(bold_headings(pieces)), meta.title)
    return Document(
        title=title,
        text=render(without_asides(_without_edges(pieces, title))),
        url=meta.url,
        author=meta.author,
        published=meta.published,
        tags=meta.tags,
        signs=meta.signs,
    )


def _pieces(article: Element, sizes: dict[Element, int]) -> list[Piece]:
    return pieces_of(article, surroundings(article, sizes))


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
    marked: dict[tuple[str, str], list[Element]] = {}
    for element in root.iter():
        for attribute in ("data-hook", "itemprop", "class"):
            for value in (element.get(attribute) or "")[:2000].split():
                if (attribute, value) in _PLATFORMS and sizes[element] >= _SHORT:
                    marked.setdefault((attribute, value), []).append(element)
    for attribute, value in _PLATFORMS:
        found = marked.get((attribute, value), [])
        inside = set(found)
        outer = [e for e in found if inside.isdisjoint(e.iterancestors())]
        if len(outer) == 1:
            return outer[0]
        if outer and attribute == "data-hook":
            return max(outer, key=lambda e: sizes[e])
    return None


def _is_bare(root: Element, sizes: dict[Element, int]) -> bool:
    """Whether the one place where a platform puts a post's text holds none: what is around it is no post."""
    places = [
        element
        for element in root.iter()
        if element.get("data-hook") == "post-description" or _BODIES & _classes(element)
    ]
    words = sum(sizes[element] for element in root.iter("p") if sizes[element] >= _SHORT)
    return len(places) == 1 and sizes[places[0]] == 0 and words < _ELSEWHERE


def _classes(element: Element) -> set[str]:
    return set((element.get("class") or "")[:2000].split())


def _plain_page(root: Element) -> Element | None:
    """The body of a page that is written by hand and has no layout to speak of."""
    body = next(root.iter("body"), root)
    return body if sum(1 for _ in body.iter(*_LAYOUT)) <= 3 else None


def _found_pieces(root: Element, html: str, sizes: dict[Element, int]) -> list[Piece]:
    """The pieces of the smallest element that holds what trafilatura takes for the article."""
    body: Element = next(root.iter("body"), root)
    known = _known_texts(html) if len(sizes) < _MOST_ELEMENTS else set()
    known = known or _wordiest(body, sizes)
    small = (element for element in body.iter(*_CARRIERS) if 0 < sizes[element] < _LONGEST_PARAGRAPH)
    texts = {element: text for element in small if (text := own_text(element))}
    weights = {element: len(text) for element, text in texts.items() if text[:_PREFIX] in known}
    if not weights:
        return _pieces(next(body.iter("article", "main"), body), sizes)
    held: dict[Element, int] = {}
    for element in reversed(list(body.iter())):
        held[element] = weights.get(element, 0) + sum(held[child] for child in element)
    article = body
    while inner := [child for child in article if held[child] >= 0.9 * held[body] and child not in weights]:
        article = inner[0]
    top = _around(article)
    kin = _kin(top, list(weights), sizes)
    while article is not top and not all(article is p or article in p.iterancestors() for p in kin):
        article = article.getparent()
    return _trimmed(_pieces(article, sizes), known | {own_text(p)[:_PREFIX] for p in kin})


def _wordiest(body: Element, sizes: dict[Element, int]) -> set[str]:
    """The beginnings of the longest group of sibling paragraphs: used in place of trafilatura."""
    linked = linked_letters(body, sizes)
    skip = surroundings(body, sizes)
    groups: dict[Element, list[Element]] = {}
    waiting = [body]
    while waiting:
        element = waiting.pop()
        waiting += [child for child in reversed(element) if sizes[child] and not skip(child)]
        if element.tag == "p" and sizes[element] > 80 and linked[element] < 0.5 * sizes[element]:
            groups.setdefault(element.getparent(), []).append(element)
    best = max(groups.values(), key=lambda ps: sum(sizes[p] for p in ps), default=[])
    if sum(sizes[p] for p in best) < 0.25 * (sizes[body] - linked[body]):
        return set()  # the article is not written in paragraphs: rather too much than the wrong part
    return {text[:_PREFIX] for p in best if (text := own_text(p))}


def _around(article: Element) -> Element:
    """The highest element that may hold the rest of a divided article."""
    for _ in range(3):
        above = article.getparent()
        if above is None or article.tag in ("article", "main", "body"):
            break
        article = above
    return article


def _kin(top: Element, known: list[Element], sizes: dict[Element, int]) -> list[Element]:
    """Paragraphs in the same kind of element as those that trafilatura names.

    Where advertisements divide a long article, trafilatura may find its first part only.
    """
    linked = linked_letters(top, sizes)
    paragraphs = [p for p in known if p.tag == "p" and sizes[p] > 80]
    parents = {p.getparent() for p in paragraphs}
    kinds = {(e.tag, e.get("class")) for e in parents if e.get("class")}
    return [
        p
        for p in top.iter("p")
        if sizes[p] > 80
        and ((e := p.getparent()) in parents or (e.tag, e.get("class")) in kinds)
        and not is_links(p, sizes, linked)
        and boilerplate.is_prose(own_text(p))
    ]


_CARRIERS = ("p", "li", "div", "span", "td", "h2", "h3", "h4", "blockquote", "pre", "section", "article")
_LONGEST_PARAGRAPH = 4000
_PREFIX = 60  # letters that identify a text


def _known_texts(html: str) -> set[str]:
    """How the texts that trafilatura takes for the article's begin."""
    from trafilatura import bare_extraction

    found = bare_extraction(html, include_comments=False, with_metadata=False)
    body = getattr(found, "body", None)
    if body is None:
        return set()
    texts = (line for e in body.iter("p", "item", "head", "cell", "quote", "hi") for line in _texts(e))
    return {text[:_PREFIX] for text in texts if text}


def _texts(element: Element) -> tuple[str, ...]:
    """The text of an element, and of its lines."""
    return own_text(element), tidy(element.text or ""), *(tidy(child.tail or "") for child in element[:100])


def _trimmed(pieces: list[Piece], known: set[str]) -> list[Piece]:
    """Drop what comes before the first and after the last piece that is surely the article's."""
    sure = [p.text[:_PREFIX] in known for p in pieces]
    if True not in sure:
        return pieces
    first, last = sure.index(True), len(sure) - 1 - sure[::-1].index(True)
    while first and pieces[first - 1].kind in ("heading", "caption"):
        first -= 1
    while last + 1 < len(pieces) and pieces[last + 1].kind in ("bullet", "number", "row", "caption"):
        last += 1
    return pieces[first : last + 1]


def _without_edges(pieces: list[Piece], title: str) -> list[Piece]:
    """Drop what words alone show to be no part of the article."""
    pieces = [p for p in pieces if not _is_noise(p, title)]
    seen = {p.text: i for i, p in reversed(list(enumerate(pieces))) if p.kind == "caption"}
    pieces = [p for i, p in enumerate(pieces) if p.kind != "caption" or seen[p.text] == i]
    lines = [p.text if p.kind in ("paragraph", "heading") else f"- {p.text}" for p in pieces]
    return pieces[: boilerplate.tail(lines)]


_ADDRESS = re.compile(r"https?://\S+")


def _is_noise(piece: Piece, title: str) -> bool:
    """Noise, or a picture's text that only repeats the title, as many platforms make it up."""
    if piece.kind == "caption":
        return bool(title) and len(piece.text) < len(title) + 12 and same(piece.text[: len(title)], title)
    if piece.kind == "paragraph" and _ADDRESS.fullmatch(piece.text):
        return True  # of a player or a card that did not load
    return piece.kind in ("paragraph", "heading") and boilerplate.is_noise(piece.text)
