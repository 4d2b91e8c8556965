"""The chat window in headless Chromium: what a reader sees, clicks and types, and what goes out.

Most tests run against a scripted bot, so that each state can be reached; the last ones run the
real server on the sample articles. Every test also fails if the page writes an error to the
console or asks any host but its own for anything. Screenshots: set FOOTNOTE_SHOTS to a folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import uvicorn
from browsing import Page, free_port
from fake_bot import ERRORS, EXAMPLES, OPENING, STRETCHES, FakeBot

import ui

if TYPE_CHECKING:
    from bot.bot import Bot

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[1]


# --- the browser


@contextmanager
def opened(chromium: Any, address: str, *, expected: str = "nothing", **options: Any) -> Iterator[Page]:
    """A page in a context of its own; on leaving, checks what it said and whom it asked.

    expected: what the console may complain of.
    """
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    asked: set[str] = set()
    page.on(
        "console",
        lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    page.goto(address)
    page.wait_for_selector(".fn-welcome")
    yield page
    assert [complaint for complaint in wrong if expected not in complaint] == []
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}
    context.close()


@pytest.fixture
def page(chromium: Any, served: tuple[str, FakeBot]) -> Iterator[Page]:
    with opened(chromium, served[0]) as page:
        page.wait_for_selector(".fn-chip")
        yield page


def ask(page: Page, question: str, *, answers: int) -> None:
    """Ask, and wait until that many answers stand there, complete."""
    page.fill("#fn-box textarea", question)
    page.press("#fn-box textarea", "Enter")
    settled(page, answers)


def settled(page: Page, answers: int) -> None:
    page.wait_for_function(
        "n => document.querySelectorAll('.fn-answer:not(.fn-partial, .fn-waiting)').length == n"
        " && document.querySelector('#fn-send')?.offsetParent",
        arg=answers,
    )


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("FOOTNOTE_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


# --- the servers


@pytest.fixture(scope="session")
def _serving() -> Iterator[tuple[str, FakeBot]]:
    bot, port = FakeBot(), free_port()
    app = ui.app(cast("Bot", bot), bot.config)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/", bot
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def served(_serving: tuple[str, FakeBot]) -> Iterator[tuple[str, FakeBot]]:
    """The address of a server over a scripted bot, and the bot; its script is reset afterwards."""
    yield _serving
    bot = _serving[1]
    if bot.gate is not None:
        bot.gate.set()
    bot.error = bot.late_error = bot.gate = None
    bot.pause = 0.0
    bot.asked.clear()
    bot.closed.clear()


@pytest.fixture
def bot(served: tuple[str, FakeBot]) -> FakeBot:
    return served[1]


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real thing: data/ ingested by the command line, served with the real model."""
    index, port = tmp_path_factory.mktemp("index"), free_port()
    command = [sys.executable, "-m", "bot"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")}
    subprocess.run([*command, "ingest", "--index", str(index)], cwd=ROOT, env=env, check=True, timeout=300)
    serve = [*command, "serve", "--port", str(port), "--index", str(index)]
    with subprocess.Popen(serve, cwd=ROOT, env=env) as process:
        try:
            wait_until_healthy(process, f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def wait_until_healthy(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(240):
        assert process.poll() is None, "the server has ended"
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError("the server does not become healthy")


# --- asking


def test_an_answer_streams_and_is_footnoted(page: Page, bot: FakeBot) -> None:
    bot.gate = threading.Event()
    page.fill("#fn-box textarea", "Why does my back ache?")
    page.press("#fn-box textarea", "Enter")
    page.wait_for_selector(".fn-partial >> text=Tight")
    assert page.locator(".fn-marker").count() == 0
    assert page.input_value("#fn-box textarea") == ""
    assert page.locator("#fn-stop").is_visible()
    assert not page.locator("#fn-send").is_visible()
    assert page.get_attribute("#fn-chat [role=log]", "aria-busy") == "true"
    shot(page, "streaming")
    bot.gate.set()
    settled(page, 1)
    assert page.locator(".fn-marker").all_text_contents() == ["Source 1", "Source 2"]
    assert page.locator("mark").all_inner_texts() == list(OPENING)
    assert page.get_attribute("#fn-chat [role=log]", "aria-busy") == "false"
    assert page.locator("#fn-chat [aria-live=polite]").count() == 1
    assert page.locator("#fn-chat [data-testid][aria-label]").count() == 0


def test_a_marker_leads_to_its_quote_and_back(page: Page) -> None:
    ask(page, "How long do I hold a stretch?", answers=1)
    page.click(".fn-marker >> nth=1")
    active = page.locator("mark.fn-active")
    assert active.all_inner_texts() == ["Stop if the pain shoots down the leg."]
    assert page.evaluate("document.activeElement.id") == "fn-0-2"
    shot(page, "marker")
    page.keyboard.press("Tab")  # to "Read it on the blog"
    link = page.locator(":focus")
    assert link.get_attribute("href") == f"{STRETCHES.url}#:~:text=Stop"
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in link.get_attribute("rel")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "ref-0-2"


def test_a_follow_up_has_its_history_and_older_footnotes_still_lead_somewhere(
    page: Page, bot: FakeBot
) -> None:
    ask(page, "Why does my back ache?", answers=1)
    ask(page, "How do I do it?", answers=2)
    _, history = bot.asked[-1]
    assert [turn.role for turn in history] == ["user", "assistant"]
    assert history[0].content == "Why does my back ache?"
    assert page.locator(".fn-sources:visible").get_attribute("id") == "sources-1"
    assert page.locator(".fn-answer ol > li").count() == 4
    page.click("#ref-0-1")
    assert page.locator(".fn-sources:visible").get_attribute("id") == "sources-0"
    assert "Why does my back ache?" in page.inner_text(".fn-sources:visible")


def test_an_example_is_asked_when_it_is_picked(page: Page, bot: FakeBot) -> None:
    assert page.locator(".fn-chip").all_inner_texts() == list(EXAMPLES)
    page.click(".fn-chip >> nth=1")
    settled(page, 1)
    assert bot.asked[-1][0] == EXAMPLES[1]
    assert page.inner_text(".fn-question") == EXAMPLES[1]


def test_what_the_blog_does_not_say_comes_with_what_it_does(page: Page, bot: FakeBot) -> None:
    ask(page, "What is the capital of Peru?", answers=1)
    assert page.locator(".fn-abstained .fn-chip").count() == 3
    assert page.locator(".fn-marker").count() == 0
    page.click(".fn-abstained .fn-chip >> nth=0")
    settled(page, 2)
    assert bot.asked[-1][0] == EXAMPLES[0]


def test_red_flags_stand_apart(page: Page) -> None:
    ask(page, "Both my legs are numb? I mean numb legs", answers=1)
    box = page.locator(".fn-urgent")
    assert box.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    assert "medical help now" in box.locator("p").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_red_flags_stand_apart_from_the_first_word(
    chromium: Any, served: tuple[str, FakeBot], scheme: str
) -> None:
    address, bot = served
    bot.gate = threading.Event()
    narrow: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    with opened(chromium, address, **narrow) as page:
        page.fill("#fn-box textarea", "numb legs, both of them")
        page.press("#fn-box textarea", "Enter")
        page.wait_for_selector(".fn-partial.fn-urgent")
        box = page.locator(".fn-urgent")
        early = box.evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).fontFamily]")
        shot(page, f"urgent-first-word-{scheme}")
        bot.gate.set()
        settled(page, 1)
        shot(page, f"urgent-{scheme}")
        assert early == box.evaluate(
            "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).fontFamily]"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_metadata_answer_leads_to_the_article(page: Page) -> None:
    ask(page, "Who wrote this?", answers=1)
    page.click(".fn-marker")
    assert page.evaluate("document.activeElement.closest('h3').innerText").endswith(STRETCHES.title)


def test_an_empty_question_is_not_asked(page: Page, bot: FakeBot) -> None:
    page.press("#fn-box textarea", "Enter")
    page.fill("#fn-box textarea", "   ")
    page.click("#fn-send")
    page.wait_for_timeout(500)
    assert bot.asked == []
    assert page.locator(".fn-welcome").is_visible()


# --- what can be done with an answer


def test_try_again_undo_and_clear(page: Page, bot: FakeBot) -> None:
    ask(page, "Why does my back ache?", answers=1)
    page.click("#fn-retry")
    # The old answer stands until the new one begins: only the bot knows that it was asked again.
    for _ in range(100):
        if len(bot.asked) == 2:
            break
        page.wait_for_timeout(100)
    settled(page, 1)
    assert [question for question, _ in bot.asked] == ["Why does my back ache?"] * 2
    assert bot.asked[-1][1] == ()
    ask(page, "How do I do it?", answers=2)
    page.click("#fn-undo")
    settled(page, 1)
    page.wait_for_function("document.querySelector('#fn-box textarea').value == 'How do I do it?'")
    assert page.evaluate("document.activeElement == document.querySelector('#fn-box textarea')")
    assert page.locator(".fn-sources").count() == 1
    page.click("#fn-clear")
    page.wait_for_selector(".fn-welcome")
    settled(page, 0)
    assert page.input_value("#fn-box textarea") == ""
    assert page.locator(".fn-sources").count() == 0
    assert not page.locator("#fn-retry").is_visible()
    ask(page, "Why?", answers=1)
    assert bot.asked[-1][1] == ()


def test_stopping_keeps_what_has_arrived_and_frees_the_bot(page: Page, bot: FakeBot) -> None:
    bot.pause = 0.25
    page.fill("#fn-box textarea", "Why does my back ache?")
    page.press("#fn-box textarea", "Enter")
    page.wait_for_selector(".fn-partial >> text=Tight")
    page.press("#fn-box textarea", "Enter")  # busy: nothing may come of it
    page.click("#fn-stop")
    page.wait_for_selector(".fn-partial >> text=Stopped.")
    assert page.inner_text(".fn-partial").startswith("Tight")
    assert page.locator("#fn-send").is_visible()
    assert bot.closed.wait(5)
    bot.pause = 0.0
    assert len(bot.asked) == 1
    page.click("#fn-retry")
    settled(page, 1)
    ask(page, "How long?", answers=2)


def test_copying_takes_the_sources_along(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, "Why does my back ache?", answers=1)
        page.click(".fn-copy")
        page.wait_for_selector(".fn-copy >> text=Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Tight hamstrings pull on the pelvis. [1] That")
        assert copied.endswith(f"[2] {STRETCHES.title}, {STRETCHES.url}")


@pytest.mark.parametrize("kind", [*ERRORS, "unforeseen"])
def test_an_error_is_a_message_and_can_be_tried_again(page: Page, bot: FakeBot, kind: str) -> None:
    bot.error = ERRORS.get(kind, ZeroDivisionError("/srv/secret/x.py"))
    ask(page, "Why does my back ache?", answers=1)
    assert "/srv" not in page.content()
    assert page.inner_text(".fn-problem").endswith(".")
    assert page.locator(".toast-wrap .toast-body").count() == 0
    assert not page.locator(".fn-copy").count()
    shot(page, f"error-{kind}")
    bot.error = None
    page.click("#fn-retry")
    page.wait_for_selector(".fn-answered")
    assert page.locator(".fn-problem").count() == 0


def test_when_too_many_ask_the_question_is_kept(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], expected="503") as page:
        page.wait_for_selector(".fn-chip")
        full = {"detail": "Queue is full. Max size is 32 and size is 32."}
        page.route("**/queue/join*", lambda route: route.fulfill(status=503, json=full))
        page.fill("#fn-box textarea", "Why?")
        page.press("#fn-box textarea", "Enter")
        page.wait_for_selector("text=currently busy. Please try again.")
        page.wait_for_timeout(500)
        shot(page, "full")
        assert page.input_value("#fn-box textarea") == "Why?"
        assert "fn-sent" not in (page.get_attribute("html", "class") or "")
        page.unroute("**/queue/join*")
        page.press("#fn-box textarea", "Enter")
        settled(page, 1)


def test_without_an_index_the_window_says_so(chromium: Any, served: tuple[str, FakeBot]) -> None:
    served[1].error = ERRORS["missing"]
    with opened(chromium, served[0]) as page:
        page.wait_for_selector(".fn-lead >> text=No article has been added yet")


def test_every_tab_has_its_own_conversation(chromium: Any, page: Page, served: tuple[str, FakeBot]) -> None:
    ask(page, "Why does my back ache?", answers=1)
    with opened(chromium, served[0]) as other:
        ask(other, "How long?", answers=1)
        assert served[1].asked[-1][1] == ()
    assert page.locator(".fn-question").count() == 1


# --- what must not happen


def test_what_an_article_contains_is_never_more_than_text(page: Page) -> None:
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    ask(page, "<img src=x onerror=alert(1)> $x$ [odd](http://evil.example) `c` **b**\n\n# h", answers=1)
    shot(page, "odd")
    for area in ("#fn-chat", "#fn-side"):
        assert page.locator(f"{area} :is(img, script, b, i, em, strong, code, pre, .katex)").count() == 0
        assert page.locator(f"{area} a[href*='evil.example']").count() == 0
    assert (
        "Use $x^2$ and $$y$$ with *stars*, `code`, ![p](http://evil.example/p.png) <b>b</b>"
        in page.inner_text(".fn-answered")
    )
    assert "${alert(1)} {{x}}." in page.inner_text("#fn-side")
    assert "**b**" in page.inner_text(".fn-question")
    assert page.locator(".fn-question").count() == 1


# --- keyboard, widths, schemes


def test_everything_works_from_the_keyboard(page: Page, bot: FakeBot) -> None:
    page.wait_for_function("document.activeElement == document.querySelector('#fn-box textarea')")
    page.keyboard.type("How long")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("do I hold it?")
    assert page.input_value("#fn-box textarea") == "How long\ndo I hold it?"
    page.keyboard.press("Enter")
    settled(page, 1)
    assert bot.asked[-1][0] == "How long\ndo I hold it?"
    assert page.evaluate("document.activeElement == document.querySelector('#fn-box textarea')")
    stops = []
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.locator(".fn-header h1").evaluate("e => { e.tabIndex = -1; e.focus() }")
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        if stops[-1] == "ref-0-1":
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
    assert {"ref-0-1", "ref-0-2", "fn-retry", "fn-undo", "Copy", "fn-clear", "fn-send"} <= set(stops)
    page.focus("#ref-0-1")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "fn-0-1"


def test_enter_that_ends_a_composition_does_not_send(page: Page, bot: FakeBot) -> None:
    page.fill("#fn-box textarea", "ひざ")
    page.evaluate(
        "document.querySelector('#fn-box textarea').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, isComposing: true}))"
    )
    page.wait_for_timeout(300)
    assert bot.asked == []


def test_the_length_of_a_question_is_shown_when_it_nears_the_limit(page: Page) -> None:
    page.fill("#fn-box textarea", "x" * 500)
    assert page.locator(".fn-count").count() == 0
    page.fill("#fn-box textarea", "x" * 900)
    assert page.inner_text(".fn-count") == "900 of 1000 characters"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_window_fits_and_follows_the_readers_scheme(
    chromium: Any, served: tuple[str, FakeBot], width: int, scheme: str
) -> None:
    size = {"width": width, "height": 860 if width > 500 else 740}
    options: dict[str, Any] = {
        "viewport": size,
        "color_scheme": scheme,
        "has_touch": width < 500,
        "reduced_motion": "reduce",
    }
    with opened(chromium, served[0], **options) as page:
        page.wait_for_selector(".fn-chip")
        shot(page, f"empty-{width}-{scheme}")
        for n, question in enumerate(("How do I do it?", "legs numb: numb legs", "x" * 300, "odd"), 1):
            ask(page, question, answers=n)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(251, 250, 246)", "dark": "rgb(24, 23, 21)"}[scheme]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("text=not medical advice").is_visible()
        for button in page.locator("button:visible").all():
            assert button.bounding_box()["height"] >= 40
        page.click("#ref-0-3")
        quote = page.locator("#fn-0-3").bounding_box()
        assert 0 <= quote["y"] <= size["height"]
        shot(page, f"marker-{width}-{scheme}")
        side, chat = page.locator("#fn-side").bounding_box(), page.locator("#fn-chat").bounding_box()
        assert (side["x"] > chat["x"] + chat["width"]) == (width > 500)


def test_the_composer_stays_in_view_in_a_long_conversation(page: Page) -> None:
    for n in range(1, 7):
        ask(page, "How do I do it?", answers=n)
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator("#fn-form").bounding_box()
    assert box["y"] + box["height"] < 860
    assert page.evaluate("document.documentElement.scrollHeight") > 900


def test_an_answer_that_grows_past_the_composer_comes_into_view(page: Page) -> None:
    for n in (1, 2):
        ask(page, "How do I do it?", answers=n)
    ask(page, "What is the capital of Peru?", answers=3)
    page.wait_for_timeout(300)
    chip = page.locator(".fn-abstained .fn-chip").last.bounding_box()
    assert chip["y"] + chip["height"] <= page.locator("#fn-form").bounding_box()["y"]


# --- the real thing


@pytest.mark.model
def test_a_real_answer_is_quoted_from_the_articles(chromium: Any, real_server: str) -> None:
    with opened(chromium, real_server) as page:
        page.set_default_timeout(60_000)  # the first question may have to wait for the model
        ask(page, "How long should I hold a standing hamstring stretch?", answers=1)
        assert page.locator(".fn-answered .fn-marker").count() >= 1
        quoted = " ".join(page.locator("mark").all_inner_texts())
        text = "".join(path.read_text() for path in (ROOT / "data").glob("*/*.md"))
        squeezed = re.sub(r"[\W_]+", "", text)
        assert all(re.sub(r"[\W_]+", "", mark) in squeezed for mark in page.locator("mark").all_inner_texts())
        assert re.search(r"second", quoted)
        shot(page, "real")
        ask(page, "What is the capital of Peru?", answers=2)
        assert page.locator(".fn-abstained").count() == 1


@pytest.mark.model
def test_the_real_examples_are_answered(chromium: Any, real_server: str) -> None:
    with opened(chromium, real_server) as page:
        page.set_default_timeout(60_000)
        page.wait_for_selector(".fn-chip")
        shot(page, "real-empty")
        assert page.locator(".fn-chip").count() == 3
        page.click(".fn-chip >> nth=0")
        page.wait_for_selector(".fn-answered .fn-marker")
