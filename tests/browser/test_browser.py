"""The chat window in headless Chromium: asking, what comes of it, and what goes out.

Most tests run against a scripted bot, so that each state can be reached; the last ones run the
real server on the sample articles. Every test also fails if the page writes an error to the
console or asks any host but its own for anything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from browsing import Page, ask, free_port, opened, settled, shot
from fake_bot import ERRORS, EXAMPLES, OPENING, FakeBot
from patience import PATIENCE

from bot.problems import Refused
from bot.server.guard.rate_limit import too_often

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]

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
    assert page.get_attribute("#fn-chat [role=log]", "aria-live") == "off"
    page.locator("#fn-voice >> text=Answer with 2 sources. Tight").wait_for(state="attached")
    assert page.locator("#fn-chat [data-testid][aria-label]").count() == 0


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


def test_an_empty_question_is_not_asked(page: Page, bot: FakeBot) -> None:
    page.press("#fn-box textarea", "Enter")
    page.fill("#fn-box textarea", "   ")
    page.click("#fn-send")
    page.wait_for_timeout(500)
    assert bot.asked == []
    assert page.locator(".fn-welcome").is_visible()


# --- what can be done with the conversation


def test_try_again_undo_and_clear(page: Page, bot: FakeBot) -> None:
    ask(page, "Why does my back ache?", answers=1)
    # The old answer is shown until the new one begins, so hold the new one until the window waits for it.
    bot.gate = threading.Event()
    page.click("#fn-retry")
    page.wait_for_selector("#fn-stop", state="visible")
    bot.gate.set()
    settled(page, 1)
    assert [question for question, _ in bot.asked] == ["Why does my back ache?"] * 2
    assert bot.asked[-1][1] == ()
    ask(page, "How do I do it?", answers=2)
    page.click("#fn-undo")
    settled(page, 1)
    page.wait_for_function("() => document.querySelector('#fn-box textarea').value == 'How do I do it?'")
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


def test_clear_can_be_undone_until_something_else_is_asked(page: Page) -> None:
    ask(page, "Why does my back ache?", answers=1)
    ask(page, "How do I do it?", answers=2)
    page.click("#fn-clear")
    page.wait_for_selector(".fn-welcome")
    page.click("#fn-bar >> text=Undo")
    settled(page, 2)
    assert page.locator(".fn-question").all_inner_texts() == ["Why does my back ache?", "How do I do it?"]
    assert page.locator("#fn-bar").count() == 0
    page.reload()
    settled(page, 2)  # it is remembered again
    page.click("#fn-clear")
    page.wait_for_selector(".fn-welcome")
    ask(page, "Why so?", answers=1)
    assert page.locator("#fn-bar").count() == 0
    page.click("#fn-undo")  # of the question, not of the clearing
    page.wait_for_selector(".fn-welcome")
    settled(page, 0)


def test_stopping_keeps_what_has_arrived_and_frees_the_bot(page: Page, bot: FakeBot) -> None:
    bot.gate = threading.Event()  # the answer does not end before it is stopped, however slow the browser is
    page.fill("#fn-box textarea", "Why does my back ache?")
    page.press("#fn-box textarea", "Enter")
    page.wait_for_selector(".fn-partial >> text=Tight")
    page.press("#fn-box textarea", "Enter")  # busy: nothing may come of it
    page.wait_for_timeout(2500)  # silence alone does not end it
    assert page.locator(".fn-partial.fn-stopped, .fn-problem").count() == 0
    page.click("#fn-stop")
    page.wait_for_selector(".fn-partial >> text=Stopped.")
    assert page.inner_text(".fn-partial").startswith("Tight")
    assert page.locator("#fn-send").is_visible()
    bot.gate.set()
    assert bot.closed.wait(PATIENCE)
    bot.gate = None
    assert len(bot.asked) == 1
    page.click("#fn-retry")
    settled(page, 1)
    ask(page, "How long?", answers=2)


def test_a_reload_keeps_the_conversation_and_an_empty_one_stays_empty(page: Page) -> None:
    page.reload()
    page.wait_for_selector(".fn-chip")
    ask(page, "Why does my back ache?", answers=1)
    page.reload()
    settled(page, 1)
    assert page.inner_text(".fn-question") == "Why does my back ache?"
    page.click("#fn-clear")
    page.wait_for_selector(".fn-welcome")
    page.reload()
    page.wait_for_selector(".fn-chip")
    page.wait_for_timeout(500)  # in which an error would show
    assert page.locator("#fn-bar, .toast-body").count() == 0


def test_every_tab_has_its_own_conversation(chromium: Any, page: Page, served: tuple[str, FakeBot]) -> None:
    ask(page, "Why does my back ache?", answers=1)
    with opened(chromium, served[0]) as other:
        ask(other, "How long?", answers=1)
        assert served[1].asked[-1][1] == ()
    assert page.locator(".fn-question").count() == 1


# --- when something is in the way


@pytest.mark.parametrize("kind", [*ERRORS, "unforeseen"])
def test_an_error_is_a_message_and_can_be_tried_again(page: Page, bot: FakeBot, kind: str) -> None:
    bot.error = ERRORS.get(kind, ZeroDivisionError("/srv/secret/x.py"))
    ask(page, "Why does my back ache?", answers=1)
    assert "/srv" not in page.content()
    assert page.inner_text(".fn-problem p").endswith(".")
    assert page.locator(".toast-wrap .toast-body").count() == 0
    assert not page.locator(".fn-copy").count()
    shot(page, f"error-{kind}")
    assert page.locator(".fn-again").is_visible()
    assert not page.locator("#fn-retry").is_visible()  # one button to try again is enough
    bot.error = None
    page.evaluate("Date.now = ((now) => () => now() + 61000)(Date.now)")  # what it asks to wait for is over
    page.click(".fn-again")
    page.wait_for_selector(".fn-answered")
    assert page.locator(".fn-problem").count() == 0
    assert page.locator("#fn-retry").is_visible()


def test_only_what_was_asked_last_can_be_tried_again(page: Page, bot: FakeBot) -> None:
    bot.error = Refused(too_often(25))
    ask(page, "Why does my back ache?", answers=1)
    page.wait_for_selector(".fn-again >> text=Try again in 2")
    assert page.get_attribute(".fn-again", "aria-disabled") == "true"
    shot(page, "limited")
    bot.error = None
    ask(page, "How do I do it?", answers=2)
    assert not page.locator(".fn-again").is_visible()


def test_when_too_many_ask_the_question_is_kept(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], expected="503") as page:
        page.wait_for_selector(".fn-chip")
        full = {"detail": "Queue is full. Max size is 32 and size is 32."}
        page.route("**/queue/join*", lambda route: route.fulfill(status=503, json=full))
        page.fill("#fn-box textarea", "Why?")
        page.press("#fn-box textarea", "Enter")
        page.wait_for_selector("#fn-bar >> text=Many readers are asking just now.")
        assert not page.locator(".toast-wrap").is_visible()
        page.wait_for_timeout(500)
        shot(page, "full")
        assert page.input_value("#fn-box textarea") == "Why?"
        assert "fn-sent" not in (page.get_attribute("html", "class") or "")
        page.unroute("**/queue/join*")
        page.click(".fn-bar-do")
        settled(page, 1)
        assert page.locator("#fn-bar").count() == 0


def test_without_an_index_the_window_says_so(chromium: Any, served: tuple[str, FakeBot]) -> None:
    served[1].error = ERRORS["missing"]
    with opened(chromium, served[0]) as page:
        page.wait_for_selector(".fn-trouble >> text=No article has been added yet")


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


def test_the_page_names_all_that_the_window_loads(page: Page, served: tuple[str, FakeBot]) -> None:
    """Else a phone waits five round trips, one after the other; and nothing is fetched in vain."""
    with urlopen(served[0]) as response:
        named = set(
            re.findall(
                r'<link rel="(?:modulepreload|preload)[^>]* href="\./assets/([^"]+)"',
                response.read().decode(),
            )
        )
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert {url.rpartition("/")[2] for url in loaded if "/assets/" in url} == named != set()


# --- the real thing


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real thing: data/ ingested by the command line, served with the real model."""
    index, port = tmp_path_factory.mktemp("index"), free_port()
    command = [sys.executable, "-m", "bot"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")}
    subprocess.run(
        [*command, "ingest", "--index", str(index)], cwd=ROOT, env=env, check=True, timeout=PATIENCE
    )
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
            with urlopen(address, timeout=PATIENCE):
                return
        except (URLError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError("the server does not become healthy")


@pytest.mark.model
def test_a_real_answer_is_quoted_from_the_articles(chromium: Any, real_server: str) -> None:
    with opened(chromium, real_server) as page:
        page.set_default_timeout(1000 * PATIENCE)  # the first question may have to wait for the model
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
        page.set_default_timeout(1000 * PATIENCE)
        page.wait_for_selector(".fn-chip")
        shot(page, "real-empty")
        assert page.locator(".fn-chip").count() == 3
        page.click(".fn-chip >> nth=0")
        page.wait_for_selector(".fn-answered .fn-marker")
