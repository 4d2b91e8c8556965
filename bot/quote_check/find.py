"""Find the quotes in an answer: in JSON as its citations have them, in text by links with a text fragment.

A link names its quote itself (`#:~:text=`). In text the words before a link or a marker are what its author shows as
the quote; they are compared with the fragment, since they may have been changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from bot.text.markdown import unescape
from ingest.errors import QuestionError

MAX_QUOTES = 100  # in one text
MAX_DEPTH = 40  # of nested JSON
_FRAGMENT = ":~:text="
_LINK = re.compile(r"https?://[^\s<>()\[\]\"]*:~:text=[^\s<>()\[\]\"]+")
_TRAILING = ".,;:!?'*_"  # after an address in prose; none of them ends a fragment, which is percent-encoded
_MARKER = re.compile(r"(?<!\\)\[(\d{1,3})\]")
_SOURCE_LINE = re.compile(r"\s{0,3}\[(\d{1,3})\][ :]")
_LIST_SIGN = re.compile(r"\s*(?:[-*+>]\s+|\d{1,3}[.)]\s+|#{1,6}\s+|\|\s*)")
_LINK_TEXT = re.compile(
    r"\[(\[\d{1,3}\]|[^\[\]]{0,400})\]\(<?$"
)  # also of a link [[n]](…), as chat completions have it


class TooManyQuotes(QuestionError):
    """A text with more quotes than are checked at once."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote that an answer claims.

    Attributes:
        text: Its words; of a text fragment's range "first words … last words"; "" cites the post as a whole.
        article_id: As the answer has it, or "".
        url: Address of its post without fragment, or "".
        title: Of the post, as the answer has it.
        number: Of its marker; 0 for none.
        start: Offset into the article's text, as the answer has it; -1 for none.
        ranges: (first words, last words or "") of each part, if a fragment names it; empty for a quote in full.
        shown: What the text has before the marker or link, where it may show the quote in other words.
        in_text: Whether the answer's own text holds it.
    """

    text: str
    article_id: str = ""
    url: str = ""
    title: str = ""
    number: int = 0
    start: int = -1
    ranges: tuple[tuple[str, str], ...] = ()
    shown: str = ""
    in_text: bool = True


def find_quotes(text: str) -> list[Quote]:
    """The quotes of an answer, in their order.

    Args:
        text: JSON that holds citations with a "quote", or any text with links that have a text fragment.

    Returns:
        Each quote once; empty if there is none.

    Raises:
        TooManyQuotes: There are more than MAX_QUOTES.
    """
    value = _parsed(text)
    found = list(dict.fromkeys(_in_text(text) if value is None else _in_value(value)))
    if len(found) > MAX_QUOTES:
        raise TooManyQuotes(f"This holds {len(found)} quotes; at most {MAX_QUOTES} are checked at once.")
    return found


def _parsed(text: str) -> Any:
    """The JSON that a text is; None if it is none."""
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return None
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


# --- JSON


def _in_value(value: Any, depth: int = 0, prose: str = "") -> Iterator[Quote]:
    """Citations anywhere in JSON; strings with links in them are read as text."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, str):
        if _FRAGMENT in value:
            yield from _in_text(value)
    elif isinstance(value, list):
        for one in value:
            yield from _in_value(one, depth + 1, prose)
    elif isinstance(value, dict):
        if isinstance(value.get("quote"), str):
            yield _cited(value, prose)
            return
        text = value.get("text")
        for one in value.values():
            yield from _in_value(one, depth + 1, text if isinstance(text, str) else prose)


def _cited(citation: dict[str, Any], prose: str) -> Quote:
    def word(key: str) -> str:
        found = citation.get(key)
        return found if isinstance(found, str) else ""

    def whole(key: str, missing: int) -> int:
        found = citation.get(key)
        return found if isinstance(found, int) and not isinstance(found, bool) else missing

    quote = word("quote")
    return Quote(
        text=quote,
        article_id=word("article_id"),
        url=(word("url") or word("link")).partition("#")[0],
        title=word("title"),
        number=whole("number", 0),
        start=whole("start", -1),
        in_text=not prose or not quote or _letters(quote) in _letters(unescape(prose)),
    )


def _letters(text: str) -> str:
    """Letters and digits alone: the text of an answer may show a table's cells with other signs between them."""
    return "".join(c for c in _MARKER.sub("", text).casefold() if c.isalnum())


# --- text


def _in_text(text: str) -> Iterator[Quote]:
    lines = text.splitlines()
    listed = {n: m for n, line in enumerate(lines) if (m := _SOURCE_LINE.match(line)) and _LINK.search(line)}
    shown = _before_markers(line for n, line in enumerate(lines) if n not in listed)
    for n, line in enumerate(lines):
        at = 0
        for link in _LINK.finditer(line):
            is_enclosed = line[link.end() : link.end() + 1] in (
                ")",
                ">",
            )  # else the end may be the sentence's
            quote = _of_link(link[0] if is_enclosed else link[0].rstrip(_TRAILING))
            if n in listed:
                number = int(listed[n][1])
                yield replace(quote, number=number, shown=shown.get(number, ""))
            else:
                before = line[at : link.start()]
                number, claimed = _before_link(before)
                yield replace(quote, number=number, shown=claimed)
            at = link.end()


def _of_link(link: str) -> Quote:
    address, _, directives = link.partition(_FRAGMENT)
    parts = [_range(part) for part in directives.split("&text=")]
    ranges = tuple(part for part in parts if part[0])
    if len(ranges) == 2 and _is_foothold(ranges[1], ranges[0]):
        ranges = ranges[:1]
    text = "\n".join(f"{first} … {last}" if last else first for first, last in ranges)
    return Quote(text=text, url=address.partition("#")[0], ranges=ranges)


def _range(directive: str) -> tuple[str, str]:
    """First and last words of `[prefix-,]start[,end][,-suffix]`."""
    parts = directive.split(",")
    if len(parts) > 1 and parts[0].endswith("-"):
        parts = parts[1:]
    if len(parts) > 1 and parts[-1].startswith("-"):
        parts = parts[:-1]
    words = [unquote(part) for part in parts[:2]]
    return words[0], words[1] if len(words) > 1 else ""


def _is_foothold(part: tuple[str, str], whole: tuple[str, str]) -> bool:
    """Whether a second directive only repeats some words of the first (our links have one for a longer quote)."""
    first, last = whole
    end = (part[1] or part[0]).rstrip(_TRAILING)
    return first.startswith(part[0]) or (last or first).rstrip(_TRAILING).endswith(end)


def _before_markers(lines: Iterator[str]) -> dict[int, str]:
    """What the text shows before each marker [n], since the marker before it or the beginning of the line."""
    found: dict[int, str] = {}
    for line in lines:
        at = 0
        for marker in _MARKER.finditer(line):
            if claimed := _cleaned(line[at : marker.start()]):
                found.setdefault(int(marker[1]), claimed)
            at = marker.end()
    return found


def _before_link(before: str) -> tuple[int, str]:
    """The number of an inline link `[n](…)`, and the words that it cites: those before it, or its own text."""
    label = _LINK_TEXT.search(before)
    if label is None:
        return 0, _cleaned(before)
    own = label[1].strip("[] ")
    if own.isdigit():
        return int(own), _cleaned(before[: label.start()])
    return 0, _cleaned(own if len(own) > 20 else before[: label.start()])


def _cleaned(markdown: str) -> str:
    """Words without the signs of lists, tables and bold around them."""
    text = _LIST_SIGN.sub("", markdown.lstrip(")> "), count=1).replace("**", "")
    return unescape(text).strip().strip('“”"|').strip()
