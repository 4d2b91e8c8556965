"""Attack strings in every place, in Chromium: a part of what tests/attacks.py does, and that it would see.

Without the developers' lists it is this project's own strings alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from attack_blog import Quoter
from attack_strings import ADDRESSES, ELSEWHERE, MARKUP, OWN, all_listed, spread
from attack_watch import Seen, census, look, put, watched
from attacks import WithoutPolicy, attack, blog_of, in_questions
from browsing import serving
from conftest import SHARED

import ui
from bot.bot import Bot

pytestmark = pytest.mark.browser
LISTED = 30  # of the developers' strings


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [*OWN, *(spread(all_listed(SHARED), LISTED) if SHARED.is_dir() else ())]


@pytest.fixture(scope="module")
def bot(texts: list[str]) -> Iterator[Quoter]:
    with blog_of(texts) as made:
        made.batch = 60
        yield made


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])
def test_nothing_of_an_article_or_a_question_is_more_than_text(
    chromium: Any, bot: Quoter, texts: list[str], policy: bool
) -> None:
    assert len(bot.articles) > 4 * len(texts)
    # Where the policy stands by, a part is enough: what it alone stops is shown by the other run.
    batches = range(bot.batches)[:: 4 if policy else 1]
    seen = attack(chromium, bot, in_questions(texts), policy=policy, batches=batches)
    assert seen.lines() == []


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])
def test_what_gets_through_is_seen(chromium: Any, bot: Quoter, policy: bool) -> None:
    seen = Seen()
    app = ui.app(cast(Bot, bot), bot.config)
    with serving(app if policy else WithoutPolicy(app)) as address, watched(chromium, address, seen) as page:
        put(page, "an ordinary question")
        before = census(page)
        look(page, seen, before, where="before")
        assert seen.lines() == []
        raw = f"<a href='{ADDRESSES[0]}'>press</a><p style='width: 900px'>wide</p>" + "".join(MARKUP[:5])
        page.evaluate("raw => document.querySelector('.fn-answer').insertAdjacentHTML('beforeend', raw)", raw)
        page.wait_for_timeout(300)
        look(page, seen, before, where="after")
    kinds = " ".join(seen.placed)
    assert all(f"<{tag}>" in kinds for tag in ("script", "img", "svg", "iframe"))
    assert "handler onerror" in kinds and "address href" in kinds and "attribute style" in kinds
    assert any("px wide" in one for one in seen.broken)
    if policy:
        assert all(any(part in one for one in seen.policy) for part in ("img-src", "script-src"))
        assert seen.ran == []
    else:
        assert any("hit 2" in one for one in seen.ran)
        assert any(one.startswith(ELSEWHERE) for one in seen.loaded)
