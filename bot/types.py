"""What an answer is made of: passages in, citations and text out. No I/O, no behaviour.

What this file does not know: how a passage was found or an answer put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ingest.article import Chunk

Status = Literal["answered", "abstained", "urgent", "chat"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far, as the client tells it; not to be trusted."""

    role: Literal["user", "assistant"]
    content: str


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
    """text: Markdown with markers `[1]`; every marker has its citation and every citation its
    marker. answerable: calibrated probability, 0 to 1, that the index answers the question.
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

    urgent: it belongs to an answer whose status will be "urgent", to be shown so from the start.
    """

    text: str
    urgent: bool = False


Event = Token | Answer
