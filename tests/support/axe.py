"""axe-core on every page of ours, in each of its states, light and dark, wide and narrow.

    python tests/support/axe.py        all of it; prints how often axe was run and what it complained of

The file axe.min.js comes with a package of the test extra; FOOTNOTE_AXE names another, such as one
from npm. What axe cannot see (that a new answer is announced, where the focus goes) is in the
browser tests.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from patience import PATIENCE

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1, 0)]

import pytest
from browsing import Page, free_port, launched, serving
from fake_bot import ERRORS, FakeBot
from voices import ears, voices

from bot import demo
from bot.config import BotConfig
from bot.pipeline import Bot
from bot.server import create_app

VIEWS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
_POSTS = [str(Path(__file__).resolve().parents[2] / "data" / name) for name in ("articles", "guides")]


def script() -> str:
    """axe, of version 4; the test is skipped where it is not."""
    named = os.environ.get("FOOTNOTE_AXE")
    package = importlib.util.find_spec("axe_playwright_python")
    if not named and package is None:
        pytest.skip("axe-core is not here: install the test extra, or name axe.min.js in FOOTNOTE_AXE")
    found = Path(named) if named else Path(str(package and package.origin)).parent / "axe.min.js"
    read = found.read_text(encoding="utf-8")
    assert read.startswith("/*! axe v4.")
    return read


@dataclass
class Look:
    """What axe said so far. runs: the states in which a frame was looked at."""

    axe: str
    runs: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def at(self, page: Page, state: str) -> None:
        """Look at the current page, and at each of its frames by itself: those of other sites, too."""
        page.wait_for_timeout(60)
        for frame in page.frames:
            if not frame.evaluate("'axe' in window"):
                frame.evaluate(self.axe)
            found = frame.evaluate("axe.run(document, { resultTypes: ['violations'], iframes: false })")
            assert found["passes"], f"{state}: axe looked at nothing"
            self.runs.append(state)
            self.wrong += [
                f"{state}: {one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
                for one in found["violations"]
                for node in one["nodes"]
            ]


@dataclass(frozen=True, slots=True)
class Site:
    """chat, blog: the addresses of the server over the bot, and of the demo blog that embeds it."""

    chat: str
    blog: str
    bot: FakeBot


@contextmanager
def site() -> Iterator[Site]:
    port = free_port()
    blog = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"  # beside which votes are kept
        bot = FakeBot(config=BotConfig(index=index, allowed_origins=(blog,), rate=(), rate_total=()))
        with serving(create_app(cast(Bot, bot), bot.config)) as address:
            chat = address.rstrip("/").replace("127.0.0.1", "localhost")
            with demo.serve_blog(demo.create_blog(chat, demo.load_posts(_POSTS)), port):
                yield Site(address, blog, bot)


@contextmanager
def opened(chromium: Any, address: str, width: int, scheme: str) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
    )
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.add_init_script(voices() + ears())  # so that what needs a voice is offered
    page.goto(address, wait_until="domcontentloaded")
    yield page
    context.close()


# --- the window


def ask(page: Page, question: str, shown: str) -> None:
    """Ask in an empty window, and wait until that is shown."""
    if page.locator(".fn-question").count():
        page.click("#fn-clear")
        page.wait_for_selector(".fn-question", state="detached")
    page.fill("#fn-box textarea", question)
    page.press("#fn-box textarea", "Enter")
    page.wait_for_selector(shown)


def _answered(page: Page, bot: FakeBot) -> None:
    ask(page, "How do I do it?", ".fn-answered .fn-thumb")
    page.wait_for_selector("#fn-clear")


def _pointed(page: Page, bot: FakeBot) -> None:
    """On a narrow page the source opens in a sheet."""
    page.click("#ref-0-2")
    page.wait_for_selector(".fn-sheet[open], mark.fn-active:visible")


def _peeked(page: Page, bot: FakeBot) -> None:
    if page.locator(".fn-sheet[open]").count():
        page.click(".fn-sheet-close")
    page.mouse.move(0, 0)
    page.hover("#ref-0-1")
    page.wait_for_selector(".fn-peek")


def _timed(page: Page, bot: FakeBot) -> None:
    page.mouse.move(0, 0)
    page.keyboard.press("Escape")
    page.click(".fn-timer-go")


def _told(page: Page, bot: FakeBot) -> None:
    page.click(".fn-thumb-down")
    page.wait_for_selector(".fn-feedback")


def _thanked(page: Page, bot: FakeBot) -> None:
    page.click(".fn-reason >> nth=1")
    page.fill(".fn-feedback textarea", "It says nothing about mornings.")
    page.click(".fn-feedback-send")
    page.wait_for_selector(".fn-feedback", state="detached")


def _read_aloud(page: Page, bot: FakeBot) -> None:
    page.click(".fn-listen")
    page.wait_for_selector(".fn-listen[aria-pressed=true]")


def _waiting(page: Page, bot: FakeBot) -> None:
    bot.gate = threading.Event()
    ask(page, "Why does my back ache?", ".fn-partial >> text=Tight")


def _failed(page: Page, bot: FakeBot) -> None:
    if bot.gate is not None:
        bot.gate.set()
    page.wait_for_selector("#fn-send")
    bot.error = ERRORS["model"]
    ask(page, "Why?", ".fn-problem")


def _too_long(page: Page, bot: FakeBot) -> None:
    bot.error = bot.gate = None
    page.fill("#fn-box textarea", "x" * 1100)
    page.wait_for_selector(".fn-count.fn-full")


def _offline(page: Page, bot: FakeBot) -> None:
    page.fill("#fn-box textarea", "")
    page.context.set_offline(True)
    page.wait_for_selector("#fn-bar")
    page.context.set_offline(False)


STATES: dict[str, Callable[[Page, FakeBot], object]] = {  # each from the one before
    "first visit": lambda page, bot: page.wait_for_selector(".fn-welcome .fn-chip"),
    "steps": _answered,
    "source open": _pointed,
    "card": _peeked,
    "timer": _timed,
    "feedback form": _told,
    "thanks": _thanked,
    "read aloud": _read_aloud,
    "abstained": lambda page, bot: ask(page, "Peru?", ".fn-abstained .fn-chip"),
    "urgent": lambda page, bot: ask(page, "numb legs, both of them", ".fn-urgent:not(.fn-partial)"),
    "answer on its way": _waiting,
    "error": _failed,
    "too long": _too_long,
    "offline": _offline,
}


def window(chromium: Any, on: Site, look: Look, width: int, scheme: str) -> None:
    with opened(chromium, on.chat, width, scheme) as page:
        try:
            for name, reach in STATES.items():
                reach(page, on.bot)
                look.at(page, f"window {width} {scheme}, {name}")
        finally:
            if on.bot.gate is not None:
                on.bot.gate.set()
            on.bot.error = on.bot.gate = None


# --- the pages around it


def pages(chromium: Any, on: Site, look: Look, width: int, scheme: str) -> None:
    """What the owner sees, and the demo blog; its button is on each page."""
    post = f"post/{demo.load_posts(_POSTS)[0].slug}"
    with opened(chromium, f"{on.chat}embed", width, scheme) as page:
        for path in ("embed", "embed/preview"):
            page.goto(f"{on.chat}{path}", wait_until="load")
            look.at(page, f"/{path} {width} {scheme}")
        for path in ("", "about", post, "nothing"):
            page.goto(f"{on.blog}/{path}", wait_until="load")
            look.at(page, f"blog /{path} {width} {scheme}, widget closed")


def widget(chromium: Any, on: Site, look: Look, width: int, scheme: str) -> None:
    with opened(chromium, f"{on.blog}/about", width, scheme) as page:
        page.click("footnote-chat button")
        chat = page.wait_for_selector("footnote-chat iframe").content_frame()
        chat.wait_for_selector(".fn-embed .fn-welcome .fn-chip")
        look.at(page, f"widget {width} {scheme}, open")
        ask(chat, "How do I do it?", ".fn-answered .fn-thumb")
        chat.wait_for_selector("#fn-clear")
        look.at(page, f"widget {width} {scheme}, answered")
        chat.click("#ref-0-2")
        chat.wait_for_selector(".fn-sheet[open]")
        look.at(page, f"widget {width} {scheme}, source open")


TOURS = (window, pages, widget)


def main() -> None:
    look, began = Look(script()), time.monotonic()
    with site() as on, launched() as chromium:
        for width, scheme in VIEWS:
            for tour in TOURS:
                tour(chromium, on, look, width, scheme)
    states = len(set(look.runs))
    print(f"axe ran {len(look.runs)} times in {states} states: {len(look.wrong)} violations", end="")
    print(f" ({time.monotonic() - began:.0f} s)", *look.wrong, sep="\n")
    sys.exit(1 if look.wrong else 0)


if __name__ == "__main__":
    main()
