"""One walk over a page: its words, links and cards (boxes whose heading is a link, as blogs list posts)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from ingest.extract.html.hidden import is_silent
from ingest.extract.html.tree import Element, text_of
from ingest.urls import host_of, public_url

_CHROME = frozenset(("nav", "footer", "aside", "dialog"))
_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "dialog"))
# Whole class names, since "content-sidebar-wrap" holds the main part, too.
_BESIDE = re.compile(
    r"(?!has|with|no-)(?:[\w-]{0,30}[-_])?(?:relatedposts|related|recommended|comments?|respond|cookies?|popup|modal"
    r"|breadcrumbs?|newsletter|read-?next|more-from|pagination)"
    r"(?:[-_]?(?:posts?|area|list|section|container|wrap(?:per)?|box|stories|articles|items?|bar|grid|feed))*"
    r"|sidebar(?:[-_](?:primary|secondary|left|right|inner|container|widget-area|\d))?|widget-area"
    r"|(?:primary|secondary|left|right|site|blog|post|page)[-_]sidebar|(?:main|site|nav|top|mobile|primary)[-_]?(?:menu|nav)",
    re.I,
)
_CARD = re.compile(
    r"post|hentry|h-entry|entry|post-(?:card|item|preview|entry|outer|summary|listing)|blog-(?:item|post|card|entry)|card|\w*-card"
    r"|summary-item|blog-(?:summary|basic|alternating)[\w-]*|archive-item|loop-item|e-loop-item|wp-block-post|elementor-post"
    r"|w-dyn-item|(?:blog-)?post-list(?:ing)?-item|post-listing"
)
ARTICLE_TYPE = re.compile(r"\w*article|(?!job)\w*posting|howto|recipe|review|report")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b(?:(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)?\d\d|{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})",
    re.I,
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_HEADINGS = ("h1", "h2", "h3", "h4")
_MOST_IN_HEADING = 60  # elements; a heading of more is none, and nested ones would take long to read


@dataclass(slots=True)
class _Box:
    """A box that may be a card: its first heading decides. links: 1 if that is a link elsewhere."""

    decided: bool = False
    links: int = 0
    prose: int = 0


@dataclass(slots=True)
class PageWalk:
    """One walk, without recursion. own: places that are this page itself. by_name: heed class names."""

    url: str
    own: set[str]
    by_name: bool = True
    words: int = 0
    prose: int = 0
    bodies: int = 0
    items: int = 0
    dated_links: int = 0
    wix_title: bool = False
    tops: list[str] = field(default_factory=list)
    found: list[_Box] = field(default_factory=list)
    head_links: set[str] = field(default_factory=set)
    hooks: set[str] = field(default_factory=set)
    passwords: list[str] = field(default_factory=list)

    def over(self, root: Element) -> None:
        # (element or text, beside the main part, box it is in, address of the link it is in)
        stack: list[tuple[Element | str, bool, _Box | None, str | None]] = [(root, False, None, None)]
        while stack:
            node, beside, box, link = stack.pop()
            if isinstance(node, str):
                self.text(node, beside, box, link)
                continue
            self.fields(node)
            if is_silent(node):
                continue
            beside = beside or _is_beside(node, self.by_name)
            if not beside:
                box = self.boxed(node, box)
                self.marks(node)
            if node.tag == "a":
                link = node.get("href") or link
            if node.tag in _HEADINGS:
                self.heading(node, beside, box, link)
            stack.extend(
                part
                for child in reversed(node)
                for part in ((child.tail or "", beside, box, link), (child, beside, box, link))
            )
            stack.append((node.text or "", beside, box, link))

    def text(self, text: str, beside: bool, box: _Box | None, link: str | None) -> None:
        if beside or not text.strip():
            return
        size = len(text.split()) + len(_UNSPACED.findall(text)) // 2
        self.words += size
        if link is None:
            self.prose += size
            if box is not None:
                box.prose += size

    def fields(self, node: Element) -> None:
        if node.tag == "input" and (node.get("type") or "").lower() == "password":
            self.passwords.append((node.get("name") or "").lower())

    def boxed(self, node: Element, box: _Box | None) -> _Box | None:
        """The box that what is in this element belongs to: the innermost, but a card is not divided."""
        if (box is not None and box.links) or not _is_box(node):
            return box
        self.found.append(_Box())
        return self.found[-1]

    def marks(self, node: Element) -> None:
        hook = node.get("data-hook")
        if hook:
            self.hooks.add(hook)
        self.bodies += (node.get("itemprop") or "").lower() == "articlebody"
        self.items += _is_item(node)
        if node.tag in ("li", "dt", "tr", "p", "div") and _is_dated_link(node):
            self.dated_links += 1

    def heading(self, node: Element, beside: bool, box: _Box | None, link: str | None) -> None:
        text = text_of(node) if len(list(islice(node.iter(), _MOST_IN_HEADING))) < _MOST_IN_HEADING else ""
        if node.tag == "h1" and text:
            self.tops.append(text)
            around = [node, *islice(node.iterancestors(), 3)]
            self.wix_title = self.wix_title or any(e.get("data-hook") == "post-title" for e in around)
        if beside or not text:
            return
        href = link or next(
            (a.get("href") for a in node.iter("a") if a.get("href") and len(text_of(a)) > 0.6 * len(text)),
            None,
        )
        address = public_url(href, self.url) if href else None
        leads = (
            address is not None
            and host_of(address) == host_of(self.url)
            and place_of(address) not in self.own
        )
        if address and leads and not (href or "").startswith("#"):
            self.head_links.add(place_of(address))
        if box is not None and not box.decided:
            box.decided, box.links = True, int(leads)


def _is_beside(node: Element, by_name: bool) -> bool:
    if node.tag in ("html", "body", "main", "article"):
        return False
    if node.tag in _CHROME or (node.get("role") or "").lower() in _ROLES:
        return True
    if not by_name:
        return False
    names = [*(node.get("class") or "").split(), node.get("id") or ""]
    return any(name and len(name) < 60 and _BESIDE.fullmatch(name) for name in names)


def _is_box(node: Element) -> bool:
    if node.tag in ("html", "body", "main"):
        return False
    if node.tag == "article" or _is_item(node) or (node.get("data-hook") or "").startswith("post-list-item"):
        return True
    return any(_CARD.fullmatch(name) for name in (node.get("class") or "").lower().split())


def _is_item(node: Element) -> bool:
    kind = (node.get("itemtype") or "").rstrip("/").rsplit("/", 1)[-1].lower()
    return bool(kind) and ARTICLE_TYPE.fullmatch(kind) is not None


def _is_dated_link(node: Element) -> bool:
    inside = list(islice(node.iter(), 16))
    if len(inside) == 16 or not any(e.tag == "a" and e.get("href") for e in inside):
        return False
    if node.tag in ("p", "div") and any(e.tag in ("p", "div", "li") for e in inside[1:]):
        return False  # the smallest box counts
    text = text_of(node)
    return len(text) < 200 and (any(e.tag == "time" for e in inside) or _DATE.search(text) is not None)


def place_of(url: str) -> str:
    """What two spellings of an address have in common."""
    parts = urlsplit(url)
    query = "&".join(part for part in parts.query.split("&") if not part.startswith("utm_"))
    return f"{host_of(url)}{parts.path.rstrip('/')}?{query}"
