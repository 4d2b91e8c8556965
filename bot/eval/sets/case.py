"""Question sets: articles, questions about them, and the gold that answers each."""

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
    """A question and its gold.

    Attributes:
        any: Spans each of which answers it alone.
        all: Spans that answer it only together.
        says: Text that the answer must contain (for answers from metadata).
        documents: Ids of relevant articles, where only those are known.
        answerable: Do the articles answer it?
        marked: All sentences that an annotator marked as the answer.
        history: The conversation before the question.
        rewrite: The standalone question as a person rewrote it.
        kind: A label for what is neither answerable nor unanswerable ("partial", "underspecified"); such a
            question is asked and counts in no figure of abstention.
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
class QuestionSet:
    """Articles and the questions about them. notes: what had to be left out."""

    name: str
    articles: tuple[Article, ...]
    cases: tuple[Case, ...]
    notes: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        """Hex digest of the questions: figures with different stamps cannot be compared."""
        asked = [
            [c.id, c.question, c.says, c.answerable, c.kind, *(t.content for t in c.history)]
            for c in self.cases
        ]
        return hashlib.blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()


class SetSkipped(SourceError):
    """The set's articles or questions are not on this machine; the message says what is missing."""
