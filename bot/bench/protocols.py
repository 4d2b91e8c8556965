"""What the protocols cost beside /api/ask: the same questions over a real socket, in turns, on one connection each.

Each question is asked in every form right after the other, each form first in turn, so that a ratio compares what was measured
within a second. Besides the wall time the processor time of the whole process is taken, which another program's load changes less.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from bot.bench.rig.stopwatch import Figures, ms

if TYPE_CHECKING:
    from bot.pipeline import Bot

_RPC = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
_MODERN = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "ask"}
_BASE = "/api/ask"
Call = tuple[str, dict[str, Any], dict[str, str]]  # path, body, headers


def _calls(question: str) -> dict[str, Call]:
    tool = {"name": "ask", "arguments": {"question": question}}
    chat = {"messages": [{"role": "user", "content": question}]}
    return {
        _BASE: ("/api/ask", {"question": question}, {}),
        "/mcp": ("/mcp", {**_RPC, "params": {**tool, "_meta": _META}}, _MODERN),
        "/mcp, 2025-06-18": ("/mcp", {**_RPC, "params": tool}, {"MCP-Protocol-Version": "2025-06-18"}),
        "/v1/chat/completions": ("/v1/chat/completions", chat, {}),
        "/v1/chat/completions, stream": ("/v1/chat/completions", {**chat, "stream": True}, {}),
        "/ask, summarize": ("/ask", {"query": {"text": question}, "prefer": {"mode": "summarize"}}, {}),
    }


def measure_protocols(open_bot: Callable[[], Bot], questions: list[str]) -> Figures:
    """Medians in ms, and ratios to /api/ask. open_bot: a bot without a memory of answers, loaded."""
    import uvicorn

    from bot.server import create_api

    bot = open_bot()
    settings = uvicorn.Config(
        create_api(bot, bot.config),
        port=0,
        log_level="critical",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        return _measured(port, questions)
    finally:
        server.should_exit = True
        thread.join()


def _measured(port: int, questions: list[str]) -> Figures:
    connections = {name: HTTPConnection("127.0.0.1", port, timeout=120) for name in _calls("")}
    wall: dict[str, list[float]] = {name: [] for name in connections}
    work: dict[str, list[float]] = {name: [] for name in connections}
    for number, question in enumerate(
        [questions[0], *questions]
    ):  # the first time imports what is imported late
        calls = list(_calls(question).items())
        for name, call in (
            calls[number % len(calls) :] + calls[: number % len(calls)]
        ):  # each is first sometimes
            began, used = time.perf_counter(), time.process_time()
            _send(connections[name], call)
            if number:
                wall[name].append(time.perf_counter() - began)
                work[name].append(time.process_time() - used)
    figures: Figures = {"questions": len(questions)}
    for name, times in wall.items():
        figures[f"{name}, median ms"] = ms(statistics.median(times))
    for label, spent in (("time", wall), ("processor time", work)):
        for name in list(spent)[1:]:
            figures[f"{name}, {label} / {_BASE}, median of the questions"] = _ratio(spent[name], spent[_BASE])
    return figures


def _ratio(times: list[float], base: list[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(times, base, strict=True)), 3)


def _send(connection: HTTPConnection, call: Call) -> None:
    path, body, headers = call
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    received = response.read().decode()
    assert response.status == 200 and '"isError":true' not in received, received[:300]
