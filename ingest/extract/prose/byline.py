"""The lines between an article's title and its text: who wrote it, when, how long it takes to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.extract.prose.boilerplate import is_edge
from ingest.extract.prose.dates import is_date, iso_date


@dataclass(frozen=True, slots=True)
class Byline:
    """Facts about the article in one line; `updated`: the line is about its last change."""

    author: str | None = None
    published: str | None = None
    tags: tuple[str, ...] = ()
    updated: bool = False


_SEPARATOR = re.compile(r"\s+[|·•–—/-]\s+|\s*[|·•]\s*")
_UPDATED = re.compile(r"(?:last )?(?:updated|modified|edited)(?: on)?:?\s+(.+)", re.I)
_AGO = re.compile(
    r"(?:about |over )?(?:an?|\d+) ?(?:s|m|h|d|w|seconds?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)"
    r" ago|yesterday|today|just now|\d{1,3} min(?:ute)?s?",
    re.I,
)
_POSTED = re.compile(r"(?:(?:first )?(?:posted|published|written|created|date)(?: on| at)?:?\s+)", re.I)
_LABEL = re.compile(
    r"(?:(?:writer|author|contributor|blogger)s?\s*:|(?:(?:written|posted|published|words|story|text|created)\s+)?by\b:?)"
    r"\s*",
    re.I,
)
_TAGS = re.compile(
    r"(?:posted in|filed under|categor(?:y|ies)|tags?|tagged(?: with)?|topics?)\s*:?\s+(.+)", re.I
)
_PARTICLES = frozenset(
    (
        "de",
        "del",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "bin",
        "ibn",
        "al",
        "el",
        "di",
        "da",
        "du",
        "and",
        "&",
    )
)
_NOBODY = frozenset(("admin", "administrator", "editor", "staff", "guest", "webmaster", "author"))


def read_byline(line: str) -> Byline | None:
    """The facts in a line of a byline; None if the line is something else."""
    if len(line) > 160:
        return None
    if m := _UPDATED.fullmatch(line):
        return Byline(updated=True) if _AGO.fullmatch(m[1]) or is_date(m[1]) else None
    parts = [part for part in _SEPARATOR.split(line) if part]
    known = [read for part in parts if (read := _part(part)) is not None]
    # One part that is not understood (a category, most often) does not spoil a line of three.
    if not known or len(known) < len(parts) - (len(parts) > 2):
        return None
    return Byline(
        author=next((k.author for k in known if k.author), None),
        published=next((k.published for k in known if k.published), None),
        tags=tuple(tag for k in known for tag in k.tags),
        updated=all(k.updated for k in known),
    )


def _part(text: str) -> Byline | None:
    if m := _UPDATED.fullmatch(text):
        return Byline(updated=True) if _AGO.fullmatch(m[1]) or is_date(m[1]) else None
    if is_edge(text) or _AGO.fullmatch(text):
        return Byline()
    if (m := _TAGS.fullmatch(text)) and (
        ":" in text or text.lower().startswith(("posted in", "filed under"))
    ):
        return Byline(tags=_split_tags(m[1]))
    if m := _LABEL.match(text):
        return _named(text[m.end() :])
    m = _POSTED.match(text)
    return _dated(text[m.end() :] if m else text)


def _dated(text: str) -> Byline | None:
    """`June 9, 2024`, `June 9, 2024 by Jane Doe`, `June 9, 2024 in Massage`."""
    stated, _, name = text.partition(" by ")
    stated, _, topic = stated.partition(" in ")
    if not is_date(stated):
        return None
    by = _named(name) if name else Byline()
    if by is None:
        return None
    return Byline(author=by.author, published=iso_date(stated), tags=by.tags or _split_tags(topic))


def _named(text: str) -> Byline | None:
    """`Jane Doe`, `Jane Doe on June 9, 2024`, `Jane Doe, June 9, 2024 in Massage`."""
    text, _, topic = text.partition(" in ")
    name, _, stated = text.partition(" on ")
    if not stated:
        cut = next((m for m in re.finditer(r",?\s+", text) if is_date(text[m.end() :])), None)
        name, stated = (text[: cut.start()], text[cut.end() :]) if cut else (text, "")
    if stated and not is_date(stated):
        return None
    name = name.strip(" ,")
    if name.lower() in _NOBODY:
        return Byline(published=iso_date(stated), tags=_split_tags(topic))
    return Byline(name, iso_date(stated), _split_tags(topic)) if is_name(name) else None


def is_name(text: str) -> bool:
    """Whether it can be a person's name: few words, each with a capital, no digits."""
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= 7 or len(text) > 70 or any(char.isdigit() for char in text):
        return False
    if text.endswith((".", "?", "!", ":", ";")) and not text.endswith((" Jr.", " Sr.")):
        return False
    return words[0][0].isupper() and all(w[0].isupper() or w.lower() in _PARTICLES for w in words)


def _split_tags(text: str) -> tuple[str, ...]:
    return tuple(tag for part in text.split(",") if (tag := part.strip(" #.")))
