"""Two servers of one blog, with one database and one store: a reader and the owner may be sent to either at any time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from engines import Postgres, Redis
from fake_bot import HOSTILE, STRETCHES, FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, load_config
from bot.server import create_api
from bot.server.feedback import open_votes
from bot.server.feedback.signed_answers import DAYS, open_signer
from bot.server.feedback.store import FeedbackStore
from bot.server.reingest import SharedRounds
from bot.server.window import restore_conversation
from bot.server.window.translations import packaged_language

if TYPE_CHECKING:
    from bot.pipeline import Bot

TOKEN = "the-same-token-for-all-servers"
OWN = {"Origin": "http://testserver"}
HOLD = "How long do I hold a stretch?"


@dataclass
class Server:
    config: BotConfig
    bot: FakeBot
    http: TestClient

    def ask(self, question: str = HOLD) -> dict[str, Any]:
        found: dict[str, Any] = self.http.post("/api/ask", json={"question": question}).json()
        return found

    def vote(self, answer_id: str, verdict: str | None) -> int:
        return self.http.post("/api/feedback", json={"id": answer_id, "verdict": verdict}).status_code

    def opens_desk(self) -> bool:
        return self.http.get("/owner/login", follow_redirects=False).status_code == 303


@pytest.fixture
def servers(postgres: Postgres, redis: Redis, tmp_path: Path) -> tuple[Server, Server]:
    environ = {
        "FOOTNOTE_DATABASE_URL": postgres.url,
        "FOOTNOTE_RATE_STORE": redis.url,
        "FOOTNOTE_OWNER_TOKEN": TOKEN,
        "FOOTNOTE_BLOG": postgres.new_blog(),
    }
    return server(environ, tmp_path / "one"), server(environ, tmp_path / "two")


def server(environ: dict[str, str], folder: Path) -> Server:
    config = replace(load_config(environ), index=folder / "index")
    bot = FakeBot(config=config)
    return Server(config, bot, TestClient(create_api(cast("Bot", bot), config)))


def votes(server: Server) -> FeedbackStore:
    found = open_votes(server.config)
    assert found is not None
    return found


def test_any_server_takes_a_vote_and_there_is_one_of_each_answer(servers: tuple[Server, Server]) -> None:
    one, other = servers
    asked = one.ask()
    known = asked["id"]
    assert [other.vote(known, "up"), one.vote(known, "down"), other.vote(known, "down")] == [200] * 3
    (row,) = votes(one).rows()
    assert (row.id, row.verdict, row.question, row.status) == (known[:24], "down", HOLD, "answered")
    assert [place["start"] for place in row.citations] == [c["start"] for c in asked["citations"]]
    assert other.vote(known, None) == 200 and votes(one).rows() == []


def test_an_id_that_no_server_has_written_is_no_answer(servers: tuple[Server, Server]) -> None:
    one, other = servers
    known, second = one.ask()["id"], one.ask("Why?")["id"]
    signer, (short, _, signed) = open_signer(other.config), known.partition(".")
    foreign = server({"FOOTNOTE_OWNER_TOKEN": "another-token-of-somebody", "FOOTNOTE_BLOG": one.config.blog,
                      "FOOTNOTE_DATABASE_URL": one.config.database_url.get_secret_value()}, one.config.index.parent / "x")  # fmt: skip
    for forged in (
        short, f"{second[:24]}.{signed}", f"{known[:-1]}{'A' if known[-1] != 'A' else 'B'}", f".{signed}", f"{short}.", "é.é",
        foreign.ask()["id"], f"{short}.{'A' * 100_000}",
    ):  # fmt: skip
        assert signer is not None and signer.read(forged) is None, forged[:100]
    assert [other.vote(forged, "up") for forged in (short, foreign.ask()["id"])] == [404, 404]
    assert votes(one).rows() == []


def test_an_id_is_good_for_some_days(servers: tuple[Server, Server]) -> None:
    signer, known = open_signer(servers[0].config), servers[1].ask()["id"]
    assert signer is not None and signer.read(known, within=-1) is None and DAYS == 7
    found = signer.read(known)
    assert found is not None and found.answer.citations[0].quote in STRETCHES.text


def test_a_post_that_has_changed_is_reported_by_any_server(servers: tuple[Server, Server]) -> None:
    one, other = servers
    ids = [one.ask()["id"], one.ask("Peru?")["id"], "unknown"]
    other.bot.articles, other.bot.live = (replace(STRETCHES, text="Other."), HOSTILE), "gen-2"
    found = other.http.post("/api/changes", json={"ids": ids}).json()["changes"]
    assert list(found) == ids[:1] and found[ids[0]][0]["kind"] == "changed"
    assert one.http.post("/api/changes", json={"ids": ids}).json() == {"changes": {}}
    for body in ({}, {"ids": "x"}, {"ids": [1]}, {"ids": [], "more": 1}):
        assert one.http.post("/api/changes", json=body).status_code == 422, body


def test_a_conversation_is_shown_again_from_what_the_browser_has(servers: tuple[Server, Server]) -> None:
    one, other = servers
    texts = packaged_language("en")
    given = [one.ask(), one.ask("Peru?"), one.ask("who wrote it?")]
    answers = [(found["id"], *read(other, found["id"])) for found in given]
    talk = restore_conversation(cast("Bot", other.bot), answers, texts)
    assert [(e.question, e.answer.text if e.answer else "") for e in talk] == [
        (found["question"], found["text"]) for found in given
    ]
    assert "Hold for 30 seconds" in talk[0].sources_html and talk[0].link.startswith("a/")
    assert len(given[0]["id"]) < 2000, "it goes into each page and each vote"


def read(server: Server, answer_id: str) -> tuple[Any, str]:
    signer = open_signer(server.config)
    found = signer.read(answer_id) if signer else None
    assert found is not None
    return found.answer, found.generation


def test_the_desk_is_open_on_every_server_until_she_leaves_one(servers: tuple[Server, Server]) -> None:
    one, other = servers
    assert not one.opens_desk() and not other.opens_desk()
    one.http.post("/owner/login", data={"token": TOKEN}, headers=OWN, follow_redirects=False)
    other.http.cookies = one.http.cookies
    assert one.opens_desk() and other.opens_desk()
    copied = {"Cookie": f"footnote_owner={one.http.cookies['footnote_owner']}"}
    other.http.post("/owner/logout", headers=OWN, follow_redirects=False)
    one.http.cookies.clear()
    assert one.http.get("/owner/login", headers=copied, follow_redirects=False).status_code == 200


def test_without_its_database_the_desk_says_when_to_come_again(
    servers: tuple[Server, Server], postgres: Postgres
) -> None:
    one, _ = servers
    one.http.post("/owner/login", data={"token": TOKEN}, headers=OWN, follow_redirects=False)
    postgres.stop()
    try:
        page = one.http.get("/owner/login")
        assert (page.status_code, page.json()["error"]["code"]) == (503, "desk_unusable")
        assert int(page.headers["retry-after"]) > 0
        assert one.http.get("/owner/config", headers={"Cookie": ""}).status_code == 401
    finally:
        postgres.start()
    assert one.opens_desk(), "her session is still there"


def test_one_server_does_a_round_for_all(servers: tuple[Server, Server]) -> None:
    database = servers[0].config.database
    assert database is not None
    first, second = (SharedRounds(database, every=3600) for _ in range(2))
    assert [first.claim(), second.claim(), first.claim()] == [True, False, False]
    assert SharedRounds(database, every=0).claim(), "a pause that is over"
