"""The values that cross the rooms: a conversation and what it asks, passages, citations, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ingest.article import Chunk

Status = Literal["answered", "abstained", "urgent", "chat"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far, as the client sends it; not to be trusted."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the questions before this one lend to its search; nothing by default.

    Attributes:
        earlier: Those that are embedded, oldest first.
        words: The folded words of those that are weighed.
        weights: BM25 weight of each of their stems; the question's own weigh 1.
        share: Weight of their vector against the question's own.
    """

    earlier: str = ""
    words: frozenset[str] = frozenset()
    weights: Mapping[str, float] = field(default_factory=dict)
    share: float = 0.0


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class Question:
    """One question to look up.

    Attributes:
        text: As a reader would ask it, complete without the conversation.
        plain: The clause of it that asks, in the words that blogs use: what is searched and read.
    """

    text: str
    plain: str


@dataclass(frozen=True, slots=True)
class Query:
    """What a message asks.

    Attributes:
        message: As typed, in one line of printable text.
        whole: The message, corrected and complete without the conversation.
        parts: The questions it holds: itself, or several.
        context: What was asked before it.
        then: What was typed after it about its answer, in order: "more", "shorter", "summary", "again", "about" (its post) or
            "other".
        otherwise: What to reply where the blog does not answer, in place of saying so.
        words: Folded words and phrases of which an answer must have one, in its quotes or their headings; empty: none.
        posts_only: It names nothing that the blog writes about, so it can only ask about the posts as such.
        alternative: What the message may mean instead; None: nothing.
        item: A listed sentence of the blog that is asked for ("the third one?"), which is the answer; "": none.
    """

    message: str
    whole: Question
    parts: tuple[Question, ...]
    context: Context = NO_CONTEXT
    then: tuple[str, ...] = ()
    otherwise: str = ""
    words: frozenset[str] = frozenset()
    posts_only: bool = False
    alternative: Question | None = None
    item: str = ""

    @property
    def standalone(self) -> str:
        """The text of the whole question."""
        return self.whole.text


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk. score: reciprocal-rank-fusion score, higher is better, no unit."""

    chunk: Chunk
    title: str
    url: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """One footnote: `article.text[start:end] == quote`, always.

    link: url with a text fragment (`#:~:text=`) that highlights the quote, or None without a url.
    An answer from metadata (who wrote it, when) cites the article with an empty quote.
    """

    number: int
    passage: Passage
    quote: str
    start: int
    end: int
    link: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its citations, or the reason why there is none.

    Attributes:
        question: As the client sent it.
        standalone: The question as it was understood, complete without the conversation.
        text: Markdown with markers `[1]`; every marker has its citation and every citation its marker.
        citations: In the order of their numbers, from 1.
        status: Whether it answers, abstains, asks to get help, or chats.
        answerable: Calibrated probability, 0 to 1, that the index answers the question.
        suggestions: Questions that the blog does answer.
    """

    question: str
    standalone: str
    text: str
    citations: tuple[Citation, ...]
    status: Status
    answerable: float
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer's text as it is streamed; joined, the tokens are Answer.text.

    urgent: it belongs to an answer whose status will be "urgent", to be shown so from the start. citations: those whose
    markers begin to appear from this token on, where they are known before the Answer.
    """

    text: str
    urgent: bool = False
    citations: tuple[Citation, ...] = field(default=(), compare=False)


Event = Token | Answer


@dataclass(frozen=True, slots=True)
class Health:
    """What the live generation holds, and whether it can be searched.

    Attributes:
        articles: How many.
        chunks: How many.
        index: Name of the generation.
        ready: The model is loaded and the last search of this generation worked.
        problem: Why not, in a sentence that anyone may see; "" when ready.
        live_since: When a sync made this generation live (ISO 8601, UTC); None if that is not known.
    """

    articles: int
    chunks: int
    index: str
    ready: bool = False
    problem: str = ""
    live_since: str | None = None
