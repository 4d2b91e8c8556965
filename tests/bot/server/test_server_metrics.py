"""/metrics gives numbers to the owner's Prometheus, and no word of any reader."""

from __future__ import annotations

import re
from typing import cast

from fake_bot import FakeBot
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.config import BotConfig, read_rates
from bot.pipeline import Bot
from bot.server.app import create_api
from bot.server.question_queue import open_queue

TOKEN = "a token of the owner's, long enough"
OWNER = {"Authorization": f"Bearer {TOKEN}"}


def client(bot: FakeBot, **settings: object) -> TestClient:
    bot.config = BotConfig(owner_token=SecretStr(TOKEN), feedback="off", **settings)  # type: ignore[arg-type]
    return TestClient(create_api(cast(Bot, bot), bot.config), raise_server_exceptions=False)


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    assert found, text
    return float(found[1])


def test_questions_are_counted_by_what_became_of_them_and_none_is_shown() -> None:
    http = client(FakeBot(), rate=(), rate_total=())
    for question in ("Why a zebra finch?", "Why not?", "My speech is slurred", ""):
        http.post("/api/ask", json={"question": question})
    text = http.get("/metrics", headers=OWNER).text
    assert value(text, 'footnote_questions_total{status="answered"}') == 2
    assert value(text, 'footnote_questions_total{status="urgent"}') == 1
    assert value(text, 'footnote_questions_total{status="error"}') == 0
    assert value(text, 'footnote_question_seconds_count{stage="answer"}') == 3
    assert value(text, 'footnote_question_seconds_count{stage="first_words"}') == 3
    assert value(text, "footnote_questions_waiting") == value(text, "footnote_questions_in_work") == 0
    assert value(text, "footnote_index_articles") == 2 and value(text, "footnote_ready") == 1
    assert 'generation="gen-1"' in text and "process_resident_memory_bytes" in text
    assert not re.search("zebra|slurred|finch", text)


def test_an_unforeseen_error_is_an_error_whatever_it_says() -> None:
    http = client(FakeBot(late_error=ValueError("about zebra finches")), rate=(), rate_total=())
    http.post("/api/ask", json={"question": "Why?"})
    text = http.get("/metrics", headers=OWNER).text
    assert value(text, 'footnote_questions_total{status="error"}') == 1
    assert "zebra" not in text and "ValueError" not in text


def test_a_full_queue_counts_as_refused() -> None:
    bot = FakeBot()
    http = client(bot)
    queue = open_queue(cast(Bot, bot), bot.config)
    queue.waiting_limit = 0
    http = TestClient(create_api(cast(Bot, bot), bot.config, queue=queue))
    assert http.post("/api/ask", json={"question": "Why?"}).status_code == 429
    assert value(http.get("/metrics", headers=OWNER).text, 'footnote_questions_total{status="refused"}') == 1


def test_only_the_owner_sees_them() -> None:
    http = client(FakeBot(), rate=read_rates("2/minute"))
    assert http.get("/metrics").status_code == 401
    assert http.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
    answer = http.get("/metrics", headers=OWNER)
    assert answer.status_code == 200 and answer.headers["cache-control"].startswith("no-store")
    http = TestClient(create_api(cast(Bot, FakeBot()), BotConfig(feedback="off")))
    assert http.get("/metrics").status_code == 403
