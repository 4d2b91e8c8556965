"""All protocols through a real nginx, below /chat/, with the configuration that the documentation publishes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import httpx
import httpx2
import openai
import pytest
from api_client import served_bot
from fake_bot import HOSTILE, STEPS, STRETCHES, URGENT, FakeBot
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from nginx import below_chat
from patience import eventually

from bot.config import load_config

if TYPE_CHECKING:
    pass

SETTINGS = {"FOOTNOTE_ROOT_PATH": "/chat", "FOOTNOTE_TRUSTED_PROXIES": "127.0.0.1", "FOOTNOTE_RATE": "off"}
CLIENTS = 50
ASK: Any = [{"role": "user", "content": "How long do I hold a stretch?"}]


@pytest.fixture(scope="module")
def _proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FakeBot]]:
    with (
        served_bot(load_config(SETTINGS)) as (upstream, bot),
        below_chat(upstream, tmp_path_factory.mktemp("nginx")) as address,
    ):
        yield address, bot


@pytest.fixture
def address(_proxied: tuple[str, FakeBot]) -> str:
    return _proxied[0]


@pytest.fixture
def bot(_proxied: tuple[str, FakeBot]) -> Iterator[FakeBot]:
    yield _proxied[1]
    _proxied[1].reset()


async def _tool(
    address: str, name: str, arguments: dict[str, Any], host: str = "", mode: Any = "auto"
) -> Any:
    headers = {"Host": host} if host else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120, verify=False) as http,
        Client(streamable_http_client(f"{address}mcp", http_client=http), mode=mode) as client,
    ):
        return await client.call_tool(name, arguments)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_assistant_gets_the_answer_and_addresses_below_the_path(address: str, mode: Any) -> None:
    answer = asyncio.run(_tool(address, "ask", {"question": ASK[0]["content"]}, mode=mode))
    assert answer.content[0].text.startswith(STEPS[2])
    assert [citation["url"] for citation in answer.structured_content["citations"]] == [STRETCHES.url] * 2
    urgent = asyncio.run(_tool(address, "ask", {"question": "my legs are numb legs"}, mode=mode))
    assert urgent.content[0].text == URGENT
    # A post without an address of its own is shown by this server, at an address that works from outside.
    found = asyncio.run(_tool(address, "search", {"query": "stretch"}, mode=mode))
    shown = found.structured_content["results"][1]["url"]
    assert shown.startswith(f"{address}api/articles/") and httpx.get(shown).json()["text"] == HOSTILE.text


def test_a_host_that_nobody_named_is_served(address: str) -> None:
    found = asyncio.run(_tool(address, "search", {"query": "stretch"}, host="foreign.example:8443"))
    assert found.structured_content["results"][1]["url"].startswith(
        "http://foreign.example:8443/chat/api/articles/"
    )


def test_fifty_assistants_at_once_all_get_their_own_answer(address: str) -> None:
    async def one(number: int) -> str:
        question = {"question": f"How long do I hold stretch {number}?"}
        answer = await _tool(address, "ask", question, mode="legacy" if number % 2 else "auto")
        return str(answer.structured_content["question"])

    async def all_of_them() -> list[str]:
        return list(await asyncio.gather(*(one(number) for number in range(CLIENTS))))

    assert asyncio.run(all_of_them()) == [f"How long do I hold stretch {n}?" for n in range(CLIENTS)]


def test_an_assistant_that_leaves_frees_the_bot(address: str, bot: FakeBot) -> None:
    bot.gate = threading.Event()

    async def leave() -> None:
        call = asyncio.create_task(_tool(address, "ask", {"question": ASK[0]["content"]}))
        await asyncio.to_thread(eventually, lambda: bot.asked)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    asyncio.run(leave())
    bot.gate.set()
    eventually(bot.closed.is_set)


def test_chat_completions_come_word_by_word(address: str, bot: FakeBot) -> None:
    bot.gate = threading.Event()
    with openai.OpenAI(base_url=f"{address}v1", api_key="any", max_retries=0) as client:
        stream = client.chat.completions.create(model="footnote", messages=ASK, stream=True)
        assert [next(stream).choices[0].delta.content for _ in range(2)] == [
            "",
            "Hold ",
        ]  # nginx holds nothing back
        bot.gate.set()
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream).startswith("for 30 seconds")
        assert [model.id for model in client.models.list()] == ["footnote"]


def test_nlweb_and_the_schema_map_name_addresses_below_the_path(address: str) -> None:
    streamed = httpx.post(
        f"{address}ask", json={"query": {"text": "How do I stretch?"}, "prefer": {"streaming": True}}
    )
    assert streamed.text.startswith('data: {"_meta":')
    tree = ElementTree.fromstring(httpx.get(f"{address}schemamap.xml").text)
    listed = tree.findtext("{*}url/{*}loc") or ""
    assert listed == f"{address}schema/articles.jsonl" and str(STRETCHES.url) in httpx.get(listed).text
