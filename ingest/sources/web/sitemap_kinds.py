"""Which sitemaps of an index hold a blog's posts, by the names that platforms and plugins give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POSTS = _words(
    "post posts blog blogs blogpost blogposts article articles artikel beitrag beitraege entradas"
)
# Lists and shops: nothing in these is a text of its own.
_LISTS = _words(
    "category categories cat cats tag tags taxonomy taxonomies topic topics term terms format formats"
    " author authors user users member members profile profiles archive archives date misc addl"
    " product products collection collections store shop image images img video videos media attachment"
    " attachments elementor template templates popup popups forum forums kml locations"
)
_PAGES = _words("page pages landing home")
_NO_NAME = _words("sitemap sitemaps index wp xml pt type news sub part")
_WIX_POSTS = re.compile(r"blog-posts-sitemap\d*\.xml", re.I)
# A custom type of WordPress: core's own sitemaps, and what Yoast, Rank Math and others call theirs.
_CUSTOM = re.compile(
    r"wp-sitemap-posts-.+\.xml|sitemap-(?:pt|post-type)-.+\.xml|(?!sitemap)[\w-]+-sitemap\d*\.xml", re.I
)


def relevant(children: Sequence[str]) -> tuple[list[str], list[str]]:
    """(to read, left out): which sitemaps of an index hold posts, by their names.

    Where some plainly hold posts, these, and types of post that the owner has made ("guide");
    else all but those that plainly hold lists, shops or pictures. Both are in the index's order.
    """
    names = {child: _name(child) for child in children}
    wix = [child for child in children if _WIX_POSTS.fullmatch(names[child])]
    if wix:
        chosen = set(wix)
    else:
        kinds = {child: _kind(child, names[child]) for child in children}
        chosen = {child for child in children if kinds[child] == "posts"}
        if chosen:
            chosen |= {c for c in children if kinds[c] == "other" and _CUSTOM.fullmatch(names[c])}
        else:
            chosen = {child for child in children if kinds[child] != "lists"}
    return [c for c in children if c in chosen], [c for c in children if c not in chosen]


def _name(url: str) -> str:
    return urlsplit(url).path.removesuffix(".gz").rstrip("/").rsplit("/", 1)[-1]


def _kind(url: str, name: str) -> str:
    """posts, lists, pages or other."""
    core = re.fullmatch(r"wp-sitemap-posts-(.+?)-\d+\.xml|sitemap-post-type-(.+?)\d*\.xml", name, re.I)
    stem = core[1] or core[2] if core else name
    words = _split(stem) | {
        w for key, value in parse_qsl(urlsplit(url).query) if key != "lang" for w in _split(value)
    }
    if not words - _NO_NAME and "news" not in words:  # /blog/sitemap.xml: its folder says what it holds
        words = {word for part in urlsplit(url).path.split("/")[:-1] for word in _split(part)}
    if name.lower().startswith("sitemap-tax-"):
        return "lists"
    for kind, of_kind in (("lists", _LISTS), ("pages", _PAGES), ("posts", _POSTS)):
        if words & of_kind:
            return kind
    return "other"


def _split(text: str) -> set[str]:
    return {word for word in re.split(r"[^a-z]+", text.lower()) if word}
