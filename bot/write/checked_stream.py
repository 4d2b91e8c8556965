"""From what a chat model writes to sentences a reader may see: split, stripped, checked, footnoted.

A sentence is held back until it is whole and checked. It must name at least one key that was given out,
hold no markup and no address, and be borne out by what it cites (support.py); what fails is left
out without a word. Shown are the model's words, as text that no browser can take for anything else,
and beside them the blog's own sentences, as for any other answer.

What this file does not know: how a model is asked (llm.py), and what is said when nothing is left (bot.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answer.citations import link, verify
from bot.text.markdown import escape
from bot.text.tokens import stems
from bot.types import Citation, Passage
from bot.write.verify.support import Ground, Source, ground, judge
from ingest.article import Article, sentences
from ingest.embedder import Embedder, TokenVectors

MOST_SHOWN = 12  # sentences
_LONGEST = 600  # characters of a sentence that is looked at
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
_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|their|them|he|she|his|her|such|both|the (?:former|latter|same|other)|here|there|then"
    r"|afterwards|instead|otherwise|however|also|so|but|and|or)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence as the model wrote it. keys: what it cites. line: it begins a line; item: of a list."""

    text: str
    keys: tuple[str, ...]
    line: bool
    item: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of the answer, with what parts it from the piece before, and its citations."""

    text: str
    citations: tuple[Citation, ...]


def drafted(pieces: Iterable[str]) -> Iterator[Drafted]:
    """The sentences of a stream, each as soon as the next one has begun."""
    held, line, item = "", True, False
    for piece in pieces:
        held += piece
        *whole, held = re.split(r"\r?\n", held)
        for text in whole:
            yield from _sentences_of(_split(text), line, item or bool(_ITEM.match(text)))
            line, item = True, False
        parts = _split(held)
        ready = (
            parts[: -2 if parts and parts[-1].startswith("[") else -1] if len(held) <= 4 * _LONGEST else parts
        )
        if ready:
            item = item or (line and bool(_ITEM.match(held)))
            yield from _sentences_of(ready, line, item)
            held, line = " ".join(parts[len(ready) :]), False
    yield from _sentences_of(_split(held), line, item or (line and bool(_ITEM.match(held))))


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


def _sentences_of(parts: Sequence[str], line: bool, item: bool) -> Iterator[Drafted]:
    for number, part in enumerate(parts):
        keys = tuple(
            dict.fromkeys(k for m in _BRACKETS.finditer(part) for k in re.split(r"[\s,;]+", m[1].strip()))
        )
        yield Drafted(plain(_BRACKETS.sub(" ", part)), keys, line and number == 0, item)


def plain(text: str) -> str:
    """A sentence without marks of emphasis, lists and headings, invisible characters, or a "Yes," before it.

    "Yes" and "no" judge the question, which no passage can bear out.
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
        and len(text) <= _LONGEST
        and not _MARKUP.search(text)
        and not _ADDRESS.search(text)
    )


def grounds_of(
    keys: Mapping[str, Passage], blobs: Mapping[str, bytes], articles: Mapping[str, Article]
) -> dict[str, Ground]:
    """Each key's passage, ready to be compared with. blobs: the stored token vectors, by chunk id."""
    return {
        key: ground(p, TokenVectors.from_bytes(blobs[p.chunk.id]), articles[p.chunk.article_id])
        for key, p in keys.items()
    }


def checked(
    pieces: Iterable[str], grounds: Mapping[str, Ground], articles: Mapping[str, Article], embedder: Embedder
) -> Iterator[Shown]:
    """What of a draft may be shown, in order; the texts joined hold every citation's marker once.

    A sentence that leans on the one before ("It ...") is shown only after that one, and only
    if it is about the same article.
    """
    judged = _judge_with(grounds, embedder)
    said: set[frozenset[str]] = set()
    citations: tuple[Citation, ...] = ()
    text, before, item = "", "", False
    for one in drafted(pieces):
        sources = judged(one)
        told = frozenset(stems(one.text))
        here = sources[0].passage.chunk.article_id if sources else ""
        if not sources or told in said or (_LEANS.match(one.text) and here != before):
            before = ""
            continue
        made = _cited(sources, articles, len(citations))
        parting = "" if not text else "\n" if one.item and item and one.line else "\n\n" if one.line else " "
        marks = " ".join(f"[{c.number}]" for c in made)
        lead = "- " if one.item and (one.line or not item) else ""
        piece = f"{parting}{lead}{escape(one.text)} {marks}"
        if not verify(text + piece, citations + made, articles):
            continue
        text, citations, before, item = text + piece, citations + made, here, one.item
        said.add(told)
        yield Shown(piece, made)
        if len(said) == MOST_SHOWN:
            return


def _judge_with(grounds: Mapping[str, Ground], embedder: Embedder) -> Callable[[Drafted], tuple[Source, ...]]:
    def judged(one: Drafted) -> tuple[Source, ...]:
        if not one.keys or not all(key in grounds for key in one.keys) or not is_clean(one.text):
            return ()
        _, tokens = embedder.embed_tokens([one.text])
        return judge(one.text, tokens[0], [grounds[key] for key in one.keys]).sources

    return judged


def _cited(sources: Sequence[Source], articles: Mapping[str, Article], before: int) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            number,
            s.passage,
            s.text,
            s.start,
            s.end,
            link(articles[s.passage.chunk.article_id], s.start, s.end),
        )
        for number, s in enumerate(sources, before + 1)
    )
