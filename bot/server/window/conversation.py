"""A conversation as the chat window keeps it: Exchanges in, Exchanges out, and how they are drawn.

Plain values and generators, so that all of it can be tested without a browser or Gradio, which
this file does not know. Nor does it know how an answer is found (bot.py) or what HTML it becomes
(render.py).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.problems import Problem, explain
from bot.server.window import html as render
from bot.server.window.translations import Words
from bot.types import Answer, Event, Token, Turn
from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from bot.pipeline import Bot

KEPT = 30  # exchanges of one conversation that stay in the window
FRAME_SECONDS = 0.05  # tokens that come faster are shown together

log = logging.getLogger("footnote.talk")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what became of it so far: a part of the text, an answer, or a problem."""

    serial: int
    question: str
    text: str = ""
    urgent: bool = False
    answer: Answer | None = None
    sources: str = ""
    problem: Problem | None = None
    stopped: bool = False
    given: str = ""  # the answer's id in the server's memory (given.py)

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.problem is None and not self.stopped


Talk = tuple[Exchange, ...]


Stream = Callable[[str, Sequence[Turn]], Iterator[Event]]


def converse(
    bot: Bot,
    question: str,
    past: Talk,
    words: Words,
    stream: Stream | None = None,
    remember: Callable[[Answer], str] | None = None,
) -> Iterator[Talk]:
    """Ask, and tell the conversation as it grows; the last one told is final.

    stream: asks the bot in its place, if there is a house with rules (house.py). remember: gives the
    answer an id under which a reader may say what they think of it.
    """
    question = whole(question)[: 2 * bot.config.max_question]  # enough to be told that it is too long
    serial = past[-1].serial + 1 if past else 0
    past = past[-KEPT + 1 :]
    current = Exchange(serial, question)
    yield (*past, current)
    shown = 0.0
    try:
        for event in (stream or bot.stream)(question, turns(past)):
            if isinstance(event, Token):
                current = replace(
                    current, text=current.text + event.text, urgent=current.urgent or event.urgent
                )
                if time.monotonic() - shown >= FRAME_SECONDS:
                    shown = time.monotonic()
                    yield (*past, current)
            else:
                drawn = render.sources(event, serial, published(bot, event), words)
                given = remember(event) if remember else ""
                current = replace(current, answer=event, sources=drawn, given=given)
    except Exception as error:  # noqa: BLE001 - whatever it is, the reader gets a sentence; explain() logs it
        current = replace(current, problem=explain(error, in_full=bot.config.log_questions))
    yield (*past, current)


def turns(talk: Talk) -> tuple[Turn, ...]:
    """The answered part of a conversation, as the bot takes it."""
    answered = [(e.question, e.answer.text) for e in talk if e.answer is not None]
    return tuple(turn for q, a in answered for turn in (Turn("user", q), Turn("assistant", a)))


def whole(text: str) -> str:
    """Half a surrogate pair (JSON can say "\\ud83d") is no character: nothing can print it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def published(bot: Bot, answer: Answer) -> dict[str, str]:
    """Dates of the cited articles. One that has gone since it was cited simply has no date."""
    found: dict[str, str] = {}
    for article_id in {c.passage.chunk.article_id for c in answer.citations}:
        try:
            found[article_id] = bot.article(article_id).published or ""
        except FootnoteError as error:
            log.info("no date for a source: %s", error)
    return found


def messages(talk: Talk, words: Words) -> list[dict[str, str]]:
    """The conversation as the Chatbot takes it."""
    return [
        message
        for exchange in talk
        for message in (
            {"role": "user", "content": render.question(exchange.question)},
            {"role": "assistant", "content": _reply(exchange, words)},
        )
    ]


def _reply(exchange: Exchange, words: Words) -> str:
    if exchange.problem is not None:
        return render.problem(exchange.problem, exchange.serial, words)
    if exchange.answer is not None:
        return render.answer(exchange.answer, exchange.serial, words, exchange.given)
    return render.partial(exchange.text, words, stopped=exchange.stopped, urgent=exchange.urgent)


def broken_off(talk: Talk) -> Talk:
    """A conversation in which nothing is being answered any more."""
    return tuple(replace(e, stopped=True) if e.is_open else e for e in talk)


def greeting(bot: Bot, words: Words, page: str = "") -> str:
    """The empty window: questions this index answers, or why it can answer none.

    page: the address the reader is at, whose article is asked about first.
    """
    try:
        return render.welcome(bot.examples(3, page), words)
    except FootnoteError as error:
        told = explain(error)
        return render.welcome((), words, words.said.get(f"problem_{told.code}", told.message))
