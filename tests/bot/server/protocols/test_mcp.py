"""MCP with the SDK's own client, over HTTP and stdio, in the current and the earlier protocol."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from api_client import served_bot
from fake_bot import ERRORS, HOSTILE, STRETCHES, URGENT, FakeBot
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from patience import PATIENCE, eventually

from bot.config import BotConfig, Rate

if TYPE_CHECKING:
    pass

ROOT = Path(__file__).resolve().parents[4]
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture
def bot(protocols: tuple[str, FakeBot]) -> FakeBot:
    return protocols[1]


@pytest.fixture
def address(protocols: tuple[str, FakeBot]) -> str:
    return f"{protocols[0]}mcp"


def called(server: Any, name: str, mode: Any = "auto", **arguments: Any) -> Any:
    async def call() -> Any:
        async with Client(server, mode=mode) as client:
            return await client.call_tool(name, arguments)

    return asyncio.run(call())


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy", "auto"])
def test_the_tools_are_listed_read_only_in_every_protocol(address: str, mode: Any) -> None:
    async def look() -> Any:
        async with Client(address, mode=mode) as client:
            return (await client.list_tools()).tools, client.session.protocol_version

    tools, version = asyncio.run(look())
    assert [tool.name for tool in tools] == ["search", "fetch", "ask"]
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
    assert version == ("2025-11-25" if mode == "legacy" else "2026-07-28")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_search_and_fetch_have_the_shapes_that_connectors_require(address: str, mode: Any) -> None:
    found = called(address, "search", mode, query="hamstring stretch")
    assert len(found.content) == 1 and json.loads(found.content[0].text) == found.structured_content
    results = found.structured_content["results"]
    assert [result["id"] for result in results] == [STRETCHES.id, HOSTILE.id]
    assert results[0]["url"] == STRETCHES.url
    read = called(address, "fetch", mode, id=results[0]["id"])
    assert len(read.content) == 1 and json.loads(read.content[0].text) == read.structured_content
    assert read.structured_content["text"] == STRETCHES.text
    assert read.structured_content["metadata"]["author"] == "Ada Writer"
    # A post without an address of its own is shown by this server: what has no url is not cited.
    shown = httpx.get(results[1]["url"]).json()
    assert shown["text"] == HOSTILE.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_can_be_checked_from_the_outside(address: str, mode: Any) -> None:
    answer = called(address, "ask", mode, question="How long do I hold a stretch?")
    text, data = answer.content[0].text, answer.structured_content
    assert json.loads(answer.content[1].text) == data
    assert (
        text.startswith("Hold for 30 seconds and breathe slowly. [[1]](https://")
        and data["status"] == "answered"
    )
    for citation in data["citations"]:
        article = called(address, "fetch", mode, id=citation["article_id"]).structured_content
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert sha256(article["text"].encode()).hexdigest() == citation["text_sha256"]
        assert article["metadata"]["generation"] == data["generation"]
        assert citation["link"].startswith(f"{citation['url']}#:~:text=")


def test_an_urgent_message_is_the_first_content(address: str) -> None:
    answer = called(address, "ask", question="my legs are numb legs")
    assert answer.content[0].text == URGENT and answer.structured_content["status"] == "urgent"
    found = called(address, "search", query="numb legs")
    assert next(iter(json.loads(found.content[0].text).items())) == ("urgent", URGENT)


def test_history_and_what_the_blog_does_not_say(address: str, bot: FakeBot) -> None:
    turns = [{"role": "user", "content": "How do I stretch?"}, {"role": "assistant", "content": "Slowly."}]
    answer = called(address, "ask", question="Peru?", history=turns)
    assert (
        answer.structured_content["status"] == "abstained" and "- How long should I" in answer.content[0].text
    )
    assert [turn.content for turn in bot.asked[-1][1]] == ["How do I stretch?", "Slowly."]


@pytest.mark.parametrize(
    ("name", "arguments", "part"),
    [
        ("ask", {}, '"question" must be there'),
        ("ask", {"question": 5}, "must be there"),
        ("ask", {"question": "\0"}, "plain text"),
        ("ask", {"question": "x" * 2000}, "at most"),
        ("ask", {"question": "why", "history": [{"role": "pirate"}]}, "role"),
        ("ask", {"question": "why", "mood": "good"}, "takes no argument"),
        ("search", {"query": " "}, "not empty"),
        ("fetch", {"id": "https://elsewhere.example/"}, "no article"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    address: str, name: str, arguments: dict[str, Any], part: str
) -> None:
    result = called(address, name, **arguments)
    assert result.is_error and part in result.content[0].text and "/srv/" not in result.content[0].text


def test_an_unknown_tool_is_an_error_of_the_protocol(address: str) -> None:
    for mode in ("auto", "legacy"):
        with pytest.raises(ExceptionGroup) as caught:  # of the client's task groups
            called(address, "delete_everything", mode)
        assert caught.group_contains(MCPError, match="no such tool")


def test_limits_are_those_of_the_window() -> None:
    with served_bot(BotConfig(rate=(Rate(2, 60),), rate_total=())) as (address, _):
        assert not called(f"{address}mcp", "search", query="stretch").is_error
        assert not called(f"{address}mcp", "ask", question="How do I stretch?").is_error
        assert "try again" in called(f"{address}mcp", "ask", question="How do I stretch?").content[0].text


def test_it_works_below_a_path_and_for_a_host_that_nobody_named(address: str) -> None:
    """As behind a proxy that takes /chat off, and one that leaves it on."""
    forwarded = {"Host": "blog.example", "X-Forwarded-Prefix": "/chat", "X-Forwarded-Proto": "https"}

    async def look(url: str, headers: dict[str, str]) -> str:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            found = await client.call_tool("search", {"query": "stretch"})
            return str(found.structured_content["results"][1]["url"])

    below = address.replace("/mcp", "/chat/mcp")
    for url in (address, below):
        shown = asyncio.run(look(url, forwarded))
        assert shown.startswith("https://blog.example/chat/api/articles/notes%2F")
        page = url.replace("/mcp", shown.partition("/chat")[2])
        assert httpx.get(page, headers=forwarded).json()["text"] == HOSTILE.text
    assert asyncio.run(look(address, {"Host": "evil.example"})).startswith(
        "http://evil.example/api/articles/"
    )
    assert httpx.post(f"{address}/", json=LIST, headers=HEADERS).json()["result"]["tools"]


def test_fifty_clients_at_once(address: str) -> None:
    async def one(number: int) -> str:
        async with (
            httpx2.AsyncClient(
                timeout=PATIENCE, verify=False
            ) as http,  # reading certificates takes the most time
            Client(
                streamable_http_client(address, http_client=http), mode="legacy" if number % 2 else "auto"
            ) as client,
        ):
            answer = await client.call_tool("ask", {"question": f"How long do I hold stretch {number}?"})
            return str(answer.structured_content["question"])

    async def all_of_them() -> list[str]:
        return list(await asyncio.gather(*(one(number) for number in range(50))))

    assert asyncio.run(all_of_them()) == [f"How long do I hold stretch {number}?" for number in range(50)]


@pytest.mark.parametrize("version", ["2026-07-28", "2025-06-18"])
def test_a_client_that_leaves_frees_the_bot(address: str, bot: FakeBot, version: str) -> None:
    bot.gate = threading.Event()
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params: dict[str, Any] = {"name": "ask", "arguments": {"question": "How do I stretch?"}, "_meta": meta}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {**HEADERS, "MCP-Protocol-Version": version, "Mcp-Method": "tools/call", "Mcp-Name": "ask"}
    bot.asked.clear()
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(address, json=message, headers=headers, timeout=httpx.Timeout(60, read=1.0))
    eventually(lambda: bot.asked)
    bot.gate.set()
    eventually(bot.closed.is_set)


def test_no_index_is_an_error_that_the_model_can_read(address: str, bot: FakeBot) -> None:
    bot.error = ERRORS["missing"]
    result = called(address, "ask", question="How do I stretch?")
    assert result.is_error and "No article has been added yet" in result.content[0].text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, -32700),
        (b"{", 400, -32700),
        (b"\xff", 400, -32700),
        (b"[" * 100_000, 400, -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "n": NaN}', 400, -32700),
        (b"[]", 400, -32600),
        (b"4", 400, -32600),
        (b"{}", 400, -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "tools/list"}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 5}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": []}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": 5}}', 200, -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}', 200, -32601),
        (b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "tools/list"}', 400, -32700),
        (b'{"x": "' + b"x" * 300_000 + b'"}', 413, -32600),
    ],
)
@pytest.mark.parametrize("version", [None, "2025-03-26", "2026-07-28"])
def test_no_body_is_an_error_of_the_server(
    address: str, body: bytes, status: int, code: int, version: str | None
) -> None:
    headers = {
        **HEADERS,
        **({"MCP-Protocol-Version": version} if version else {}),
        "Mcp-Session-Id": "none of ours",
    }
    response = httpx.post(address, content=body, headers=headers)
    error = response.json()["error"]
    assert response.status_code < 500 and error["message"]
    if version != "2026-07-28":  # which wants more of every message, and says so
        assert (response.status_code, error["code"]) == (status, code), response.text


def test_other_methods_and_kinds_are_refused_in_its_form(address: str) -> None:
    for response, status in (
        (httpx.get(address, headers=HEADERS), 405),
        (httpx.delete(address), 405),
        (httpx.post(address, content=b"{}", headers={"Content-Type": "text/plain"}), 415),
        (httpx.post(address, json=LIST, headers={**HEADERS, "MCP-Protocol-Version": "1999-01-01"}), 400),
    ):
        assert response.status_code == status and response.json()["error"]["message"]
    for kept in ({}, {"Accept": "text/event-stream"}):  # answered with JSON all the same
        assert httpx.post(address, json=LIST, headers={**HEADERS, **kept}).json()["result"]["tools"]


@pytest.mark.model
def test_over_stdio_nothing_but_messages_is_written(tmp_path: Path) -> None:
    posts, index = tmp_path / "posts", tmp_path / "index"
    posts.mkdir()
    (posts / "kettles.md").write_text("# Kettles\n\nDescale the kettle with vinegar every month.")
    (posts / "lamps.md").write_text("# Lamps\n\nDust the lamp with a dry cloth.")
    command = [sys.executable, "-m", "bot"]
    subprocess.run(
        [*command, "ingest", str(posts), "--index", str(index)], cwd=ROOT, check=True, capture_output=True
    )
    arguments = ["-m", "bot", "mcp", "--index", str(index)]
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=str(ROOT))

    async def look(mode: Any) -> tuple[Any, Any, Any]:
        async with Client(server, mode=mode) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            found = await client.call_tool("search", {"query": "kettle"})
            return (
                names,
                found,
                await client.call_tool("ask", {"question": "How often do I descale the kettle?"}),
            )

    names, found, answer = asyncio.run(look("legacy"))
    assert names == ["search", "fetch", "ask"]
    assert "Kettles" in [result["title"] for result in found.structured_content["results"]]
    assert answer.structured_content["generation"] and not answer.is_error
    # By hand: every line of standard output is a message, also for what is none.
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    lines = [{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
             {"jsonrpc": "2.0", "method": "notifications/initialized"}, LIST | {"id": 2}]  # fmt: skip
    written = "".join(json.dumps(line) + "\n" for line in lines) + "no message\n"
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(written)
        process.stdin.flush()
        messages: list[dict[str, Any]] = []
        while not {1, 2} <= {
            message.get("id") for message in messages
        }:  # at the end of its input it drops the rest
            messages.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        messages += [json.loads(line) for line in process.stdout]
    assert {message["jsonrpc"] for message in messages} == {"2.0"} and process.returncode == 0
