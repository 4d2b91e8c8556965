"""A card: all that a reader needs to judge one answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.eval.measures.outcome import Outcome
from bot.eval.sets.case import Span
from bot.types import Answer, Citation
from ingest.article import Article

OPEN, CLOSE = "⟦", "⟧"  # around what is quoted of a passage


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that is cited. marked: its text, each quoted span as ⟦…⟧[number]."""

    title: str
    heading: str
    marked: str


@dataclass(frozen=True, slots=True)
class Card:
    """A question, its answer as a reader sees it, the passages cited, and the gold.

    Attributes:
        set: Name of the question set.
        id: Of the question.
        answer: Hash of the answer, which a verdict repeats.
        question: As it was asked.
        history: What was said before it, a line a turn.
        status: answered, abstained, urgent or chat.
        text: The answer, Markdown with footnote numbers.
        sources: The passages cited.
        answerable: Does the set say that the articles answer it?
        gold_any: Texts each of which answers it alone.
        gold_all: Texts that answer it only together.
        gold_says: Words that the answer must contain, for answers from metadata.
    """

    set: str
    id: str
    answer: str
    question: str
    history: tuple[str, ...]
    status: str
    text: str
    sources: tuple[Source, ...]
    answerable: bool
    gold_any: tuple[str, ...]
    gold_all: tuple[str, ...]
    gold_says: str

    def to_dict(self) -> dict[str, Any]:
        """For a line of JSON."""
        return asdict(self)


def card_of(name: str, outcome: Outcome, articles: Mapping[str, Article]) -> Card:
    """The card of an outcome of the set with this name."""
    case, answer = outcome.case, outcome.answer
    return Card(
        name,
        case.id,
        answer_hash(outcome),
        case.question,
        tuple(f"{turn.role}: {turn.content}" for turn in case.history),
        answer.status,
        answer.text,
        _sources(answer),
        case.answerable,
        _texts(case.any, articles),
        _texts(case.all, articles),
        case.says,
    )


def answer_hash(outcome: Outcome) -> str:
    """Hex digest of the conversation and of all that a reader sees of the answer, its suggestions left out.

    How sure the bot was is no part of it: verdicts outlast a change that moves only certainties.
    """
    case, answer = outcome.case, outcome.answer
    cited = [[c.number, c.passage.title, c.quote] for c in answer.citations]
    turns = [[turn.role, turn.content] for turn in case.history]
    seen = json.dumps([case.question, turns, answer.status, answer.text, cited])
    return hashlib.blake2b(seen.encode(), digest_size=10).hexdigest()


def _sources(answer: Answer) -> tuple[Source, ...]:
    """Each passage once, in the order of its first footnote."""
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.passage.chunk.id, []).append(citation)
    return tuple(
        Source(
            citations[0].passage.title,
            " > ".join(citations[0].passage.chunk.path),
            _marked(citations),
        )
        for citations in cited.values()
    )


def _marked(citations: Sequence[Citation]) -> str:
    """The passage with its quotes marked; quotes that are not in the passage (headings) follow it."""
    chunk = citations[0].passage.chunk
    text, outside = chunk.text, []
    for c in sorted(citations, key=lambda one: -one.start):  # from the end, so that offsets stay true
        start, end = c.start - chunk.start, c.end - chunk.start
        if not c.quote or text[start:end] != c.quote or start < 0:
            outside.append(f"{OPEN}{c.quote or '(from what is known about the article)'}{CLOSE}[{c.number}]")
            continue
        text = f"{text[:start]}{OPEN}{c.quote}{CLOSE}[{c.number}]{text[end:]}"
    return "\n".join([text, *reversed(outside)])


def _texts(spans: Sequence[Span], articles: Mapping[str, Article]) -> tuple[str, ...]:
    return tuple(articles[key].text[start:end] for key, start, end in spans if key in articles)
