"""An urgent message: one instruction, one number to call, the rest folded."""

from __future__ import annotations

import re

import pytest

from bot.safety import packaged_guide
from bot.server.window import CODES, packaged_language
from bot.server.window.html import render_answer, render_partial
from bot.server.window.urgent import render_urgent, split_urgent
from bot.types import Answer

MESSAGES = {flag.name: flag.message for flag in packaged_guide().flags}


def folded(html: str) -> tuple[str, str]:
    """What is seen at once, and what is folded."""
    seen, _, more = html.partition('<details class="fn-more">')
    return seen, more


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", MESSAGES)
def test_one_instruction_and_one_link_are_seen_and_the_rest_is_folded(name: str, code: str) -> None:
    html = render_urgent(MESSAGES[name], packaged_language(code))
    seen, more = folded(html)
    assert seen.count("<a ") == 1 and re.search(r'class="fn-call fn-by-region[^"]*" href="tel:112"', seen)
    assert seen.count("<p>") <= 2 and "<strong>" in seen
    assert more.endswith("</details>") and more.count("<summary>") == 1


def test_a_doctor_today_is_the_nurse_line_and_an_emergency_is_not() -> None:
    english = packaged_language("en")
    assert "fn-nurse" in render_urgent(MESSAGES["kidney"], english)
    assert "fn-nurse" not in render_urgent(MESSAGES["stroke"], english)


def test_the_number_of_an_owner_is_the_one_that_is_called() -> None:
    english = packaged_language("en")
    own = MESSAGES["stroke"].replace(english("urgent_emergency"), "144 in Switzerland")
    assert 'class="fn-call" href="tel:144"' in render_urgent(own, english)
    assert 'href="tel:01234"' not in render_urgent("Ring the surgery on 01234 5678.", english)
    assert 'href="tel:118"' in render_urgent("**Call 118 at once.**\n\nDo not wait.", english)


def test_what_the_blog_says_afterwards_is_not_folded() -> None:
    english = packaged_language("en")
    text = f"{MESSAGES['stroke']}\n\nOnce that is seen to, this is what the blog says:\n\nLie down."
    assert split_urgent(text) == (MESSAGES["stroke"], text[len(MESSAGES["stroke"]) + 2 :])
    html = render_answer(Answer("q", "q", text, (), "urgent", 0.0), 0, english)
    assert html.index("</details>") < html.index("Lie down.")
    assert "fn-call" in render_partial(MESSAGES["stroke"], english, is_urgent=True)
