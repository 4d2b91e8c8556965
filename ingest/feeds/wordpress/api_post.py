"""An entry of WordPress's list of posts (REST, JSON) -> Post, or why it is none for readers.

A site's plugins may change every field, so each is checked.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ingest.article import LeftOut, LoadFailure, tidy
from ingest.extract import iso_date
from ingest.feeds.post import Post, plain_title
from ingest.urls import host_of

# The category that WordPress puts a post in which has none, in the languages of its installer.
_UNSORTED = frozenset(
    "uncategorized uncategorised allgemein non-classe sin-categoria senza-categoria sem-categoria"
    " geen-categorie okategoriserade ukategorisert ikke-kategoriseret bez-kategorii".split()
)


def wordpress_post(entry: dict[str, Any], address: str, root: str) -> Post | LeftOut | LoadFailure:
    """One entry of a list of posts. address: its checked `link`; root: the interface's address.

    Anything but the `id` may be missing or of a wrong type. A post without a body has its excerpt
    instead, and is not `full`.
    """
    title = plain_title(_rendered(entry.get("title")))
    content = entry.get("content")
    name = title or address
    if entry.get("status", "publish") != "publish":
        return LeftOut(address, name, "it is not published")
    if isinstance(content, dict) and content.get("protected"):
        return LeftOut(address, name, "a password protects it")
    if host_of(address) != host_of(root):
        return LeftOut(address, name, "its address is on another site")
    if not isinstance(content, dict) and not isinstance(entry.get("excerpt"), dict):
        return LoadFailure(address, name, "the blog's WordPress interface gives no text for it")
    body = _rendered(content)
    embedded = entry.get("_embedded")
    embedded = embedded if isinstance(embedded, dict) else {}
    return Post(
        key=str(entry["id"]),
        url=address,
        title=title,
        html=body if body.strip() else _rendered(entry.get("excerpt")),
        author=_author(embedded.get("author")),
        published=_published(string(entry.get("date")), string(entry.get("date_gmt"))),
        tags=_tags(embedded.get("wp:term")),
        full=bool(body.strip()),
    )


def _rendered(value: object) -> str:
    return string(value.get("rendered")) if isinstance(value, dict) else string(value)


def string(value: object) -> str:
    """The value if it is text, else ""."""
    return value if isinstance(value, str) else ""


def _author(stated: object) -> str | None:
    first = stated[0] if isinstance(stated, list) and stated else None
    name = plain_title(string(first.get("name"))) if isinstance(first, dict) else ""
    return name if 0 < len(name) < 100 else None


def _tags(stated: object) -> tuple[str, ...]:
    terms = [
        term
        for group in (stated if isinstance(stated, list) else [])
        if isinstance(group, list)
        for term in group
    ]
    found: dict[str, None] = {}
    for term in terms[:60]:
        if (
            not isinstance(term, dict)
            or term.get("taxonomy") == "post_format"
            or string(term.get("slug")) in _UNSORTED
        ):
            continue
        name = plain_title(string(term.get("name")))
        if 0 < len(name) < 60 and name != "Uncategorized":
            found[name] = None
    return tuple(found)[:30]


def _published(local: str, utc: str) -> str | None:
    """In the blog's own time, as its pages state it: WordPress gives that without a zone, and UTC."""
    stated = iso_date(f"{tidy(utc)}+00:00") or ""
    try:
        moment = datetime.fromisoformat(stated)
        offset = datetime.fromisoformat(tidy(local)) - moment.replace(tzinfo=None)
        return moment.astimezone(timezone(offset)).isoformat()
    except ValueError:
        return stated if _has_zone(stated) else None


def _has_zone(stated: str) -> bool:
    try:
        return datetime.fromisoformat(stated).tzinfo is not None
    except ValueError:  # a post without a date has one of noughts
        return False
