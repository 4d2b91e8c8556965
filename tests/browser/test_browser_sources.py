"""Sources, steps and what can be done with an answer, in headless Chromium: cards, timers, copying."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import Page, ask, opened, shot
from fake_bot import STRETCHES, FakeBot

pytestmark = pytest.mark.browser

# --- sources


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


def test_hovering_a_marker_shows_its_passage_in_a_card(page: Page) -> None:
    ask(page, "How long do I hold a stretch?", answers=1)
    page.hover("#ref-0-2")
    card = page.locator(".fn-peek")
    card.wait_for()
    assert card.locator("mark").all_inner_texts() == ["Stop if the pain shoots down the leg."]
    assert STRETCHES.title in card.inner_text() and "23 June 2025" in card.inner_text()
    assert card.locator("a").get_attribute("href") == f"{STRETCHES.url}#:~:text=Stop"
    assert card.locator("[id]").count() == 0
    card.hover()
    page.wait_for_timeout(500)
    assert card.is_visible()
    page.keyboard.press("Escape")
    assert card.count() == 0


def test_a_metadata_answer_leads_to_the_article(page: Page) -> None:
    ask(page, "Who wrote this?", answers=1)
    page.click(".fn-marker")
    assert page.evaluate("document.activeElement.closest('h3').innerText").endswith(STRETCHES.title)


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


def ask_four(page: Page) -> None:
    for n, question in enumerate(("Why does my back ache?", "How do I do it?", "Why so?", "Why again?"), 1):
        ask(page, question, answers=n)


def test_four_answers_deep_the_sources_are_next_to_the_answer_and_a_footnote_moves_nothing(
    page: Page,
) -> None:
    ask_four(page)
    panel = "document.querySelector('.fn-panel').getBoundingClientRect()"
    for marker in ("ref-3-2", "ref-1-2", "ref-0-1"):
        page.locator(f"#{marker}").scroll_into_view_if_needed()
        page.wait_for_function(
            f"() => {panel}.top >= 0 && {panel}.top < 200 && {panel}.bottom <= innerHeight"
        )
        before = page.evaluate("scrollY")
        page.click(f"#{marker}")
        quote = marker.replace("ref", "fn")
        page.wait_for_function(f"() => document.activeElement.id === '{quote}'")
        page.wait_for_function(
            f"() => (({{top, bottom}}) => top >= 0 && bottom <= innerHeight)"
            f"(document.querySelector('#{quote}').getBoundingClientRect())"
        )
        assert page.evaluate("scrollY") == before
    shot(page, "four-answers")


PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def test_back_closes_the_sheet_and_stays_on_the_page(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], **PHONE) as page:
        ask(page, "Why does my back ache?", answers=1)
        length = page.evaluate("history.length")
        page.tap("#ref-0-1")
        sheet = page.locator(".fn-sheet[open]")
        sheet.wait_for()
        page.evaluate("history.back()")
        sheet.wait_for(state="hidden")
        assert page.locator(".fn-answer").count() == 1 and page.url == served[0]
        # Closed in any other way, it leaves no entry that Back would have to go through.
        for _ in range(2):
            page.tap("#ref-0-2")
            sheet.wait_for()
            page.tap(".fn-sheet-close")
            sheet.wait_for(state="hidden")
            page.wait_for_function("() => !history.state?.sheet")
        assert page.evaluate("history.length") == length + 1


def test_escape_from_a_sheet_opens_no_card(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], viewport={"width": 500, "height": 740}) as page:
        ask(page, "Why does my back ache?", answers=1)
        page.focus(".fn-skip")
        while page.evaluate("document.activeElement.id") != "ref-0-1":
            page.keyboard.press("Tab")
        page.locator(".fn-peek").wait_for()  # the keyboard's way to a marker shows its card
        page.keyboard.press("Enter")
        page.locator(".fn-sheet[open]").wait_for()
        page.keyboard.press("Escape")
        page.locator(".fn-sheet[open]").wait_for(state="hidden")
        page.wait_for_function("() => document.activeElement.id === 'ref-0-1'")
        page.wait_for_timeout(400)  # longer than a card takes to appear
        assert page.locator(".fn-peek").count() == 0
        page.click(".fn-copy")


# --- steps


def test_a_hold_for_both_sides_is_timed_twice(page: Page) -> None:
    ask(page, "How do I do it?", answers=1)
    sides = page.locator(".fn-timer-side")
    sides.nth(1).wait_for()  # the window's script draws them after the answer
    assert sides.all_inner_texts() == ["Side 1", "Side 2"]
    page.clock.install()  # not before: Gradio's own script does not always survive it while an answer arrives
    page.click(".fn-timer-go")
    page.clock.run_for(31_000)
    page.wait_for_function("() => document.querySelector('.fn-timer-side[aria-pressed=true]').value === '1'")
    assert sides.all_inner_texts() == ["Side 1 ✓", "Side 2"]
    assert page.inner_text(".fn-digits") == "0:30" and page.inner_text(".fn-timer-go") == "Start"
    page.click(".fn-timer-go")
    page.clock.run_for(31_000)
    page.wait_for_selector(".fn-timer-side >> text=Side 2 ✓")
    shot(page, "sides")


def test_a_step_has_a_timer_that_outlives_a_redraw(page: Page) -> None:
    ask(page, "How do I do it?", answers=1)
    assert page.locator(".fn-step").count() == 4
    assert page.locator(".fn-hold").count() == 1
    assert page.inner_text(".fn-digits") == "0:30"
    page.click(".fn-timer-go")
    page.wait_for_selector(".fn-digits >> text=0:28")
    ask(page, "Why does my back ache?", answers=2)
    assert page.inner_text(".fn-timer-go") == "Pause"
    page.click(".fn-timer-go")
    left = page.inner_text(".fn-digits")
    assert left < "0:29"
    page.click(".fn-timer-reset")
    assert page.inner_text(".fn-digits") == "0:30"
    assert page.evaluate("document.activeElement.className") == "fn-timer-go"


# --- copying


def test_copying_takes_the_sources_along(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, "Why does my back ache?", answers=1)
        page.click(".fn-copy")
        page.wait_for_selector(".fn-copy >> text=Copied")
        page.locator("#fn-voice >> text=Copied").wait_for(state="attached")
        copied = page.evaluate("navigator.clipboard.readText()")
        said, sources = copied.split("\n\n")
        assert said.startswith("Tight hamstrings pull on the pelvis. [1] That")
        assert sources.splitlines() == [
            f"[{n}] {STRETCHES.title}, {STRETCHES.url}#:~:text={word}"
            for n, word in ((1, "Tight"), (2, "That"))
        ]
        rich = page.evaluate(
            "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
        )
        assert rich.count("<p>") == 2
        assert f'<a href="{STRETCHES.url}#:~:text=That">[2] {STRETCHES.title}</a>' in rich


def test_where_there_is_no_clipboard_copying_still_works(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], permissions=["clipboard-read"]) as page:
        page.evaluate("Object.defineProperty(navigator.clipboard, 'write', {value: () => Promise.reject()})")
        ask(page, "Why does my back ache?", answers=1)
        page.click(".fn-copy")
        page.wait_for_selector(".fn-copy >> text=Copied")
        assert "\n\n[1] " in page.evaluate("navigator.clipboard.readText()")
