"""Untrusted text, in a terminal and in the log: nothing moves the cursor or forges a line."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.cli.options import print_json
from bot.cli.output import print_answer
from bot.server.logs import (
    ALL_ENTRIES,
    PERIOD_SECONDS,
    SIMILAR_ENTRIES,
    LogRateLimit,
    PrintableFormatter,
    log_to_stderr,
)
from bot.text.printable import printable
from bot.types import Answer, Citation, Passage
from ingest.article import Chunk, plain_text

HOSTILE = "red \x1b[31m bell \x07 c1 \x9b2J over \u202egnp\u2066 half \ud83d line\u2028"


def test_what_a_terminal_would_obey_is_shown_as_its_escape() -> None:
    assert (
        printable(HOSTILE) == r"red \x1b[31m bell \x07 c1 \x9b2J over \u202egnp\u2066 half \ud83d line\u2028"
    )
    assert printable("one\n\ttwo – é 😀 מ") == "one\n\ttwo – é 😀 מ"


def test_an_answer_is_printed_so(capsys: pytest.CaptureFixture[str]) -> None:
    passage = Passage(Chunk("a", 0, (HOSTILE,), "Said.", 0, 5), HOSTILE, None, 1)
    print_answer(
        Answer("q", "q", HOSTILE, (Citation(1, passage, "Said.", 0, 5, None),), "answered", 0.9, (HOSTILE,))
    )
    shown = capsys.readouterr().out
    assert shown.count("\\x1b[31m") == 4 and "\x1b" not in shown and "\u202e" not in shown


def test_json_with_half_a_character_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "a\udcff"})
    assert json.loads(capsys.readouterr().out) == {"name": "a\udcff"}


def test_no_line_of_a_log_entry_begins_as_another_would() -> None:
    try:
        raise ValueError("bad\nindex_unusable: forged\r\x1b[2K")
    except ValueError:
        record = logging.LogRecord("footnote", 40, "", 0, "%s", ("a\nforged",), sys.exc_info())
    first, *rest = PrintableFormatter().format(record).split("\n")
    assert first == "a" and all(line.startswith("  ") for line in rest)
    assert "\x1b" not in "".join(rest) and "\r" not in "".join(rest)


def test_floods_of_what_does_not_show_are_no_part_of_a_text() -> None:
    assert plain_text("é" + "\u200d\u200c" * 200 + "é") == "é\u200dé"
    assert plain_text("می\u200cخواهم 👨\u200d👩") == "می\u200cخواهم 👨\u200d👩"
    assert len(plain_text("q" + "\u0323" * 400 + "x")) == 10
    assert len(plain_text("ด" + "\u0e49\u0e47" * 200 + "x")) == 10
    assert plain_text(whole := "བསྒྲུབས་ कर्त्स्न्य שָׁלוֹם مُحَمَّدٌ ຜູ້ဦး") == whole


def entry(text: str, *given: object) -> logging.LogRecord:
    return logging.LogRecord("footnote", logging.WARNING, "x.py", 1, text, given, None)


def test_a_log_is_not_filled_by_what_is_alike_and_says_what_it_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    limit = LogRateLimit(clock=lambda: now[0])
    assert sum(limit.filter(entry("Invalid request")) for _ in range(1000)) == SIMILAR_ENTRIES
    assert limit.filter(entry("something else"))
    now[0] = PERIOD_SECONDS
    assert limit.filter(entry("Invalid request"))
    assert f"{1000 - SIMILAR_ENTRIES} similar entries" in caplog.text


def test_nor_by_what_is_different_each_time() -> None:
    limit = LogRateLimit(clock=lambda: 0.0)
    assert sum(limit.filter(entry("from %d", number)) for number in range(1000)) == ALL_ENTRIES
    assert len(limit._seen) == ALL_ENTRIES


def test_the_servers_log_is_such_a_one(capsys: pytest.CaptureFixture[str]) -> None:
    loggers = [logging.getLogger(name) for name in ("footnote", "uvicorn.error", "asyncio")]
    before = [(list(one.handlers), list(one.filters)) for one in loggers]
    try:
        log_to_stderr()
        for _ in range(100):
            logging.getLogger("footnote.talk").warning("no \x1b index")
            loggers[1].warning("Invalid HTTP request received.")
        printed = capsys.readouterr().err
        assert printed.count("no \\x1b index") == SIMILAR_ENTRIES
        assert [bool(one.filters) for one in loggers] == [False, True, True]
    finally:
        for one, (handlers, filters) in zip(loggers, before, strict=True):
            one.handlers[:], one.filters[:] = handlers, filters
