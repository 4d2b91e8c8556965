"""A file of structured data -> the posts it describes, as a schema map (schemamap.xml) names such files.

One schema.org object a line, a list of them, or a JSON-LD graph. It is read whole or not at all, as a sitemap
is: what is missing from a half list would look like deleted posts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.article import tidy
from ingest.errors import SourceError
from ingest.feeds.entry import clean_tags, iso, name_only, short_title
from ingest.feeds.post import Post
from ingest.urls import public_url
from ingest.visibility import hidden_because

OWN_SCHEMA_MAP = (
    "<!-- Footnote: what was read of the blog -->"  # marks a map that is no source of the blog itself
)
_MOST_OBJECTS = (
    200_000  # people, pictures and lists among them; a map of 50,000 posts is as long as a sitemap may be
)
_ARTICLES = re.compile(
    r"(?:news|tech|scholarly|satirical|medicalscholarly|advertisercontent)?article"
    r"|(?:blog|liveblog|socialmedia|discussionforum)?posting|report|review|recipe|howto|faqpage|qapage",
    re.I,
)
_PAGES = re.compile(r"(?:medical|about|item)?(?:web)?page", re.I)
_BETWEEN = " \t\r\n,\x1e"  # between objects: lines, and the marks of JSON text sequences
_ACCESS = ("isAccessibleForFree", "expires")
_Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Described:
    """A post as its structured data states it. modified: when it changed last (ISO date), or None.

    The post is full where all of its text is stated for everybody to read.
    """

    post: Post
    modified: str | None


def read_structured_data(data: bytes, *, url: str) -> tuple[Described, ...]:
    """The articles that a file describes, each address once; its pages where it describes no article.

    Args:
        data: JSON lines, or one JSON text.
        url: Where it was read from, for relative addresses.

    Raises:
        SourceError: It is not in UTF-8, damaged, or too long.
    """
    nodes = list(_nodes(data))
    names = {key: name for node in nodes if (key := _key(node)) and (name := _text(node.get("name")))}
    for kinds in (_ARTICLES, _PAGES):
        found: dict[str, Described] = {}
        for node in nodes:
            address = _address(node, url) if _is_kind(node, kinds) else None
            if address and (address not in found or not found[address].post.full):
                found[address] = Described(_post(node, address, names), iso(_text(node.get("dateModified"))))
        if found:
            return tuple(found.values())
    return ()


def _nodes(data: bytes) -> Iterator[_Node]:
    """All objects, those of lists and graphs in their place."""
    count = 0
    for stated in _texts(data):
        waiting = [stated]
        while waiting:
            one = waiting.pop()
            count += 1
            if count > _MOST_OBJECTS:
                raise SourceError("This file of structured data is too long; split it in two.")
            if isinstance(one, list):
                waiting += reversed(one)
            elif isinstance(one, dict):
                yield one
                graph = one.get("@graph")
                waiting += reversed(graph) if isinstance(graph, list) else []


def _texts(data: bytes) -> Iterator[object]:
    """The JSON values, one after the other."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError("This file of structured data is not in UTF-8.") from error
    decoder, at = json.JSONDecoder(strict=False, parse_int=str), 0
    while at < len(text):
        if text[at] in _BETWEEN:
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise SourceError(
                "This file of structured data is damaged: it is not valid JSON, or not JSON lines."
            ) from error
        yield value


def _is_kind(node: _Node, kinds: re.Pattern[str]) -> bool:
    stated = node.get("@type")
    return any(
        isinstance(kind, str) and kinds.fullmatch(kind.rpartition("/")[2].rpartition(":")[2])
        for kind in (stated if isinstance(stated, list) else [stated])
    )


def _address(node: _Node, base: str) -> str | None:
    """The address of the page: its own, that of the page it is the main content of, or its id."""
    page = node.get("mainEntityOfPage")
    page = (page.get("url") or page.get("@id")) if isinstance(page, dict) else page
    for stated in (node.get("url"), page, node.get("@id")):
        if (text := _text(stated)) and (address := public_url(text.partition("#")[0], base)):
            return address
    return None


def _post(node: _Node, url: str, names: Mapping[str, str]) -> Post:
    body = _text(node.get("articleBody")) or _text(node.get("text"))
    limits = {name: node[name] for name in _ACCESS if name in node}
    return Post(
        key=url,
        url=url,
        title=short_title(tidy(_text(node.get("headline")) or _text(node.get("name")))),
        html=body,
        author=", ".join(_people(node.get("author"), names)) or None,
        published=iso(_text(node.get("datePublished"))),
        tags=clean_tags(_words(node.get("keywords"))),
        full=bool(body.strip()) and hidden_because(limits) is None,
    )


def _people(stated: object, names: Mapping[str, str]) -> list[str]:
    """Names; a person may be described elsewhere in the file."""
    found = []
    for person in (stated if isinstance(stated, list) else [stated])[:10]:
        described = person.get("name") or names.get(_key(person)) if isinstance(person, dict) else person
        found.append(name_only(_text(described)))
    return list(dict.fromkeys(name for name in found if name))


def _words(stated: object) -> list[str]:
    words = stated if isinstance(stated, list) else _text(stated).split(",")
    return [word for word in words if isinstance(word, str)]


def _key(node: _Node) -> str:
    return _text(node.get("@id"))


def _text(value: object) -> str:
    """A string as it is, anything else as nothing; half a surrogate pair would break what follows."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
