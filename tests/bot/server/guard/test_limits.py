"""Holding up: rates, the line, the time limit, what a client may hold open, and what the log holds."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
import uvicorn
from fake_bot import FakeBot
from patience import PATIENCE, eventually
from starlette.testclient import TestClient

from bot.config import BotConfig, Rate, load_config, read_rates, write_rates
from bot.problems import Refused
from bot.server import create_api, create_app
from bot.server.guard.connections import is_remote, limited_protocol
from bot.server.guard.rate_limit import CLIENTS, LatestClients, RateLimits, client_key
from bot.server.guard.sessions import UNREAD
from bot.server.question_queue import QuestionQueue
from bot.server.window import choose_language, continue_conversation
from bot.types import Token
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.pipeline import Bot


def make_queue(bot: FakeBot, **settings: Any) -> QuestionQueue:
    return QuestionQueue(cast("Bot", bot), RateLimits(), **settings)


# --- rates


@pytest.mark.parametrize("text", ["8/10s 20/minute 200/hour", "off", "5/2h", "1/day"])
def test_rates_are_read_and_written_alike(text: str) -> None:
    assert write_rates(read_rates(text)) == text
    assert read_rates("20 per minute; 200/hours") == (Rate(20, 60), Rate(200, 3600))


@pytest.mark.parametrize("text", ["many", "5", "0/minute", "5/fortnight", "5/m x", "-1/m"])
def test_a_wrong_rate_says_what_to_write(text: str) -> None:
    with pytest.raises(ConfigError, match=r"FOOTNOTE_RATE.*20/minute"):
        load_config({"FOOTNOTE_RATE": text})


def test_a_client_that_waits_as_asked_is_let_in_and_not_before() -> None:
    now = [0.0]
    rates = RateLimits(read_rates("2/10s 3/minute"), (), lambda: now[0])
    for moment in (0.0, 1.0, 3.0, 20.0, 21.0):
        now[0] = moment
        left, _ = rates.wait("1.2.3.4")
        while left > 0:
            now[0] += left - 0.01
            assert rates.wait("1.2.3.4")[0] > 0
            now[0] += 0.02
            left, _ = rates.wait("1.2.3.4")
        assert rates.wait("5.6.7.8")[0] == 0 or now[0] < 100


def test_all_together_are_limited_too_and_refusals_cost_nothing() -> None:
    now = [0.0]
    rates = RateLimits((), read_rates("3/minute"), lambda: now[0])
    assert [rates.wait(f"1.1.1.{n}")[0] > 0 for n in range(5)] == [False] * 3 + [True] * 2
    now[0] = 60.1
    assert rates.wait("1.1.1.9")[0] == 0


def test_a_household_is_one_client_and_a_million_clients_cost_no_more_than_some() -> None:
    assert client_key("2001:db8:1:2::3") == client_key("2001:db8:1:2:ffff::") != client_key("2001:db8:1:3::3")
    assert client_key("::ffff:1.2.3.4") == client_key("1.2.3.4") != client_key("1.2.3.5")
    store = LatestClients()
    for number in range(3 * CLIENTS):
        store.acquire_entry(str(number), 5, 60)
    assert len(store) == CLIENTS


def test_a_client_that_asks_too_often_gets_a_time_to_retry_by_api_and_window() -> None:
    config = BotConfig(rate=read_rates("2/minute"))
    bot = FakeBot(config=config)
    client = TestClient(create_api(cast("Bot", bot), config))
    answers = [client.post("/api/ask", json={"question": "Why?"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "rate_limited"
    assert 55 <= int(answers[2].headers["retry-after"]) <= 60
    limited = QuestionQueue(cast("Bot", bot), RateLimits(read_rates("1/minute")))
    shown = [
        list(continue_conversation(cast("Bot", bot), "Why?", (), choose_language(), limited.stream))[-1]
        for _ in range(2)
    ]
    problem = shown[1][-1].problem
    assert shown[0][-1].answer and problem is not None and "again in 60 seconds" in problem.message


# --- the line and the time limit


def test_a_question_that_takes_too_long_gets_a_timeout_and_its_place_is_free() -> None:
    bot = FakeBot(gate=threading.Event())
    small = make_queue(bot, seconds=0.3, at_once=1)
    with pytest.raises(Refused) as caught:
        list(small.stream("Why?"))
    assert caught.value.problem.code == "took_too_long"
    stuck, bot.gate = bot.gate, None
    assert list(small.stream("Why?"))
    assert stuck is not None
    stuck.set()
    assert bot.closed.wait(PATIENCE)


def test_a_silent_answer_can_be_stopped() -> None:
    bot = FakeBot(gate=threading.Event())
    small = make_queue(bot)
    events = small.stream("Why?", pulse=0.01)
    assert isinstance(first := next(events), Token) and first.text
    assert next(events) == next(events) == Token("")
    events.close()
    assert bot.gate is not None
    bot.gate.set()
    assert bot.closed.wait(PATIENCE)
    eventually(lambda: small.load() == (0, 0))


def test_the_line_has_an_end() -> None:
    bot = FakeBot(gate=threading.Event())
    small = make_queue(bot, at_once=1, waiting_limit=1)
    waiting = [threading.Thread(target=lambda: list(small.stream("Why?")), daemon=True) for _ in range(2)]
    for thread in waiting:
        thread.start()
        time.sleep(0.2)
    with pytest.raises(Refused) as caught:
        next(small.stream("Why?"))
    assert (caught.value.problem.status, caught.value.problem.code) == (429, "busy")
    assert caught.value.problem.retry_after
    assert bot.gate is not None
    bot.gate.set()
    for thread in waiting:
        thread.join(PATIENCE)
    assert list(small.stream("Why?"))


def test_who_asks_a_hundred_at_once_keeps_nobody_else_from_asking() -> None:
    bot = FakeBot(gate=threading.Event())
    shared = make_queue(bot, at_once=2)

    def ask(question: str, address: str) -> None:
        with contextlib.suppress(Refused):
            list(shared.stream(question, address=address))

    greedy = [threading.Thread(target=ask, args=["Why?", "192.0.2.1"], daemon=True) for _ in range(130)]
    for thread in greedy:
        thread.start()
    with pytest.raises(Refused) as caught:
        while True:  # until all of them have come
            next(shared.stream("Why?", address="192.0.2.1"))
    assert caught.value.problem.status == 429 and caught.value.problem.retry_after
    other = threading.Thread(target=ask, args=["How long?", "192.0.2.2"], daemon=True)
    other.start()
    time.sleep(0.2)
    assert bot.gate is not None
    bot.gate.set()
    for thread in (other, *greedy):
        thread.join(PATIENCE)
    asked = [question for question, _ in bot.asked]
    assert asked.index("How long?") <= 3, "came late, though nothing of theirs was in work"
    assert 100 <= asked.count("Why?") < 130


# --- what Gradio keeps


def test_the_windows_queue_takes_only_what_a_window_sends() -> None:
    config = BotConfig()
    client = TestClient(create_app(cast("Bot", FakeBot(config=config)), config))
    bad: tuple[Any, ...] = ("{", "[]", '{"session_hash": "' + "x" * 100 + '"}', '{"session_hash": 3}')
    for body in bad:
        assert client.post("/gradio_api/queue/join", content=body).status_code == 422
    assert client.get("/gradio_api/queue/data?session_hash=../x").status_code == 422
    assert client.post("/gradio_api/reset", json={"event_id": "a" * 32}).status_code == 200  # after "Stop"
    handlers = client.get("/config").json()["dependencies"]
    stop = next(one["id"] for one in handlers if one["api_name"] == "stop")
    asked = {"data": [None, ""], "fn_index": stop, "session_hash": "unheard"}
    statuses = [client.post("/gradio_api/queue/join", json=asked).status_code for _ in range(UNREAD + 1)]
    assert statuses[-1] == 429 and 429 not in statuses[:-1]


@contextlib.contextmanager
def listening(http: Any) -> Iterator[int]:
    """The port of a server with such a protocol."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    bot = FakeBot()
    settings = uvicorn.Config(
        create_api(cast("Bot", bot), bot.config), port=port, log_level="warning", http=http
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join(PATIENCE)


def said(client: socket.socket) -> bytes:
    with contextlib.suppress(ConnectionResetError):
        return client.recv(100)
    return b""


def test_a_client_that_says_nothing_is_let_go_of() -> None:
    with (
        listening(limited_protocol(0.5)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client,
    ):
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert said(client) == b""


def test_one_address_cannot_hold_every_connection() -> None:
    """A proxy near us is not counted: all readers come by it."""
    asking = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for counts, answers in ((lambda peer: True, [True, True, False]), (is_remote, [True] * 3)):
        with listening(limited_protocol(each=2, counts=counts)) as port, contextlib.ExitStack() as open_ones:
            clients = []
            for _ in range(3):
                client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                clients.append(open_ones.enter_context(client))
                with contextlib.suppress(OSError):
                    client.sendall(asking)
            assert [said(client).startswith(b"HTTP/1.1 200") for client in clients] == answers
            clients[0].close()
            time.sleep(0.1)
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
                client.sendall(asking)
                assert said(client).startswith(b"HTTP/1.1 200")
    assert is_remote("8.8.8.8") and is_remote("2001:4860:4860::8888")
    assert not any(map(is_remote, ("127.0.0.1", "172.17.0.1", "::1", "fd00::1", "")))


# --- the log


@pytest.mark.parametrize("allowed", [True, False])
def test_the_log_holds_what_is_asked_only_if_the_owner_says_so(
    caplog: pytest.LogCaptureFixture, allowed: bool
) -> None:
    caplog.set_level("DEBUG")
    secret = "my very private ache"
    config = BotConfig(rate=(), rate_total=(), log_questions=allowed)
    error = ValueError(f"cannot read {secret!r}")
    error.__cause__ = KeyError(secret)
    for bot in (FakeBot(config=config, error=error), FakeBot(config=config, late_error=error)):
        client = TestClient(create_api(cast("Bot", bot), config), raise_server_exceptions=False)
        for accept in ("application/json", "text/event-stream"):
            client.post("/api/ask", json={"question": secret}, headers={"Accept": accept})
        list(continue_conversation(cast("Bot", bot), secret, (), choose_language()))
    assert (secret in caplog.text) == allowed
    assert "ValueError" in caplog.text
