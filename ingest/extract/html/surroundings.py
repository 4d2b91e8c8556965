"""The parts of an article's element that are no article text, by tags, classes and links.

Navigation, share buttons, forms, related posts, datelines above the text, lists of links below it,
buttons, and lines that point to another page. A block that holds more than four tenths of the
element's letters is never left out for its name alone: the name is wrong, then.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.article import tidy
from ingest.extract.html.tree import Element
from ingest.extract.prose import boilerplate

_AROUND = re.compile(
    r"(?:.*[-_])?(?:share|sharing|sharedaddy|social|addtoany|jp-relatedposts|related(?:posts?)?|recommended|recent-posts?"
    r"|comments?|respond|disqus|breadcrumbs?|sidebar|newsletter|subscribe|subscription|signup|cookies?|popup|modal|tooltip"
    r"|navbar|nav|menu|pagination|pager|(?:next|prev(?:ious)?)[-_]?(?:next|prev(?:ious)?|posts?|article|btn|link)"
    r"|byline|(?:post|entry|article|story)[-_]*(?:\w+[-_]+)?meta|postmeta|author[-_]*(?:bio|box|card|name|details)|toc|ez-toc-container"
    r"|screen-reader-text|sr-only|visually-hidden|advert(?:isement)?|ads?|sponsored|promo|banner|like-?button"
    r"|tags|tag-?(?:cloud|list|links)|outbrain|taboola|trending|most-(?:read|popular)"
    r"|click-to-tweet|tweet-this)"
    r"(?:[-_].*)?|read-?(?:more|next|also)(?:[-_](?:link|btn|button|box|articles?|posts?))?",
    re.I,
)
_DATELINE = re.compile(
    r"(?!.*event)(?:.*[-_])?(?:date(?:time|line)?|timestamp|pubdate|published|updated|author|kicker|eyebrow|category|meta|(?:post|article|entry)-info)"
    r"(?:[-_].*)?",
    re.I,
)
_FACTS = frozenset(  # schema.org's names of what is no text of the article
    "author publisher datePublished dateModified dateCreated keywords commentCount interactionCount".split()
)
_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert"))


def surroundings(article: Element, sizes: dict[Element, int]) -> Callable[[Element], bool]:
    """What to leave out of the article's element: navigation, share buttons, forms and the like."""
    enough = 0.4 * sizes[article]
    linked = linked_letters(article, sizes)
    above, below = _outside_prose(article, sizes, linked)

    def skip(element: Element) -> bool:
        tag = element.tag
        if tag == "nav":
            return True
        if tag in ("aside", "footer", "form") or element.get("role") in _ROLES:
            return sizes[element] <= enough
        if tag == "header":
            return next(element.iter("h1", "h2"), None) is None
        if 0 < sizes[element] < 200 and _leads_away(element, sizes, linked):
            return True
        if element in below and is_links(element, sizes, linked) and not _has_label(element, sizes):
            return True
        names = _names(element)
        if element in above and 0 < sizes[element] < 60 and any(map(_DATELINE.fullmatch, names)):
            return tag not in ("h1", "h2", "h3")
        is_around = element.get("itemprop") in _FACTS or any(map(_AROUND.fullmatch, names))
        return is_around and sizes[element] <= enough

    return skip


def _names(element: Element) -> list[str]:
    """What a page's author calls an element; limited, since a hostile page may give a million names."""
    named = (element.get(name) for name in ("class", "id", "data-hook"))
    return [name[:80] for words in named if words for name in words[:2000].split()[:30]]


def _outside_prose(
    article: Element, sizes: dict[Element, int], linked: dict[Element, int]
) -> tuple[set[Element], set[Element]]:
    """The elements above the article's first paragraph, and those below its last."""
    order = list(article.iter())
    prose = [
        i for i, e in enumerate(order) if e.tag == "p" and sizes[e] > 80 and not is_links(e, sizes, linked)
    ]
    if not prose:
        return set(), set()
    return set(order[: prose[0]]), set(order[prose[-1] + 1 :])


def linked_letters(article: Element, sizes: dict[Element, int]) -> dict[Element, int]:
    """Letters of links under each element; one pass, children before parents."""
    linked: dict[Element, int] = {}
    for element in reversed(list(article.iter())):
        linked[element] = sizes[element] if element.tag == "a" else sum(linked[c] for c in element)
    return linked


def is_links(element: Element, sizes: dict[Element, int], linked: dict[Element, int]) -> bool:
    """Whether a list, a paragraph or the like holds hardly anything but links."""
    return element.tag in _LINK_HOLDERS and linked[element] >= 0.8 * sizes[element] > 0


def _has_label(element: Element, sizes: dict[Element, int]) -> bool:
    """Whether a heading or a short line above a list introduces it."""
    above = element.getprevious()
    for _ in range(5):
        while above is not None and not sizes[above]:
            above = above.getprevious()
        if above is not None or element.getparent() is None:
            break
        element = element.getparent()
        above = element.getprevious()
    return above is not None and (sizes[above] < 60 or (sizes[above] < 400 and own_text(above).endswith(":")))


_LINK_HOLDERS = ("ul", "ol", "p", "div", "section", "table")


def _leads_away(element: Element, sizes: dict[Element, int], linked: dict[Element, int]) -> bool:
    """Whether an element is a line of its own that points to another page."""
    if element.tag not in _LINES:
        return False
    if linked[element] < 0.3 * sizes[element]:
        return False
    text = own_text(element)
    shouted = text.isupper() and len(text.split()) > 3 and linked[element] >= 0.9 * sizes[element]
    return shouted or boilerplate.is_pointer(text)


_LINES = ("p", "div", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "blockquote")


def own_text(element: Element) -> str:
    """All text of a small element as one line; "" of one with a hundred children or more."""
    return tidy("".join(element.itertext())) if len(element) < 100 else ""
