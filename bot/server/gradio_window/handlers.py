"""What happens on each event of the chat window.

The conversation lives in a gr.State on the server; what the browser shows is drawn from it and never read back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from bot.problems import explain
from bot.server.gradio_window.layout import QUIET, Controls, View, footer_of, import_gradio, title_of
from bot.server.question_queue import QuestionQueue
from bot.server.window import (
    MAX_EXCHANGES,
    MAX_IDLE_SECONDS,
    Conversation,
    ConversationStore,
    Languages,
    OfferedLanguages,
    Translations,
    choose_language,
    continue_conversation,
    load_languages,
    mark_stopped,
    render_greeting,
    render_header,
    render_panel,
    restore_conversation,
)

if TYPE_CHECKING:
    import gradio as gr
    from gradio.route_utils import Request

    from bot.config import BotConfig
    from bot.pipeline import Bot

_MAX_ADDRESS = 2000  # characters of a page's address
_PULSE_SECONDS = 1.0  # "Stop" takes effect at the next yield, also while a chat model is silent


def connect(bot: Bot, queue: QuestionQueue, window: gr.Blocks, view: View, controls: Controls) -> None:
    """Attach all handlers to the window; call it inside the window's context."""
    languages = OfferedLanguages(load_languages(bot.config.words_folder), lambda: bot.config.languages)
    _connect_asking(_Asking(bot, queue, view, languages, ConversationStore()), controls)
    _connect_loading(bot, window, view, controls, languages)


def report_problems(handler: Callable[..., Any], sentence: Callable[[Exception], str]) -> Callable[..., Any]:
    """The handler, whose errors become a sentence that the page shows.

    Gradio would print the error's message to the log, and that may contain a question.
    """
    gr = import_gradio()
    handler.__annotations__["request"] = gr.Request  # else a string, and Gradio looks for the class

    def as_gradio_error(error: Exception) -> Exception:
        return gr.Error(sentence(error), print_exception=False)  # type: ignore[no-any-return]

    @wraps(handler)
    def call(*inputs: Any) -> Any:
        try:
            return handler(*inputs)
        except Exception as error:  # noqa: BLE001 - sentence() logs it
            raise as_gradio_error(error) from None

    @wraps(handler)
    def iterate(*inputs: Any) -> Iterator[Any]:
        try:
            yield from handler(*inputs)
        except Exception as error:  # noqa: BLE001 - sentence() logs it
            raise as_gradio_error(error) from None

    return iterate if inspect.isgeneratorfunction(handler) else call


def _explained(handler: Callable[..., Any], config: BotConfig) -> Callable[..., Any]:
    return report_problems(handler, lambda error: explain(error, in_full=config.log_questions).message)


def _connect_loading(
    bot: Bot, window: gr.Blocks, view: View, controls: Controls, languages: Languages
) -> None:
    """The window in the reader's language, as soon as the browser has named it."""
    gr = import_gradio()
    labels = {
        controls.retry: "try_again",
        controls.undo: "undo",
        controls.clear: "clear",
        view.send: "ask",
        view.stop: "stop",
    }

    def load(request: Request) -> dict[Any, Any]:
        words = _words(request, languages)
        return {
            controls.top: render_header(title_of(bot, words), words),
            view.chat: gr.update(placeholder=_greeting(bot, words, request.query_params.get("at"), request)),
            view.sources: render_panel((), words),
            view.box: gr.update(label=words("question_label"), placeholder=words("question_hint")),
            controls.foot: footer_of(bot, words),
            **{button: gr.update(value=words(key)) for button, key in labels.items()},
        }

    outputs = [controls.top, view.chat, view.sources, view.box, controls.foot, *labels]
    window.load(_explained(load, bot.config), None, outputs, queue=False, **QUIET)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A window's handlers that ask and that change a conversation."""

    bot: Bot
    queue: QuestionQueue
    view: View
    languages: Languages
    conversations: ConversationStore

    def ask(
        self, question: str, talk: Conversation, key: str, page: str, past: str, request: Request
    ) -> Iterator[dict[Any, Any]]:
        talk = talk or self._earlier(key, past, _words(request, self.languages))
        yield from self._answered(question, talk, key, page, request)

    def _answered(
        self, question: str, talk: Conversation, key: str, page: str, request: Request
    ) -> Iterator[dict[Any, Any]]:
        """The updates while a question is answered. talk: the exchanges before it."""
        words = _words(request, self.languages)
        if not question.strip():
            yield {self.view.box: question}
            return
        address = request.client.host if request.client else None
        # The field is filled when the reader goes to another page; the first one is in the frame's address.
        here = _page(page) or _page(request.query_params.get("at"))
        stream = partial(self.queue.stream, page=here, address=address, pulse=_PULSE_SECONDS)
        past = tuple(e for e in talk if not e.is_open)
        states = continue_conversation(self.bot, question, past, words, stream, self.queue.recent.remember)
        yield self.view.busy(now := next(states), words)
        self.conversations.save(key, now)
        for then in states:
            yield self.view.growing(then, words) if then != now else self.view.unchanged()
            now = then
        self.conversations.save(key, now)
        yield self.view.settled(now, words)

    def retry(
        self, talk: Conversation, key: str, page: str, past: str, request: Request
    ) -> Iterator[dict[Any, Any]]:
        talk = talk or self._earlier(key, past, _words(request, self.languages))
        yield from self._answered(talk[-1].question if talk else "", talk[:-1], key, page, request)

    def stop(self, talk: Conversation, key: str, request: Request) -> dict[Any, Any]:
        ended = mark_stopped(talk)
        self.conversations.save(key, ended)
        return self.view.settled(ended, _words(request, self.languages))

    def undo(self, talk: Conversation, cleared: Conversation, key: str, request: Request) -> dict[Any, Any]:
        """Take back the last question, or "Clear"."""
        question = talk[-1].question if talk else ""
        before = talk[:-1] if talk else cleared
        self.conversations.save(key, before)
        return {
            **self.view.settled(before, _words(request, self.languages)),
            self.view.cleared: (),
            self.view.box: question,
        }

    def clear(self, talk: Conversation, key: str, request: Request) -> dict[Any, Any]:
        self.conversations.delete(key)
        # The hidden "Undo" is pressed by the page's script, which offers it.
        tools = {self.view.tools: import_gradio().update(visible="hidden")}
        return {
            **self.view.settled((), _words(request, self.languages)),
            self.view.cleared: talk,
            self.view.box: "",
            **tools,
        }

    def sync(self, talk: Conversation, key: str, page: str, past: str, request: Request) -> dict[Any, Any]:
        words = _words(request, self.languages)
        if not talk and (found := self._earlier(key, past, words)):
            self.conversations.save(key, found)
            return self.view.settled(found, words)
        greeting = _greeting(self.bot, words, page, request)
        return {self.view.chat: import_gradio().update(placeholder=greeting)}

    def _earlier(self, key: str, past: str, words: Translations) -> Conversation:
        """The conversation of a window that this server has not met, or has forgotten.

        past: what the browser has of one with another server, ids of signed answers, the oldest first.
        """
        if here := mark_stopped(self.conversations.load(key)):
            return here
        ids = past.split()[-MAX_EXCHANGES:]
        found = [(one, self.queue.recent.find(one, MAX_IDLE_SECONDS)) for one in ids if "." in one]
        answers = [(one, recent.answer, recent.generation) for one, recent in found if recent]
        return restore_conversation(self.bot, answers, words)


def _connect_asking(asking: _Asking, controls: Controls) -> None:
    gr, view = import_gradio(), asking.view
    on = partial(_explained, config=asking.bot.config)
    known = [view.talk, controls.key]
    placed = [*known, controls.page, controls.past]
    asked = gr.on(
        [view.box.submit, view.send.click], on(asking.ask), [view.box, *placed], view.all(), **QUIET
    )
    retried = controls.retry.click(on(asking.retry), placed, view.all(), **QUIET)
    # Gradio's script cancels one event after the other, each over the network, whatever the reader does meanwhile.
    # The buttons that ask come back only when it is done, or a quick "Try again" would be cancelled as well.
    view.stop.click(None, cancels=[asked, retried], **QUIET)
    for answering in (asked, retried):
        answering.failure(on(asking.stop), known, view.all(), queue=False, **QUIET)
    controls.undo.click(
        on(asking.undo), [view.talk, view.cleared, controls.key], view.all(), queue=False, **QUIET
    )
    controls.clear.click(on(asking.clear), known, view.all(), queue=False, **QUIET)
    controls.sync.click(on(asking.sync), placed, view.all(), queue=False, **QUIET)


def _words(request: Request, languages: Languages) -> Translations:
    """In the language of the page's address, else of the browser."""
    wanted, accepted = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
    return choose_language(wanted, accepted, languages)


def _greeting(bot: Bot, words: Translations, page: str | None, request: Request) -> str:
    is_embedded = "embed" in request.query_params  # as the widget opens the window
    return render_greeting(bot, words, _page(page), is_embedded=is_embedded)


def _page(address: str | None) -> str:
    return (address or "")[:_MAX_ADDRESS]
