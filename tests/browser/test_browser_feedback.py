"""Thumbs and "the post has changed" in headless Chromium, and what of it arrives in the file.

Each reader has an address of their own, as if behind a proxy: votes are counted by it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from browsing import Page, ask, opened, serving, settled
from fake_bot import HOSTILE, STEPS, STRETCHES, FakeBot
from patience import eventually

from bot.config import BotConfig
from bot.pipeline import Bot
from bot.server import create_app
from bot.server.feedback import FeedbackStore, Row, VotesFile
from bot.server.feedback.routes import PER_CLIENT
from bot.server.window import packaged_language

pytestmark = pytest.mark.browser
HOLD = "How long do I hold a stretch?"
_addresses = (f"203.0.113.{n}" for n in itertools.count(1))
BURST = """(count) => Promise.all(Array.from({ length: count }, async () => {
  const id = document.querySelector('.fn-actions').id.replace('given-', '');
  const body = JSON.stringify({ id, verdict: null });
  return (await fetch('api/feedback', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status;
}))"""
SAID = "text => document.querySelector('#fn-voice').textContent == text"


class Site:
    def __init__(self, address: str, bot: FakeBot, chromium: Any) -> None:
        self.address, self.bot, self.chromium = address, bot, chromium

    def opened(self, **options: Any) -> AbstractContextManager[Page]:
        headers = {"X-Forwarded-For": next(_addresses)}
        return opened(self.chromium, self.address, extra_http_headers=headers, **options)

    def rows(self) -> list[Row]:
        assert self.bot.config.feedback_file is not None
        return FeedbackStore(VotesFile(self.bot.config.feedback_file)).rows()

    def wait_for(self, count: int, page: Page) -> list[Row]:
        found: list[Row] = eventually(
            self.rows, lambda rows: len(rows) == count, lambda: page.wait_for_timeout(50)
        )
        return found


@pytest.fixture(scope="module")
def _site(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    index = tmp_path_factory.mktemp("feedback") / "index"
    bot = FakeBot(BotConfig(index=index, rate=(), rate_total=(), trusted_proxies=("127.0.0.1",)))
    with serving(create_app(cast("Bot", bot), bot.config)) as address:
        yield Site(address, bot, chromium)


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    """Without votes, and with the articles as they are."""
    yield _site
    assert _site.bot.config.feedback_file is not None
    FeedbackStore(VotesFile(_site.bot.config.feedback_file)).purge()
    _site.bot.articles, _site.bot.live = (STRETCHES, HOSTILE), "gen-1"
    _site.bot.asked.clear()


def pressed(page: Page, answer: int = 0) -> list[str]:
    row = page.locator(".fn-actions").nth(answer)
    return [str(row.locator(f".fn-thumb-{way}").get_attribute("aria-pressed")) for way in ("up", "down")]


def expect_message(page: Page, text: str) -> None:
    """It is shown under the answer, and is read out."""
    page.wait_for_selector(f".fn-feedback-status >> text={text}")
    page.wait_for_function(SAID, arg=text)


def test_a_thumb_up_is_stored_and_taken_back(site: Site) -> None:
    words = packaged_language("de")
    with site.opened(locale="de") as page:
        ask(page, HOLD, answers=1)
        page.wait_for_selector(".fn-thumb-down")
        up = page.get_by_role("button", name=words("helpful"), exact=True)
        down = page.get_by_role("button", name=words("not_helpful"), exact=True)
        assert (up.count(), down.count(), pressed(page), site.rows()) == (1, 1, ["false", "false"], [])
        up.click()
        expect_message(page, words("feedback_thanks"))
        assert pressed(page) == ["true", "false"]
        (row,) = site.wait_for(1, page)
        assert (row.verdict, row.reason, row.note, row.question) == ("up", "", "", HOLD)
        assert page.locator(".fn-reason").count() == 0  # what was wrong is asked after a thumb down
        up.click()
        expect_message(page, words("feedback_taken_back"))
        assert pressed(page) == ["false", "false"] and page.locator(".fn-feedback").count() == 0
        assert site.rows() == []


def test_a_thumb_down_with_reason_and_note_by_keyboard_alone(site: Site) -> None:
    with site.opened() as page:
        keys = page.keyboard
        focused = "document.activeElement.className"
        ask(page, HOLD, answers=1)
        page.locator(".fn-copy").focus()
        while "fn-thumb-down" not in page.evaluate(focused):
            assert "fn-action" in page.evaluate(focused)
            keys.press("Tab")
        keys.press("Enter")
        expect_message(page, "Thank you.")
        assert "fn-thumb-down" in page.evaluate(focused) and pressed(page) == ["false", "true"]
        form = page.get_by_role("form", name="What you think of this answer")
        assert form.get_by_role("group", name="What was wrong with it?").get_by_role("button").count() == 6
        keys.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "It is not true"
        keys.press("Escape")
        assert page.locator(".fn-feedback").count() == 0 and "fn-thumb-down" in page.evaluate(focused)
        assert site.wait_for(1, page)[0].verdict == "down"  # that stands
        keys.press("Enter")  # takes it back
        expect_message(page, "Your thumb is taken back.")
        keys.press("Enter")
        keys.press("Tab")
        keys.press("Space")
        keys.press("Tab")
        keys.press("Space")  # another one instead
        assert form.locator("[aria-pressed=true]").all_inner_texts() == ["Something is missing"]
        for _ in range(5):
            keys.press("Tab")
        note = form.get_by_label("Anything to add? (optional)")
        assert note.evaluate("field => field == document.activeElement")
        described = note.get_attribute("aria-describedby")
        assert "leave out your name" in page.inner_text(f"[id='{described}']")
        keys.type("How often a week? Mail ann@example.org")
        keys.press("Tab")
        keys.press("Enter")
        page.wait_for_selector(".fn-feedback", state="detached")
        expect_message(page, "Thank you.")
        assert "fn-thumb-down" in page.evaluate(focused)
        (row,) = site.rows()
        assert (row.verdict, row.reason, row.note) == (
            "down",
            "incomplete",
            "How often a week? Mail [e-mail]",
        )


def test_the_form_comes_into_view_above_the_question_box(site: Site) -> None:
    with site.opened(viewport={"width": 1280, "height": 560}) as page:
        ask(page, HOLD, answers=1)
        page.click(".fn-thumb-down")
        expect_message(page, "Thank you.")
        page.wait_for_function(
            "() => document.querySelector('.fn-feedback').getBoundingClientRect().bottom"
            " <= document.querySelector('#fn-form').getBoundingClientRect().top"
        )


def test_a_vote_that_is_refused_is_reported_and_undone(site: Site) -> None:
    with site.opened(expected="429") as page:
        ask(page, HOLD, answers=1)
        page.wait_for_selector(".fn-thumb-down")
        # At once, however slow the machine is: what is over after ten seconds must not be over too soon.
        left = page.evaluate(BURST, PER_CLIENT[0].count)
        assert left == [200] * PER_CLIENT[0].count
        page.click(".fn-thumb-down")
        expect_message(page, "That was a lot in a short time. Please try again in a moment.")
        assert pressed(page) == ["false", "false"] and page.locator(".fn-feedback").count() == 0
        assert site.rows() == []


def test_a_note_that_did_not_arrive_can_be_sent_again(site: Site) -> None:
    with site.opened(expected="ERR_FAILED") as page:
        ask(page, HOLD, answers=1)
        page.click(".fn-thumb-down")
        expect_message(page, "Thank you.")
        page.fill(".fn-feedback textarea", "Typed with care")
        page.route("**/api/feedback", lambda route: route.abort())
        page.click(".fn-feedback-send")
        expect_message(page, "That could not be kept. Please try again.")
        assert page.input_value(".fn-feedback textarea") == "Typed with care"
        page.unroute("**/api/feedback")
        page.click(".fn-feedback-send")
        expect_message(page, "Thank you.")
        assert [row.note for row in site.rows()] == ["Typed with care"]
        # A copied answer has its sources, and nothing of all this.
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.click(".fn-copy")
        page.wait_for_function(SAID, arg="Copied")
        text = page.evaluate("navigator.clipboard.readText()")
        assert text.startswith(f"{STEPS[2]} [1] ") and "Thank you" not in text
        sources = [line for line in text.splitlines() if re.match(r"\[\d\] ", line)]
        assert [line.rpartition(", ")[2] for line in sources] == [
            f"{STRETCHES.url}#:~:text=Hold", f"{STRETCHES.url}#:~:text=Stop",
        ]  # fmt: skip


def test_two_presses_in_a_row_arrive_in_their_order(site: Site) -> None:
    with site.opened() as page:
        ask(page, HOLD, answers=1)
        seen: list[Any] = []

        def hold_the_first(route: Any) -> None:
            seen.append(route)
            if len(seen) > 1:
                route.continue_()

        page.route("**/api/feedback", hold_the_first)
        page.click(".fn-thumb-up")
        page.click(".fn-thumb-down")
        page.wait_for_timeout(100)
        assert [route.request.post_data_json["verdict"] for route in seen] == ["up"]
        seen[0].continue_()
        expect_message(page, "Thank you.")
        assert pressed(page) == ["false", "true"] and [row.verdict for row in site.rows()] == ["down"]


def test_what_a_reader_did_outlasts_redraws_and_other_answers(site: Site) -> None:
    with site.opened() as page:
        ask(page, HOLD, answers=1)
        page.click(".fn-thumb-down")
        expect_message(page, "Thank you.")
        page.click(".fn-reason >> text=Hard to understand")
        page.fill(".fn-feedback textarea", "Half a thought")
        # As Gradio draws an answer anew: the server's markup, without what the script has added to it.
        page.evaluate("""() => {
          const answer = document.querySelector(".fn-answer");
          const drawn = answer.cloneNode(true);
          drawn.querySelectorAll(".fn-thumb, .fn-feedback, .fn-feedback-status").forEach((part) => part.remove());
          answer.parentElement.innerHTML = drawn.outerHTML;
        }""")
        page.wait_for_selector(".fn-thumb-down[aria-pressed=true]")
        ask(page, "Why does my back ache?", answers=2)
        assert (pressed(page, 0), pressed(page, 1)) == (["false", "true"], ["false", "false"])
        assert page.input_value(".fn-feedback textarea") == "Half a thought"
        assert page.locator(".fn-thumb").count() == 4 and page.locator(".fn-feedback").count() == 1
        page.click(".fn-actions >> nth=1 >> .fn-thumb-up")
        assert len(site.wait_for(2, page)) == 2
        page.click(".fn-feedback >> nth=0 >> .fn-feedback-send")
        page.wait_for_function("() => document.querySelectorAll('.fn-feedback').length == 1")
        kept = {row.question: row for row in site.rows()}
        assert (kept[HOLD].verdict, kept[HOLD].reason, kept[HOLD].note) == (
            "down",
            "unclear",
            "Half a thought",
        )
        assert kept["Why does my back ache?"].verdict == "up"


def test_a_post_that_has_changed_since_is_reported_and_can_be_asked_again(site: Site) -> None:
    with site.opened() as page:
        ask(page, HOLD, answers=1)
        assert page.locator(".fn-changed").count() == 0
        edited = replace(STRETCHES, text=STRETCHES.text.replace("Hold for 30", "Hold for 20"))
        site.bot.articles, site.bot.live = (edited, HOSTILE), "gen-2"
        ask(page, "Why does my back ache?", answers=2)
        told_ = "The post has changed since this answer."
        page.wait_for_selector(f".fn-answer >> nth=0 >> .fn-changed >> text={told_}")
        assert page.locator(".fn-changed").count() == 1  # what the second one quotes still stands
        page.wait_for_function("text => document.querySelector('#fn-news').textContent == text", arg=told_)
        assert told_ not in page.text_content("#fn-voice")  # which may just be reading out the answer
        page.click(".fn-ask-again")
        settled(page, 3)
        assert site.bot.asked[-1][0] == HOLD
        site.bot.articles, site.bot.live = (HOSTILE,), "gen-3"
        ask(page, "Peru?", answers=4)
        page.wait_for_selector(
            ".fn-answer >> nth=1 >> .fn-changed >> text=The post is no longer on the blog."
        )
        assert page.locator(".fn-changed").count() == 3


def test_where_feedback_is_off_there_are_no_thumbs(chromium: Any, tmp_path: Path) -> None:
    bot = FakeBot(BotConfig(index=tmp_path / "index", feedback="off", rate=(), rate_total=()))
    with serving(create_app(cast("Bot", bot), bot.config)) as address, opened(chromium, address) as page:
        ask(page, HOLD, answers=1)
        page.wait_for_function("() => window.footnote.say('helpful') != ''")
        page.wait_for_timeout(200)
        assert page.locator(".fn-copy").count() == 1 and page.locator(".fn-thumb").count() == 0
        bot.articles, bot.live = (HOSTILE,), "gen-2"  # this is reported all the same
        ask(page, "Peru?", answers=2)
        page.wait_for_selector(".fn-changed")
        assert list(tmp_path.iterdir()) == []


def test_the_open_form_fits_a_phone_and_a_finger(site: Site) -> None:
    narrow: dict[str, Any] = {"viewport": {"width": 360, "height": 800}, "reduced_motion": "reduce"}
    with site.opened(**narrow) as page:
        ask(page, HOLD, answers=1)
        page.click(".fn-thumb-down")
        expect_message(page, "Thank you.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        heights = page.locator(".fn-feedback button, .fn-actions button:visible").evaluate_all(
            "buttons => buttons.map((button) => button.getBoundingClientRect().height)"
        )
        assert min(heights) >= 44 and len(set(heights)) == 1
