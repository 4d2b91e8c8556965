"""What /healthz says, and what questions get, while the server starts and after something broke."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import FakeBot
from patience import PATIENCE
from starlette.testclient import TestClient

from bot.problems import Refused
from bot.server import create_api
from bot.server.question_queue import open_queue
from bot.types import Answer

if TYPE_CHECKING:
    from bot.pipeline import Bot


def http_of(bot: FakeBot) -> TestClient:
    return TestClient(create_api(cast("Bot", bot), bot.config), raise_server_exceptions=False)


def test_it_is_not_ok_while_the_bot_cannot_search() -> None:
    bot = FakeBot(broken="The blog cannot be searched just now.")
    response = http_of(bot).get("/healthz")
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["message"]) == (503, "search_failed", bot.broken)
    assert int(response.headers["retry-after"]) > 0
    bot.broken = ""
    assert http_of(bot).get("/healthz").json()["status"] == "ok"


def test_it_names_the_version() -> None:
    bot = FakeBot()
    body = http_of(bot).get("/healthz").json()
    assert body["version"] and body["last_sync"] is None and body["last_sync_age"] is None


# --- starting


def test_nothing_is_ok_and_nothing_is_asked_before_the_model_is_loaded() -> None:
    bot = FakeBot()
    queue = open_queue(cast("Bot", bot), bot.config)
    queue.hold()
    http = TestClient(create_api(cast("Bot", bot), bot.config, queue=queue))
    response = http.get("/healthz")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "starting")
    assert int(response.headers["retry-after"]) > 0
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.extend(_answers(queue.stream("How long do I hold it?"))))
    thread.start()
    while not queue._waiting:
        pass
    assert not bot.asked
    queue.start()
    thread.join(PATIENCE)
    assert answers[0].status == "answered" and http.get("/healthz").status_code == 200


def test_a_question_whose_time_is_up_before_that_gets_a_timeout() -> None:
    now = [0.0]
    bot = FakeBot()
    queue = open_queue(cast("Bot", bot), bot.config)
    queue.clock = lambda: now[0]
    queue.hold()
    queue.seconds = 0.0
    with pytest.raises(Refused) as refused:
        list(queue.stream("How long?"))
    assert (refused.value.problem.status, refused.value.problem.code) == (503, "starting")
    assert not bot.asked


def _answers(events: object) -> list[Answer]:
    return [event for event in cast("list[object]", events) if isinstance(event, Answer)]
