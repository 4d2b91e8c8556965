"""The bench of a crowd asks as windows and programs do, and counts what comes of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

import pytest
from browsing import serving
from fake_bot import FakeBot
from processes import started

from bot.bench.command import print_results
from bot.bench.crowd import _handler, _Reader, _resident, _round, measure_crowd, summary
from bot.config import read_rates
from bot.pipeline import Bot
from bot.server import create_app


@contextmanager
def served(rate: str) -> Iterator[int]:
    bot = FakeBot()
    bot.config = replace(bot.config, rate=read_rates(rate), trusted_proxies=("127.0.0.1/32",))
    with serving(create_app(cast(Bot, bot), bot.config)) as address:
        yield int(urlsplit(address).port or 0)


def test_readers_are_answered_both_ways_or_asked_to_try_again() -> None:
    with served("1/minute") as port:
        crowd = [_Reader(number, port) for number in range(6)]
        handler = _handler(port)
        rounds = [[what for what, _ in _round(crowd, ["Why?"] * 6, handler)] for _ in range(2)]
    assert rounds[0] == ["answered"] * 6  # each has an address of its own
    assert rounds[1] == ["429 rate_limited", "asked to try again"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_small_crowd_is_measured_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    @contextmanager
    def in_this_process(folder: str) -> Iterator[tuple[int, int]]:
        with served("off") as port:
            yield port, os.getpid()

    figures = measure_crowd(readers=4, rounds=2, open_server=in_this_process)
    assert figures["answered"] == 8 and figures["other errors"] == 0
    assert figures["readers at once, questions each"] == "4, 2" and figures["one reader alone, median s"] > 0
    assert len(figures["memory after each round, MB"].split(", ")) == 2
    print_results({"crowd": figures})
    assert "one reader alone" in capsys.readouterr().out


def test_what_is_no_answer_is_named() -> None:
    with served("off") as port:
        reader = _Reader(1, port)
        assert reader.ask_window("Why?", 999) == "422 bad_request"
        assert reader.ask_api("") == "422 empty_question"


def test_errors_of_a_crowd_are_counted_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [
        ("answered", 0.5),
        ("answered", 1.5),
        ("503 busy", 0.1),
        ("503 busy", 0.1),
        ("429 rate_limited", 0.1),
    ]
    figures = summary(
        [*outcomes, ("asked to try again", 0.2), ("TimeoutError: timed out", 90.0)], [100.0, 120.4]
    )
    assert figures["answered"] == 2 and figures["429"] == 1 and figures["asked to try again (window)"] == 1
    assert figures["other errors"] == "503 busy: 2; TimeoutError: timed out: 1"
    print_results({"crowd": figures})
    assert "503 busy: 2" in capsys.readouterr().out


def test_a_crowd_without_any_answer_has_figures() -> None:
    figures = summary([("503 busy", 0.1)], [100.0])
    assert figures["answered"] == 0 and figures["seconds to the whole answer, median"] == "-"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_of_a_server_in_a_child_process_counts() -> None:
    code = "large = bytearray(120_000_000); large[::4096] = b'x' * len(large[::4096]); print('ready', flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with started([sys.executable, "-c", code], **pipes) as child:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        assert _resident(child.pid) > 110
        assert _resident(os.getpid()) > _resident(child.pid)
        child.communicate(b"\n")
