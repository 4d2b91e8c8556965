"""/openapi.json names every public route, and what the routes answer is what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import pytest
from fake_bot import ERRORS, STRETCHES, FakeBot
from jsonschema import Draft202012Validator
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.server import create_api, create_app

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
        ("/metrics", "get", "/metrics", None),
        ("/api/feedback", "get", "/api/feedback", None),
        ("/api/gaps", "get", "/api/gaps", None),
    ],
)
def test_a_response_is_as_described(
    client: TestClient, described: dict[str, Any], path: str, method: str, url: str, body: Any
) -> None:
    response = client.request(method, url, json=body)
    Draft202012Validator(schema_of(described, path, method, response.status_code)).validate(response.json())


@pytest.mark.parametrize(
    "path", ["/embed", "/widget.js", "/element.js", "/schemamap.xml", "/schema/articles.jsonl", "/a/{token}"]
)
def test_what_is_no_json_has_the_type_that_is_described(
    client: TestClient, described: dict[str, Any], path: str
) -> None:
    response = client.get(path.replace("{token}", "none"))
    content = described["paths"][path]["get"]["responses"][str(response.status_code)]["content"]
    assert response.headers["content-type"].partition(";")[0] in content


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


INTERNAL = {  # path or its beginning, with a slash at its end: why a program has no use for it
    "/openapi.json": "the description itself",
    "/mcp/": "/mcp by another spelling",
    "/ask/": "/ask by another spelling",
    "/widget-panel.js": "loaded by /widget.js",
    "/widget-agent.js": "loaded by /widget.js",
    "/embed/line": "of the page /embed",
    "/embed/preview": "of the page /embed",
    "/owner/": "the owner's desk, behind her login",
    "/owner": "the desk's page",
    "/footnote/": "files of the window",
    "/footnote": "files of the window",
    "/assets": "files of the window",
    "": "the window",
}
REFUSALS = "_no_route"  # what these paths have for all other methods


def _routes(app: Any) -> set[tuple[str, str]]:
    """(path, method) of all that is served; a mounted app has the method "any"."""
    found = set()
    for route in app.routes:
        if getattr(route, "name", "") != REFUSALS:
            methods = getattr(route, "methods", None)
            path = route.path_format if methods else route.path
            found |= {(path, method.lower()) for method in set(methods or {"any"}) - {"HEAD"}}
    return found


def test_every_route_is_described_or_listed_as_internal(tmp_path: Path) -> None:
    """A new public route needs its entry in the description; any other one a reason in INTERNAL."""
    config = BotConfig(owner_token=SecretStr("t" * 40), gaps=True, index=tmp_path / "index")
    app = create_app(cast("Bot", FakeBot(config=config)), config)
    described = app.openapi()
    there = {(path, method) for path, one in described["paths"].items() for method in one}
    served = _routes(app)
    assert there <= served, there - served
    unknown = {
        (path, method)
        for path, method in served - there
        if path not in INTERNAL and not any(path.startswith(one) for one in INTERNAL if one.endswith("/"))
    }
    assert not unknown
    assert not [
        path for path in INTERNAL if not any(one == path or one.startswith(path) for one, _ in served)
    ]
    for path, method in there:
        operation = described["paths"][path][method]
        responses = operation["responses"]
        assert operation["operationId"] and operation["tags"] and operation.get("description"), (method, path)
        assert "default" in responses or path == "/healthz", f"{method} {path} says nothing of errors"
        success = next(code for code in responses if code.startswith("2"))
        assert "$ref" in responses[success] or "content" in responses[success], (method, path)
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), (method, path)
        assert method != "post" or "requestBody" in operation, (method, path)
    assert len({one["operationId"] for path in described["paths"].values() for one in path.values()}) == len(
        there
    )


def test_the_description_is_valid_openapi_and_leads_nowhere_that_is_not_there(
    described: dict[str, Any],
) -> None:
    assert described["openapi"].startswith("3.1")
    for pointer in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described))):
        found: Any = described
        for name in pointer.split("/"):
            found = found[name]
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_what_is_switched_off_is_not_described() -> None:
    bot = FakeBot(config=BotConfig(rate=(), rate_total=(), protocols=("mcp",)))
    paths = TestClient(create_api(cast("Bot", bot), bot.config)).get("/openapi.json").json()["paths"]
    assert "/mcp" in paths and not {"/ask", "/v1/models", "/schemamap.xml"} & set(paths)
