"""NLWeb's /ask in its forms, and the schema map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import httpx
import pytest
from api_client import client_of
from fake_bot import ERRORS, EXAMPLES, STRETCHES, URGENT, FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, load_config
from ingest.errors import ConfigError

if TYPE_CHECKING:
    pass

ASK = {"query": {"text": "How long do I hold a stretch?"}}


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def client(bot: FakeBot) -> TestClient:
    return client_of(bot)


def lines(text: str) -> list[dict[str, Any]]:
    frames = text.strip().split("\n\n")
    assert all(frame.startswith("data: ") and "\n" not in frame for frame in frames)
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def test_a_list_has_the_cited_posts_with_their_grounding(client: TestClient) -> None:
    body = client.post("/ask", json=ASK).json()
    assert body["_meta"]["response_type"] == "Answer" and body["_meta"]["version"] == "0.54"
    (post,) = body["results"]
    assert (post["@type"], post["url"], post["name"]) == ("Article", STRETCHES.url, STRETCHES.title)
    assert (post["site"], post["score"]) == ("blog.example", 93)
    assert (
        post["description"] == "Hold for 30 seconds and breathe slowly. Stop if the pain shoots down the leg."
    )
    assert post["grounding"]["source_urls"] == [
        f"{STRETCHES.url}#:~:text={word}" for word in ("Hold", "Stop")
    ]
    for citation in post["grounding"]["citations"]:
        assert (
            STRETCHES.text[citation["start"] : citation["end"]] == citation["quote"]
            and citation["text_sha256"]
        )


def test_a_summary_is_the_answer_and_then_the_posts(client: TestClient) -> None:
    for sent in (
        {**ASK, "prefer": {"mode": "summarize"}},
        {"query": ASK["query"]["text"], "mode": "summarize"},
    ):
        first, second = client.post("/ask", json=sent).json()["results"]
        assert (first["@type"], second["@type"]) == ("Answer", "Article")
        assert first["description"].startswith("Hold for 30 seconds and breathe slowly. [[1]](https://")


def test_get_asks_the_same(client: TestClient, bot: FakeBot) -> None:
    query = {"query": "How long do I hold a stretch?", "prev": '["How do I stretch?", "And why?"]'}
    assert client.get("/ask", params=query).json() == client.post("/ask", json=ASK).json()
    assert [turn.content for turn in bot.asked[0][1]] == ["How do I stretch?", "And why?"]
    client.post("/ask", json={**ASK, "context": {"prev": ["And why?"]}})
    assert [turn.content for turn in bot.asked[-1][1]] == ["And why?"]


@pytest.mark.parametrize("way", ["prefer", "get", "accept"])
def test_a_stream_is_bare_data_lines_of_the_same(client: TestClient, way: str) -> None:
    if way == "prefer":
        response = client.post("/ask", json={**ASK, "prefer": {"streaming": True}})
    elif way == "get":
        response = client.get("/ask", params={"query": ASK["query"]["text"], "streaming": "1"})
    else:
        response = client.post("/ask", json=ASK, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    meta, *results = lines(response.text)
    whole = client.post("/ask", json=ASK).json()
    assert meta == {"_meta": whole["_meta"]} and results == [{"results": [one]} for one in whole["results"]]


@pytest.mark.parametrize("stream", [False, True])
def test_an_urgent_message_is_the_first_result(client: TestClient, stream: bool) -> None:
    sent = {"query": {"text": "my legs are numb legs"}, "prefer": {"streaming": stream}}
    response = client.post("/ask", json=sent)
    parts = lines(response.text) if stream else [response.json()]
    assert parts[0]["_meta"]["status"] == "urgent"
    assert [one["description"] for part in parts for one in part.get("results", ())] == [URGENT]


def test_what_the_blog_does_not_say_has_no_results(client: TestClient) -> None:
    body = client.post("/ask", json={"query": {"text": "Peru?"}}).json()
    assert body["results"] == [] and body["_meta"]["status"] == "abstained" and body["_meta"]["message"]
    assert body["_meta"]["suggestions"] == list(EXAMPLES)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "MALFORMED_JSON"),
        (b"[" * 100_000, 400, "MALFORMED_JSON"),
        (b"\xff", 400, "NOT_UTF8"),
        (b"[]", 422, "BAD_REQUEST"),
        (b"{}", 400, "MISSING_FIELD"),
        (b'{"query": 4}', 400, "MISSING_FIELD"),
        (b'{"query": {"text": ["x"]}}', 400, "MISSING_FIELD"),
        (b'{"query": {"text": " "}}', 400, "EMPTY_QUERY"),
        (b'{"query": {"text": "x"}, "prefer": [1]}', 400, "INVALID_REQUEST"),
        (b'{"query": {"text": "x"}, "prefer": {"mode": "dance"}}', 400, "INVALID_MODE"),
        (b'{"query": {"text": "x"}, "prefer": {"mode": []}}', 400, "INVALID_MODE"),
        (b'{"query": {"text": "x"}, "prefer": {"streaming": "perhaps"}}', 400, "INVALID_STREAMING"),
        (b'{"query": {"text": "x"}, "context": {"prev": [1]}}', 400, "INVALID_PREV"),
        (b'{"query": {"text": "a\\u0000b"}}', 422, "BAD_QUESTION"),
        (b'{"query": {"text": "' + b"x" * 2000 + b'"}}', 413, "QUESTION_TOO_LONG"),
        (b'{"query": {"text": "' + b"x" * 300_000 + b'"}}', 413, "TOO_LARGE"),
    ],
)
def test_a_bad_request_is_a_failure_with_a_reason(
    client: TestClient, body: bytes, status: int, code: str
) -> None:
    response = client.post("/ask", content=body, headers={"Content-Type": "application/json"})
    failure = response.json()
    assert (response.status_code, failure["error"]["code"]) == (status, code), response.text
    assert failure["_meta"] == {"response_type": "Failure", "version": "0.54"}


def test_errors_of_the_bot_are_failures(client: TestClient, bot: FakeBot) -> None:
    bot.error = ERRORS["missing"]
    assert client.get("/ask?query=why").json()["error"]["code"] == "NO_INDEX"
    assert client.get("/schema/articles.jsonl").status_code == 503
    assert client.delete("/ask").json()["error"]["code"] == "WRONG_METHOD"
    bot.error, bot.late_error = None, ERRORS["model"]
    *_, last = lines(client.get("/ask?query=why&streaming=true").text)
    assert last["error"]["code"] == "MODEL_UNAVAILABLE"


def test_the_schema_map_leads_to_the_articles(client: TestClient) -> None:
    tree = ElementTree.fromstring(client.get("/schemamap.xml").text)
    site = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    (url,) = tree.findall(f"{site}url")
    assert url.get("contentType") == "structuredData/schema.org"
    address = url.findtext(f"{site}loc") or ""
    (article,) = [
        json.loads(line) for line in client.get(address.removeprefix("http://testserver")).text.splitlines()
    ]
    assert (article["@type"], article["url"], article["headline"]) == (
        "Article",
        STRETCHES.url,
        STRETCHES.title,
    )
    assert article["description"].endswith(" …") and len(article["description"]) <= 302


@pytest.mark.parametrize("protocols", [("nlweb",), ("mcp",)])
def test_the_pages_name_the_address_of_nlweb_where_it_is_on(protocols: tuple[Any, ...]) -> None:
    config = BotConfig(protocols=protocols)
    page = client_of(FakeBot(config=config)).get("/embed").text
    assert ('<link rel="nlweb" href="/ask">' in page) is ("nlweb" in protocols)


def test_the_window_names_it_too(served: tuple[str, FakeBot]) -> None:
    assert '<link rel="nlweb" href="./ask">' in httpx.get(served[0]).text


def test_each_protocol_can_be_switched_off() -> None:
    paths = {"mcp": "/mcp", "openai": "/v1/models", "nlweb": "/ask?query=why"}
    for kept in ("mcp", "openai", "nlweb", "off"):
        config = load_config({"FOOTNOTE_PROTOCOLS": kept, "FOOTNOTE_RATE": "off"})
        client = client_of(FakeBot(config=config))
        for name, path in paths.items():
            served = client.get(path).status_code != 404
            assert served == (name == kept), (kept, name)
    assert load_config({"FOOTNOTE_PROTOCOLS": "nlweb, MCP"}).protocols == ("mcp", "nlweb")
    with pytest.raises(ConfigError, match="FOOTNOTE_PROTOCOLS"):
        load_config({"FOOTNOTE_PROTOCOLS": "smtp"})
    assert BotConfig().protocols == ("mcp", "openai", "nlweb")
