"""A response and the log entries that its request caused have one name, in both forms of the log."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.server import create_api
from bot.server.logs import JsonFormatter, PrintableFormatter

if TYPE_CHECKING:
    from bot.pipeline import Bot


@pytest.mark.parametrize("formatter", [JsonFormatter(), PrintableFormatter()])
def test_an_entry_has_the_name_that_its_response_has(formatter: logging.Formatter) -> None:
    bot = FakeBot(config=BotConfig(rate=(), rate_total=()))
    http = TestClient(create_api(cast("Bot", bot), bot.config), raise_server_exceptions=False)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    bot.error = ZeroDivisionError("by zero")
    logger = logging.getLogger("footnote")
    logger.addHandler(handler)
    try:
        names = [
            http.post("/api/ask", json={"question": "Why?"}, headers={"X-Request-Id": "forged"}).headers
            for _ in range(2)
        ]
    finally:
        logger.removeHandler(handler)
    first, second = (headers.get_list("x-request-id") for headers in names)
    assert len(first) == 1 and first not in (second, ["forged"])
    entries = [line for line in written.getvalue().splitlines() if first[0] in line]
    assert len(entries) == 1 and "forged" not in written.getvalue()
    if isinstance(formatter, JsonFormatter):
        entry = json.loads(entries[0])
        assert entry["request"] == first[0] and entry["level"] == "ERROR" and "time" in entry


def test_json_holds_hostile_text_on_one_line_of_ascii_and_no_request_outside_of_one() -> None:
    record = logging.LogRecord("footnote", logging.WARNING, "", 0, "a\nb\x1b[31m\u202e%s", ("é",), None)
    line = JsonFormatter().format(record)
    assert line.isascii() and line.isprintable()
    assert json.loads(line)["message"] == "a\nb\x1b[31m\u202eé" and "request" not in json.loads(line)
