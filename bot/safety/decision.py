"""What safety asks of an answer, and the answer with that done."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.types import Answer, Event, Token
from ingest.errors import FootnoteError

AFTER_URGENT = "Once that is seen to, this is what the blog says:"
log = logging.getLogger("footnote")


@dataclass(frozen=True, slots=True)
class Urgent:
    """Somebody needs help now.

    Attributes:
        flag: Name of the red flag.
        message: What the reader is shown.
        quotes: Whether the blog's own sentences may follow the message.
        repeated: Whether it is the short message for a question about an earlier red flag.
    """

    flag: str
    message: str
    quotes: bool
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """There was a red flag before; line: one sentence to put before the answer."""

    line: str


@dataclass(frozen=True, slots=True)
class HelpReported:
    """The reader has called or seen somebody; text: the whole reply."""

    text: str


Decision = Urgent | Reminder | HelpReported | None


def apply(decision: Decision, message: str, answer: Iterator[Event]) -> Iterator[Event]:
    """The events of an answer, as the decision asks for them; the tokens joined are the text of the Answer.

    Args:
        decision: About the message.
        message: As the client sent it.
        answer: Tokens, then the Answer; made only as far as it is needed.
    """
    match decision:
        case Urgent():
            yield from _urgently(decision, message, answer)
        case HelpReported(text):
            yield Token(text)
            yield Answer(message, message, text, (), "chat", 0.0)
        case Reminder(line):
            yield from _remind(line, answer)
        case None:
            yield from answer


def _urgently(urgent: Urgent, message: str, answer: Iterator[Event]) -> Iterator[Event]:
    """The urgent message at once, then what the blog answers, if it does and that is fitting."""
    yield Token(urgent.message, urgent=True)
    whole = Answer(message, message, urgent.message, (), "urgent", 0.0)
    if urgent.quotes:
        try:
            *tokens, last = answer
        except FootnoteError as error:
            log.warning("an urgent message is answered without quotes: %s", error)
        else:
            if isinstance(last, Answer) and last.status == "answered":
                lead = f"\n\n{AFTER_URGENT}\n\n"
                yield Token(lead)
                yield from tokens
                whole = replace(last, text=urgent.message + lead + last.text, status="urgent")
    yield whole


def _remind(line: str, answer: Iterator[Event]) -> Iterator[Event]:
    """The answer with a line before its text; small talk stays as it is."""
    first = next(answer, None)
    second = next(answer, None) if isinstance(first, Token) else None
    start = [event for event in (first, second) if event is not None]
    chat = any(not isinstance(event, Token) and event.status == "chat" for event in start)
    if chat or not line:
        yield from start
        yield from answer
        return
    lead = f"{line}\n\n"
    yield Token(lead)
    for event in (*start, *answer):
        yield event if isinstance(event, Token) else replace(event, text=lead + event.text)
