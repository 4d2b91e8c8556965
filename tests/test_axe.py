"""axe-core finds nothing to complain of, in each state of each page, light and dark, wide and narrow.

The file axe.min.js comes with a package of the test extra; FOOTNOTE_AXE names another, such as one
from npm. What axe cannot see (that a new answer is announced, where the focus goes) is in
test_browser.py.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from blog import Blog
from browsing import Page, serving
from fake_bot import ERRORS, FakeBot
from widget_pages import BUTTON, FRAME, Visit, asked, opened_chat
from widget_pages import wait as until

import ui
from bot.bot import Bot

pytestmark = pytest.mark.browser
VIEWS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]


@pytest.fixture(scope="session")
def axe() -> str:
    """The script, of version 4."""
    named = os.environ.get("FOOTNOTE_AXE")
    package = importlib.util.find_spec("axe_playwright_python")
    if not named and package is None:
        pytest.skip("axe-core is not here: install the test extra, or name axe.min.js in FOOTNOTE_AXE")
    found = Path(named) if named else Path(str(package and package.origin)).parent / "axe.min.js"
    script = found.read_text(encoding="utf-8")
    assert script.startswith("/*! axe v4.")
    return script


def complaints(page: Page, axe: str, inside: str = "html") -> list[str]:
    """What axe says is wrong with the page (or a part of it) as it stands, its frames included."""
    for frame in page.frames:
        frame.evaluate(axe)
    found = page.evaluate("inside => axe.run(inside, { resultTypes: ['violations'] })", inside)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[str, FakeBot]]:
    bot = FakeBot()
    with serving(ui.app(cast(Bot, bot), bot.config)) as address:
        yield address, bot


@contextmanager
def opened(chromium: Any, address: str, width: int, scheme: str) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(address, wait_until="domcontentloaded")
    yield page
    context.close()


def ask(page: Page, question: str, shown: str) -> None:
    page.fill("#fn-box textarea", question)
    page.press("#fn-box textarea", "Enter")
    page.wait_for_selector(shown)


def answer(page: Page, bot: FakeBot) -> None:
    ask(page, "How do I do it?", ".fn-answered")
    page.wait_for_selector("#fn-send")


def wait(page: Page, bot: FakeBot) -> None:
    """Chips of an earlier answer stand there, too."""
    ask(page, "Peru?", ".fn-abstained .fn-chip")
    bot.gate = threading.Event()
    ask(page, "Why does my back ache?", ".fn-partial >> text=Tight")


def fail(page: Page, bot: FakeBot) -> None:
    bot.error = ERRORS["model"]
    ask(page, "Why?", ".fn-problem")


def point(page: Page, bot: FakeBot) -> None:
    answer(page, bot)
    page.click("#ref-0-2")


STATES: dict[str, Callable[[Page, FakeBot], object]] = {
    "empty": lambda page, bot: page.wait_for_selector(".fn-chip"),
    "answered": answer,
    "pointed": point,
    "abstained": lambda page, bot: ask(page, "Peru?", ".fn-abstained .fn-chip"),
    "urgent": lambda page, bot: ask(page, "numb legs, both of them", ".fn-urgent:not(.fn-partial)"),
    "waiting": wait,
    "failed": fail,
}


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_window(chromium: Any, told: tuple[str, FakeBot], axe: str, width: int, scheme: str) -> None:
    address, bot = told
    wrong: list[str] = []
    for name, reach in STATES.items():
        with opened(chromium, address, width, scheme) as page:
            page.wait_for_selector(".fn-chip")
            reach(page, bot)
            page.wait_for_timeout(100)
            wrong += [f"{name}: {one}" for one in complaints(page, axe)]
        if bot.gate is not None:
            bot.gate.set()
        bot.error = bot.gate = None
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_widget(visit: Visit, blog: Blog, axe: str, width: int, scheme: str) -> None:
    """Closed, open with an answer, and while its server is silent. The blog around it is not ours."""
    size = {"width": width, "height": 800}
    options = {"viewport": size, "screen": size, "color_scheme": scheme, "reduced_motion": "reduce"}
    page = visit("/", options=options)
    wrong = [f"closed: {one}" for one in complaints(page, axe, "footnote-chat")]
    asked(opened_chat(page), "How long do I hold a stretch?")
    wrong += [f"open: {one}" for one in complaints(page, axe, "footnote-chat")]
    page = visit("/", options=options)
    page.context.route(f"{blog.chat}/?embed*", lambda route: route.abort("connectionrefused"))
    page.clock.install()
    page.click(BUTTON)
    page.clock.fast_forward(7000)
    page.get_by_role("button", name="Try again").wait_for()
    page.locator(FRAME).evaluate("e => e.remove()")  # the browser's own error page, which nobody sees
    until(page, lambda: len(page.frames) == 1)
    wrong += [f"silent: {one}" for one in complaints(page, axe, "footnote-chat")]
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_owners_page(chromium: Any, told: tuple[str, FakeBot], axe: str, width: int, scheme: str) -> None:
    with opened(chromium, f"{told[0]}embed?blog=https://www.blog.example", width, scheme) as page:
        page.wait_for_load_state()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert complaints(page, axe) == []


def test_what_is_wrong_is_seen(chromium: Any, told: tuple[str, FakeBot], axe: str) -> None:
    with opened(chromium, told[0], 360, "light") as page:
        page.wait_for_selector(".fn-chip")
        page.evaluate("document.querySelector('.fn-lead').style.color = '#ddd'")
        assert [one.partition(":")[0] for one in complaints(page, axe)] == ["color-contrast"]
