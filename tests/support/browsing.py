"""Headless Chromium and a server to look at: what all browser tests share.

Of the page it knows how to ask in the chat window, and when an answer stands there.
Screenshots: set FOOTNOTE_SHOTS to a folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from patience import PATIENCE
from starlette.types import ASGIApp

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
Page = Any  # playwright's types are not installed everywhere the tests are


@contextmanager
def launched() -> Iterator[Any]:
    """A browser; the test is skipped where there is none. There can be one at a time in a process."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        path = path or shutil.which("google-chrome") or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium here; install one, or name it in the variable CHROMIUM")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    port = free_port()
    # No proxy headers, as in ui.py: else uvicorn would believe them before our own code sees them.
    settings = uvicorn.Config(
        app, port=port, log_level="critical", timeout_graceful_shutdown=1, proxy_headers=False
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


# --- the chat window


@contextmanager
def opened(
    chromium: Any, address: str, *, expected: str = "nothing", script: str = "", **options: Any
) -> Iterator[Page]:
    """A page in a context of its own; on leaving, checks what it said and whom it asked.

    expected: what the console may complain of. script: runs in each page before its own.
    """
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    if script:
        page.add_init_script(script)
    wrong: list[str] = []
    asked: set[str] = set()
    loaded: list[str] = []
    page.on(
        "console",
        lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    page.on("domcontentloaded", lambda page: loaded.append(page.url))
    page.goto(address)
    page.wait_for_selector(".fn-welcome")
    yield page
    # Gradio's script complains when a reload cuts its stream off, which ends a little after the answer is there.
    cut_off = ("BodyStreamBuffer was aborted", "Connection errored out") if len(loaded) > 1 else ()
    complaints = [one for one in wrong if not any(known in one for known in (expected, *cut_off))]
    assert not complaints, complaints
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}
    context.close()


def ask(page: Page, question: str, *, answers: int) -> None:
    """Ask, and wait until that many answers stand there, complete."""
    page.fill("#fn-box textarea", question)
    # Gradio ignores Enter until the stream of the answer before has ended, a little after that answer is there.
    for _ in range(20):
        page.press("#fn-box textarea", "Enter")
        with suppress(Exception):  # playwright's TimeoutError, which cannot be imported everywhere
            page.wait_for_function(
                "n => document.querySelectorAll('.fn-question').length >= n",
                arg=answers,
                timeout=1000 * PATIENCE / 20,
            )
            break
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
