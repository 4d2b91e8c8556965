"""Signs in a web page's markup from which its kind is judged.

One walk over the page counts its words, its links and its *cards*: a card is a box whose heading
is a link to another page, as blogs list their posts. Menus, footers, side bars, comments, boxes of
related posts and hidden elements do not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ingest.article import tidy
from ingest.extract.html.metadata import json_ld
from ingest.extract.html.page_walk import ARTICLE_TYPE, PageWalk, place_of
from ingest.extract.html.tree import Element
from ingest.urls import public_url

_MOST_NODES = 500
_FEW = 30


@dataclass(frozen=True, slots=True)
class Signs:
    """words: shown outside menus and the like; prose: of these, in no link and in no card.

    body: classes of <body> and <html>. og: og:type. types: the page's types by JSON-LD, in lower
    case. articles: headlines of the articles that JSON-LD describes. dated: a date of publication
    is stated. bodies: elements marked as an article's whole text. items: boxes marked up as an
    article (schema.org). hooks: Wix's names of elements. head_links: headings that are links to
    other pages of the site. dated_links: short lines of a date and a link. passwords: names of the
    fields that ask for one.
    """

    path: str
    query: str
    title: str
    site: str
    tops: tuple[str, ...]
    body: frozenset[str]
    og: str
    types: frozenset[str]
    articles: tuple[str, ...]
    dated: bool
    bodies: int
    items: int
    hooks: frozenset[str]
    wix_title: bool
    words: int
    prose: int
    cards: int
    head_links: int
    dated_links: int
    passwords: tuple[str, ...]


def read_signs(root: Element, url: str) -> Signs:
    """The signs on a page. url: its own address."""
    meta = _meta(root)
    types, articles, dated = _structured(root)
    own = {place_of(url), place_of(_canonical(root, url))}
    walk = PageWalk(url, own)
    walk.over(root)
    if walk.words < _FEW:  # the names misled: the main part itself is called a "modal"
        walk = PageWalk(url, own, by_name=False)
        walk.over(root)
    parts = urlsplit(url)
    return Signs(
        path=parts.path.lower(),
        query=parts.query,
        title=next((tidy(e.text or "") for e in root.iter("title")), "") or meta.get("og:title", ""),
        site=meta.get("og:site_name", ""),
        tops=tuple(walk.tops),
        body=frozenset(c for e in root.iter("body", "html") for c in (e.get("class") or "").lower().split()),
        og=meta.get("og:type", "").lower(),
        types=types,
        articles=articles,
        dated=dated or "article:published_time" in meta,
        bodies=walk.bodies,
        items=walk.items,
        hooks=frozenset(walk.hooks),
        wix_title=walk.wix_title,
        words=walk.words,
        prose=walk.prose - sum(card.prose for card in walk.found if card.links),
        cards=sum(card.links for card in walk.found),
        head_links=len(walk.head_links),
        dated_links=walk.dated_links,
        passwords=tuple(walk.passwords),
    )


def _meta(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or "").strip().lower()
        found.setdefault(name, tidy(element.get("content") or ""))
    return found


def _canonical(root: Element, url: str) -> str:
    for element in root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            return public_url(element.get("href") or "", url) or url
    return url


def _structured(root: Element) -> tuple[frozenset[str], tuple[str, ...], bool]:
    """(types, headlines of articles, whether one of these has a date) by JSON-LD."""
    types: set[str] = set()
    articles: dict[str, None] = {}
    dated = False
    for stated in json_ld(root):
        for node in _nodes(stated):
            kinds = node.get("@type")
            names = [k.lower() for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)]
            types.update(names)
            if any(ARTICLE_TYPE.fullmatch(name) for name in names):
                articles[tidy(str(node.get("headline") or node.get("name") or ""))] = None
                dated = dated or bool(node.get("datePublished"))
    return frozenset(types), tuple(articles), dated


def _nodes(stated: object) -> Iterator[dict[str, Any]]:
    """The objects that describe the page itself: not those that it mentions (a blog's posts)."""
    waiting, seen = [stated], 0
    while waiting and seen < _MOST_NODES:
        node, seen = waiting.pop(), seen + 1
        if isinstance(node, dict):
            yield node
            waiting += [node[key] for key in ("@graph", "mainEntity") if key in node]
        elif isinstance(node, list):
            waiting += node
