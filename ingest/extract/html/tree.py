"""A parsed HTML tree, and the visible text in it."""

from __future__ import annotations

import re
from typing import Any

from ingest.article import tidy
from ingest.extract.html.hidden import is_silent

Element = Any  # lxml has no type hints


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


BLOCKS = _names(
    "html body p div section article main header footer aside nav blockquote figure figcaption address center"
    " form fieldset legend details summary dl dt dd hr tr td th caption thead tbody tfoot hgroup search"
    " h1 h2 h3 h4 h5 h6 ul ol menu dir li table pre"
)
_CAPTION = re.compile(
    r"(?:.*[-_])?(?:captions?(?:[-_]+\w+)?|(?:photo|image|img|media|picture)[-_]*credits?)", re.I
)


def parse_html(source: str) -> Element | None:
    """The root element, or None if there is nothing to parse. Never raises on bad HTML."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(source.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return None


def text_of(element: Element) -> str:
    """All visible text under an element, as one line."""
    return tidy(raw_text(element))


def is_caption(element: Element) -> bool:
    """Whether an element's class calls it a picture's caption, and it looks like one."""
    names = element.get("class")
    if not names or not any(map(_CAPTION.fullmatch, names[:500].split())):
        return False
    return next(element.iter("h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote", "pre"), None) is None


def raw_text(element: Element) -> str:
    """Text under an element without recursion, so that no depth is too deep."""
    out: list[str] = []
    stack: list[Element | str] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        if node.tag == "br" or node.tag in BLOCKS:
            out.append(" ")
        if not is_silent(node) or node is element:
            out.append(node.text or "")
            for child in reversed(node):
                stack += [child.tail or "", child]
        if node.tag in BLOCKS:
            out.append(" ")
    return "".join(out)
