"""Split what a chat model writes into plain sentences with the keys that each cites, while it streams."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.article import sentences

MAX_SENTENCE = 600  # characters; longer sentences are not shown
_BRACKETS = re.compile(r"\[([^\[\]]{0,200})\]")
_LEADING_MARKS = re.compile(r"((?:\[[^\[\]]*\]\s*)+[.!?…]*)\s*(.*)", re.DOTALL)
_ITEM = re.compile(r"\s*(?:[-*•+–]|\d{1,2}[.)])\s+")
_VERDICT = re.compile(
    r"(?:yes|no|yeah|nope|sure|certainly|absolutely|of course|definitely)\b(?:\s*[,.!:;–—-]+\s*|$)",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)|~~")
_MARKUP = re.compile(r"<[a-z/!?]|\]\(|!\[|\{\{|\$\$|&#?\w+;", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}:(?=\S)|//|\bwww\b|@\w|\b[\w-]+\.[a-z]{2,}\b|\b[\w-]+\s?(?:\[dot\]|\(dot\)|\bdot\b)\s?[a-z]{2,4}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ModelSentence:
    """A sentence as the model wrote it. keys: what it cites. line: it begins a line; item: of a list."""

    text: str
    keys: tuple[str, ...]
    line: bool
    item: bool


def split_sentences(pieces: Iterable[str]) -> Iterator[ModelSentence]:
    """The sentences of a stream, each as soon as the next one has begun."""
    pending, line, item = "", True, False
    for piece in pieces:
        pending += piece
        *whole, pending = re.split(r"\r?\n", pending)
        for text in whole:
            yield from _sentences_of(_split(text), line, item or bool(_ITEM.match(text)))
            line, item = True, False
        parts = _split(pending)
        ready = parts
        if len(pending) <= 4 * MAX_SENTENCE:
            ready = parts[: -2 if parts and parts[-1].startswith("[") else -1]
        if ready:
            item = item or (line and bool(_ITEM.match(pending)))
            yield from _sentences_of(ready, line, item)
            pending, line = " ".join(parts[len(ready) :]), False
    yield from _sentences_of(_split(pending), line, item or (line and bool(_ITEM.match(pending))))


def _split(text: str) -> list[str]:
    """The sentences of a line; markers after a full stop belong to the sentence before it."""
    lead = _ITEM.match(text)
    start = lead.end() if lead else 0
    parts: list[str] = []
    for begin, end in sentences(text, start, len(text)):
        part = text[begin:end]
        m = _LEADING_MARKS.fullmatch(part)
        if m and parts:
            parts[-1] += f" {m[1].strip()}"
            part = m[2]
        if part:
            parts.append(part)
    if lead and parts:
        parts[0] = text[:start] + parts[0]
    return parts


def _sentences_of(parts: Sequence[str], line: bool, item: bool) -> Iterator[ModelSentence]:
    for number, part in enumerate(parts):
        keys = tuple(
            dict.fromkeys(k for m in _BRACKETS.finditer(part) for k in re.split(r"[\s,;]+", m[1].strip()))
        )
        yield ModelSentence(plain(_BRACKETS.sub(" ", part)), keys, line and number == 0, item)


def plain(text: str) -> str:
    """A sentence without marks of emphasis, lists and headings, invisible characters, or a leading "Yes,".

    "Yes" and "no" judge the question, which no passage can support.
    """
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp") else c
        for c in unicodedata.normalize("NFKC", text)
    )
    text = re.sub(r"^\s*#+\s*", "", _ITEM.sub("", text, count=1) if _ITEM.match(text) else text)
    text = re.sub(r"\s+", " ", _EMPHASIS.sub("", text)).strip()
    text = re.sub(r"\s+(?=[.,;:!?…])", "", text)
    if verdict := _VERDICT.match(text):
        text = text[verdict.end() :]
        text = text[:1].upper() + text[1:]
    return text


def is_clean(text: str) -> bool:
    """Is it one statement in plain words, without markup or addresses?"""
    ends = not text.endswith(("?", ":"))
    return (
        bool(text)
        and ends
        and len(text) <= MAX_SENTENCE
        and not _MARKUP.search(text)
        and not _ADDRESS.search(text)
    )
