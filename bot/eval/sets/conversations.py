"""Conversations: what a reader types, turn by turn, and what may answer each turn.

A folder holds set.json, whose "blogs" names the sources of each blog, and a file NAME.jsonl for each of these with a
conversation a line: {"id", "turns": [{"message", "kind", "any" | "all": [quotes], "says", "expects": [...]}]}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.eval.sets.beir import jsonl
from bot.eval.sets.case import QuestionSet, SetSkipped, Span
from bot.eval.sets.folder import articles_of
from ingest.article import Article
from ingest.errors import SourceError

ABOUT_LAST = ("more", "shorter", "again", "other post")  # judged by what the bot quoted before
SILENT, URGENT = "silent", "urgent"


@dataclass(frozen=True, slots=True)
class TurnCase:
    """A message and what is right as its answer: gold, or any one of what is expected.

    Attributes:
        message: As a reader types it.
        kind: What sort of turn it is, for the figures.
        any: Spans each of which answers it alone.
        all: Spans that answer it only together.
        says: Text that the answer must contain (for answers from metadata).
        expects: "silent", "urgent", one of ABOUT_LAST, or the name of a reply that the bot has without a search.
    """

    message: str
    kind: str
    any: tuple[Span, ...] = ()
    all: tuple[Span, ...] = ()
    says: str = ""
    expects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationSet:
    """blogs: the articles by blog. conversations: by blog and id. notes: what had to be left out."""

    name: str
    blogs: Mapping[str, QuestionSet]
    conversations: Mapping[str, Mapping[str, tuple[TurnCase, ...]]]
    notes: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        """Hex digest of the messages and what is expected: figures with different stamps cannot be compared."""
        asked = [
            [blog, name, [[t.message, t.kind, t.says, *t.expects] for t in turns]]
            for blog, mine in self.conversations.items()
            for name, turns in mine.items()
        ]
        return hashlib.blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()


def is_conversation_set(path: Path) -> bool:
    """Is it a folder of conversations?"""
    about = path / "set.json"
    return about.is_file() and "blogs" in json.loads(about.read_text(encoding="utf-8"))


def read_conversations(path: Path) -> ConversationSet:
    """Read a folder. Raises SourceError for what cannot be read or quoted."""
    about = json.loads((path / "set.json").read_text(encoding="utf-8"))
    blogs: dict[str, QuestionSet] = {}
    conversations: dict[str, dict[str, tuple[TurnCase, ...]]] = {}
    notes = []
    for blog, sources in about["blogs"].items():
        try:
            articles = tuple(articles_of(sources, path.name))
        except SetSkipped as why:
            notes.append(str(why))
            continue
        blogs[blog] = QuestionSet(f"{path.name}-{blog}", articles, ())
        rows = jsonl(path / f"{blog}.jsonl")
        conversations[blog] = {
            row["id"]: tuple(_turn(turn, articles, row["id"]) for turn in row["turns"]) for row in rows
        }
    return ConversationSet(path.name, blogs, conversations, tuple(notes))


def _turn(row: Mapping[str, Any], articles: Sequence[Article], name: str) -> TurnCase:
    def spans(quotes: Sequence[str]) -> tuple[Span, ...]:
        found = []
        for quote in quotes:
            places = [(a.id, at, at + len(quote)) for a in articles if (at := a.text.find(quote)) >= 0]
            if not places:
                raise SourceError(f"Gold of conversation {name} is in no article: {quote!r}.")
            found += places
        return tuple(found)

    turn = TurnCase(
        row["message"],
        row["kind"],
        spans(row.get("any", ())),
        spans(row.get("all", ())),
        row.get("says", ""),
        tuple(row.get("expects", ())),
    )
    if not (turn.any or turn.all or turn.says or turn.expects):
        raise SourceError(f"Conversation {name}: nothing is expected of {turn.message!r}.")
    return turn
