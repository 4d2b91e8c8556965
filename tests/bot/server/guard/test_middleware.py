"""The outermost filter: what foreign pages, odd bodies and crowds of addresses get."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, cast

import pytest
import uvicorn
from fake_bot import FakeBot
from patience import PATIENCE
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.server import create_api, create_app
from bot.server.guard.connections import limited_protocol
from bot.server.guard.rate_limit import NETWORK_ALLOWANCE, RateLimits, client_keys
from bot.server.logs import is_news

if TYPE_CHECKING:
    from bot.pipeline import Bot

QUESTION = b'{"question": "How long do I hold a stretch?"}'
HALF = "\\ud83d"  # as JSON writes half a character


def client_of(config: BotConfig | None = None, address: str = "203.0.113.7") -> TestClient:
    bot = FakeBot(config=config or BotConfig(feedback="off"))
    app = create_app(cast("Bot", bot), bot.config)
    return TestClient(app, raise_server_exceptions=False, client=(address, 50_000))


@pytest.fixture(scope="module")
def unlimited() -> TestClient:
    """One server for all that sends a request or two and is not about limits."""
    config = BotConfig(feedback="off", rate=(), rate_total=(), allowed_origins=("https://blog.example",))
    return client_of(config)


# --- other sites' pages


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://blog.example", "rubbish"])
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/gradio_api/run/predict"])
def test_a_page_of_another_site_cannot_send_what_its_browser_sends_unasked(
    unlimited: TestClient, origin: str, kind: str | None, path: str
) -> None:
    headers = {"Origin": origin, **({"Content-Type": kind} if kind else {})}
    response = unlimited.post(path, content=QUESTION, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (415, "not_json")


def test_our_own_page_and_programs_may_leave_the_kind_out() -> None:
    http = client_of()
    own = {"Origin": "http://testserver"}
    assert http.post("/api/ask", content=QUESTION, headers=own).status_code == 200
    assert http.post("/api/ask", content=QUESTION).status_code == 200
    foreign = {"Origin": "https://evil.example", "Content-Type": "application/json"}
    answered = http.post("/api/ask", content=QUESTION, headers=foreign)
    assert answered.status_code == 200 and "access-control-allow-origin" not in answered.headers


# --- bodies


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question": "How long?", "histroy": []}, "histroy"),
        ({"question": "How long?", "temperature": 0}, "temperature"),
        ({"question": "How long?", "history": [{"role": "user", "content": "a", "name": "b"}]}, "name"),
    ],
)
def test_an_unknown_field_of_a_question_is_named(
    unlimited: TestClient, body: dict[str, object], field: str
) -> None:
    response = unlimited.post("/api/ask", json=body)
    assert response.status_code == 422 and f'"{field}"' in response.json()["error"]["message"]


def test_a_fields_name_can_hold_half_a_character(unlimited: TestClient) -> None:
    response = unlimited.post("/api/ask", content=f'{{"question": "How long?", "{HALF}": 1}}'.encode())
    assert response.status_code == 422 and response.json()["error"]["code"] == "unknown_field"


@pytest.mark.parametrize("path", ["cancel", "reset", "reset/", "queue/join", "run/predict"])
@pytest.mark.parametrize(
    "wrong",
    [
        f'"event_id": "{HALF}"', f'"fn_index": "{HALF}", "event_id": "a"', f'"data": ["{HALF}"], "fn_index": 5',
        f'"fn_index": 5, "data": ["k"], "trigger_id": "{HALF}"', '"event_id": 7', f'"{HALF}": 1',
    ],
)  # fmt: skip
def test_half_characters_are_never_an_error_of_ours(
    unlimited: TestClient, path: str, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = f'{{"session_hash": "abc", {wrong}}}'.encode()
    response = unlimited.post(f"/gradio_api/{path}", content=body)
    assert response.status_code in (200, 422)
    assert "unexpected" not in caplog.text


def test_a_reader_may_type_half_a_character() -> None:
    http = client_of()
    clear = next(
        one["id"] for one in http.get("/config").json()["dependencies"] if one["api_name"] == "clear"
    )
    body = f'{{"session_hash": "abc", "fn_index": {clear}, "data": [null, "{HALF}"]}}'.encode()
    json_body = {"Content-Type": "application/json"}
    assert http.post("/gradio_api/run/predict", content=body, headers=json_body).status_code == 200


def test_a_session_that_gradio_does_not_know_leaves_no_traceback(
    unlimited: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = unlimited.get("/gradio_api/queue/data?session_hash=unheard-of")
    assert json.loads(response.text.partition("data: ")[2].split("\n")[0])["session_not_found"]
    assert "unexpected" not in caplog.text and "Traceback" not in caplog.text


# --- many addresses, many requests


def test_a_whole_network_is_not_65536_clients() -> None:
    from bot.config import Rate

    limits = RateLimits((Rate(5, 60),), clock=lambda: 0.0)
    let_in = sum(limits.wait(f"2001:db8:7:{number:x}::1")[0] == 0 for number in range(200))
    assert let_in == 5 * NETWORK_ALLOWANCE
    assert limits.wait("2001:db8:8::1")[0] == 0, "a neighbour network is not held up"
    assert sum(limits.wait("2001:db8:9:1::1")[0] == 0 for _ in range(9)) == 5, (
        "one household has one allowance"
    )
    assert [len(client_keys(a)) for a in ("192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", None)] == [
        1,
        1,
        2,
        1,
    ]


@pytest.mark.parametrize("path", ["/", "/config", "/embed"])
def test_pages_are_not_loaded_without_end(path: str) -> None:
    http = client_of()
    statuses = [http.get(path).status_code for _ in range(300)]
    assert set(statuses) == {200, 429} and statuses.count(200) >= 100
    refused = http.get(path)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert http.get("/healthz").status_code == 200, "files and health have an allowance of their own"
    assert http.post("/api/ask", content=QUESTION).status_code == 200


def test_no_address_is_limited_where_the_owner_has_switched_limits_off() -> None:
    http = client_of(BotConfig(feedback="off", rate=(), rate_total=()))
    assert {http.get("/embed").status_code for _ in range(300)} == {200}


# --- uvicorn


def test_a_client_that_asks_for_a_websocket_leaves_no_advice_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import logging

    bot = FakeBot()
    logger = logging.getLogger("uvicorn.error")
    logger.addFilter(is_news)
    settings = uvicorn.Config(
        create_api(cast("Bot", bot), bot.config), log_level="warning", ws="none", http=limited_protocol(),
        log_config=None,
    )  # fmt: skip
    server = uvicorn.Server(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        with socket.create_connection(listener.getsockname(), timeout=PATIENCE) as client:
            client.sendall(
                b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            )
            assert client.recv(12) == b"HTTP/1.1 200"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        logger.removeFilter(is_news)
    assert not caplog.records


def test_the_parts_of_uvicorns_protocol_that_ours_relies_on_are_there() -> None:
    """They are private to uvicorn: if one is renamed, silent connections would be held without end."""
    import inspect

    from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

    made = inspect.getsource(H11Protocol.__init__)
    assert all(f"self.{name}" in made for name in ("loop", "transport", "cycle"))
    assert "self.response_complete" in inspect.getsource(RequestResponseCycle.__init__)
