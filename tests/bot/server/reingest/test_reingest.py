"""Re-ingesting in a running server: POST /api/reingest, and that readers never notice."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import live_blog
import pytest
from fake_bot import FakeBot
from live_blog import InProcess, Reader, answered, bot_on, write
from patience import PATIENCE, eventually
from processes import started
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.server import create_api
from bot.server.guard.owner_token import GUESS_SECONDS, MAX_GUESSES, OwnerToken
from bot.server.reingest.background import background_sync
from bot.server.reingest.routes import LARGEST
from bot.server.reingest.schedule import Scheduler
from ingest.errors import IndexDamaged
from ingest.sync import Failed, Progress, SyncReport, sync

if TYPE_CHECKING:
    from bot.pipeline import Bot

TOKEN = "a-secret-of-the-owner-0123456789"
OWNER = {"Authorization": f"Bearer {TOKEN}"}
BLOG = "https://www.blog.example/feed.xml"
GOOD = SyncReport(updated=("a",), unchanged=("b",))
PATH = "/api/reingest"


class Served:
    """The HTTP interface over a scheduler whose jobs wait for `go`; sources: what each was given."""

    def __init__(self, *, token: str = TOKEN, follow: Sequence[str] = (BLOG,)) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.sources: list[tuple[str, ...]] = []
        self.outcome: SyncReport | Exception = GOOD
        self.scheduler = Scheduler(self._reingest, follow, every=None, warm=lambda: None)
        self.thread = threading.Thread(target=self.scheduler.run, daemon=True)
        self.thread.start()
        config = BotConfig(owner_token=SecretStr(token))
        app = create_api(cast("Bot", FakeBot()), config, self.scheduler)
        self.http = TestClient(app, raise_server_exceptions=False)

    def _reingest(self, sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        assert not patient
        self.sources.append(tuple(sources))
        progress("embedding", 1, 2)
        self.begun.set()
        assert self.go.wait(PATIENCE)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def end(self) -> None:
        self.go.set()
        self.scheduler.stop()
        self.thread.join(PATIENCE)

    def job(self, payload: dict[str, Any], state: str) -> dict[str, Any]:
        """A job, once it is in this state."""
        job: dict[str, Any] = eventually(
            lambda: self.http.get(payload["url"], headers=OWNER).json(), lambda job: job["state"] == state
        )
        return job


def ended(scheduler: Scheduler, job_id: str) -> dict[str, Any]:
    """A job when it has ended."""
    payload = eventually(lambda: scheduler.job(job_id), lambda job: job["finished_at"])
    assert isinstance(payload, dict)
    return payload


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    yield served
    served.end()


def refused(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    assert set(response.json()["error"]) == {"code", "message"}
    assert TOKEN not in response.text
    return str(response.json()["error"]["message"])


# --- who may


def test_nobody_may_while_there_is_no_token() -> None:
    served = Served(token="")
    for headers in ({}, OWNER, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        message = refused(served.http.post(PATH, headers=headers), 403)
        assert "FOOTNOTE_OWNER_TOKEN" in message
    served.end()
    assert not served.sources


@pytest.mark.parametrize(
    "shown",
    [
        None, "", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}", "Bearer \xff\xfe", f"Bearer {TOKEN} {TOKEN}",
    ],
)  # fmt: skip
def test_only_the_owner_may(served: Served, shown: str | None) -> None:
    headers = {} if shown is None else {"Authorization": shown.encode("latin-1")}
    for method, path in (("POST", PATH), ("GET", PATH), ("GET", f"{PATH}/x")):
        response = served.http.request(method, path, headers=cast("Any", headers))
        refused(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
    assert not served.sources


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER "])
def test_the_owner_may(served: Served, kind: str) -> None:
    headers = {"Authorization": f"{kind} {TOKEN}"}
    assert served.http.post(PATH, headers=headers).status_code == 202


def test_guessing_is_slowed_down_and_shuts_nobody_out(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for _ in range(MAX_GUESSES):
        refused(served.http.post(PATH, headers=wrong), 401)
    response = served.http.post(PATH, headers=wrong)
    refused(response, 429)
    assert 0 < int(response.headers["retry-after"]) <= GUESS_SECONDS + 1
    assert served.http.post(PATH, headers=OWNER).status_code == 202
    assert "wrong owner token" in caplog.text and "Bearer" not in caplog.text and TOKEN not in caplog.text


def test_a_minute_later_a_wrong_token_is_named_again() -> None:
    from starlette.requests import Request

    from bot.problems import Refused

    moment = 0.0
    door = OwnerToken(TOKEN, clock=lambda: moment)
    scope = {"type": "http", "headers": [(b"authorization", b"Bearer wrong")]}

    def status() -> int:
        with pytest.raises(Refused) as caught:
            door.check(Request(scope))
        return caught.value.problem.status

    assert [status() for _ in range(MAX_GUESSES + 2)] == [401] * MAX_GUESSES + [429] * 2
    moment = GUESS_SECONDS + 1
    assert [status() for _ in range(2)] == [401, 401]


def test_no_page_of_another_site_may(served: Served) -> None:
    origin = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    asked = {**origin, "Access-Control-Request-Headers": "authorization"}
    for response in (
        served.http.options(PATH, headers=asked),
        served.http.post(PATH, headers={**OWNER, "Origin": "https://evil.example"}),
    ):
        assert "access-control-allow-origin" not in response.headers


# --- jobs


def test_a_job_from_beginning_to_end(served: Served) -> None:
    response = served.http.post(PATH, headers=OWNER)
    payload = response.json()
    assert response.status_code == 202
    assert set(payload) == {"job", "state", "url"} and payload["state"] in ("queued", "running")
    assert response.headers["location"] == payload["url"] == f"{PATH}/{payload['job']}"
    assert served.begun.wait(PATIENCE)
    running = served.job(payload, "running")
    assert (running["phase"], running["done"], running["total"]) == ("embedding", 1, 2)
    assert running["started_at"].endswith("+00:00") and running["finished_at"] is None
    assert served.http.get("/healthz").json()["reingest"] == {"state": "running", "last": None}
    served.go.set()
    done = served.job(payload, "done")
    assert done["report"]["updated"] == ["a"] and done["report"]["unchanged"] == ["b"]
    assert done["error"] is None and done["page"] is None and done["asked_by"] == "owner"
    assert served.http.get("/healthz").json()["reingest"] == {"state": "idle", "last": done["finished_at"]}
    listed = served.http.get(PATH, headers=OWNER).json()["jobs"]
    assert [job["job"] for job in listed] == [payload["job"]] and "report" not in listed[0]
    assert served.sources == [(BLOG,)]


def test_requests_are_joined(served: Served) -> None:
    first = served.http.post(PATH, headers=OWNER).json()
    assert served.begun.wait(PATIENCE)
    more = [served.http.post(PATH, headers=OWNER).json() for _ in range(5)]
    assert {job["job"] for job in more} != {first["job"]} and len({job["job"] for job in more}) == 1
    assert {job["state"] for job in more} == {"queued"}
    page = served.http.post(PATH, headers=OWNER, json={"url": "https://blog.example/post/new"}).json()
    served.go.set()
    served.job(more[0], "done")
    assert served.job(page, "done")["page"] == "https://blog.example/post/new"
    assert served.sources == [(BLOG,), ("https://blog.example/post/new",), (BLOG,)]


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (IndexDamaged("The index is damaged."), "The index is damaged."),
        (SyncReport(failed=(Failed(BLOG, "it does not answer"),)), f"{BLOG}: it does not answer."),
        (KeyError("/srv/secret.py"), "Something went wrong here; the server's log has the details."),
    ],
)
def test_a_job_that_fails_says_why(served: Served, outcome: SyncReport | Exception, error: str) -> None:
    served.outcome = outcome
    served.go.set()
    failed = served.job(served.http.post(PATH, headers=OWNER).json(), "failed")
    assert failed["error"] == error
    health = served.http.get("/healthz")
    assert health.status_code == 200 and health.json()["reingest"] == {"state": "failed", "last": None}


def test_an_unknown_job_is_not_found(served: Served) -> None:
    refused(served.http.get(f"{PATH}/nothing", headers=OWNER), 404)
    assert served.http.delete(f"{PATH}/nothing", headers=OWNER).status_code == 405


def test_a_server_without_a_scheduler_says_so() -> None:
    app = create_api(cast("Bot", FakeBot()), BotConfig(owner_token=SecretStr(TOKEN)))
    client = TestClient(app)
    refused(client.post(PATH, headers=OWNER), 503)
    refused(client.post(PATH), 401)
    assert "reingest" not in client.get("/healthz").json()


# --- bodies


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b"null", b'{"url": null}', b'{"url": ""}', b'{"x": 1}'])
@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json"]
)
def test_whatever_asks_for_all_is_taken(served: Served, body: bytes, kind: str | None) -> None:
    headers = {**OWNER, "Content-Type": kind} if kind else OWNER
    assert served.http.post(PATH, content=body, headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b"url=https://blog.example/x", 400),
        (b"[" * 50_000, 400),
        (b"9" * 6000, 400),
        (b"[]", 422),
        (b'"https://blog.example/x"', 422),
        (b'{"url": 3}', 422),
        (b'{"url": "post/x"}', 422),
        (b'{"url": "file:///etc/passwd"}', 422),
        (b'{"url": "https://evil.example/"}', 422),
        (b'{"url": "https://blog.example.evil.example/"}', 422),
        (b'{"url": "https://evil.example/?https://blog.example/"}', 422),
        (b'{"url": "https://blog.example@evil.example/"}', 422),
        (b'{"url": "https://blog.example:22/"}', 422),
        (b'{"url": "http://127.0.0.1/"}', 422),
        (b'{"url": "https://blog.example/\\ud800"}', 422),
        (b" " * (LARGEST + 1), 413),
        (b" " * 300_000, 413),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(served: Served, body: bytes, status: int) -> None:
    refused(served.http.post(PATH, content=body, headers=OWNER), status)
    assert not served.sources and not served.http.get(PATH, headers=OWNER).json()["jobs"]


def test_a_body_is_only_read_for_the_owner(served: Served) -> None:
    refused(served.http.post(PATH, content=b" " * (LARGEST + 1)), 401)


def test_a_page_is_of_the_blog_that_is_followed() -> None:
    served = Served(follow=("data/articles",))
    refused(served.http.post(PATH, headers=OWNER, json={"url": "https://blog.example/"}), 422)
    served.end()


def test_with_nothing_followed_there_is_nothing_to_read() -> None:
    served = Served(follow=())
    assert "FOOTNOTE_FOLLOW" in refused(served.http.post(PATH, headers=OWNER), 422)
    assert not served.sources
    served.end()


# --- the real thing: readers never notice

ROUNDS = 12
REAL_ROUNDS = 2  # of them end in a process of their own, as an owner's do


def test_not_one_question_fails_while_the_blog_changes(tmp_path: Path) -> None:
    """Re-ingests over HTTP; each new text is quoted by the very next answer.

    Meanwhile one reader asks all the time, and so does a second server on the same index.
    """
    blog, index = tmp_path / "blog", tmp_path / "index"
    write(blog, 0)
    bot = bot_on(index, start_finisher=InProcess)
    quick, real = background_sync(bot, start_finisher=InProcess), background_sync(bot)
    quick([str(blog)], False, lambda *_: None)
    rounds = 0

    def reingest(sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        return (quick if rounds <= ROUNDS - REAL_ROUNDS else real)(sources, patient, progress)

    scheduler = Scheduler(reingest, [str(blog)], every=None, warm=bot.warm)
    config = BotConfig(index=index, owner_token=SecretStr(TOKEN))
    http = TestClient(create_api(bot, config, scheduler))
    reader = Reader(bot)
    threads = [threading.Thread(target=target, daemon=True) for target in (scheduler.run, reader.run)]
    program = Path(str(live_blog.__file__))
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with started([sys.executable, str(program), str(index)], **pipes) as other:
        assert other.stdout is not None and other.stdout.readline() == "asking\n"
        for thread in threads:
            thread.start()
        for rounds in range(1, ROUNDS + 1):
            write(blog, rounds)
            payload = http.post(PATH, headers=OWNER).json()
            ended(scheduler, payload["job"])
            assert answered(bot) == rounds
            job = http.get(payload["url"], headers=OWNER).json()
            assert job["state"] == "done" and len(job["report"]["updated"]) == 1, job
        out, _ = other.communicate("", timeout=PATIENCE)
    eventually(lambda: reader.editions[-1:], lambda last: last == [ROUNDS])
    reader.end()
    scheduler.stop()
    for thread in threads:
        thread.join(PATIENCE)
    assert not reader.wrong
    assert reader.editions == sorted(reader.editions) and reader.editions[-1] == ROUNDS
    assert reader.questions > len(reader.editions)
    counted, words, *wrong = out.strip().split("\n")
    assert other.returncode == 0 and not wrong
    questions, last = map(int, counted.split())
    assert last == ROUNDS and questions > 1
    assert [int(word) for word in words.split()] == sorted(int(word) for word in words.split())


def test_two_servers_follow_one_blog_into_one_index(tmp_path: Path) -> None:
    blog, index = tmp_path / "blog", tmp_path / "index"
    write(blog, 0)
    bots = [bot_on(index, start_finisher=InProcess) for _ in range(2)]
    ends: list[SyncReport] = []

    def keep(number: int) -> Scheduler:
        run = background_sync(bots[number], start_finisher=InProcess)

        def noted(sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
            ends.append(run(sources, patient, progress))
            return ends[-1]

        return Scheduler(noted, [str(blog)], every=None, warm=bots[number].warm)

    schedulers = [keep(0), keep(1)]
    threads = [threading.Thread(target=scheduler.run, daemon=True) for scheduler in schedulers]
    for thread in threads:
        thread.start()
    for word in range(1, 6):
        write(blog, word)
        jobs = [(scheduler, scheduler.ask()["job"]) for scheduler in schedulers]
        for scheduler, job in jobs:
            assert ended(scheduler, job)["state"] == "done"
        assert [answered(bot) for bot in bots] == [word, word]
    for scheduler, thread in zip(schedulers, threads, strict=True):
        scheduler.stop()
        thread.join(PATIENCE)
    assert sum(len(report.added) + len(report.updated) for report in ends) >= 8


def test_a_timed_round_does_not_wait_long_for_another_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.server.reingest.background.ROUND_WAIT_SECONDS", 0.1)
    write(tmp_path / "blog", 0)
    bot = bot_on(tmp_path / "index", start_finisher=InProcess)
    scheduler = Scheduler(
        background_sync(bot, start_finisher=InProcess), [str(tmp_path / "blog")], every=1000,
        warm=bot.warm, chance=lambda: 0.0,
    )  # fmt: skip
    thread = threading.Thread(target=scheduler.run, daemon=True)
    from ingest.index import Index

    with Index(tmp_path / "index", bot.config.index_config).writing():
        thread.start()
        eventually(scheduler.jobs, lambda jobs: bool(jobs) and jobs[0]["state"] == "failed")
    assert "Another ingest" in scheduler.jobs()[0]["error"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert ended(scheduler, scheduler.ask()["job"])["state"] == "done"
    assert answered(bot) == 0
    scheduler.stop()
    thread.join(PATIENCE)


def test_what_is_stopped_halfway_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "blog", 0)
    bot = bot_on(tmp_path / "index", start_finisher=InProcess)
    run = background_sync(bot, start_finisher=InProcess)
    run([str(tmp_path / "blog")], False, lambda *_: None)
    write(tmp_path / "blog", 1)

    class Enough(Exception):
        pass

    def stop(phase: str, done: int, total: int | None) -> None:
        if phase == "checking":
            raise Enough

    with pytest.raises(Enough):
        run([str(tmp_path / "blog")], False, stop)
    assert answered(bot) == 0
    assert run([str(tmp_path / "blog")], True, lambda *_: None).updated == ("blog/lighthouse.md",)
    assert answered(bot) == 1
    assert json.dumps(sorted(p.name for p in (tmp_path / "index").glob("*building*"))) == "[]"


def test_sync_takes_a_model_that_is_loaded_already(tmp_path: Path) -> None:
    """The server's model is used, gently; no second one is loaded."""
    write(tmp_path / "blog", 0)
    bot = bot_on(tmp_path / "index", start_finisher=InProcess)
    background_sync(bot, start_finisher=InProcess)([str(tmp_path / "blog")], False, lambda *_: None)
    assert len(bot.embedder.embedded) == 4  # type: ignore[attr-defined]
    assert sync([str(tmp_path / "blog")], index=bot._index, embedder=lambda: bot.embedder).unchanged
