"""Whatever file of the index is damaged: a question gets a sentence, and /healthz is not ok."""

from __future__ import annotations

import random
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import PackagedSize
from patience import PATIENCE
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.pipeline import Bot
from bot.server import create_api
from bot.server.reingest import Scheduler, background_sync
from ingest.index import Index
from ingest.sync import sync


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three articles, to be copied."""
    folder = tmp_path_factory.mktemp("sound")
    blog = folder / "blog"
    blog.mkdir()
    for number in range(3):
        text = (
            f"# Light {number}\n\nLighthouse number {number} was built in 19{number}0. It is red and white.\n"
        )
        (blog / f"light-{number}.md").write_text(text)
    index = Index(folder / "index", BotConfig().index_config)
    assert not sync([str(blog)], index=index, embedder=PackagedSize).failed
    return index.path


@pytest.fixture
def config(sound: Path, tmp_path: Path) -> BotConfig:
    shutil.copytree(sound, tmp_path / "index")
    shutil.copytree(sound.parent / "blog", tmp_path / "blog")
    return BotConfig(index=tmp_path / "index", feedback="off")


def statuses(config: BotConfig) -> tuple[int, int]:
    """Of a question, then of /healthz."""
    bot = Bot(Index(config.index, config.index_config), PackagedSize(), config)
    http = TestClient(create_api(bot, config), raise_server_exceptions=False)
    asked = http.post("/api/ask", json={"question": "When was lighthouse number 2 built?"}).status_code
    return asked, http.get("/healthz").status_code


def test_a_sound_index_is_answered_from(config: BotConfig) -> None:
    assert statuses(config) == (200, 200)


@pytest.mark.parametrize("damage", ["garbage", "half", "empty", "gone"])
@pytest.mark.parametrize("pattern", ["current", "*/articles.db", "*/tokens/*.tokens"])
def test_damage_is_a_503_for_questions_and_for_health(config: BotConfig, pattern: str, damage: str) -> None:
    (file,) = config.index.glob(pattern)
    whole = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        rubbish = random.Random(7).randbytes(max(64, len(whole)))
        file.write_bytes({"garbage": rubbish, "half": whole[: len(whole) // 2], "empty": b""}[damage])
    assert statuses(config) == (503, 503)


@pytest.mark.parametrize("pattern", ["*/articles.db", "*/tokens/*.tokens"])
def test_the_next_scheduled_sync_repairs_what_was_damaged_under_a_running_server(
    config: BotConfig, pattern: str
) -> None:
    bot = Bot(Index(config.index, config.index_config), PackagedSize(), config)
    http = TestClient(create_api(bot, config), raise_server_exceptions=False)
    question = {"question": "When was lighthouse number 2 built?"}
    assert http.post("/api/ask", json=question).status_code == 200
    (file,) = config.index.glob(pattern)
    file.write_bytes(random.Random(3).randbytes(len(file.read_bytes())))

    synced = threading.Event()
    scheduler = Scheduler(
        background_sync(bot),
        [str(config.index.parent / "blog")],
        every=3600,
        warm=synced.set,
        chance=lambda: 0.0,
    )
    thread = threading.Thread(target=scheduler.run)
    thread.start()
    try:
        assert synced.wait(PATIENCE), scheduler.jobs()
    finally:
        scheduler.stop()
        thread.join(PATIENCE)
    answer = http.post("/api/ask", json=question)
    assert (answer.status_code, answer.json().get("status")) == (200, "answered")
    assert http.get("/healthz").json()["status"] == "ok"


def test_the_time_of_a_sync_by_another_process_is_known(config: BotConfig) -> None:
    bot = Bot(Index(config.index, config.index_config), PackagedSize(), config)
    http = TestClient(create_api(bot, config))
    http.post("/api/ask", json={"question": "When was lighthouse number 2 built?"})
    body = http.get("/healthz").json()
    assert datetime.fromisoformat(body["last_sync"]) <= datetime.now(UTC) and body["last_sync_age"] >= 0


def test_files_of_the_index_are_for_its_owner_alone(config: BotConfig) -> None:
    for found in config.index.rglob("*"):
        assert found.stat().st_mode & 0o077 == 0, found
