"""The desk's page: a heading, the tabs, and how Gradio serves it at /owner.

A tab is one module with one function. To add one, write it and name it in TABS.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync

from bot.config import OwnerSettings, desk_folder
from bot.own_posts import own_posts
from bot.server.desk.cases import Cases
from bot.server.desk.tab import Desk
from bot.server.desk.tabs import TABS
from bot.server.desk.words import mark
from bot.server.feedback import DailyCounts, open_daily_counts
from bot.server.gradio_window import import_gradio
from bot.server.guard import DESK, MAX_UPLOAD, STATIC

if TYPE_CHECKING:
    from fastapi import FastAPI
    from gradio import Blocks

    from bot.config import BotConfig
    from bot.gaps import GapRecorder
    from bot.pipeline import Bot
    from bot.server.question_queue import QuestionQueue
    from bot.server.reingest import Scheduler

THREADS = 8  # handlers at a time: one owner, perhaps with two windows open
_STALE = (3600, 3600)  # seconds: how often uploads are removed that nobody took over, and at which age


def mount_desk(
    api: FastAPI,
    bot: Bot,
    config: BotConfig,
    queue: QuestionQueue,
    scheduler: Scheduler | None,
    settings: OwnerSettings | None = None,
    gaps: GapRecorder | None = None,
) -> None:
    """Serve the desk at /owner; the gate in front of it lets the owner in alone."""
    gr = import_gradio()
    counts = open_daily_counts(config)
    queue.listeners.append(counts.count)
    page = build_desk(bot, config, queue, scheduler, counts, settings, gaps)
    _write_at_end(api, counts)
    gr.mount_gradio_app(
        api, page, path=DESK, theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        head='<meta name="robots" content="noindex">' + "".join(
            f'<link rel="stylesheet" href="..{STATIC}/{file}">' for file in ("window/palette.css", "desk/desk.css")
        ),
        footer_links=[], run_history=False, ssr_mode=False, show_error=False, max_file_size=MAX_UPLOAD,
    )  # fmt: skip


def build_desk(
    bot: Bot,
    config: BotConfig,
    queue: QuestionQueue,
    scheduler: Scheduler | None,
    counts: DailyCounts,
    settings: OwnerSettings | None = None,
    gaps: GapRecorder | None = None,
) -> Blocks:
    """The page over one bot, with marks in place of its texts."""
    gr = import_gradio()
    with gr.Blocks(title=mark("desk_title"), analytics_enabled=False, delete_cache=_STALE) as page:
        desk = Desk(
            bot, queue, scheduler, page, settings or OwnerSettings(config), gaps, counts,
            own_posts(config), Cases(desk_folder(config)),
        )  # fmt: skip
        with gr.Column(elem_id="desk"):
            gr.Markdown(_heading(), elem_id="desk-top", container=False, sanitize_html=False)
            with gr.Tabs(elem_id="desk-tabs"):
                for tab in TABS:
                    with gr.Tab(mark(tab.name), id=tab.name):
                        tab.build(desk)
    page.max_threads = THREADS
    page.queue(max_size=50, default_concurrency_limit=THREADS, api_open=False)
    return page  # type: ignore[no-any-return]


def _write_at_end(api: FastAPI, counts: DailyCounts) -> None:
    """Have the counts that wait written when the server ends."""
    before = api.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with before(app) as state:
            yield state
        await run_sync(counts.write)

    api.router.lifespan_context = lifespan


def _heading() -> str:
    """The name of the page and the way out, which works without script."""
    return (
        f'<div class="desk-head"><h1>{mark("desk_title")}</h1>'
        f'<nav><a href="../">{mark("desk_window")}</a>'
        f'<form method="post" action="logout"><button>{mark("desk_log_out")}</button></form></nav></div>'
    )
