"""The code that /embed shows, put where each platform puts it, in headless Chromium: press the button, ask, read.

tests/support/pages/platforms/ holds pages as the platforms' documentation and their sites show them, written
for this: what is tested is our code in such a page, not the platform, and not its editor. Every test
also fails if a page throws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from blog import Blog
from fake_bot import STRETCHES
from patience import PATIENCE
from widget_pages import BUTTON, FRAME, Visit, asked, link_of_last_source, opened_chat, shot

pytestmark = pytest.mark.browser
PAGES = Path(__file__).parents[1] / "support" / "pages" / "platforms"
QUESTION = "How long should I hold a stretch?"
# Of the frame that Wix puts an HTML element into on sites without a premium plan (embed_page.py says where from).
SANDBOX = "allow-same-origin allow-forms allow-popups allow-scripts allow-pointer-lock"


@dataclass(frozen=True)
class Shown:
    """What an owner copies from /embed: the line for a button in the corner, for a place in the page, for Wix."""

    line: str
    inline: str
    element: str
    tag: str


@pytest.fixture(scope="module")
def shown(chromium: Any, blog: Blog) -> Iterator[Shown]:
    page = chromium.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{blog.chat}/embed")
    line = page.locator("#line")
    floating = line.inner_text()
    page.get_by_label("In the page").check()
    page.wait_for_function("was => document.querySelector('#line').textContent !== was", arg=floating)
    page.locator("#wix summary").click()
    element, tag = (page.locator(f"#{name}").inner_text() for name in ("element-source", "element-tag"))
    yield Shown(floating, line.inner_text(), element, tag)
    page.close()


def put(blog: Blog, path: str, platform: str, **code: str) -> None:
    """Serve a platform's page at that path of the blog, with code in its places."""
    text = (PAGES / f"{platform}.html").read_text(encoding="utf-8")
    for place, pasted in code.items():
        assert f"<!--{place}-->" in text
        text = text.replace(f"<!--{place}-->", pasted)
    blog.pages[path] = text


def answers(chat: Any) -> None:
    asked(chat, QUESTION)
    assert "Hold for 30 seconds" in chat.locator(".fn-answer").last.inner_text()


@pytest.mark.parametrize("platform", ["html", "wordpress", "squarespace", "ghost"])
def test_a_button_in_the_corner(visit: Visit, blog: Blog, shown: Shown, platform: str) -> None:
    put(blog, f"/{platform}", platform, code=shown.line)
    page = visit(f"/{platform}")
    button = page.locator(BUTTON).bounding_box()
    assert (button["x"] + button["width"], button["y"] + button["height"]) == (1260, 780)
    answers(opened_chat(page))
    shot(page, platform)


def test_in_one_post_of_wordpress(visit: Visit, blog: Blog, shown: Shown) -> None:
    put(blog, "/wordpress-post", "wordpress", post=shown.inline)
    page = visit("/wordpress-post")
    post = page.locator(".entry-content").bounding_box()
    chat = opened_chat(page)
    place = page.locator(FRAME).bounding_box()
    assert post["x"] <= place["x"] and place["y"] + place["height"] <= post["y"] + post["height"]
    answers(chat)


def test_wix_custom_code_stays_when_the_site_goes_on_without_loading(
    visit: Visit, blog: Blog, shown: Shown
) -> None:
    put(blog, "/wix", "wix", code=shown.line)
    page = visit("/wix")
    answers(opened_chat(page))
    page.click("#blog")
    page.wait_for_selector("#post")
    chat = opened_chat(page, press=False)
    answers(chat)
    assert page.locator("footnote-chat").count() == 1
    # A new conversation begins with what is read now.
    chat.locator("#fn-clear").click()
    chat.locator(".fn-chip", has_text=STRETCHES.title).wait_for()


def test_wix_custom_element(visit: Visit, blog: Blog, shown: Shown) -> None:
    put(blog, "/wix", "wix", element=f'<{shown.tag} data-title="Ask Ada"></{shown.tag}>')
    page = visit("/wix")
    page.evaluate(
        "src => document.head.append(Object.assign(document.createElement('script'), { src }))", shown.element
    )
    chat = opened_chat(page)
    assert page.locator(FRAME).bounding_box()["height"] == pytest.approx(640, abs=4)
    assert page.locator(BUTTON).count() == 0, "nothing floats"
    answers(chat)
    shot(page, "wix-element")


@pytest.mark.parametrize("sandbox", [SANDBOX, None], ids=["free", "premium"])
def test_wix_html_element(visit: Visit, blog: Blog, shown: Shown, sandbox: str | None) -> None:
    # Wix serves what was pasted as it is, from an address of its own.
    blog.pages["/html/0a1b2c.html"] = shown.inline
    source = f"{blog.wix_frames}/html/0a1b2c.html"
    held = f'sandbox="{sandbox}"' if sandbox else ""
    frame = f'<iframe name="htmlComp-iframe" title="Embedded Content" width="100%" height="100%" src="{source}" {held}>'
    put(blog, "/wix", "wix", frame=f"{frame}</iframe>")
    page = visit("/wix")
    inside = page.frame_locator("[name=htmlComp-iframe]")
    inside.locator(BUTTON).click()
    chat = inside.frame_locator(FRAME)
    chat.locator(".fn-embed .fn-chip").first.wait_for()
    answers(chat)
    fits = "e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight"
    assert inside.locator(":root").evaluate(fits), "the box that /embed names is too small"
    shot(page, "wix-html")
    # A source cannot be opened in the frame, which is small, nor in the page, which it cannot reach.
    with page.context.expect_page() as other:
        link_of_last_source(chat).click()
    other.value.wait_for_url(f"{blog.address}/post/stretches*")
    assert page.url == f"{blog.address}/wix?"
