"""The widget on a blog, in headless Chromium: blog and chat on different sites, as on the web.

The blog is tests/blog.py on 127.0.0.1, the chat a scripted bot on localhost. Every test also fails
if the page throws. Screenshots: set FOOTNOTE_SHOTS to a folder.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import uvicorn
from blog import Blog, blog_server, bot_of
from browsing import Page, free_port
from fake_bot import STRETCHES
from starlette.testclient import TestClient

import ui
from bot.config import BotConfig
from bot.embed import load_script
from bot.web import api

browser = pytest.mark.browser
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
BUTTON, FRAME = "footnote-chat button", "footnote-chat iframe"


# --- the file


def test_the_script_is_small_and_is_what_was_written() -> None:
    script = load_script()
    assert len(script.zipped) <= 3072
    assert b"attachShadow" in script.plain and b"\n//" not in script.plain and b"\n " not in script.plain
    assert b"https?:" in script.plain, "only comments may go"


def test_every_site_may_load_the_script_and_browsers_need_not_load_it_twice() -> None:
    client = TestClient(api(cast("Any", bot_of(Blog("http://blog.example"))), BotConfig()))
    got = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert got.status_code == 200 and got.headers["content-type"].startswith("text/javascript")
    assert got.headers["content-encoding"] == "gzip" and int(got.headers["content-length"]) <= 3072
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert re.search(r"max-age=\d{2,4}\b", got.headers["cache-control"])
    plain = client.get("/widget.js", headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "content-encoding" not in plain.headers and plain.text == got.text
    again = client.get("/widget.js", headers={"If-None-Match": f'"other", {got.headers["etag"]}'})
    assert again.status_code == 304 and not again.content
    assert client.head("/widget.js").status_code == 200
    assert client.post("/widget.js").status_code == 405


# --- on the blog


@pytest.fixture(scope="module")
def blog() -> Iterator[Blog]:
    with blog_server() as blog:
        bot, port = bot_of(blog), free_port()
        bot.config = BotConfig(allowed_origins=(blog.address,), rate=(), rate_total=())
        app = ui.app(cast("Any", bot), bot.config)
        settings = uvicorn.Config(
            app, host="localhost", port=port, log_level="warning", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        blog.chat = f"http://localhost:{port}"
        yield blog
        server.should_exit = True
        thread.join(10)


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Any, blog: Blog) -> Iterator[Visit]:
    """visit(path, tag="data-…", …): a page of the blog in a context of its own."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def opened(path: str = "/", *, options: dict[str, Any] | None = None, **query: str) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **(options or {})})
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{blog.address}{path}?{urlencode(query)}", wait_until="load")
        return page

    yield opened
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
    chat.locator("#fn-box textarea").fill(question)
    chat.locator("#fn-box textarea").press("Enter")
    chat.locator(".fn-marker").first.wait_for()
    chat.locator("#fn-send").wait_for()


def is_open(page: Page) -> bool:
    return bool(page.get_attribute(BUTTON, "aria-expanded") == "true" and page.locator(FRAME).is_visible())


@contextmanager
def until(page: Page) -> Iterator[Callable[[Callable[[], bool]], None]]:
    def wait(condition: Callable[[], bool]) -> None:
        for _ in range(200):
            if condition():
                return
            page.wait_for_timeout(50)
        raise AssertionError("it does not come about")

    yield wait


@browser
def test_before_it_is_pressed_it_costs_one_request_and_moves_nothing(visit: Visit, blog: Blog) -> None:
    watch = (
        "<script>window.shifts = []; window.tasks = [];"
        "new PerformanceObserver(l => shifts.push(...l.getEntries()))"
        ".observe({type: 'layout-shift', buffered: true});"
        "new PerformanceObserver(l => tasks.push(...l.getEntries().map(e => e.duration)))"
        ".observe({type: 'longtask', buffered: true})</script>"
    )
    page = visit("/post/stretches", head=watch, twice="")
    page.wait_for_selector(BUTTON)
    page.wait_for_timeout(500)
    others = [url for url in page.asked if not url.startswith((blog.address, "data:"))]
    assert set(others) == {f"{blog.chat}/widget.js"}
    assert page.locator("footnote-chat").count() == 1, "the tag stands twice, the widget once"
    assert page.evaluate("shifts.length") == 0
    assert page.context.cookies() == [] and page.evaluate("document.cookie") == ""
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    shot(page, "closed")
    chat = opened_chat(page)
    assert page.evaluate("shifts.filter(s => !s.hadRecentInput).length") == 0
    first = chat.locator(".fn-chip").first.inner_text()
    assert STRETCHES.title in first, "the first question is about the article that the reader is on"
    assert page.context.cookies() == []
    shot(page, "open")


@browser
def test_keyboard_and_focus(visit: Visit) -> None:
    page = visit("/", tag='data-title="Ask Ada" data-greeting="<b>Hello</b>, reader"')
    button = page.locator(BUTTON)
    assert button.get_attribute("aria-label") == "Ask Ada"
    assert button.get_attribute("aria-expanded") == "false"
    button.focus()
    page.keyboard.press("Enter")
    chat = opened_chat(page, press=False)
    assert page.get_by_role("dialog", name="Ask Ada").is_visible()
    with until(page) as wait:
        box = chat.locator("#fn-box textarea")
        wait(lambda: bool(box.evaluate("e => e === document.activeElement && document.hasFocus()")))
        wait(lambda: chat.locator(".fn-header h1").inner_text() == "Ask Ada")
        wait(lambda: chat.locator(".fn-lead").inner_text() == "<b>Hello</b>, reader")
        page.keyboard.press("Escape")
        wait(lambda: not is_open(page))
        wait(lambda: bool(button.evaluate("e => e === e.getRootNode().activeElement")))
        assert button.get_attribute("aria-expanded") == "false"
        page.keyboard.press("Enter")
        wait(lambda: is_open(page))
        wait(lambda: bool(box.evaluate("e => e === document.activeElement && document.hasFocus()")))


@browser
def test_on_a_phone_it_fills_the_screen_and_the_page_behind_stays(visit: Visit) -> None:
    page = visit("/", options=PHONE)
    shot(page, "phone-closed")
    chat = opened_chat(page)
    page.wait_for_timeout(300)
    box = page.locator(FRAME).bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    close = page.locator(BUTTON).bounding_box()
    assert close["y"] < 10 and close["x"] + close["width"] > 350 and close["height"] >= 44
    title = chat.locator(".fn-header h1").bounding_box()
    assert title["x"] + title["width"] <= close["x"]
    shot(page, "phone-open")
    # An open keyboard leaves less of the screen; the panel keeps to what is left.
    page.evaluate(
        "Object.defineProperty(visualViewport, 'height', {value: 400, configurable: true});"
        "Object.defineProperty(visualViewport, 'offsetTop', {value: 30, configurable: true});"
        "visualViewport.dispatchEvent(new Event('resize'))"
    )
    box = page.locator(FRAME).bounding_box()
    assert (box["y"], box["height"]) == (30, 400)
    page.locator(BUTTON).tap()
    assert not is_open(page)
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"


@browser
def test_it_never_is_larger_than_the_window(visit: Visit) -> None:
    page = visit(
        "/",
        options={"viewport": {"width": 700, "height": 420}, "screen": {"width": 1280, "height": 800}},
        tag="data-position=left",
    )
    opened_chat(page)
    page.wait_for_timeout(300)
    box, button = page.locator(FRAME).bounding_box(), page.locator(BUTTON).bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= button["y"] and box["height"] > 280
    assert box["x"] < 40 and button["x"] == 20


@browser
def test_a_source_opens_in_the_readers_tab_at_the_sentence(visit: Visit, blog: Blog) -> None:
    page = visit("/")
    chat = opened_chat(page)
    asked(chat, "How long do I hold a stretch?")
    link = chat.locator("a.fn-read").last
    link.click()
    page.wait_for_url(f"{blog.address}/post/stretches*")
    assert len(page.context.pages) == 1
    sentence = page.locator("p", has_text="Stop if the pain shoots down the leg.")
    with until(page) as wait:
        wait(lambda: page.evaluate("scrollY") > 300)
        place = sentence.bounding_box()
        assert 0 < place["y"] < 800
        # The panel is open again, with the conversation in it, also on the page that was asked about.
        chat = opened_chat(page, press=False)
        chat.locator(".fn-answered").wait_for()
        assert is_open(page)
        page.evaluate("window.same = 1; scrollTo(0, 0)")
        chat.locator("a.fn-read").last.click()
        wait(lambda: page.evaluate("scrollY") > 300)
        assert page.evaluate("window.same") == 1, "the page was loaded again"
        assert 0 < sentence.bounding_box()["y"] < 800
        shot(page, "source")
        # Whoever asks for a tab of its own gets one.
        with page.context.expect_page() as other:
            chat.locator("a.fn-read").last.click(modifiers=["Control"])
        assert "/post/stretches" in other.value.url or other.value.url == "about:blank"
        assert page.evaluate("window.same") == 1


@browser
def test_on_a_phone_the_panel_makes_way_for_the_source(visit: Visit) -> None:
    page = visit("/post/stretches", options=PHONE)
    chat = opened_chat(page)
    asked(chat, "How long do I hold a stretch?")
    chat.locator("a.fn-read").last.click()
    with until(page) as wait:
        wait(lambda: not is_open(page))
        wait(lambda: page.evaluate("scrollY") > 300)
    place = page.locator("p", has_text="Stop if the pain shoots down the leg.").bounding_box()
    assert 0 < place["y"] < 740
    shot(page, "phone-source")


@browser
def test_the_conversation_goes_along_to_the_next_page(visit: Visit, blog: Blog) -> None:
    page = visit("/")
    chat = opened_chat(page)
    # The chat's own storage is not needed: Chromium blocks it here, as other browsers do.
    chat.locator(".fn-answered, .fn-chip").first.evaluate("() => { try { localStorage.x = 1 } catch {} }")
    asked(chat, "Why does my back ache?")
    kept = page.evaluate("Object.entries(sessionStorage)")
    assert len(kept) == 1 and re.fullmatch(r"[0-9a-f]{32}\+", kept[0][1])
    page.goto(f"{blog.address}/post/stretches")
    chat = opened_chat(page, press=False)
    chat.locator(".fn-answered").wait_for()
    assert chat.locator(".fn-question").inner_text() == "Why does my back ache?"
    assert page.evaluate("document.activeElement === document.body"), "nobody pressed anything here"
    chat.locator("#fn-clear").click()
    chat.locator(".fn-welcome").wait_for()
    page.reload()
    chat = opened_chat(page, press=False)
    page.wait_for_timeout(1000)
    assert chat.locator(".fn-question").count() == 0


@browser
def test_it_works_where_third_party_storage_and_the_blogs_own_are_blocked(visit: Visit, blog: Blog) -> None:
    blocked = (
        "<script>for (const name of ['localStorage', 'sessionStorage'])"
        "Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})</script>"
    )
    page = visit("/", head=blocked)
    page.context.add_init_script(
        "if (location.hostname === 'localhost') for (const name of ['localStorage', 'sessionStorage'])"
        "Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    asked(opened_chat(page), "Why does my back ache?")


@browser
def test_it_works_under_the_hosts_strict_policy(visit: Visit, blog: Blog) -> None:
    policy = f"default-src 'none'; script-src {blog.chat}; frame-src {blog.chat}; require-trusted-types-for 'script'"
    page = visit("/", csp=policy)
    assert page.locator(BUTTON).evaluate("e => getComputedStyle(e).position") == "fixed"
    opened_chat(page)


@browser
def test_only_its_own_blog_and_chat_are_believed(visit: Visit, blog: Blog) -> None:
    page = visit("/", tag='data-title="Ask Ada"')
    chat = opened_chat(page)
    with until(page) as wait:
        wait(lambda: chat.locator(".fn-header h1").inner_text() == "Ask Ada")
    # To the blog, in the chat's name: from the page itself, and from a frame of another origin.
    page.evaluate(
        "chat => { const said = {footnote: 1, close: 1, url: location.origin + '/elsewhere'};"
        "const frame = document.querySelector('footnote-chat').shadowRoot.querySelector('iframe');"
        "postMessage(said, '*');"
        "dispatchEvent(new MessageEvent('message', {data: said, origin: chat, source: window}));"
        "dispatchEvent(new MessageEvent('message', {data: said, origin: location.origin,"
        " source: frame.contentWindow})) }",
        blog.chat,
    )
    # To the chat: in the parent's name from elsewhere, and from itself.
    chat.locator("body").evaluate(
        "() => { const said = {footnote: 1, title: 'Evil', key: 'f'.repeat(32)};"
        "postMessage(said, '*');"
        "dispatchEvent(new MessageEvent('message', {data: said, origin: 'https://evil.example',"
        " source: parent})) }"
    )
    page.wait_for_timeout(700)
    assert is_open(page) and "elsewhere" not in page.url
    assert chat.locator(".fn-header h1").inner_text() == "Ask Ada"
    # A script in the chat's own frame cannot be told to lead the reader to a script.
    chat.locator("body").evaluate(
        "(_, blog) => parent.postMessage({footnote: 1, url: 'javascript:document.title=1'}, blog)",
        blog.address,
    )
    page.wait_for_timeout(300)
    assert page.title() == "Blog"


@browser
def test_inline_it_has_its_place_in_the_page(visit: Visit, blog: Blog) -> None:
    place = '<div id="ask" style="height:500px"></div>'
    page = visit("/", body=place, tag='data-inline="#ask" data-greeting="Stiff back?" data-theme="dark"')
    box = page.locator("#ask footnote-chat section").bounding_box()
    assert box["height"] == 500 and page.locator("#ask").bounding_box()["height"] == 500
    assert [url for url in page.asked if url.startswith(blog.chat)] == [f"{blog.chat}/widget.js"]
    shot(page, "inline-closed")
    chat = opened_chat(page)
    assert chat.locator("body").evaluate("e => e.classList.contains('dark')")
    asked(chat, "Why does my back ache?")
    shot(page, "inline")
    # The page draws itself anew: the widget comes back to its place, and the conversation to it.
    page.evaluate("document.body.innerHTML = '<main><div id=ask style=\"height:500px\"></div></main>'")
    page.frame_locator(FRAME).locator(".fn-answered").wait_for()


@browser
def test_a_site_that_goes_on_without_loading(visit: Visit, blog: Blog) -> None:
    page = visit("/")
    chat = opened_chat(page)
    assert STRETCHES.title not in chat.locator(".fn-chip").first.inner_text()
    page.evaluate(
        "history.pushState({}, '', '/post/stretches?secret=1');"
        "const body = document.createElement('body'); body.textContent = 'New';"
        "document.documentElement.replaceChild(body, document.body)"
    )
    chat.locator(".fn-chip", has_text=STRETCHES.title).wait_for()
    assert is_open(page) and page.locator("footnote-chat").count() == 1
    assert not any("secret" in url for url in page.asked if url.startswith(blog.chat))


@browser
def test_open_on_load_if_the_owner_says_so_and_the_reader_did_not_close_it(visit: Visit) -> None:
    page = visit("/", tag="data-open")
    opened_chat(page, press=False)
    assert page.evaluate("document.activeElement === document.body")
    page.click(BUTTON)
    page.reload()
    page.wait_for_selector(BUTTON)
    assert not is_open(page)


@browser
@pytest.mark.parametrize(
    ("given", "paper", "ink"),
    [
        ("gold", "rgb(255, 215, 0)", "rgb(0, 0, 0)"),
        ("hsl(240 100% 25%)", "rgb(0, 0, 128)", "rgb(255, 255, 255)"),
        ("no colour", "rgb(13, 92, 99)", "rgb(255, 255, 255)"),
    ],
)
def test_the_blogs_colour_and_words_that_can_be_read_on_it(
    visit: Visit, given: str, paper: str, ink: str
) -> None:
    page = visit("/", tag=f'data-colour="{given}" data-lang="es"')
    style = page.locator(BUTTON).evaluate(
        "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    )
    assert style == [paper, ink]
    assert page.get_attribute(BUTTON, "aria-label") == "Pregunta a este blog"
    if given == "gold":
        chat = opened_chat(page)
        with until(page) as wait:
            send = chat.locator("#fn-send")
            wait(lambda: "13, 92, 99" not in send.evaluate("e => getComputedStyle(e).backgroundColor"))
        shot(page, "gold")


@browser
def test_reloading_the_window_itself_keeps_the_conversation(chromium: Any, blog: Blog) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(blog.chat)
    page.wait_for_selector(".fn-chip")
    page.fill("#fn-box textarea", "Why does my back ache?")
    page.press("#fn-box textarea", "Enter")
    page.wait_for_selector(".fn-answered .fn-marker")
    page.wait_for_selector("#fn-send:visible")
    page.reload()
    page.wait_for_selector(".fn-answered .fn-marker")
    assert page.locator(".fn-embed").count() == 0
    context.close()
