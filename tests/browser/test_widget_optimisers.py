"""The widget where others have rewritten its line, hold its corner, or replace the page under it, in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable
from urllib.request import urlopen

import pytest
from blog import Blog
from browsing import Page
from widget_pages import BUTTON, FRAME, Visit, opened_chat, shot, wait

pytestmark = pytest.mark.browser

COPY = "/assets/cache/all.js"


def script_of(blog: Blog) -> str:
    with urlopen(f"{blog.chat}/widget.js") as response:
        return str(response.read().decode())


def page_with(inside: str) -> str:
    text = "<p>Bread rises slowly.</p>" * 60
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bread</title><link rel="icon" href="data:,"></head><body>{text}{inside}</body></html>'


def tag_manager(blog: Blog) -> str:
    """It makes the script anew from its address alone."""
    address = f"{blog.chat}/widget.js?title=Ask%20the%20baker&amp;position=left&amp;ver=6.5"
    return (
        f'<a id="tag" hidden href="{address}"></a><script>'
        "const s = document.createElement('script'); s.async = true; s.src = tag.href; document.body.append(s)"
        "</script>"
    )


REWRITTEN: dict[str, tuple[Callable[[Blog], str], str]] = {
    "combined": (lambda blog: f'<script src="{COPY}" defer></script>', "Ask this blog"),
    "inlined": (lambda blog: f"<script>{script_of(blog)}</script>", "Ask this blog"),
    "copied": (
        lambda blog: '<script src="/assets/cache/widget.js" data-title="Ask me" defer></script>',
        "Ask me",
    ),
    "tag manager": (tag_manager, "Ask the baker"),
    "global options": (
        lambda blog: (
            '<script>window.footnote = {title: "Ask Ada", offset: "96px"}</script>'
            f'<script src="{COPY}"></script>'
        ),
        "Ask Ada",
    ),
}


@pytest.mark.parametrize("way", REWRITTEN)
def test_it_knows_its_server_and_its_options_whatever_became_of_its_line(
    visit: Visit, blog: Blog, way: str
) -> None:
    inside, title = REWRITTEN[way]
    blog.pages[COPY] = "/* theme */;(function () {})();" + script_of(blog)
    blog.pages["/assets/cache/widget.js"] = script_of(blog)
    blog.pages["/rewritten"] = page_with(inside(blog))
    page = visit("/rewritten")
    button = page.locator(BUTTON)
    assert button.get_attribute("aria-label") == title
    box = button.bounding_box()
    assert (box["x"] < 100) == (way == "tag manager")
    assert box["y"] + box["height"] == 800 - (96 if way == "global options" else 20)
    opened_chat(page)
    assert page.get_attribute(FRAME, "src").startswith(f"{blog.chat}/?embed=1&at={blog.address[:4]}")


REPLACED = {
    "html": "const page = document.createElement('html'); page.lang = 'de';"
    "page.innerHTML = '<head></head><body><h1>Neu</h1></body>'; document.documentElement.replaceWith(page)",
    "document.open": "document.open(); document.write('<!doctype html><html lang=de><body><h1>Neu</h1>'); document.close()",
}


@pytest.mark.parametrize("way", REPLACED)
def test_the_button_comes_back_when_the_page_is_replaced(visit: Visit, way: str) -> None:
    page = visit("/")
    page.wait_for_selector(BUTTON)
    page.evaluate(REPLACED[way])
    page.wait_for_selector(BUTTON)
    wait(page, lambda: page.get_attribute(BUTTON, "aria-label") == "Fragen Sie diesen Blog")
    opened_chat(page)
    assert page.locator("footnote-chat").count() == 1
    page.click(BUTTON)
    assert page.get_attribute(BUTTON, "aria-expanded") == "false"


BANNER = (
    '<div id="banner" style="position:fixed;inset:auto 0 0;z-index:2147483647;padding:24px;background:#ddd;text-align:right">'
    "We use cookies <button onclick=\"document.querySelector('#banner').remove()\">Accept all</button></div>"
)


def free_of(page: Page, selector: str) -> bool:
    one, other = page.locator(BUTTON).bounding_box(), page.locator(selector).bounding_box()
    return bool(one["y"] + one["height"] <= other["y"] or one["y"] >= other["y"] + other["height"])


@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_never_over_a_cookie_banner_and_returns_when_that_has_gone(visit: Visit, width: int) -> None:
    page = visit("/", options={"viewport": {"width": width, "height": 740}})
    button = page.locator(BUTTON)
    corner = button.bounding_box()
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", BANNER)
    wait(page, lambda: free_of(page, "#banner"))
    shot(page, f"banner-{width}")
    page.click("#banner button")
    wait(page, lambda: button.bounding_box() == corner)


def test_it_is_above_a_small_button_in_its_corner_and_minds_no_frame_of_the_page(visit: Visit) -> None:
    up = '<a id="up" href="#" style="position:fixed;right:24px;bottom:24px;width:44px;height:44px">up</a>'
    page = visit("/", body=f'<div style="position:fixed;inset:0;overflow:auto">{up}</div>')
    page.wait_for_selector(BUTTON)
    wait(page, lambda: free_of(page, "#up"))
    box = page.locator(BUTTON).bounding_box()
    assert box["y"] > 600, "only as far up as it must"


def test_a_sentence_in_the_console_says_why_nothing_is_shown(visit: Visit, blog: Blog) -> None:
    page = visit("/", none="")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.evaluate("Element.prototype.attachShadow = undefined")
    page.add_script_tag(url=f"{blog.chat}/widget.js")
    wait(page, lambda: any(text.startswith("Footnote: no chat here.") for text in said))


def test_a_panel_that_cannot_be_loaded_is_said_on_the_button_and_tried_again(
    visit: Visit, blog: Blog
) -> None:
    page = visit("/")
    panel = f"{blog.chat}/widget-panel.js*"
    page.context.route(panel, lambda route: route.abort("connectionrefused"))
    page.click(BUTTON)
    wait(page, lambda: page.get_attribute(BUTTON, "aria-label") == "The chat does not answer.")
    page.context.unroute(panel)
    opened_chat(page)
