"""What may be asked of Gradio: only what a window asks; and what comes of anything else, also in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from fake_bot import FakeBot
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.server import create_app
from bot.server.gradio_window.layout import build, handler_inputs
from bot.server.guard.gradio_api import filter_query, is_window_request
from bot.server.guard.middleware import Guard

if TYPE_CHECKING:
    from bot.pipeline import Bot

SECRET = "my very private ache\n\x1b[31mERROR forged"
SESSION = "abcdef1234"
RUN = "/gradio_api/run/predict"


class Odd(RuntimeError):
    """Whatever nobody foresaw."""


@pytest.fixture(scope="module")
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture(scope="module")
def client(bot: FakeBot) -> TestClient:
    app = create_app(cast("Bot", bot), bot.config)
    return TestClient(app, raise_server_exceptions=False)


def asked(client: TestClient, number: Any, data: Any, path: str = RUN) -> int:
    body = {"data": data, "fn_index": number, "session_hash": SESSION}
    return int(client.post(path, json=body).status_code)


def number_of(client: TestClient, name: str) -> int:
    found = client.get("/config").json()["dependencies"]
    return next(int(one["id"]) for one in found if one["api_name"] == name)


@pytest.mark.parametrize("path", [RUN, "/gradio_api/queue/join"])
def test_what_no_window_asks_is_refused_and_leaves_no_trace(
    client: TestClient, path: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    clear, stop = number_of(client, "clear"), number_of(client, "stop")
    wrong: list[tuple[Any, Any]] = [
        (clear, []), (clear, [SECRET, SECRET]), (clear, [None]), (clear, [None, [SECRET]]), (clear, SECRET), (clear, None),
        (stop, [SECRET, SECRET]), (stop, [None]), (stop, [{"path": SECRET}, SECRET]), (-1, [SECRET]), (99, [SECRET]),
        (None, [SECRET]), (True, [None, SECRET]), (str(clear), [SECRET]), (10**30, [SECRET]), (0.0, [SECRET]),
    ]  # fmt: skip
    assert {asked(client, number, data, path) for number, data in wrong} == {422}
    logged = "".join(capfd.readouterr()) + caplog.text
    assert "private ache" not in logged and "Traceback" not in logged


def test_each_handler_takes_what_the_page_says_it_takes(bot: FakeBot) -> None:
    window = build(cast("Bot", bot))
    events = handler_inputs(window)
    config = window.get_config_file()
    kinds = {one["id"]: one["type"] for one in config["components"]}
    for one in config["dependencies"]:
        inputs = [kinds[number] for number in one["inputs"]]
        data = [None if kind == "state" else "x" for kind in inputs]
        assert is_window_request({"fn_index": one["id"], "data": data}, events) == one["backend_fn"], one[
            "api_name"
        ]
        assert set(inputs) <= {"state", "textbox"}


def test_a_window_is_let_through(client: TestClient) -> None:
    assert asked(client, number_of(client, "clear"), [None, "x"]) == 200
    assert asked(client, number_of(client, "sync"), [None, "0" * 32, "", ""]) == 200


def test_an_error_in_a_handler_is_logged_without_its_message(
    client: TestClient, bot: FakeBot, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    number = number_of(client, "sync")
    bot.error = Odd(SECRET)
    try:
        assert asked(client, number, [None, "", "https://blog.example/", ""]) == 500
        assert asked(client, number_of(client, "load"), []) == 500
    finally:
        bot.error = None
    logged = "".join(capfd.readouterr()) + caplog.text
    assert "private ache" not in logged and "unexpected error: Odd" in logged


@pytest.mark.parametrize(
    "query",
    ["page=1", "page=../x", "deep_link=x", "p%61ge=1", "page=&page=2", "PAGE=1", "all_endpoints=true",
     "session_hash=a&session_hash=b", "&&&=", "%ff=%ff", "&".join(f"a{n}=1" for n in range(5000))],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info"])
def test_no_query_makes_an_error(client: TestClient, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("embed=1&at=https%3A%2F%2Fblog.example%2F&lang=de&__theme=dark", None),
        ("v=1&page=", None),
        ("page=1&lang=de", "lang=de"),
        ("session_hash=a&session_hash=b&s%65ssion_hash=c", "session_hash=a"),
        ("se+ssion=1&at", "at"),
    ],
)
def test_of_a_query_what_is_known_is_kept(given: str, kept: str | None) -> None:
    assert filter_query(given.encode()) == (given if kept is None else kept).encode()


def test_an_error_further_in_is_reported_as_all_errors_are(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(request: Request) -> Response:
        raise Odd(SECRET)

    paths = ("/", "/config", "/theme.css")
    inside = Starlette(routes=[Route(path, broken) for path in paths])  # says so in its own words, and raises
    client = TestClient(Guard(inside))
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert "private ache" not in caplog.text and "Odd" in caplog.text
