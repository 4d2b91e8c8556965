"""POST /api/verify: reports, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from fake_bot import STRETCHES, FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, Rate
from bot.server import create_api
from bot.server.guard import MAX_BODY


def client(bot: FakeBot, **settings: Any) -> TestClient:
    return TestClient(create_api(cast("Any", bot), BotConfig(**{"rate": (), "rate_total": (), **settings})))


def test_an_answer_goes_round_and_its_changes_are_seen() -> None:
    bot = FakeBot()
    http = client(bot)
    answer = http.post("/api/ask", json={"question": "How do I do it?"}).json()
    report = http.post("/api/verify", json={"answer": answer}).json()
    assert report["holds"] and report["verbatim"] == 4 and report["generation"] == "gen-1"
    bot.articles = (replace(STRETCHES, text=STRETCHES.text.replace("30 seconds and", "20 seconds and")),)
    report = http.post("/api/verify", json={"answer": answer}).json()
    assert (report["holds"], report["changed"]) == (False, 1)
    assert report["quotes"][2]["nearest"]["quote"] == "Hold for 20 seconds and breathe slowly."
    text = "Change legs. [4](https://blog.example/post/hamstring-stretches?x=1#:~:text=Change%20legs.)"
    assert http.post("/api/verify", json={"text": text}).json()["verbatim"] == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "bad_request"),
        ({"text": "a", "answer": {}}, 422, "bad_request"),
        ({"text": 5}, 422, "bad_request"),
        ({"txt": "a"}, 422, "unknown_field"),
        ({"text": "nothing quoted"}, 422, "no_quotes"),
        ({"answer": [{"quote": f"{n}"} for n in range(200)]}, 422, "bad_question"),
        ({"text": "x" * MAX_BODY}, 413, "too_large"),
    ],
)
def test_what_cannot_be_verified_is_refused(body: dict[str, Any], status: int, code: str) -> None:
    refused = client(FakeBot()).post("/api/verify", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)


def test_half_a_character_does_no_harm() -> None:
    refused = client(FakeBot()).post("/api/verify", content=rb'{"text": "\ud800"}')
    assert refused.json()["error"]["code"] == "no_quotes"


def test_a_text_counts_as_a_question() -> None:
    http = client(FakeBot(), rate=(Rate(2, 60),))
    body = {"answer": {"quote": "Change legs.", "article_id": STRETCHES.id}}
    assert [http.post("/api/verify", json=body).status_code for _ in range(3)] == [200, 200, 429]
