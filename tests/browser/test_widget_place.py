"""Where the widget is placed, and how it looks there: phones, in the page, a custom element, colours, a silent server.

Every test also fails if the page throws.
"""

from __future__ import annotations

import pytest
from blog import Blog
from browsing import Page
from widget_pages import BUTTON, FRAME, PHONE, WATCH, Visit, asked, is_open, opened_chat, shot, wait

from bot.server.widget.install_page import Options, install_line

pytestmark = pytest.mark.browser


# --- a phone, and small windows


def keyboard(page: Page, height: int, top: int) -> None:
    """As if an on-screen keyboard left only that much."""
    page.evaluate(
        f"Object.defineProperty(visualViewport, 'height', {{value: {height}, configurable: true}});"
        f"Object.defineProperty(visualViewport, 'offsetTop', {{value: {top}, configurable: true}});"
        "visualViewport.dispatchEvent(new Event('resize'))"
    )


def test_on_a_phone_it_fills_the_screen_and_the_page_behind_stays(visit: Visit) -> None:
    page = visit("/", options=PHONE, tag="data-lang=de")
    shot(page, "phone-closed")
    chat = opened_chat(page)
    page.wait_for_timeout(300)
    box = page.locator(FRAME).bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 740}
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    assert page.locator("footnote-chat dialog").evaluate("e => e.scrollHeight - e.clientHeight") == 0
    close = page.get_by_role("button", name="Schließen").bounding_box()
    assert close["y"] < 10 and close["x"] + close["width"] > 350 and close["height"] >= 44
    title = chat.locator(".fn-header h1").bounding_box()
    assert title["x"] + title["width"] <= close["x"]
    shot(page, "phone-open")
    keyboard(page, 400, 30)
    box = page.locator(FRAME).bounding_box()
    assert (box["y"], box["height"]) == (30, 400)
    close = page.locator(BUTTON).bounding_box()
    assert 30 <= close["y"] < 40
    keyboard(page, 740, 0)
    assert page.locator(FRAME).bounding_box()["height"] == 740
    page.locator(BUTTON).tap()
    assert not is_open(page)
    assert page.get_attribute(BUTTON, "aria-label") == "Fragen Sie diesen Blog"
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"
    page.locator(BUTTON).tap()
    page.locator("footnote-chat dialog").evaluate("e => e.close()")  # as the phone's own key for "back" does
    # The frame is hidden at once, the page scrolls from the event "close" on, which comes later.
    wait(page, lambda: page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible")
    assert not is_open(page)


def test_it_keeps_clear_of_notch_and_corners(visit: Visit) -> None:
    page = visit("/", options=PHONE)
    insets = {"top": 40, "bottom": 30, "left": 14, "right": 12}
    page.context.new_cdp_session(page).send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    button = page.locator(BUTTON).bounding_box()
    assert (button["x"] + button["width"], button["y"] + button["height"]) == (360 - 32, 740 - 50)
    opened_chat(page)
    page.wait_for_timeout(300)
    assert page.locator(FRAME).bounding_box() == {"x": 14, "y": 40, "width": 334, "height": 670}
    close = page.locator(BUTTON).bounding_box()
    assert close["y"] >= 40 and close["x"] + close["width"] <= 360 - 12
    shot(page, "phone-notch")


def test_it_never_is_larger_than_the_window(visit: Visit) -> None:
    page = visit(
        "/",
        options={"viewport": {"width": 700, "height": 420}, "screen": {"width": 1280, "height": 800}},
        tag="data-position=left",
    )
    page.evaluate("document.documentElement.style.overflow = 'scroll'")
    opened_chat(page)
    page.wait_for_timeout(300)
    box, button = page.locator(FRAME).bounding_box(), page.locator(BUTTON).bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= button["y"] and box["height"] > 280
    assert box["x"] < 40 and button["x"] == 20
    # A tablet's keyboard: the panel is not a phone's, but keeps to what is left all the same.
    keyboard(page, 300, 10)
    box = page.locator("footnote-chat dialog").bounding_box()
    assert box["y"] == 10 and box["height"] == 300
    keyboard(page, 420, 0)
    page.click(BUTTON)
    assert not is_open(page)
    assert page.evaluate("document.documentElement.style.overflow") == "scroll", "that is the blog's own"


def test_motion_and_contrast_as_the_reader_has_chosen(visit: Visit) -> None:
    named = "e => getComputedStyle(e).animationName"
    page = visit("/")
    page.click(BUTTON)
    panel = "footnote-chat dialog[open]"  # opened by the script that brings its style, after the press
    assert page.locator(panel).evaluate(named) == "rise"
    page = visit("/", options={"reduced_motion": "reduce", "forced_colors": "active"})
    edge = "e => getComputedStyle(e).borderColor"
    assert page.locator(BUTTON).evaluate(edge) != "rgba(0, 0, 0, 0)", "a button without an edge is none here"
    page.click(BUTTON)
    assert page.locator(panel).evaluate(named) == "none"
    shot(page, "forced-colours")


# --- in the page


def test_inline_it_has_its_place_in_the_page(visit: Visit, blog: Blog) -> None:
    place = '<div id="ask" style="height:500px"></div>'
    page = visit("/", body=place, tag='data-inline="#ask" data-greeting="Stiff back?" data-theme="dark"')
    box = page.locator("#ask footnote-chat section").bounding_box()
    assert box["height"] == 500 and page.locator("#ask").bounding_box()["height"] == 500
    assert [url for url in page.asked if url.startswith(blog.chat)] == [f"{blog.chat}/widget.js"]
    assert "Stiff back?" in page.locator("footnote-chat p").inner_text()
    shot(page, "inline-closed")
    chat = opened_chat(page)
    assert chat.locator("body").evaluate("e => e.classList.contains('dark')")
    assert page.locator(BUTTON).count() == 0, "it would cover the chat"
    asked(chat, "Why does my back ache?")
    shot(page, "inline")
    # The page draws itself anew: the widget comes back to its place, and the conversation to it.
    page.evaluate("document.body.innerHTML = '<main><div id=ask style=\"height:500px\"></div></main>'")
    page.frame_locator(FRAME).locator(".fn-answered").wait_for()


def test_the_line_keeps_its_place_free_before_the_chat_is_there(visit: Visit, blog: Blog) -> None:
    place = install_line(f"{blog.chat}/", Options(inline=True)).partition("\n")[0]
    page = visit("/", head=WATCH, body=f"<p>Ask:</p>{place}<p id=under>Under it</p>", none="")
    page.wait_for_timeout(300)  # it has been painted without the chat
    under = page.locator("#under").bounding_box()
    page.evaluate(
        "src => { const tag = document.createElement('script'); tag.src = src;"
        "tag.dataset.inline = '#footnote'; document.body.append(tag) }",
        f"{blog.chat}/widget.js",
    )
    opened_chat(page)
    assert page.locator("#under").bounding_box() == under
    assert page.evaluate("shifts.length") == 0
    # Without a height from the page it takes one of its own, and what an owner gives is kept to.
    page = visit("/", body="<div id=ask></div>", tag='data-inline="#ask"')
    assert page.locator("#ask footnote-chat section").bounding_box()["height"] == 640


@pytest.mark.parametrize("way", ["<script src='{}'></script>", "<script type=module src='{}'></script>",
                                 "<script>import('{}')</script>"])  # fmt: skip
def test_a_custom_element_holds_the_chat(visit: Visit, blog: Blog, way: str) -> None:
    element = (
        '<div style="height:600px"><footnote-chat data-title="Ask Ada" theme="dark"></footnote-chat></div>'
    )
    page = visit("/", head=way.format(f"{blog.chat}/element.js"), body=element, none="")
    place = page.locator("footnote-chat:not([inline])")
    page.wait_for_selector(BUTTON)
    assert place.bounding_box()["height"] == 600
    assert place.locator("footnote-chat section").bounding_box()["height"] == 600
    assert page.get_attribute(BUTTON, "aria-label") == "Ask Ada"
    assert page.locator(BUTTON).count() == 1, "nothing floats"
    assert page.locator("script[src$='/widget.js']").count() == 1
    chat = opened_chat(page)
    assert chat.locator("body").evaluate("e => e.classList.contains('dark')")
    # The site goes on to a page with an element of its own.
    page.evaluate(
        "document.querySelector('footnote-chat').parentNode.innerHTML = '<footnote-chat></footnote-chat>'"
    )
    page.wait_for_selector("footnote-chat footnote-chat iframe")
    assert page.locator("footnote-chat").count() == 2


def test_a_custom_element_and_the_line_go_together(visit: Visit, blog: Blog) -> None:
    element = f'<footnote-chat></footnote-chat><script src="{blog.chat}/element.js"></script>'
    page = visit("/", body=element)
    page.wait_for_selector("footnote-chat footnote-chat button")
    page.wait_for_selector("html > footnote-chat button")
    assert page.locator(BUTTON).count() == 2
    assert page.locator("footnote-chat section").bounding_box()["height"] == 640


def test_open_on_load_if_the_owner_says_so_and_the_reader_did_not_close_it(visit: Visit) -> None:
    page = visit("/", tag="data-open", head=WATCH)
    opened_chat(page, press=False)
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("[shifts.length, scrollY]") == [0, 0]
    page.click(BUTTON)
    page.reload()
    page.wait_for_selector(BUTTON)
    assert not is_open(page)
    assert visit("/", tag="data-open", options=PHONE).locator(FRAME).count() == 0, "it would cover the page"


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
    assert page.get_attribute(BUTTON, "aria-label") == "Pregunte a este blog"
    if given == "gold":
        chat = opened_chat(page)
        send = chat.locator("#fn-send")
        wait(page, lambda: "13, 92, 99" not in send.evaluate("e => getComputedStyle(e).backgroundColor"))
        shot(page, "gold")


# --- a server that does not answer


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_a_silent_server_is_reported_and_can_be_tried_again(
    visit: Visit, blog: Blog, options: dict[str, object]
) -> None:
    page = visit("/", options=options, tag="data-lang=de")
    frames = f"{blog.chat}/?embed*"
    page.context.route(frames, lambda route: route.abort("connectionrefused"))
    page.clock.install()
    page.click(BUTTON)
    page.wait_for_selector(FRAME)
    assert page.locator("footnote-chat p").inner_text() == "…"
    page.wait_for_timeout(300)
    page.clock.fast_forward(7000)
    note = page.locator("footnote-chat p")
    wait(page, lambda: "Der Chat antwortet nicht." in note.inner_text())
    assert page.locator(FRAME).evaluate("e => getComputedStyle(e).opacity") == "0", (
        "the browser's own error shows"
    )
    assert note.get_attribute("role") == "status"
    again = page.get_by_role("button", name="Erneut versuchen")
    wait(page, lambda: again.evaluate("e => e === e.getRootNode().activeElement"))
    shot(page, "silent-phone" if options else "silent")
    again.click()  # still nobody there
    page.clock.fast_forward(7000)
    wait(page, lambda: "Der Chat antwortet nicht." in note.inner_text())
    page.context.unroute(frames)
    again.click()
    chat = opened_chat(page, press=False)
    assert note.count() == 0 and is_open(page)
    assert page.locator(FRAME).evaluate("e => getComputedStyle(e).opacity") == "1"
    asked(chat, "Why does my back ache?")
    page.click(BUTTON)
    assert not is_open(page)


def test_in_the_page_a_silent_server_is_reported_too(visit: Visit, blog: Blog) -> None:
    page = visit("/", body='<div id="ask"></div>', tag='data-inline="#ask"')
    page.context.route(f"{blog.chat}/?embed*", lambda route: route.abort("connectionrefused"))
    page.clock.install()
    page.click(BUTTON)
    page.clock.fast_forward(7000)
    page.get_by_role("button", name="Try again").wait_for()
    assert page.locator("#ask footnote-chat section").bounding_box()["height"] == 640
    shot(page, "silent-inline")
