"""A web page's metadata: title, author, date, tags, canonical address.

Sources, best first: structured data (JSON-LD), the markup of blog platforms, <meta> and <link>.
Nothing is guessed from the address or from unmarked text.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ingest.article import same, tidy
from ingest.extract.html.tree import Element, text_of
from ingest.extract.prose.byline import is_name
from ingest.extract.prose.dates import is_date, iso_date
from ingest.urls import public_url


@dataclass(frozen=True, slots=True)
class PageMeta:
    """A field is None or empty where the page does not state it."""

    title: str = ""
    url: str | None = None
    author: str | None = None
    published: str | None = None
    tags: tuple[str, ...] = ()
    signs: Mapping[str, object] = field(default_factory=dict, compare=False)


_ARTICLES = re.compile(
    r"(?:blog|news|tech|scholarly|social\w*)?(?:article|posting|posts?)|webpage|howto|recipe", re.I
)
_MOST_NODES = 2000
_HOME = frozenset(("/", ".", "./", "..", "../", "../..", "../../", "../../.."))
_BRAND = re.compile(r"\b(?:navbar-brand|site-title|site-name|brand|logo)\b")
_DATED = re.compile(r"\b(?:dt-published|published|post-date|entry-date|posted-on)\b")
_SITE_NAME = re.compile(r"\s+[|–—·:»-]{1,2}\s+")


def read_meta(root: Element, url: str | None) -> PageMeta:
    """The page's metadata. url: where it was read from, for relative addresses."""
    meta = _meta_fields(root)
    data = _article_data(root)
    return PageMeta(
        title=_title(root, meta, data),
        url=_canonical(root, meta, url),
        author=_author(root, meta, data),
        published=_published(root, meta, data),
        tags=_tags(root, meta, data),
        signs=_signs(meta, data) | _medium_signs(root),
    )


def _signs(meta: Mapping[str, list[str]], data: Mapping[str, Any]) -> dict[str, object]:
    """The fields that may say that the page is not public."""
    names = ("robots", "googlebot", "article:content_tier", "article:expiration_time")
    signs: dict[str, object] = {name: ", ".join(meta[name]) for name in names if name in meta}
    return signs | {name: data[name] for name in ("isAccessibleForFree", "expires") if name in data}


def _medium_signs(root: Element) -> dict[str, object]:
    """A post of Medium's export without a date of publication is a draft."""
    classes = {name for e in root.iter("a", "time") for name in _classes(e)}
    exported = any(
        "exported from medium" in text_of(e).lower() for e in root.iter("p") if e.getparent().tag == "footer"
    )
    return {"draft": True} if exported and "dt-published" not in classes else {}


def _meta_fields(root: Element) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        value = tidy(element.get("content") or "")
        if name and value:
            fields.setdefault(name.strip().lower(), []).append(value)
    return fields


def _article_data(root: Element) -> dict[str, Any]:
    """The JSON-LD object that describes the article, or {}."""
    found: dict[str, Any] = {}
    for stated in json_ld(root):
        for node in _objects(stated):
            kinds = node.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(k, str) and _ARTICLES.fullmatch(k) for k in names):
                if "webpage" not in map(str.lower, filter(lambda k: isinstance(k, str), names)):
                    return node
                found = found or node
    return found


def json_ld(root: Element) -> Iterator[object]:
    """The page's JSON-LD objects, without those that are not valid JSON."""
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        with contextlib.suppress(ValueError, RecursionError):
            yield json.loads(script.text or "", strict=False)


def _objects(stated: object) -> Iterator[dict[str, Any]]:
    waiting, seen = [stated], 0
    while waiting and seen < _MOST_NODES:
        node, seen = waiting.pop(0), seen + 1
        if isinstance(node, dict):
            yield node
            waiting += [v for k, v in node.items() if k in ("@graph", "mainEntity", "mainEntityOfPage")]
        elif isinstance(node, list):
            waiting += node


def _title(root: Element, meta: dict[str, list[str]], data: dict[str, Any]) -> str:
    for element in root.iter("h1"):
        if element.get("data-hook") == "post-title" or "entry-title" in (element.get("class") or "").split():
            return text_of(element)
    tops = [
        text for e in root.iter("h1") if not _BRAND.search(" ".join(_classes(e))) and (text := text_of(e))
    ]
    stated = [_text(data.get("headline")), *meta.get("og:title", []), *meta.get("twitter:title", [])]
    shown = next(
        (text_of(e) for e in root.iter("title") if e.getparent() is None or e.getparent().tag == "head"), ""
    )
    shown = shown or next((tidy(e.text or "") for e in root.iter("title")), "")
    for top in tops:  # a first-level heading that the page's head knows, too
        if any(same(top, s) or top in s for s in (*stated, shown) if s):
            return top
    if len(tops) == 1:
        return tops[0]
    best = next(filter(None, stated), "") or shown
    return _without_site(best, [*meta.get("og:site_name", []), *_brands(root)])


def _brands(root: Element) -> list[str]:
    """The site's own name, from elements of such classes and the links to its front page."""
    named = (e for e in root.iter("a", "h1", "p", "span", "div") if _BRAND.search(" ".join(_classes(e))))
    home = (e for e in root.iter("a") if (e.get("href") or "").strip() in _HOME or e.get("rel") == "home")
    return [name for e in [*islice(named, 10), *islice(home, 10)] if (name := text_of(e))]


def _without_site(title: str, sites: list[str]) -> str:
    """`How to sleep | My Blog` -> `How to sleep`."""
    parts = _SITE_NAME.split(title)
    if len(parts) < 2:
        return title
    if any(same(parts[-1], site) for site in sites):
        return title[: title.rindex(parts[-1])].rstrip(" |–—·:»-")
    return parts[0] if " | " in title and len(parts[0].split()) > 1 else title


def _canonical(root: Element, meta: dict[str, list[str]], url: str | None) -> str | None:
    for element in root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            found = public_url(element.get("href") or "", url)
            if found:
                return found
    for element in root.iter("a"):
        if "p-canonical" in _classes(element) and (found := public_url(element.get("href") or "", url)):
            return found  # Medium's export
    stated = next((found for value in meta.get("og:url", []) if (found := public_url(value, url))), None)
    return stated or (public_url(url) if url else None)


def _author(root: Element, meta: dict[str, list[str]], data: dict[str, Any]) -> str | None:
    stated = data.get("author") or data.get("creator")
    people = stated if isinstance(stated, list) else [stated]
    names = [_text(p.get("name") if isinstance(p, dict) else p) for p in people[:10]]
    found = ", ".join(dict.fromkeys(n for n in names if n and not n.startswith("http")))
    if found:
        return found
    for name in ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl"):
        for value in meta.get(name, []):
            if "://" not in value and len(value) < 100:
                return re.sub(r"^[Bb]y\s+", "", value)
    for element in root.iter("a", "span", "p", "div", "address"):
        marked = (
            element.get("rel") == "author",
            element.get("itemprop") == "author",
            not {"author", "p-author"}.isdisjoint(_classes(element)),
            "wp-block-post-author__name" in _classes(element),
        )
        if any(marked) or element.get("data-hook") in ("user-name", "profile-link"):
            text = re.sub(r"^(?:written |posted )?by:?\s+|^writer:?\s+", "", text_of(element), flags=re.I)
            if is_name(text):
                return text
    return None


def _classes(element: Element) -> list[str]:
    return (element.get("class") or "").lower().split()


def _published(root: Element, meta: dict[str, list[str]], data: dict[str, Any]) -> str | None:
    stated = [_text(data.get("datePublished")), _text(data.get("dateCreated"))]
    for name in (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "date",
        "dc.date",
        "pubdate",
        "parsely-pub-date",
    ):
        stated += meta.get(name, [])
    for element in root.iter("time"):
        parent = element.getparent()
        names = [*_classes(element), *(_classes(parent) if parent is not None else [])]
        marked_as_date = _DATED.search(" ".join(names)) or element.get("itemprop") == "datePublished"
        inside = any(a.tag in ("header", "article") for a in element.iterancestors())
        if marked_as_date or inside or element.get("pubdate") is not None:
            stated.append(tidy(element.get("datetime") or "") or text_of(element))
    for element in root.iter("span", "li", "p", "div"):
        if (
            element.get("data-hook") in ("time-ago", "post-date")
            or element.get("itemprop") == "datePublished"
        ):
            stated += [tidy(element.get("title") or element.get("content") or ""), text_of(element)]
    return next((iso_date(value) for value in stated if value and is_date(value)), None)


def _tags(root: Element, meta: dict[str, list[str]], data: dict[str, Any]) -> tuple[str, ...]:
    stated = data.get("keywords") or meta.get("article:tag") or meta.get("keywords") or []
    tags = [tidy(str(t)) for t in stated] if isinstance(stated, list) else tidy(str(stated)).split(",")
    if len(tags) == 1:
        tags = tags[0].split(",")
    if not any(tags):
        tags = [text_of(e) for e in root.iter("a") if "tag" in (e.get("rel") or "").split()]
    return tuple(dict.fromkeys(t for tag in tags[:30] if (t := tidy(tag).lstrip("#")) and len(t) < 60))


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""
