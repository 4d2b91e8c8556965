"""Reading aloud and asking by voice in headless Chromium, whose voices and recognition are replaced by fakes."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import Page, ask, opened, shot
from fake_bot import STEPS, FakeBot
from voices import ears, voices

pytestmark = pytest.mark.browser
MARKED = "() => [...(CSS.highlights.get('fn-spoken') ?? [])].map((range) => String(range).replaceAll('\u2060', ''))"
LOCAL = voices()
LISTEN = ".fn-listen"
PRESSED = "pressed => document.querySelectorAll('.fn-listen[aria-pressed=true]').length === pressed"
WAITING = "count => waiting() === count"


def spoken(page: Page) -> list[str]:
    found: list[list[str]] = page.evaluate("spoken")
    return [text for _, text in found]


def test_an_answer_is_read_sentence_by_sentence_and_marked(
    chromium: Any, served: tuple[str, FakeBot]
) -> None:
    with opened(chromium, served[0], script=LOCAL) as page:
        ask(page, "How do I do it?", answers=1)
        button = page.locator(LISTEN)
        assert button.get_attribute("aria-pressed") == "false"
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_function(PRESSED, arg=1)
        for number, step in enumerate(STEPS, 1):
            page.wait_for_function("number => spoken.length === number", arg=number)
            assert page.evaluate("spoken.at(-1)") == ["en-GB", f"{number}. {step}"]  # no voice of the network
            assert page.evaluate(MARKED) == [step]
            assert page.evaluate("waiting()") == 1
            shot(page, f"aloud-{number}")
            page.evaluate("heard()")
        page.wait_for_function(PRESSED, arg=0)
        assert len(spoken(page)) == len(STEPS) and page.evaluate(MARKED) == []
        assert page.evaluate("document.activeElement.className").split()[-1] == "fn-listen"


def test_it_falls_silent_at_escape_at_a_second_press_and_at_another_question(
    chromium: Any, served: tuple[str, FakeBot]
) -> None:
    with opened(chromium, served[0], script=LOCAL) as page:
        ask(page, "Why does my back ache?", answers=1)
        for silenced in (
            lambda: page.keyboard.press("Escape"),
            lambda: page.click(LISTEN),
            lambda: ask(page, "What is the capital of Peru?", answers=2),
        ):
            page.locator(LISTEN).first.click()
            page.wait_for_function(WAITING, arg=1)
            assert len(page.evaluate(MARKED)) == 1
            silenced()
            page.wait_for_function(WAITING, arg=0)
            page.wait_for_function(PRESSED, arg=0)
            assert page.evaluate(MARKED) == []
        page.locator(LISTEN).last.click()
        page.wait_for_function(WAITING, arg=1)
        assert spoken(page)[-1].startswith("I looked")
        page.click("#fn-clear")
        page.wait_for_function(WAITING, arg=0)


def test_quotes_and_our_own_sentences_each_have_a_voice_of_their_language(
    chromium: Any, served: tuple[str, FakeBot]
) -> None:
    with opened(chromium, f"{served[0]}?lang=de", script=LOCAL) as page:
        ask(page, "Why does my back ache?", answers=1)
        page.locator('.fn-answer [lang="en"]').first.wait_for()
        page.click(LISTEN)
        ask(page, "What is the capital of Peru?", answers=2)
        page.locator(LISTEN).last.click()
        page.wait_for_function("() => spoken.length === 2")
        assert [lang for lang, _ in page.evaluate("spoken")] == ["en-GB", "de-DE"]


@pytest.mark.parametrize("offered", [[], [("en-US", False)], [("de-DE", True)]])
def test_without_a_voice_on_the_device_nothing_is_offered(
    chromium: Any, served: tuple[str, FakeBot], offered: list[tuple[str, bool]]
) -> None:
    with opened(chromium, served[0], script=voices(offered)) as page:
        ask(page, "How do I do it?", answers=1)
        page.wait_for_selector(".fn-thumb")
        page.wait_for_selector(".fn-timer-go")
        assert page.locator(LISTEN).count() == 0
        assert not page.is_visible(".fn-timer-voice") and page.locator("#fn-dictate").count() == 0


def test_a_timer_speaks_if_it_is_asked_to(chromium: Any, served: tuple[str, FakeBot]) -> None:
    with opened(chromium, served[0], script=LOCAL) as page:
        ask(page, "How do I do it?", answers=1)
        page.clock.install()
        page.click(LISTEN)
        page.wait_for_function(WAITING, arg=1)
        page.click(".fn-timer-go")
        page.wait_for_selector(".fn-timer-reset:not([disabled])")
        assert len(spoken(page)) == 1 and page.evaluate("waiting()") == 1  # not asked for: the answer goes on
        page.click(".fn-timer-reset")
        page.click(".fn-timer-voice")
        page.click(".fn-timer-go")
        page.wait_for_function("() => spoken.length >= 2")
        assert page.evaluate(MARKED) == []
        for _ in range(31):
            page.clock.run_for(1000)
            page.evaluate("heard()")
        assert spoken(page)[1:] == ["30 seconds", "Timer started.", "20", "10", "30 seconds done. Side 2."]


def test_a_question_is_asked_by_voice_only_on_the_device(chromium: Any, served: tuple[str, FakeBot]) -> None:
    for ready in ("downloadable", "unavailable"):
        with opened(chromium, served[0], script=ears(ready), locale="en-GB") as page:
            page.wait_for_selector(".fn-chip")
            assert page.locator("#fn-dictate").count() == 0
    with opened(chromium, served[0], script=ears(), locale="en-GB") as page:
        page.click("#fn-dictate")
        page.wait_for_selector("#fn-dictate[aria-pressed=true]")
        assert page.evaluate("[ears[0].processLocally, ears[0].lang]") == [True, "en-GB"]
        page.evaluate("ears[0].hear('how long do I hold it'); ears[0].stop()")
        page.wait_for_function(
            "() => document.querySelector('#fn-box textarea').value === 'how long do I hold it'"
        )
        assert served[1].asked == []  # the reader sends it
        page.wait_for_function("() => document.activeElement.id === 'fn-send'")
        page.click("#fn-dictate")
        page.wait_for_selector("#fn-dictate[aria-pressed=true]")
        page.keyboard.press("Escape")
        page.wait_for_selector("#fn-dictate[aria-pressed=false]")
        assert page.evaluate("ears[1].aborted")
