"""Attack strings in every place, in Chromium: a part of what tests/support/attacks.py does, and that it would see.

Without the developers' lists it is this project's own strings alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from attack_blog import Quoter
from attack_faces import facing
from attack_strings import ADDRESSES, ELSEWHERE, MARKUP, OWN, all_listed, spread
from attacks import Plan, attack, blog_of, in_notes, in_questions, together
from conftest import SHARED

pytestmark = pytest.mark.browser
LISTED = 16  # of the developers' strings


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [*OWN, *(spread(all_listed(SHARED), LISTED) if SHARED.is_dir() else ())]


@pytest.fixture(scope="module")
def bot(texts: list[str]) -> Iterator[Quoter]:
    with blog_of(texts) as made:
        made.batch = 90
        yield made


def plan(bot: Quoter, texts: list[str], part: int) -> Plan:
    """Every so many of all that could be tried."""
    notes, pages = in_notes(texts), together(texts)
    return Plan(in_questions(texts)[::part], range(bot.batches)[::part], notes[::part][:3], pages[:1])


def test_untrusted_text_is_only_text_in_the_window(chromium: Any, bot: Quoter, texts: list[str]) -> None:
    """Without the policy: our own escaping has to hold alone."""
    assert len(bot.articles) > 4 * len(texts)
    assert attack(chromium, bot, plan(bot, texts, 1), face="window", policy=False).lines() == []


def test_untrusted_text_is_only_text_in_the_widget(chromium: Any, bot: Quoter, texts: list[str]) -> None:
    """With the policy, and a part only: what it stopped would be reported, too."""
    assert attack(chromium, bot, plan(bot, texts, 4), face="widget", policy=True).lines() == []


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])
def test_what_gets_through_is_seen(chromium: Any, bot: Quoter, policy: bool) -> None:
    with facing(chromium, "widget" if policy else "window", bot, policy=policy) as shown:
        shown.look("before")
        assert shown.seen.lines() == []
        raw = f"<a href='{ADDRESSES[0]}'>press</a><p style='width: 900px'>wide</p>" + "".join(MARKUP[:5])
        insert = "raw => document.querySelector('.fn-answer').insertAdjacentHTML('beforeend', raw)"
        shown.chat.evaluate(insert, raw)
        shown.chat.evaluate("document.querySelector('#fn-foot').style.display = 'none'")
        shown.chat.wait_for_timeout(300)
        shown.look("after")
        seen = replace(shown.seen)
    kinds = " ".join(seen.placed)
    assert all(f"<{tag}>" in kinds for tag in ("script", "img", "svg", "iframe"))
    assert "handler onerror" in kinds and "address href" in kinds and "attribute style" in kinds
    assert any("px too wide" in one for one in seen.broken)
    assert any("#fn-foot is gone" in one for one in seen.broken)
    if policy:
        assert all(any(part in one for one in seen.policy) for part in ("img-src", "script-src"))
        assert seen.ran == []
    else:
        assert any("hit 2" in one for one in seen.ran)
        assert any(one.startswith(ELSEWHERE) for one in seen.loaded)
