"""The components of the chat window and what they show: `build(bot)` gives Gradio's Blocks."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bot.config import DEFAULT_TITLE
from bot.server.question_queue import AT_ONCE, WAITING_LIMIT, QuestionQueue, open_queue
from bot.server.window import (
    Conversation,
    Translations,
    chat_messages,
    choose_language,
    load_languages,
    render_footer,
    render_header,
    render_panel,
    render_welcome,
)

if TYPE_CHECKING:
    import gradio as gr

    from bot.pipeline import Bot
    from bot.server.guard.gradio_api import HandlerInputs

STATE_SECONDS = 6 * 3600  # after which the conversation of an idle tab leaves the memory
THREADS = (
    AT_ONCE + WAITING_LIMIT + 8
)  # of Gradio; waiting happens in the question queue, which says so in words
GRADIO_QUEUE = 400  # more than ever wait: Gradio's own refusal is not worded for readers
TABS = 1000  # whose conversations are kept; beyond that the least recently used go
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # programs use /api/ask


def import_gradio() -> ModuleType:
    """Gradio, with its telemetry switched off: it reads these variables when it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import gradio

    return gradio


@dataclass(frozen=True, slots=True)
class View:
    """The components that event handlers write to. cleared: what "Clear" took away, until something else is asked."""

    talk: gr.State
    cleared: gr.State
    chat: gr.Chatbot
    sources: gr.Markdown
    tools: gr.Row
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button

    def all(self) -> list[Any]:
        return [getattr(self, field.name) for field in fields(self)]

    def busy(self, talk: Conversation, words: Translations) -> dict[Any, Any]:
        """Updates for a question that was just sent."""
        gr = import_gradio()
        hidden, shown = gr.update(visible=False), gr.update(visible=True)
        now = self.growing(talk, words)
        return {
            **now,
            self.cleared: (),
            self.box: "",
            self.tools: hidden,
            self.send: hidden,
            self.stop: shown,
        }

    def growing(self, talk: Conversation, words: Translations) -> dict[Any, Any]:
        """Updates for an answer that arrives in pieces."""
        return {self.talk: talk, self.chat: chat_messages(talk, words)}

    def unchanged(self) -> dict[Any, Any]:
        """An update that changes nothing: Gradio takes no empty one."""
        return {self.stop: import_gradio().skip()}

    def settled(self, talk: Conversation, words: Translations) -> dict[Any, Any]:
        """Updates for a conversation in which nothing is being answered."""
        gr = import_gradio()
        return {
            self.talk: talk,
            self.chat: chat_messages(talk, words),
            self.sources: render_panel([e.sources_html for e in talk], words),
            self.tools: gr.update(visible=bool(talk)),
            self.send: gr.update(visible=True),
            self.stop: gr.update(visible=False),
        }


@dataclass(frozen=True, slots=True)
class Controls:
    """The components that events come from, and those whose words depend on the reader's language.

    key, page, past, sync: filled in and pressed by the page's script, which says under which key the conversation is
    remembered, which page of the blog the reader is on, and which signed answers the browser has. They would be js= if the page's policy allowed eval.
    """

    top: gr.Markdown
    foot: gr.Markdown
    retry: gr.Button
    undo: gr.Button
    clear: gr.Button
    key: gr.Textbox
    page: gr.Textbox
    past: gr.Textbox
    sync: gr.Button


def build(bot: Bot, queue: QuestionQueue | None = None) -> gr.Blocks:
    """The chat window over one bot.

    Args:
        bot: Answers the questions.
        queue: Shared with the HTTP interface; without it the window has a queue of its own.
    """
    from bot.server.gradio_window.handlers import connect

    gr = import_gradio()
    with gr.Blocks(title=bot.config.title, analytics_enabled=False) as window:
        view, controls = _components(bot)
        connect(bot, queue or open_queue(bot, bot.config), window, view, controls)
    window.max_threads, window.state_session_capacity = THREADS, TABS
    window.queue(max_size=GRADIO_QUEUE, default_concurrency_limit=THREADS, api_open=False)
    return window  # type: ignore[no-any-return]


def footer_of(bot: Bot, words: Translations) -> str:
    """The note below the question box, as the owner's settings have it."""
    config = bot.config
    return render_footer(
        words,
        config.max_question,
        notice=config.notice,
        is_worded=bool(config.model),
        keeps_questions=config.gaps,
    )


def title_of(bot: Bot, words: Translations) -> str:
    """The owner's title, else "Ask this blog" in the reader's language."""
    named = bot.config.title
    return words("title") if named == DEFAULT_TITLE else named


def handler_inputs(window: gr.Blocks) -> HandlerInputs:
    """The requests that the window's scripts may make of Gradio."""
    return {
        number: tuple(block.get_block_name() != "state" for block in handler.inputs)
        for number, handler in window.fns.items()
        if handler.fn is not None
    }


def _components(bot: Bot) -> tuple[View, Controls]:
    gr = import_gradio()
    words = choose_language(
        languages=load_languages(bot.config.words_folder)
    )  # until the browser names its language
    talk = gr.State((), time_to_live=STATE_SECONDS)
    cleared = gr.State((), time_to_live=STATE_SECONDS)
    with gr.Column(elem_id="fn-page"):
        top = gr.Markdown(render_header(title_of(bot, words), words), elem_id="fn-top", container=False)
        chat = gr.Chatbot(
            elem_id="fn-chat", show_label=False, container=False, height=None, layout="panel", buttons=[],
            latex_delimiters=[], allow_tags=False, autoscroll=False, feedback_options=None,
            placeholder=render_welcome((), words),
        )  # fmt: skip
        sources = gr.Markdown(
            render_panel((), words), elem_id="fn-side", latex_delimiters=[], container=False
        )
        with gr.Row(elem_id="fn-tools", visible=False) as tools:
            retry = gr.Button(words("try_again"), elem_id="fn-retry")
            undo = gr.Button(words("undo"), elem_id="fn-undo")
            clear = gr.Button(words("clear"), elem_id="fn-clear")
        with gr.Column(elem_id="fn-ask"):
            with gr.Row(elem_id="fn-form"):
                box = gr.Textbox(
                    "", elem_id="fn-box", label=words("question_label"), placeholder=words("question_hint"),
                    lines=1, max_lines=6, max_length=2 * bot.config.max_question, container=False, scale=1,
                )  # fmt: skip
                send = gr.Button(words("ask"), elem_id="fn-send", variant="primary", scale=0)
                stop = gr.Button(words("stop"), elem_id="fn-stop", visible=False, scale=0)
            foot = gr.Markdown(footer_of(bot, words), elem_id="fn-foot", container=False)
        # Empty, not null: a script may press the button before the fields are loaded, and it sends their first values.
        key = gr.Textbox("", elem_id="fn-key", visible="hidden", show_label=False)
        page = gr.Textbox("", elem_id="fn-at", visible="hidden", show_label=False)
        past = gr.Textbox("", elem_id="fn-past", visible="hidden", show_label=False)
        sync = gr.Button("", elem_id="fn-sync", visible="hidden")
    view = View(talk, cleared, chat, sources, tools, box, send, stop)
    return view, Controls(top, foot, retry, undo, clear, key, page, past, sync)
