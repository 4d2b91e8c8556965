"""The widget on a blog, in headless Chromium: what the tests of it share.

The blog is tests/support/blog.py on 127.0.0.1, the chat a scripted bot on localhost: two sites, as on the web,
so Chromium gives the chat's frame no storage. conftest.py has the fixtures `blog` and `visit`.
Screenshots: set FOOTNOTE_SHOTS to a folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

from blog import Blog, blog_server, bot_of
from browsing import Page, serving
from patience import PATIENCE, eventually

from bot.config import BotConfig
from bot.server import create_app

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
BUTTON, FRAME = "footnote-chat button", "footnote-chat iframe"
Visit = Callable[..., Page]

# For <head>: notes what moves on the page, and what keeps it from answering for more than 50 ms.
WATCH = (
    "<script>window.shifts = []; window.tasks = [];"
    "new PerformanceObserver(l => shifts.push(...l.getEntries().filter(s => !s.hadRecentInput)))"
    ".observe({type: 'layout-shift', buffered: true});"
    "new PerformanceObserver(l => tasks.push(...l.getEntries().map(e => e.duration)))"
    ".observe({type: 'longtask', buffered: true})</script>"
)


@contextmanager
def blog_with_chat() -> Iterator[Blog]:
    with blog_server() as blog:
        blog.bot = bot = bot_of(blog)
        bot.config = BotConfig(allowed_origins=(blog.address, blog.wix_frames), rate=(), rate_total=())
        with serving(create_app(cast("Any", bot), bot.config)) as address:
            blog.chat = address.rstrip("/").replace("127.0.0.1", "localhost")
            yield blog


@contextmanager
def visits(chromium: Any, blog: Blog) -> Iterator[Visit]:
    """visit(path, tag="data-…", …): a page of the blog in a context of its own. No page may throw."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def opened(path: str = "/", *, options: dict[str, Any] | None = None, **query: str) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **(options or {})})
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{blog.address}{path}?{urlencode(query)}", wait_until="load")
        return page

    try:
        yield opened
    finally:
        for context in contexts:
            context.close()
    assert wrong == []


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("FOOTNOTE_SHOTS"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{folder}/widget-{name}.png")


def opened_chat(page: Page, *, press: bool = True) -> Any:
    """The chat in the frame, ready to be asked."""
    if press:
        page.click(BUTTON)
    chat = page.frame_locator(FRAME)
    chat.locator(".fn-embed .fn-chip, .fn-embed .fn-answered").first.wait_for()
    return chat


def asked(chat: Any, question: str) -> None:
    """Ask, and wait until this question, too, has its whole answer."""
    before = chat.locator(".fn-answered").count()
    chat.locator("#fn-box textarea").fill(question)
    chat.locator("#fn-box textarea").press("Enter")
    chat.locator(".fn-answered").nth(before).wait_for()
    chat.locator("#fn-send").wait_for()


def link_of_last_source(chat: Any) -> Any:
    """The way to the blog in the sheet of the last source."""
    chat.locator(
        ".fn-marker[aria-haspopup]"
    ).last.click()  # the window's script marks those that it has drawn
    link = chat.locator(".fn-sheet a.fn-open")
    link.wait_for()
    return link


def is_open(page: Page) -> bool:
    return bool(page.get_attribute(BUTTON, "aria-expanded") == "true" and page.locator(FRAME).is_visible())


def wait(page: Page, condition: Callable[[], object]) -> None:
    """Until the condition holds."""
    eventually(condition, pause=lambda: page.wait_for_timeout(50))
