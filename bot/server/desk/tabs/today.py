"""Today: is the chat well, and what it did lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.server.desk.tab import QUIET, Desk, words_of
from bot.server.gradio_window import import_gradio

if TYPE_CHECKING:
    from bot.server.desk.tab import Request


def build(desk: Desk) -> None:
    """Add what the tab shows, filled when the page is opened."""
    gr = import_gradio()
    shown = gr.Markdown(elem_id="today", container=False)

    def load(request: Request) -> str:
        return words_of(request)("tab_today")

    desk.page.load(desk.handler(load), None, shown, queue=False, **QUIET)
