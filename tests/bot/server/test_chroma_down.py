"""A server whose Chroma server is away: 503 with Retry-After where a search is needed, said in /healthz and /metrics, until it is back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import PackagedSize
from engines import Chroma, Postgres, wait_until
from small_blog import InProcess
from starlette.testclient import TestClient

from bot.config import load_config, open_index
from bot.pipeline import Bot
from bot.server import create_api
from ingest.errors import ConfigError
from ingest.sync import sync

TOKEN = "only-the-owner-knows-this"
QUESTION = {"question": "When was lighthouse number 2 built?"}


@pytest.fixture
def chroma() -> Iterator[Chroma]:
    running = Chroma()
    running.start()
    yield running
    running.remove()


def test_a_search_is_refused_with_a_time_to_come_back_and_the_rest_goes_on(
    postgres: Postgres, chroma: Chroma, tmp_path: Path
) -> None:
    environ = {
        "FOOTNOTE_DATABASE_URL": postgres.url,
        "FOOTNOTE_CHROMA_URL": chroma.url,
        "FOOTNOTE_OWNER_TOKEN": TOKEN,
        "FOOTNOTE_BLOG": postgres.new_blog(),
        "FOOTNOTE_FEEDBACK": "off",
    }
    config = replace(load_config(environ), index=tmp_path / "index")
    blog = tmp_path / "blog"
    blog.mkdir()
    for number in range(3):
        text = (
            f"# Light {number}\n\nLighthouse number {number} was built in 19{number}0. It is red and white.\n"
        )
        (blog / f"light-{number}.md").write_text(text)
    index = open_index(config, start_finisher=InProcess)
    assert not sync([str(blog)], index=index, embedder=PackagedSize).failed
    http = TestClient(create_api(Bot(open_index(config), PackagedSize(), config), config))

    def gauge() -> bool:
        return (
            "footnote_chroma_up 1.0"
            in http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        )

    assert http.post("/api/ask", json=QUESTION).json()["status"] == "answered"
    assert http.get("/healthz").json()["chroma"] == "ok" and gauge()
    chroma.stop()
    refused = http.post("/api/ask", json={"question": "What colour is lighthouse number 1?"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.json()["error"]["code"] == "index_unusable"
    health = http.get("/healthz")
    assert (health.status_code, health.json()["chroma"], health.json()["database"]) == (503, "down", "ok")
    assert health.json()["error"]["code"] == "search_failed" and health.headers["Retry-After"] == "5"
    assert not gauge()
    assert http.post("/api/ask", json={"question": "Hello!"}).json()["status"] == "chat"
    assert http.post("/api/ask", json={"question": "I want to die"}).json()["status"] == "urgent"
    assert http.get("/api/articles/blog/light-1.md").status_code == 200
    chroma.start()
    wait_until(lambda: http.get("/healthz").status_code == 200, "waited for the search")
    assert http.get("/healthz").json()["chroma"] == "ok" and gauge()
    assert http.post("/api/ask", json=QUESTION).json()["status"] == "answered"


def test_the_setting_needs_a_database_and_shows_no_secret() -> None:
    environ = {"FOOTNOTE_CHROMA_URL": "http://me:hidden@chroma:8000", "FOOTNOTE_CHROMA_TOKEN": "hidden-too"}
    with pytest.raises(ConfigError, match=r"FOOTNOTE_CHROMA_URL needs FOOTNOTE_DATABASE_URL") as caught:
        load_config(environ)
    config = load_config({**environ, "FOOTNOTE_DATABASE_URL": "postgresql://db/footnote"})
    assert config.chroma is not None and "hidden" not in f"{config} {caught.value}"
    assert (
        config.chroma is load_config({**environ, "FOOTNOTE_DATABASE_URL": "postgresql://db/footnote"}).chroma
    )
