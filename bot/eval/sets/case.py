"""What is asked of the bot when it is measured: questions with what answers them, in sets.

What this file does not know: how a set is stored (cases.py, beir.py, sheet.py), and how well
anything was answered (metrics.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from bot.types import Turn
from ingest.article import Article
from ingest.errors import SourceError

Span = tuple[str, int, int]  # article id, start, end


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what answers it. any: each of these alone does; all: only all together do.

    says: text the answer must contain (for answers from metadata). documents: ids of relevant
    articles, where only those are known. marked: the sentences that somebody marked as making up
    the answer, all of them. history: the conversation before the question. rewrite: the question as
    a person reworded it to stand alone. kind: a word for what is neither answerable nor not
    ("partial", "underspecified"); such a question is asked, and counts in no figure of abstention.
    """

    id: str
    question: str
    any: tuple[Span, ...] = ()
    all: tuple[Span, ...] = ()
    says: str = ""
    documents: tuple[str, ...] = ()
    answerable: bool = True
    marked: tuple[Span, ...] = ()
    history: tuple[Turn, ...] = ()
    rewrite: str = ""
    kind: str = ""

    @property
    def has_gold(self) -> bool:
        """Is it known which words answer it?"""
        return self.answerable and bool(self.any or self.all or self.says)


@dataclass(frozen=True, slots=True)
class Set:
    """Articles and what is asked about them. notes: what had to be left out, for whoever reads figures."""

    name: str
    articles: tuple[Article, ...]
    cases: tuple[Case, ...]
    notes: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        """Hex digest of what is asked: figures with another stamp cannot be compared."""
        asked = [
            [c.id, c.question, c.says, c.answerable, c.kind, *(t.content for t in c.history)]
            for c in self.cases
        ]
        return hashlib.blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()


class SetSkipped(SourceError):
    """The set's material is not on this machine; the message says what is missing."""
