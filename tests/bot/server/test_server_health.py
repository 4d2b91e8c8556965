"""What /healthz says, and what questions get, while the server starts and after something broke."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import FakeBot
from patience import PATIENCE
from starlette.testclient import TestClient

from bot.problems import Refused
from bot.server import create_api
from bot.server.health import RECHECK_SECONDS, TRUST_SECONDS, Health
from bot.server.question_queue import open_queue
from bot.types import Answer
from ingest.errors import EmbedderError, FootnoteError, IndexDamaged

if TYPE_CHECKING:
    from bot.pipeline import Bot


@dataclass
class Searching(FakeBot):
    """Counts its searches; broken: what each of them raises."""

    searches: int = 0
    broken: FootnoteError | None = None

    def warm(self) -> None:
        self.searches += 1
        if self.broken:
            raise self.broken


@dataclass
class Stage:
    bot: Searching = field(default_factory=Searching)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.health = Health(cast("Bot", self.bot), clock=lambda: self.now)


def test_it_searches_before_it_says_ok_and_believes_that_for_a_while() -> None:
    stage = Stage()
    for _ in range(3):
        assert stage.health.check()["articles"] == 2
    assert stage.bot.searches == 1
    stage.now = TRUST_SECONDS
    stage.health.check()
    assert stage.bot.searches == 2


@pytest.mark.parametrize("error", [IndexDamaged("the search index"), EmbedderError("no model")])
def test_a_search_that_fails_is_told_until_one_works(error: FootnoteError) -> None:
    stage = Stage(Searching(broken=error))
    for _ in range(3):
        with pytest.raises(type(error)):
            stage.health.check()
    assert stage.bot.searches == 1, "a monitor that asks each second does not search each second"
    stage.bot.broken = None
    stage.now = RECHECK_SECONDS
    assert stage.health.check()


def test_a_new_generation_is_searched_at_once() -> None:
    stage = Stage()
    stage.health.check()
    stage.bot.live, stage.bot.broken = "gen-2", IndexDamaged("the search index")
    with pytest.raises(IndexDamaged):
        stage.health.check()


def test_a_question_that_fails_makes_it_look_again() -> None:
    bot = Searching()
    http = TestClient(create_api(cast("Bot", bot), bot.config), raise_server_exceptions=False)
    assert http.get("/healthz").status_code == 200
    bot.error = bot.broken = IndexDamaged("the search index")
    assert http.post("/api/ask", json={"question": "How long?"}).status_code == 503
    bot.error = None  # counting articles works as ever
    response = http.get("/healthz")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "index_unusable")
    bot.broken = None
    assert http.post("/api/ask", json={"question": " "}).status_code == 422, "the reader's own mistake"


def test_it_names_the_version() -> None:
    bot = FakeBot()
    body = TestClient(create_api(cast("Bot", bot), bot.config)).get("/healthz").json()
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
    thread = threading.Thread(target=lambda: answers.extend(_answers(queue.stream("How long?"))))
    thread.start()
    while not queue._waiting:
        pass
    assert not bot.asked
    queue.start()
    thread.join(PATIENCE)
    assert answers[0].status == "answered" and http.get("/healthz").status_code == 200


def test_a_question_whose_time_is_up_before_that_is_told_so() -> None:
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
