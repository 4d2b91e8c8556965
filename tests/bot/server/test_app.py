"""The HTTP interface against CONTRACT: shapes, statuses, refusals, and that nothing leaks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import anyio
import httpx
import pytest
from api_client import client_of
from fake_bot import EXAMPLES, HOSTILE, STRETCHES, FakeBot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import PATIENCE
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.server import create_api
from bot.server.question_queue import AT_ONCE, RESERVED_FOR_OTHERS, WAITING_LIMIT
from ingest.errors import EmbedderError, FootnoteError, IndexBusy, IndexDamaged, IndexMissing

if TYPE_CHECKING:
    from bot.pipeline import Bot

SECRETS = ("Traceback", "/srv/", "site-packages", ".py")


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def client(bot: FakeBot) -> TestClient:
    return client_of(bot)


def error_of(response: Any, status: int) -> dict[str, str]:
    """The error object, after checking that it is one and gives nothing away."""
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    error: dict[str, str] = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"].endswith(".")
    assert not [secret for secret in SECRETS if secret in response.text]
    return error


def events_of(text: str) -> list[tuple[str, Any]]:
    frames = [frame.split("\n") for frame in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]


# --- answers


def test_an_answer_has_the_shape_of_the_contract(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "How long do I hold a stretch?"}).json()
    assert list(body) == [
        "question", "standalone", "status", "text", "citations", "answerable", "suggestions", "id",
    ]  # fmt: skip
    assert body["status"] == "answered"
    assert body["answerable"] == 0.9346
    assert body["suggestions"] == []
    first = body["citations"][0]
    assert first == {
        "number": 1,
        "article_id": STRETCHES.id,
        "title": STRETCHES.title,
        "section": ["Standing hamstring stretch", "How to do it"],
        "url": STRETCHES.url,
        "link": f"{STRETCHES.url}#:~:text=Hold",
        "quote": "Hold for 30 seconds and breathe slowly.",
        "start": first["start"],
        "end": first["end"],
    }
    assert STRETCHES.text[first["start"] : first["end"]] == first["quote"]


def test_abstaining_is_an_answer(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "What is the capital of Peru?"}).json()
    assert (body["status"], body["citations"], body["suggestions"]) == ("abstained", [], list(EXAMPLES))


def test_an_article_without_address_has_null_links(client: TestClient) -> None:
    citation = client.post("/api/ask", json={"question": "odd"}).json()["citations"][0]
    assert citation["url"] is None
    assert citation["link"] is None


def test_events_are_tokens_and_then_the_answer(client: TestClient) -> None:
    headers = {"Accept": "text/event-stream"}
    response = client.post("/api/ask", json={"question": "Why does my back ache?"}, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    *tokens, (last, answer) = events_of(response.text)
    assert last == "answer"
    assert {name for name, _ in tokens} == {"token"}
    assert "".join(data["text"] for _, data in tokens) == answer["text"]
    again = client.post("/api/ask", json={"question": "Why does my back ache?"}).json()
    assert answer.pop("id") != again.pop("id")  # each answer has its own, for feedback
    assert answer == again


def test_the_page_that_the_reader_is_on_reaches_the_bot(client: TestClient, bot: FakeBot) -> None:
    page = "https://blog.example/post"
    for sent, wanted in (({"page": page}, page), ({}, "")):
        assert client.post("/api/ask", json={"question": "Who wrote this?", **sent}).status_code == 200
        assert bot.pages[-1] == wanted
    for wrong in (1, None, ["x"], "x" * 3000):
        assert client.post("/api/ask", json={"question": "Why?", "page": wrong}).status_code == 422


def test_history_reaches_the_bot_and_only_its_latest_turns(client: TestClient, bot: FakeBot) -> None:
    turns = [{"role": "user" if n % 2 == 0 else "assistant", "content": f"turn {n}"} for n in range(500)]
    assert client.post("/api/ask", json={"question": "Why?", "history": turns}).status_code == 200
    _, history = bot.asked[-1]
    assert [t.content for t in history] == [f"turn {n}" for n in range(500 - bot.config.max_history, 500)]
    assert client.post("/api/ask", json={"question": "Why?", "history": None}).status_code == 200


def test_repeated_keys_are_no_error(client: TestClient, bot: FakeBot) -> None:
    body = '{"question": "first?", "question": "Why, \\u05de\\u05ea\\u05d9 \\ud83d\\ude00?"}'
    assert client.post("/api/ask", content=body).json()["question"] == "Why, מתי 😀?"


# --- refusals


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"question": "caf\xe9"}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 30_000, 400),
        (b'{"question": "x", "n": NaN}', 400),
        (b'{"question": "x", "n": ' + b"1" * 9000 + b"}", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"question"', 422),
        (b"{}", 422),
        (b'{"question": null}', 422),
        (b'{"question": 3}', 422),
        (b'{"question": ["x"]}', 422),
        (b'{"question": ""}', 422),
        (b'{"question": " \\n\\t "}', 422),
        (b'{"question": "a\\u0000b"}', 422),
        (b'{"question": "x", "history": "y"}', 422),
        (b'{"question": "x", "history": {"role": "user"}}', 422),
        (b'{"question": "x", "history": [null]}', 422),
        (b'{"question": "x", "history": [{"role": "system", "content": "y"}]}', 422),
        (b'{"question": "x", "history": [{"role": ["user"], "content": "y"}]}', 422),
        (b'{"question": "x", "history": [{"role": "user", "content": 1}]}', 422),
        (b'{"question": "x", "history": [{"role": "user"}]}', 422),
        (b'{"question": "' + b"x" * 1001 + b'"}', 413),
        (b'{"question": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(client: TestClient, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    error_of(client.post("/api/ask", content=body, headers=headers), status)
    error_of(
        client.post("/api/ask", content=body, headers={**headers, "Accept": "text/event-stream"}), status
    )


def test_a_body_without_announced_length_is_counted_while_it_is_read(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b" " * 10_000

    error_of(client.post("/api/ask", content=endless()), 413)
    ok = client.post("/api/ask", content=iter([b'{"question":', b'"Why?"}']))
    assert ok.status_code == 200


def test_the_history_of_a_bad_turn_says_which(client: TestClient) -> None:
    history = [{"role": "user", "content": "x"}, {"role": "bot", "content": "y"}]
    error = error_of(client.post("/api/ask", json={"question": "x", "history": history}), 422)
    assert "entry 2" in error["message"]


def test_half_a_surrogate_pair_does_no_harm(client: TestClient) -> None:
    body = b'{"question": "why \\ud800?", "history": [{"role": "user", "content": "\\udfff"}]}'
    response = client.post("/api/ask", content=body)
    assert response.json()["question"] == "why �?"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_kind_of_body_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    error_of(client.post("/api/ask", content=b'{"question": "x"}', headers=headers), 415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/problem+json", None])
def test_json_by_any_name_is_taken(client: TestClient, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert (
        client.post("/api/ask", content=b'\xef\xbb\xbf{"question": "Why?"}', headers=headers).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (IndexMissing("no index at /srv/secret"), 503, "no_index"),
        (IndexBusy("/srv/secret is locked"), 503, "index_busy"),
        (IndexDamaged("/srv/secret/chroma.sqlite3"), 503, "index_unusable"),
        (EmbedderError("/srv/secret/model.py"), 503, "model_unavailable"),
        (FootnoteError("/srv/secret"), 500, "internal"),
        (ZeroDivisionError("/srv/secret/bot.py"), 500, "internal"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_an_internal_error_is_reported_without_its_details(
    error: Exception, status: int, code: str, accept: str
) -> None:
    client = client_of(FakeBot(error=error))
    response = client.post("/api/ask", json={"question": "Why?"}, headers={"Accept": accept})
    assert error_of(response, status)["code"] == code
    assert response.headers["x-content-type-options"] == "nosniff"
    if status == 503:
        assert int(response.headers["retry-after"]) > 0
        assert error_of(client.get("/healthz"), 503)["code"] == code


@pytest.mark.parametrize("error", [IndexDamaged("/srv/secret"), ZeroDivisionError("/srv/x.py")])
def test_an_error_after_the_stream_began_is_an_event(error: Exception) -> None:
    client = client_of(FakeBot(late_error=error))
    response = client.post("/api/ask", json={"question": "Why?"}, headers={"Accept": "text/event-stream"})
    assert response.status_code == 200
    names = [name for name, _ in events_of(response.text)]
    assert names == ["token", "error"]
    assert not [secret for secret in SECRETS if secret in response.text]


def test_too_many_at_once_are_asked_to_come_back() -> None:
    bot = FakeBot(gate=threading.Event())
    app = create_api(cast("Bot", bot), bot.config)

    async def crowd() -> list[httpx.Response]:
        responses: list[httpx.Response] = []
        transport = httpx.ASGITransport(app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://t") as http,
            anyio.create_task_group() as tasks,
        ):

            async def one() -> None:
                responses.append(await http.post("/api/ask", json={"question": "Why?"}))

            with anyio.fail_after(10):
                for number in range(
                    AT_ONCE + WAITING_LIMIT - RESERVED_FOR_OTHERS + 3
                ):  # all from one address
                    tasks.start_soon(one)
                    while number < AT_ONCE and len(bot.asked) <= number:
                        await anyio.sleep(0.01)  # else who has not been taken in yet stands in the line, too
                while len(responses) < 3:
                    await anyio.sleep(0.01)
            assert bot.gate is not None
            bot.gate.set()
        return responses

    responses = anyio.run(crowd)
    assert [r.status_code for r in responses] == [429] * 3 + [200] * (
        AT_ONCE + WAITING_LIMIT - RESERVED_FOR_OTHERS
    )
    assert responses[0].headers["retry-after"]
    assert error_of(responses[0], 429)["code"] == "busy"


def test_a_reader_who_leaves_stops_the_work() -> None:
    bot = FakeBot(pause=0.02)
    app = create_api(cast("Bot", bot), bot.config)
    body = json.dumps({"question": "Why does my back ache?"}).encode()

    async def leave() -> None:
        seen = anyio.Event()
        sent = 0
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": "POST", "path": "/api/ask", "raw_path": b"/api/ask", "query_string": b"",
            "headers": [(b"accept", b"text/event-stream")], "scheme": "http", "server": ("t", 80),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            nonlocal sent
            sent += 1
            if sent == 1:
                return {"type": "http.request", "body": body, "more_body": False}
            await seen.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if b"token" in message.get("body", b""):
                seen.set()

        with anyio.fail_after(5):
            await app(scope, receive, send)

    anyio.run(leave)
    assert bot.closed.wait(PATIENCE)


# --- articles, health, the rest of the surface


@pytest.mark.parametrize("safe", ["", "/", ":/", ":/?=&"])
def test_an_article_is_found_by_its_id_however_it_is_encoded(client: TestClient, safe: str) -> None:
    found = client.get(f"/api/articles/{quote(STRETCHES.id, safe=safe)}").json()
    assert {"title", "url", "text"} <= set(found)
    assert found["text"] == STRETCHES.text
    assert client.get(f"/api/articles/{quote(HOSTILE.id, safe=safe)}").json()["text"] == HOSTILE.text


@pytest.mark.parametrize("wrong", ["nothing", "..%2f..%2fetc/passwd", "%00", "%ff", "a" * 3000, ""])
def test_an_unknown_article_is_not_found(client: TestClient, wrong: str) -> None:
    error_of(client.get(f"/api/articles/{wrong}"), 404)


def test_health(client: TestClient) -> None:
    health = client.get("/healthz").json()
    assert {key: health[key] for key in ("status", "articles", "chunks", "index")} == {
        "status": "ok", "articles": 2, "chunks": 5, "index": "gen-1"
    }  # fmt: skip
    assert client.head("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/ask", 405),
        ("PUT", "/api/ask", 405),
        ("POST", "/healthz", 405),
        ("DELETE", "/api/articles/x", 405),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("POST", "/gradio_api/upload", 404),
        ("GET", "/gradio_api/file=/etc/passwd", 404),
        ("GET", "/gradio_api/proxy=http://evil.example/", 404),
        ("GET", "/footnote/../web.py", 404),
        ("GET", "/footnote/%2e%2e/web.py", 404),
        ("GET", "/footnote/nothing.css", 404),
    ],
)
def test_everything_else_is_shut(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    error_of(response, status)
    assert ("allow" in response.headers) == (status == 405)


@pytest.mark.parametrize("path", ["/healthz", "/footnote/window/ui.css", "/api/nothing"])
def test_security_headers_and_no_foreign_origin(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://evil.example", "Host": "blog.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert ("no-store" in headers.get("cache-control", "")) == (not path.startswith("/footnote"))


def test_the_forwarded_host_is_not_believed() -> None:
    app = create_api(cast("Bot", FakeBot()), BotConfig())
    received: list[list[tuple[bytes, bytes]]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        received.append(scope["headers"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app.mount("/", inner)
    TestClient(app).get(
        "/manifest.json", headers={"X-Forwarded-Host": "evil.example", "X-Gradio-Server": "http://e"}
    )
    assert not [name for name, _ in received[0] if name in (b"x-forwarded-host", b"x-gradio-server")]


# --- anything at all

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just("why"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["question", "history", "role", "content", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=300) | ANY_JSON.map(lambda value: json.dumps(value).encode())


@pytest.fixture(scope="module")
def one_client() -> TestClient:
    """One server for all examples: what one of them did to it, the next would notice."""
    return client_of(FakeBot())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=BODIES,
    kind=st.sampled_from(["application/json", "text/plain", "application/json; charset=latin-1", "x"]),
)
def test_no_body_brings_the_server_down(one_client: TestClient, body: bytes, kind: str) -> None:
    response = one_client.post("/api/ask", content=body, headers={"Content-Type": kind})
    assert response.status_code in (200, 400, 413, 415, 422)
    if response.status_code != 200:
        error_of(response, response.status_code)


@settings(max_examples=150, deadline=None)
@given(path=st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_path_brings_the_server_down(one_client: TestClient, path: str) -> None:
    response = one_client.get(f"/api/articles/{quote(path, safe='/:?=&%')}")
    assert response.status_code in (200, 404)
