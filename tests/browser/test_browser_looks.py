"""The window for every reader, in headless Chromium: keyboard, screen reader, widths, schemes, contrast, motion."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from browsing import Page, ask, opened, settled, shot
from fake_bot import EXAMPLES, OPENING, FakeBot

pytestmark = pytest.mark.browser

# --- keyboard


def test_everything_works_from_the_keyboard(page: Page, bot: FakeBot) -> None:
    page.wait_for_function("() => document.activeElement == document.querySelector('#fn-box textarea')")
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
    for _ in range(20):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        if stops[-1] == "ref-0-1":
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
    assert {"ref-0-1", "ref-0-2", "fn-retry", "fn-undo", "Copy", "fn-clear", "fn-send"} <= set(stops)
    page.focus("#ref-0-1")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "fn-0-1"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "ref-0-1"


def test_what_has_the_focus_is_not_under_the_question_box(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], viewport={"width": 360, "height": 640}, reduced_motion="reduce") as page:
        ask(page, "How do I do it?", answers=1)
        page.evaluate("scrollTo(0, 0)")
        page.focus("#ref-0-1")
        seen = []
        for _ in range(16):
            page.keyboard.press("Tab")
            bottom, top, name = page.evaluate(
                """[document.activeElement.getBoundingClientRect().bottom,
                    document.querySelector("#fn-form").getBoundingClientRect().top,
                    document.activeElement.className || document.activeElement.id]"""
            )
            if name.startswith("fn-") and name not in ("fn-send", "fn-box"):
                assert bottom <= top, name
                seen.append(name)
        assert {"fn-timer-go", "fn-action fn-copy", "fn-action fn-thumb fn-thumb-down"} <= set(seen)


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


# --- screen reader


# Each text that any live region takes on, as a screen reader would announce it.
LISTEN = """() => {
  window.announced = [];
  const live = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest(
    "[aria-live], [role=status], [role=alert], [role=log], [role=timer]");
  new MutationObserver((changes) => {
    const regions = new Set(changes.map((change) => live(change.target)).filter(Boolean));
    for (const region of regions) {
      const off = (region.getAttribute("aria-live") ?? "") === "off";
      if (!off && region.textContent.trim()) window.announced.push(region.textContent.trim());
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def test_a_new_answer_is_announced_once_and_whole(page: Page, bot: FakeBot) -> None:
    page.evaluate(LISTEN)
    bot.pause = 0.04  # many redraws
    ask(page, "How do I do it?", answers=1)
    page.locator("#fn-voice >> text=Answer with 4 sources.").wait_for(state="attached")
    bot.pause = 0.0  # there at once
    ask(page, "Why does my back ache?", answers=2)
    page.locator("#fn-voice >> text=Answer with 2 sources.").wait_for(state="attached")
    ask(page, "What is the capital of Peru?", answers=3)
    page.locator("#fn-voice >> text=rather not guess").wait_for(state="attached")
    page.click(".fn-thumb-up >> nth=0")
    page.locator("#fn-voice >> text=Thank you.").wait_for(state="attached")
    announced = [text for text in page.evaluate("window.announced") if text != "Reading the blog…"]
    steps, reason, unknown, thanks = announced
    assert steps.startswith(
        "Answer with 4 sources. Keep the raised leg straight, but do not lock the knee. Hinge"
    )
    assert "Start" not in steps and "0:30" not in steps
    assert reason == f"Answer with 2 sources. {' '.join(OPENING)}"
    assert unknown.startswith("Answer. I looked") and unknown.endswith(EXAMPLES[-1])
    assert thanks == "Thank you."
    assert page.get_attribute("#fn-voice", "aria-live") == "polite"


def test_a_question_that_grows_too_long_is_said_once(page: Page, bot: FakeBot) -> None:
    page.evaluate(LISTEN)
    for n in (850, 851, 852, 1001, 1002):
        page.fill("#fn-box textarea", "x" * n)
        page.wait_for_timeout(100)
    announced = page.evaluate("window.announced")
    assert announced == ["850 of 1000 characters", "1001 of 1000 characters. Please shorten it."]
    page.press("#fn-box textarea", "Enter")
    page.wait_for_timeout(200)
    assert bot.asked == []


# --- widths and schemes


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
        quote = page.locator("#fn-0-3" if width > 500 else ".fn-sheet mark").bounding_box()
        assert 0 <= quote["y"] <= size["height"]
        shot(page, f"marker-{width}-{scheme}")
        if width < 500:
            assert page.inner_text(".fn-sheet-title") == "Source 3 of 4"
            page.keyboard.press("Escape")
            assert page.evaluate("document.activeElement.id") == "ref-0-3"
            return
        side, chat = page.locator("#fn-side").bounding_box(), page.locator("#fn-chat").bounding_box()
        assert (side["x"] > chat["x"] + chat["width"]) == (width > 500)


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


@pytest.mark.parametrize(
    ("zone", "locale", "number"),
    [
        ("Europe/London", "en-GB", "999"),
        ("America/Chicago", "en-US", "911"),
        ("Europe/Berlin", "de-DE", "112"),
        ("America/Sao_Paulo", "pt-BR", "192"),
    ],
)
def test_on_a_phone_a_red_flag_is_one_instruction_and_one_number_to_call(
    chromium: Any, served: tuple[str, FakeBot], zone: str, locale: str, number: str
) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with opened(chromium, served[0], timezone_id=zone, locale=locale, **phone) as page:
        ask(page, "My speech is slurred", answers=1)
        call = page.locator(".fn-call")
        page.wait_for_selector(f".fn-call[href='tel:{number}']")
        assert call.count() == 1 and number in call.inner_text() and call.bounding_box()["height"] >= 44
        box = page.locator(".fn-urgent")
        assert number in page.inner_text(".fn-numbers") and len(page.inner_text(".fn-numbers")) == 3
        assert box.bounding_box()["height"] < 420, "it fits on the screen with its question"
        assert box.locator("summary").is_visible() and not page.locator(".fn-all-numbers").is_visible()
        shot(page, f"urgent-phone-{number}")
        page.tap(".fn-urgent summary")
        page.locator(".fn-all-numbers").wait_for()


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


# --- contrast and motion of the reader's own


def test_in_the_readers_own_colours_nothing_is_shown_by_a_background_alone(
    chromium: Any, served: tuple[str, FakeBot]
) -> None:
    own: dict[str, Any] = {"forced_colors": "active", "reduced_motion": "reduce"}
    with opened(chromium, served[0], **own) as page:
        ask(page, "How do I do it?", answers=1)
        page.click(".fn-timer-go")
        page.wait_for_selector(".fn-digits >> text=0:28")
        assert page.evaluate("document.getAnimations().length") == 0
        page.click(".fn-thumb-down")
        page.click(".fn-reason >> nth=1")
        page.focus("#fn-box textarea")
        drawn = page.evaluate(
            """() => {
              const style = (selector) => getComputedStyle(document.querySelector(selector));
              const paper = style("body").backgroundColor;
              return {
                step: style(".fn-step").borderTopStyle,
                field: style("#fn-form").outlineStyle,
                over: style("#fn-ask").backgroundColor === paper,
                filled: [".fn-fill", ".fn-reason[aria-pressed=true]"].map((one) => style(one).backgroundColor !== paper),
              };
            }"""
        )
        assert drawn == {"step": "solid", "field": "solid", "over": True, "filled": [True, True]}
