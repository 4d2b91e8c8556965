"""A reader between two servers, behind nginx with the configuration that the documentation publishes."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from browsing import ask, opened, serving, settled
from engines import Postgres
from fake_bot import FakeBot
from nginx import balanced
from patience import eventually
from pydantic import SecretStr

from bot.config import BotConfig
from bot.server import create_app
from bot.server.feedback import open_votes

if TYPE_CHECKING:
    from bot.pipeline import Bot


def test_when_a_server_goes_the_window_goes_on_with_another(
    chromium: Any, postgres: Postgres, tmp_path: Path
) -> None:
    config = BotConfig(
        rate=(), rate_total=(), owner_token=SecretStr("the-same-token-for-all"), trusted_proxies=("127.0.0.1/32",),
        database_url=SecretStr(postgres.url), blog=postgres.new_blog(),
    )  # fmt: skip
    bots = [FakeBot(replace(config, index=tmp_path / name / "index")) for name in ("one", "other")]
    with ExitStack() as stack:
        running = [ExitStack() for _ in bots]
        for one in running:
            stack.enter_context(one)
        addresses = [
            one.enter_context(serving(create_app(cast("Bot", bot), bot.config)))
            for one, bot in zip(running, bots, strict=True)
        ]
        address = stack.enter_context(balanced(addresses, tmp_path))
        page, other = (stack.enter_context(opened(chromium, address, expected="net::ERR")) for _ in bots)
        for window in (page, other):
            ask(window, "Why does my back ache?", answers=1)
        first = next(number for number, bot in enumerate(bots) if bot.asked)
        running[first].close()

        ask(page, "And when should I stop to stretch?", answers=2)
        question, turns = bots[1 - first].asked[-1]
        assert question.startswith("And when") and turns[0].content == "Why does my back ache?"
        page.click(".fn-thumb-up >> nth=0")
        votes = open_votes(config)
        assert votes is not None
        (row,) = eventually(votes.rows, pause=lambda: page.wait_for_timeout(50))
        assert row.question == "Why does my back ache?"

        other.reload()
        settled(other, 1)
        assert "Tight hamstrings pull" in other.inner_text("#fn-side")
        other.click("#fn-clear")
        other.wait_for_selector(".fn-welcome")
        other.reload()
        other.wait_for_selector(".fn-chip")
        assert other.locator(".fn-question").count() == 0
