"""The bench of a crowd asks as windows and programs do, and counts what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

from browsing import serving
from fake_bot import FakeBot

from bot.bench.crowd import _handler, _Reader, _round
from bot.config import read_rates
from bot.pipeline import Bot
from bot.server import create_app


@contextmanager
def served(rate: str) -> Iterator[int]:
    bot = FakeBot()
    bot.config = replace(bot.config, rate=read_rates(rate), trusted_proxies=("127.0.0.1/32",))
    with serving(create_app(cast(Bot, bot), bot.config)) as address:
        yield int(urlsplit(address).port or 0)


def test_readers_are_answered_by_both_ways_and_told_when_to_come_again() -> None:
    with served("1/minute") as port:
        crowd = [_Reader(number, port) for number in range(6)]
        handler = _handler(port)
        rounds = [[what for what, _ in _round(crowd, ["Why?"] * 6, handler)] for _ in range(2)]
    assert rounds[0] == ["answered"] * 6  # each has an address of its own
    assert rounds[1] == ["429 rate_limited", "told in words to come again"] * 3


def test_what_is_no_answer_is_told() -> None:
    with served("off") as port:
        reader = _Reader(1, port)
        assert reader.ask_window("Why?", 999) == "422 bad_request"
        assert reader.ask_api("") == "422 empty_question"
