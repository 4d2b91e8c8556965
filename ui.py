"""The chat window, in Gradio: build(bot) -> Blocks, app(bot, config) -> ASGI app, serve(config), main().

The conversation (bot/server/window/conversation.py) lives in a gr.State on the server; what the browser shows is drawn
from it, never read back. HTML is made in bot/server/window/html.py, its looks and its few lines of script are
bot/static/ui.css and ui.js. What this file does not know: how an answer is found, and how a
server listens (bot/server/run.py).

Gradio is imported inside functions: importing this file does no work, and its telemetry can be
switched off first.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial, wraps
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bot.problems import explain
from bot.server.question_queue import AT_ONCE, LINE, House, house_of
from bot.server.window import (
    Conversation,
    ConversationStore,
    Languages,
    Translations,
    chat_messages,
    choose_language,
    continue_conversation,
    load_languages,
    mark_stopped,
    render_footer,
    render_greeting,
    render_header,
    render_panel,
    render_welcome,
)
from ingest.errors import FootnoteError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from gradio.route_utils import Request

    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.server.guard.gradio_api import Events
    from bot.server.reingest.schedule import Keeper
    from bot.server.static_files import Packs

FORGET_SECONDS = 6 * 3600  # an idle tab's conversation leaves the memory
THREADS = (
    AT_ONCE + LINE + 8
)  # of Gradio's: the line is kept by the house, which says so in words when it is full
WAITING = 400  # so that Gradio's own queue, whose refusal is an ugly one, is never full before
TABS = 1000  # whose conversations are kept; of more, the least used go
QUIET: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
}  # the API is bot/server/app.py


# --- the window


def build(bot: Bot, house: House | None = None) -> gr.Blocks:
    """The window over one bot. house: shared with whatever else asks this bot."""
    gr = _gradio()
    house = house or house_of(bot, bot.config)
    languages = load_languages(bot.config.words_folder)
    words = choose_language(languages=languages)  # until the browser has said which language it wants
    with gr.Blocks(title=bot.config.title, analytics_enabled=False) as window:
        talk = gr.State((), time_to_live=FORGET_SECONDS)
        with gr.Column(elem_id="fn-page"):
            top = gr.Markdown(render_header(_title(bot, words), words), elem_id="fn-top", container=False)
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
                        elem_id="fn-box", label=words("question_label"), placeholder=words("question_hint"),
                        lines=1, max_lines=6, max_length=2 * bot.config.max_question, container=False, scale=1,
                    )  # fmt: skip
                    send = gr.Button(words("ask"), elem_id="fn-send", variant="primary", scale=0)
                    stop = gr.Button(words("stop"), elem_id="fn-stop", visible=False, scale=0)
                foot = gr.Markdown(
                    render_footer(words, bot.config.max_question), elem_id="fn-foot", container=False
                )
            # frame.js fills these two and presses the button: where the conversation is kept, and which
            # page of the blog the reader is on. They would be js= if the page's policy allowed eval.
            key = gr.Textbox(elem_id="fn-key", visible="hidden", show_label=False)
            page = gr.Textbox(elem_id="fn-at", visible="hidden", show_label=False)
            sync = gr.Button("", elem_id="fn-sync", visible="hidden")
        view = View(talk, chat, sources, tools, box, send, stop)
        tools_of = {"retry": retry, "undo": undo, "clear": clear, "sync": sync}
        _wire(bot, house, view, tools_of, key, page)
        said = {retry: "try_again", undo: "undo", clear: "clear", send: "ask", stop: "stop"}

        def arrive(request: Request) -> dict[Any, Any]:
            words = _words(request, languages)
            return {
                top: render_header(_title(bot, words), words),
                chat: gr.update(
                    placeholder=render_greeting(bot, words, _page(request.query_params.get("at")))
                ),
                sources: render_panel((), words),
                box: gr.update(label=words("question_label"), placeholder=words("question_hint")),
                foot: render_footer(words, bot.config.max_question),
                **{button: gr.update(value=words(key)) for button, key in said.items()},
            }

        arriving = _careful(arrive, bot.config)
        window.load(arriving, None, [top, chat, sources, box, foot, *said], queue=False, **QUIET)
    window.max_threads, window.state_session_capacity = THREADS, TABS
    window.queue(max_size=WAITING, default_concurrency_limit=THREADS, api_open=False)
    return window  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class View:
    """The components that handlers write to."""

    talk: gr.State
    chat: gr.Chatbot
    sources: gr.Markdown
    tools: gr.Row
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button

    def all(self) -> list[Any]:
        return [getattr(self, field.name) for field in fields(self)]

    def busy(self, talk: Conversation, words: Translations) -> dict[Any, Any]:
        gr = _gradio()
        hidden, shown = gr.update(visible=False), gr.update(visible=True)
        now = self.growing(talk, words)
        return {**now, self.box: "", self.tools: hidden, self.send: hidden, self.stop: shown}

    def growing(self, talk: Conversation, words: Translations) -> dict[Any, Any]:
        return {self.talk: talk, self.chat: chat_messages(talk, words)}

    def settled(self, talk: Conversation, words: Translations) -> dict[Any, Any]:
        gr = _gradio()
        return {
            self.talk: talk,
            self.chat: chat_messages(talk, words),
            self.sources: render_panel([e.sources_html for e in talk], words),
            self.tools: gr.update(visible=bool(talk)),
            self.send: gr.update(visible=True),
            self.stop: gr.update(visible=False),
        }


def _wire(
    bot: Bot, house: House, view: View, tools: dict[str, gr.Button], key: gr.Textbox, page: gr.Textbox
) -> None:
    """What happens on each event."""
    gr = _gradio()
    languages = load_languages(bot.config.words_folder)
    kept = ConversationStore()

    def ask(question: str, talk: Conversation, key: str, request: Request) -> Iterator[dict[Any, Any]]:
        words = _words(request, languages)
        if not question.strip():
            yield {view.box: question}
            return
        stream = partial(house.stream, address=request.client.host if request.client else None)
        past = tuple(e for e in talk if not e.is_open)
        told = continue_conversation(bot, question, past, words, stream, house.memory.remember)
        yield view.busy(now := next(told), words)
        kept.save(key, now)
        for now in told:
            yield view.growing(now, words)
        kept.save(key, now)
        yield view.settled(now, words)

    def again(talk: Conversation, key: str, request: Request) -> Iterator[dict[Any, Any]]:
        yield from ask(talk[-1].question if talk else "", talk[:-1], key, request)

    def stopped(talk: Conversation, key: str, request: Request) -> dict[Any, Any]:
        ended = mark_stopped(talk)
        kept.save(key, ended)
        return view.settled(ended, _words(request, languages))

    def undone(talk: Conversation, key: str, request: Request) -> dict[Any, Any]:
        asked = talk[-1].question if talk else ""
        kept.save(key, talk[:-1])
        return {**view.settled(talk[:-1], _words(request, languages)), view.box: asked}

    def cleared(key: str, request: Request) -> dict[Any, Any]:
        kept.delete(key)
        return {**view.settled((), _words(request, languages)), view.box: ""}

    def synchronised(talk: Conversation, key: str, page: str, request: Request) -> dict[Any, Any]:
        words = _words(request, languages)
        if not talk and (found := mark_stopped(kept.load(key))):
            return view.settled(found, words)
        new = gr.update(placeholder=render_greeting(bot, words, _page(page))) if page else gr.skip()
        return {view.chat: new}  # to Gradio, nothing at all is an error

    on = partial(_careful, config=bot.config)
    known = [view.talk, key]
    asking = gr.on([view.box.submit, view.send.click], on(ask), [view.box, *known], view.all(), **QUIET)
    asking_again = tools["retry"].click(on(again), known, view.all(), **QUIET)
    view.stop.click(on(stopped), known, view.all(), cancels=[asking, asking_again], queue=False, **QUIET)
    tools["undo"].click(on(undone), known, view.all(), queue=False, **QUIET)
    tools["clear"].click(on(cleared), key, view.all(), queue=False, **QUIET)
    tools["sync"].click(on(synchronised), [*known, page], view.all(), queue=False, **QUIET)


def events_of(window: gr.Blocks) -> Events:
    """What the window's scripts may ask of it."""
    return {
        number: tuple(block.get_block_name() != "state" for block in handler.inputs)
        for number, handler in window.fns.items()
        if handler.fn is not None
    }


def _careful(handler: Callable[..., Any], config: BotConfig) -> Callable[..., Any]:
    """The handler; but of an error that nobody foresaw Gradio would print the message, in which a question may stand."""
    gr = _gradio()
    handler.__annotations__["request"] = gr.Request  # else a string, and Gradio looks for the class

    def told(error: Exception) -> Exception:
        problem = explain(error, in_full=config.log_questions)
        return gr.Error(problem.message, print_exception=False)  # type: ignore[no-any-return]

    @wraps(handler)
    def once(*given: Any) -> Any:
        try:
            return handler(*given)
        except Exception as error:  # noqa: BLE001 - explain() logs it
            raise told(error) from None

    @wraps(handler)
    def bit_by_bit(*given: Any) -> Iterator[Any]:
        try:
            yield from handler(*given)
        except Exception as error:  # noqa: BLE001 - explain() logs it
            raise told(error) from None

    return bit_by_bit if inspect.isgeneratorfunction(handler) else once


def _words(request: Request, languages: Languages) -> Translations:
    """In the language that the page was asked for in, or that the browser speaks: as bot/server/page_language.py has it."""
    asked, accepted = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
    return choose_language(asked, accepted, languages)


def _title(bot: Bot, words: Translations) -> str:
    """What the owner calls it, else the reader's words for "Ask this blog"."""
    from bot.config import DEFAULT_TITLE

    named = bot.config.title
    return words("title") if named == DEFAULT_TITLE else named


def _page(address: str | None) -> str:
    return (address or "")[:2000]


# --- the server


def app(bot: Bot, config: BotConfig, keeper: Keeper | None = None, packs: Packs | None = None) -> FastAPI:
    """The whole server: the HTTP interface, and the window at /.

    keeper: does the re-ingesting, if any. packs: keeps the compressed files; what the window needs
    of them is then wanted there.
    """
    gr = _gradio()
    from bot.server import gradio_preload as preload
    from bot.server.app import api
    from bot.server.bundle import version
    from bot.server.guard.headers import STATIC
    from bot.server.static_files import PackedFiles, Packs

    house = house_of(bot, config)
    window = build(bot, house)
    kinds = [block.get_block_name() for block in window.blocks.values()]
    frontend = Path(str(gr.__file__)).parent / "templates" / "frontend"
    needed = preload.needed(frontend, kinds)
    packs = packs or Packs()
    packs.wanted.extend(frontend / "assets" / name for name in needed)
    style, script = (f".{STATIC}/{name}?v={version(name)}" for name in ("window.css", "window.js"))

    def early() -> str:
        """What the window loads anyway, named where the browser sees it first."""
        theirs = [f"./assets/{name}" for name in needed]
        return preload.links(theirs, (f"./theme.css?v={window.theme_hash}", style), [script])

    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]).set(
        body_background_fill="#fbfaf6", body_background_fill_dark="#181715"
    )  # those of ui.css, so that nothing flashes while the page loads
    head = f'<meta name="footnote-origins" content="{" ".join(config.allowed_origins)}">'
    head += f'<link rel="stylesheet" href="{style}"><script src="{script}" defer></script>'
    server = api(bot, config, keeper, house, head=early, events=events_of(window))
    server.mount("/assets", PackedFiles(frontend / "assets", packs))
    if config.feedback_file is None:
        head += '<meta name="footnote-feedback" content="off">'
    return gr.mount_gradio_app(  # type: ignore[no-any-return]
        server,
        window,
        path="/",
        theme=theme,
        head=head,
        favicon_path=str(Path(__file__).parent / "bot" / "static" / "icon.png"),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
    )


def serve(config: BotConfig) -> None:
    """Serve until interrupted. Raises ConfigError if the address cannot be had."""
    from bot.server.run import serve

    serve(config, app)


def main() -> None:
    """`python ui.py`: settings from the environment."""
    from bot.config import load_config
    from bot.server.run import leave

    try:
        serve(load_config(os.environ))
    except FootnoteError as error:
        sys.exit(str(error))
    leave()


def _gradio() -> ModuleType:
    """Gradio, with its telemetry off: it reads these when it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import gradio

    return gradio


if __name__ == "__main__":
    main()
