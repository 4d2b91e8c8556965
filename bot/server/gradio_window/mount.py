"""The whole server as one ASGI app: the HTTP interface, and the chat window at /."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.server.app import create_api
from bot.server.desk import mount_desk
from bot.server.gradio_window import preload
from bot.server.gradio_window.layout import build, handler_inputs, import_gradio
from bot.server.guard import DESK, STATIC
from bot.server.question_queue import QuestionQueue, open_queue
from bot.server.static_files import CompressedFiles, CompressedStaticFiles, bundle_version
from bot.server.window import accent_style

if TYPE_CHECKING:
    from fastapi import FastAPI

    from bot.config import BotConfig, OwnerSettings
    from bot.gaps import GapRecorder
    from bot.pipeline import Bot
    from bot.server.reingest.schedule import Scheduler

_ICON = Path(__file__).parents[2] / "static" / "icon.png"
# The colours of the window's own style sheet, so that nothing flashes while the page loads.
_LIGHT, _DARK = "#fbfaf6", "#181715"


def create_app(
    bot: Bot,
    config: BotConfig,
    scheduler: Scheduler | None = None,
    files: CompressedFiles | None = None,
    queue: QuestionQueue | None = None,
    settings: OwnerSettings | None = None,
    gaps: GapRecorder | None = None,
) -> FastAPI:
    """The HTTP interface and the chat window over one bot.

    Args:
        bot: Answers the questions.
        config: The owner's settings.
        scheduler: Re-ingests while the server runs, if anything does.
        files: Holds the compressed static files; those that the window needs are added to its list.
        queue: The questions of this server; without it there is a new one.
        settings: The settings in force, which the owner changes while the server runs; without it they stay as they are.
        gaps: Keeps what the blog does not answer, if anything does.
    """
    gr = import_gradio()
    current = settings.current if settings else lambda: config
    queue = queue or open_queue(bot, config, current)
    window = build(bot, queue)
    files = files or CompressedFiles()
    frontend = Path(str(gr.__file__)).parent / "templates" / "frontend"
    needed = preload.needed(frontend, [block.get_block_name() for block in window.blocks.values()])
    files.wanted.extend(frontend / "assets" / name for name in needed)
    style, script = (f".{STATIC}/{name}?v={bundle_version(name)}" for name in ("window.css", "window.js"))

    def preloads() -> str:
        """What the window loads in any case, named where the browser sees it first."""
        assets = [f"./assets/{name}" for name in needed]
        loaded = preload.links(assets, (f"./theme.css?v={window.theme_hash}", style), [script])
        return loaded + _owners_head(current())

    api = create_api(
        bot,
        config,
        scheduler,
        queue,
        head=preloads,
        inputs=handler_inputs(window),
        current=current,
        gaps=gaps,
    )
    assets = CompressedStaticFiles(frontend / "assets", files)
    api.mount("/assets", assets)
    if config.owner_token.get_secret_value():
        api.mount(f"{DESK}/assets", assets)
        mount_desk(api, bot, config, queue, scheduler, settings, gaps)
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"])
    app = gr.mount_gradio_app(
        api,
        window,
        path="/",
        theme=theme.set(body_background_fill=_LIGHT, body_background_fill_dark=_DARK),
        head=f'<link rel="stylesheet" href="{style}"><script src="{script}" defer></script>',
        favicon_path=str(_ICON),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
    )
    if settings:
        settings.on_change(partial(_rename, window))
    return app  # type: ignore[no-any-return]


def _owners_head(config: BotConfig) -> str:
    """What the owner's settings put into the page's <head>: who may show the page, its colour, whether it asks for votes."""
    head = f'<meta name="footnote-origins" content="{" ".join(config.allowed_origins)}">'
    head += accent_style(config.colour) if config.colour else ""
    head += '<link rel="nlweb" href="./ask">' if "nlweb" in config.protocols else ""
    return head if config.feedback_file else head + '<meta name="footnote-feedback" content="off">'


def _rename(window: Any, config: BotConfig) -> None:
    """Give the browser's tab the owner's title; Gradio takes it from its own copy of the settings."""
    window.title = config.title
    if isinstance(window.config, dict):
        window.config["title"] = config.title
