"""A conversation in the chat window: a tuple of exchanges, how it grows, and the chat messages it becomes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.problems import Problem, explain
from bot.server.window.answer_links import link_path
from bot.server.window.footnotes import without_heading_footnotes
from bot.server.window.html import (
    render_answer,
    render_partial,
    render_problem,
    render_question,
    render_welcome,
)
from bot.server.window.sources import render_sources
from bot.server.window.translations import Translations
from bot.text.printable import replace_lone_surrogates
from bot.types import Answer, Event, Token, Turn
from ingest.errors import FootnoteError, IndexMissing

if TYPE_CHECKING:
    from bot.pipeline import Bot

MAX_EXCHANGES = 30  # of one conversation that stay in the window
FRAME_SECONDS = 0.05  # tokens that come faster are shown together

log = logging.getLogger("footnote.window")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its state: partial text while it is being answered, then an answer or a problem."""

    number: int
    question: str
    partial_text: str = ""
    is_urgent: bool = False
    answer: Answer | None = None
    sources_html: str = ""
    problem: Problem | None = None
    is_stopped: bool = False
    answer_id: str = ""  # under which the server remembers the answer, for feedback
    language: str = ""  # of the quotes, ISO 639-1
    link: str = ""  # path of the answer's page, if it has one

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.problem is None and not self.is_stopped


Conversation = tuple[Exchange, ...]
AskStream = Callable[[str, Sequence[Turn]], Iterator[Event]]


def continue_conversation(
    bot: Bot,
    question: str,
    past: Conversation,
    texts: Translations,
    stream: AskStream | None = None,
    remember: Callable[[Answer], str] | None = None,
) -> Iterator[Conversation]:
    """Ask a question and yield the conversation each time it changes; the last one is complete.

    Args:
        bot: answers the question, and knows the articles that it cites.
        question: as the reader typed it.
        past: the exchanges before this one, none of them open.
        texts: the window's texts in the reader's language.
        stream: asks in place of `bot.stream`, for example through the question queue.
        remember: stores an answer and returns the id under which feedback on it is accepted.

    Yields:
        `past`, cut to MAX_EXCHANGES, and the new exchange. An error becomes the exchange's problem. After an empty
        token the last conversation once more.
    """
    # Twice the limit is enough to report that the question is too long.
    question = replace_lone_surrogates(question)[: 2 * bot.config.max_question]
    number = past[-1].number + 1 if past else 0
    past = past[-MAX_EXCHANGES + 1 :]
    current = Exchange(number, question)
    yield (*past, current)
    shown = 0.0
    try:
        for event in (stream or bot.stream)(question, turns_of(past)):
            if isinstance(event, Token):
                current = _with_token(current, event)
                if not event.text or time.monotonic() - shown >= FRAME_SECONDS:
                    shown = time.monotonic()
                    yield (*past, current)
            else:
                answer_id = remember(event) if remember else ""
                generation = bot.generation() if bot.config.share != "off" else ""
                current = _answered(bot, current, event, answer_id, generation, texts)
    except Exception as error:  # noqa: BLE001 - the reader gets a sentence for any error; explain() logs it
        current = replace(current, problem=explain(error, in_full=bot.config.log_questions))
    yield (*past, current)


def restore_conversation(
    bot: Bot, answers: Sequence[tuple[str, Answer, str]], texts: Translations
) -> Conversation:
    """A conversation whose server has gone, as the browser has it.

    Args:
        bot: knows the articles that the answers cite.
        answers: each with its id before it and the generation after it, in their order.
        texts: the window's texts in the reader's language.
    """
    return tuple(
        _answered(bot, Exchange(number, answer.question), answer, answer_id, generation, texts)
        for number, (answer_id, answer, generation) in enumerate(answers)
    )


def _answered(
    bot: Bot, exchange: Exchange, event: Answer, answer_id: str, generation: str, texts: Translations
) -> Exchange:
    """The exchange with its answer. generation: of the index that was asked."""
    answer = without_heading_footnotes(event)
    return replace(
        exchange,
        answer=answer,
        sources_html=render_sources(answer, exchange.number, _publication_dates(bot, answer), texts),
        answer_id=answer_id,
        language=bot.language() if answer.citations else "",
        link=link_path(event, generation) if bot.config.share != "off" else "",
    )


def _with_token(exchange: Exchange, token: Token) -> Exchange:
    text = exchange.partial_text + token.text
    return replace(exchange, partial_text=text, is_urgent=exchange.is_urgent or token.urgent)


def turns_of(conversation: Conversation) -> tuple[Turn, ...]:
    """The answered exchanges as the history that the bot takes."""
    answered = [(e.question, e.answer.text) for e in conversation if e.answer is not None]
    return tuple(turn for q, a in answered for turn in (Turn("user", q), Turn("assistant", a)))


def _publication_dates(bot: Bot, answer: Answer) -> dict[str, str]:
    """ISO dates of the cited articles, by id; an article deleted in the meantime has none."""
    dates: dict[str, str] = {}
    for article_id in {c.passage.chunk.article_id for c in answer.citations}:
        try:
            dates[article_id] = bot.article(article_id).published or ""
        except FootnoteError as error:
            log.info("no date for a source: %s", error)
    return dates


def chat_messages(conversation: Conversation, texts: Translations) -> list[dict[str, str]]:
    """The conversation as the value of Gradio's Chatbot."""
    return [
        message
        for exchange in conversation
        for message in (
            {"role": "user", "content": render_question(exchange.question)},
            {"role": "assistant", "content": _reply(exchange, texts)},
        )
    ]


def _reply(exchange: Exchange, texts: Translations) -> str:
    if exchange.problem is not None:
        return render_problem(exchange.problem, exchange.number, texts)
    if exchange.answer is not None:
        return render_answer(
            exchange.answer, exchange.number, texts, exchange.answer_id, exchange.language, exchange.link
        )
    return render_partial(
        exchange.partial_text, texts, is_stopped=exchange.is_stopped, is_urgent=exchange.is_urgent
    )


def mark_stopped(conversation: Conversation) -> Conversation:
    """The conversation with every open exchange marked as stopped."""
    return tuple(replace(e, is_stopped=True) if e.is_open else e for e in conversation)


def render_greeting(bot: Bot, texts: Translations, page: str = "", *, is_embedded: bool = False) -> str:
    """The empty window: questions that this index answers, or the reason why it can answer none.

    Args:
        bot: suggests the questions.
        texts: the window's texts in the reader's language.
        page: address of the page that the reader is on; questions about its article come first.
        is_embedded: whether the window is on a page of the blog; at its own address it also advises the owner.
    """
    config = bot.config
    render = partial(render_welcome, greeting=config.greeting, is_worded=bool(config.model))
    if config.paused:
        return render((), texts, config.pause_message or texts("problem_paused"))
    try:
        return render(bot.examples(3, page), texts)
    except FootnoteError as error:
        problem = explain(error)
        trouble = texts.texts.get(f"problem_{problem.code}", problem.message)
        if is_embedded or not isinstance(error, IndexMissing):
            return render((), texts, trouble)
        if config.follow:
            return render((), texts, trouble, texts("owner_reading"))
        return render((), texts, trouble, texts("owner_empty"), "footnote ingest https://www.your-blog.com")
