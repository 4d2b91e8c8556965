"""The widget on a blog: what it costs, what it says, keys and focus, sources, who is believed.

Where it stands on the page is in test_widget_place.py. Every browser test also fails if the page throws.
"""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from blog import Blog, bot_of
from fake_bot import STRETCHES
from patience import PATIENCE
from starlette.testclient import TestClient
from widget_pages import (
    BUTTON,
    PHONE,
    WATCH,
    Visit,
    asked,
    is_open,
    link_of_last_source,
    opened_chat,
    shot,
    wait,
)

from bot.config import BotConfig
from bot.server import create_api
from bot.server.widget import load_element, load_panel, load_widget
from bot.server.window import CODES, packaged_language

browser = pytest.mark.browser


# --- the file


def test_the_script_is_small_and_carries_its_words() -> None:
    home = "https://ask.blog.example/chat/"
    script, panel = load_widget(home), load_panel()
    assert len(script.gzipped) <= 3000
    assert len(panel.gzipped) <= 2000
    text = script.plain.decode()
    assert "attachShadow" in text and f'"{home}"' in text
    assert "https?:" in panel.plain.decode(), "only comments may go"
    for served in (text, panel.plain.decode()):
        assert "\n" not in served and "TEXTS" not in served and "HOME" not in served
    for code in CODES:
        texts = packaged_language(code)
        assert f'{code}:["{texts("title")}","{texts("chat_silent")}"]' in text
        assert f'{code}:["{texts("close")}",' in panel.plain.decode()
    assert len(load_element(home).gzipped) <= 512


def test_the_script_names_the_server_that_it_was_asked_of() -> None:
    app = create_api(cast("Any", bot_of(Blog("http://blog.example"))), BotConfig())
    for base in ("https://ask.blog.example", "http://127.0.0.1:7860"):
        assert f'"{base}/"' in TestClient(app, base_url=base).get("/widget.js").text
    hostile = TestClient(app).get("/widget.js", headers={"Host": 'x"+alert(1)+"'})
    assert "alert(1)" not in hostile.text


def test_the_owners_title_is_on_the_button_in_every_language() -> None:
    text = load_widget("https://a.example/", title='Ask "Ada" </script>').plain.decode()
    assert text.count('["Ask \\"Ada\\" </script>",') == len(CODES)


@pytest.mark.parametrize("name", ["widget", "widget-panel", "widget-agent", "element"])
def test_every_site_may_load_the_script_and_browsers_need_not_load_it_twice(name: str) -> None:
    client = TestClient(create_api(cast("Any", bot_of(Blog("http://blog.example"))), BotConfig()))
    path = f"/{name}.js"
    got = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert got.status_code == 200 and got.headers["content-type"] == "text/javascript; charset=utf-8"
    assert got.headers["content-encoding"] == "gzip" and int(got.headers["content-length"]) <= 3000
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert re.search(r"max-age=\d{2,4}\b", got.headers["cache-control"])
    plain = client.get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "content-encoding" not in plain.headers and plain.text == got.text
    again = client.get(path, headers={"If-None-Match": f'"other", {got.headers["etag"]}'})
    assert again.status_code == 304 and not again.content
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


# --- on the blog


@browser
def test_before_it_is_pressed_it_costs_one_request_and_moves_nothing(visit: Visit, blog: Blog) -> None:
    page = visit("/post/stretches", head=WATCH, twice="")
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
    assert page.evaluate("shifts.length") == 0
    first = chat.locator(".fn-chip").first.inner_text()
    assert STRETCHES.title in first, "the first question is about the article that the reader is on"
    asked(chat, "Why does my back ache?")
    page.evaluate("history.pushState({}, '', '/post/other'); document.body.append('Another post.')")
    field = chat.locator("#fn-at :is(textarea, input)")
    wait(page, lambda: field.input_value() == f"{blog.address}/post/other")
    asked(chat, "Why so?")
    assert blog.bot.pages[-2:] == [f"{blog.address}/post/stretches", f"{blog.address}/post/other"]
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
    box = chat.locator("#fn-box textarea")
    wait(page, lambda: box.evaluate("e => e === document.activeElement && document.hasFocus()"))
    wait(page, lambda: chat.locator(".fn-header h1").inner_text() == "Ask Ada")
    wait(page, lambda: chat.locator(".fn-lead").inner_text() == "<b>Hello</b>, reader")
    page.keyboard.press("Escape")
    wait(page, lambda: not is_open(page))
    wait(page, lambda: button.evaluate("e => e === e.getRootNode().activeElement"))
    assert button.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    wait(page, lambda: is_open(page))
    wait(page, lambda: box.evaluate("e => e === document.activeElement && document.hasFocus()"))


@browser
def test_escape_closes_what_is_open_inside_and_only_then_the_panel(visit: Visit) -> None:
    page = visit("/")
    chat = opened_chat(page)
    asked(chat, "How long do I hold a stretch?")
    link_of_last_source(chat)
    page.mouse.move(5, 5)  # on a marker it would open a card
    page.keyboard.press("Escape")
    wait(page, lambda: chat.locator(".fn-sheet[open]").count() == 0)
    page.wait_for_timeout(300)
    assert is_open(page)
    # The card, which is what the keyboard opens by going to a marker.
    page.keyboard.press("Shift+Tab")
    chat.locator(".fn-peek").wait_for()
    page.keyboard.press("Escape")
    wait(page, lambda: chat.locator(".fn-peek").count() == 0)
    page.wait_for_timeout(300)
    assert is_open(page)
    page.keyboard.press("Escape")
    wait(page, lambda: not is_open(page))


@browser
def test_a_source_opens_in_the_readers_tab_at_the_sentence(visit: Visit, blog: Blog) -> None:
    page = visit("/")
    chat = opened_chat(page)
    asked(chat, "How long do I hold a stretch?")
    link_of_last_source(chat).click()
    page.wait_for_url(f"{blog.address}/post/stretches*")
    assert len(page.context.pages) == 1
    sentence = page.locator("p", has_text="Stop if the pain shoots down the leg.")
    wait(page, lambda: page.evaluate("scrollY") > 300)
    assert 0 < sentence.bounding_box()["y"] < 800
    # The panel is open again, with the conversation in it, also on the page that was asked about.
    chat = opened_chat(page, press=False)
    chat.locator(".fn-answered").wait_for()
    assert is_open(page)
    page.evaluate("window.same = 1; scrollTo(0, 0)")
    link = link_of_last_source(chat)
    link.click()
    wait(page, lambda: page.evaluate("scrollY") > 300)
    assert page.evaluate("window.same") == 1, "the page was loaded again"
    assert 0 < sentence.bounding_box()["y"] < 800
    shot(page, "source")
    # Whoever asks for a tab of its own gets one.
    with page.context.expect_page() as other:
        link.click(modifiers=["Control"])
    assert "/post/stretches" in other.value.url or other.value.url == "about:blank"
    assert page.evaluate("window.same") == 1


@browser
def test_a_post_without_a_sentence_opens_in_the_readers_tab_too(visit: Visit, blog: Blog) -> None:
    page = visit("/")
    page.context.route("https://blog.example/**", lambda route: route.fulfill(body="the post"))
    chat = opened_chat(page)
    asked(chat, "Who wrote it?")
    link = link_of_last_source(chat)
    link.evaluate("e => { e.href = 'https://blog.example/post/plain' }")
    link.click()
    page.wait_for_url("https://blog.example/post/plain")
    assert len(page.context.pages) == 1


@browser
def test_on_a_phone_the_panel_makes_way_for_the_source(visit: Visit) -> None:
    page = visit("/post/stretches", options=PHONE)
    chat = opened_chat(page)
    asked(chat, "How long do I hold a stretch?")
    link_of_last_source(chat).click()
    wait(page, lambda: not is_open(page))
    wait(page, lambda: page.evaluate("scrollY") > 300)
    place = page.locator("p", has_text="Stop if the pain shoots down the leg.").bounding_box()
    assert 0 < place["y"] < 740
    shot(page, "phone-source")


@browser
def test_the_conversation_goes_along_to_the_next_page(visit: Visit, blog: Blog) -> None:
    page = visit("/")
    chat = opened_chat(page)
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
def test_it_works_where_third_party_storage_is_blocked_and_the_blogs_own_too(visit: Visit) -> None:
    blocked = (
        "<script>for (const name of ['localStorage', 'sessionStorage'])"
        "Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})</script>"
    )
    page = visit("/", head=blocked)
    chat = opened_chat(page)
    # Nothing is put in place of the frame's storage: Chromium blocks what is third-party, cookies as well.
    for name in ("localStorage", "sessionStorage"):
        refused = f"() => {{ try {{ window.{name}.x = 1; return false }} catch {{ return true }} }}"
        assert page.frames[1].evaluate(refused), f"{name} was there: this tests nothing"
    assert page.frames[1].evaluate("document.cookie = 'a=1; SameSite=None; Secure'; document.cookie") == ""
    asked(chat, "Why does my back ache?")


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
    wait(page, lambda: chat.locator(".fn-header h1").inner_text() == "Ask Ada")
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
def test_reloading_the_window_itself_keeps_the_conversation(chromium: Any, blog: Blog) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
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
