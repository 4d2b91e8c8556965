"""/openapi.json names every public route, and what the routes answer is what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import pytest
from fake_bot import ERRORS, STRETCHES, FakeBot
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.server import create_api

if TYPE_CHECKING:
    from bot.pipeline import Bot

ASK = {"question": "How long do I hold a stretch?"}
CHAT = {"messages": [{"role": "user", "content": "How long do I hold a stretch?"}]}
RPC = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> FakeBot:
    votes = tmp_path_factory.mktemp("votes") / "votes.sqlite"
    return FakeBot(config=BotConfig(rate=(), rate_total=(), feedback=str(votes)))


@pytest.fixture(scope="module")
def client(bot: FakeBot) -> TestClient:
    return TestClient(create_api(cast("Bot", bot), bot.config), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def schema_of(described: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    responses = described["paths"][path][method]["responses"]
    response = responses.get(str(status)) or responses["default"]
    if "$ref" in response:
        response = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return {**response["content"]["application/json"]["schema"], "components": described["components"]}


@pytest.mark.parametrize(
    ("path", "method", "url", "body"),
    [
        ("/api/ask", "post", "/api/ask", ASK),
        ("/api/ask", "post", "/api/ask", {"question": "Peru?"}),
        ("/api/ask", "post", "/api/ask", {"question": ""}),
        ("/api/articles/{article_id}", "get", f"/api/articles/{quote(STRETCHES.id, safe='')}", None),
        ("/api/articles/{article_id}", "get", "/api/articles/none", None),
        ("/api/changes", "get", "/api/changes?id=none", None),
        (
            "/api/verify",
            "post",
            "/api/verify",
            {"text": f"It says so: {STRETCHES.url}#:~:text=Hold%20for%2030%20seconds"},
        ),
        ("/api/verify", "post", "/api/verify", {}),
        ("/healthz", "get", "/healthz", None),
        ("/api/feedback", "post", "/api/feedback", {"id": "none", "verdict": "up"}),
        ("/api/reingest", "post", "/api/reingest", {}),
        ("/api/reingest", "get", "/api/reingest", None),
        ("/mcp", "post", "/mcp", RPC),
        ("/mcp", "post", "/mcp", {}),
        ("/v1/chat/completions", "post", "/v1/chat/completions", CHAT),
        ("/v1/chat/completions", "post", "/v1/chat/completions", {}),
        ("/v1/models", "get", "/v1/models", None),
        ("/v1/models/{name}", "get", "/v1/models/footnote", None),
        ("/v1/models/{name}", "get", "/v1/models/gpt", None),
        ("/ask", "get", "/ask?query=How+do+I+stretch&mode=summarize", None),
        ("/ask", "get", "/ask", None),
        ("/ask", "post", "/ask", {"query": {"text": "Peru?"}}),
    ],
)
def test_a_response_is_as_described(
    client: TestClient, described: dict[str, Any], path: str, method: str, url: str, body: Any
) -> None:
    response = client.request(method, url, json=body)
    Draft202012Validator(schema_of(described, path, method, response.status_code)).validate(response.json())


def test_a_vote_that_is_taken_is_as_described(client: TestClient, described: dict[str, Any]) -> None:
    answer = client.post("/api/ask", json=ASK).json()
    response = client.post("/api/feedback", json={"id": answer["id"], "verdict": "up"})
    Draft202012Validator(schema_of(described, "/api/feedback", "post", 200)).validate(response.json())


def test_an_error_of_the_bot_is_described_everywhere(described: dict[str, Any]) -> None:
    bot = FakeBot(error=ERRORS["missing"])
    client = TestClient(create_api(cast("Bot", bot), bot.config), raise_server_exceptions=False)
    for path, body in (
        ("/api/ask", ASK),
        ("/v1/chat/completions", CHAT),
        ("/ask", {"query": {"text": "why"}}),
    ):
        response = client.post(path, json=body)
        assert response.status_code == 503
        Draft202012Validator(schema_of(described, path, "post", 503)).validate(response.json())


def test_every_public_route_is_described(client: TestClient, described: dict[str, Any]) -> None:
    """A new route needs its entry in bot/server/openapi/openapi.yaml, or include_in_schema=False."""
    routes = [
        route
        for route in cast("Any", client.app).routes
        if isinstance(route, APIRoute) and route.include_in_schema
    ]
    there = {(route.path_format, method.lower()) for route in routes for method in route.methods or ()}
    assert there == {(path, method) for path, one in described["paths"].items() for method in one}
    for path, method in there:
        operation = described["paths"][path][method]
        assert (
            operation["operationId"] and operation["tags"] and "default" in operation["responses"]
        ) or path == "/healthz"
        assert operation.get("description"), f"{method} {path} has no docstring"
    assert not [name for name in described["components"]["schemas"] if "HTTPValidation" in name]


def test_what_is_switched_off_is_not_described() -> None:
    bot = FakeBot(config=BotConfig(rate=(), rate_total=(), protocols=("mcp",)))
    paths = TestClient(create_api(cast("Bot", bot), bot.config)).get("/openapi.json").json()["paths"]
    assert "/mcp" in paths and not {"/ask", "/v1/models", "/schemamap.xml"} & set(paths)
