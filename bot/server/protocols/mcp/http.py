"""MCP over streamable HTTP: POST /mcp, without sessions, so that any request may come to any server.

Bodies are read and checked here, as those of all our routes; the SDK gets what is a JSON-RPC message. Each request has a
transport of its own that ends with it, so nothing is kept between requests and no lifespan of an app is needed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message

from bot.problems import Problem, Refused
from bot.server.event_stream import while_connected
from bot.server.guard import server_address
from bot.server.protocols.mcp.server import mcp_server
from bot.server.protocols.mcp.tools import Blog, Caller
from bot.server.request_body import check_kind, parse_json, read_bytes

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

_SUCH_AS = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
# What the SDK would refuse for its form alone: there is JSON in and JSON out, whatever a client says.
_HEADERS = ((b"accept", b"application/json, text/event-stream"), (b"content-type", b"application/json"))


def add_mcp_routes(app: FastAPI, blog: Blog, *, in_full: bool) -> None:
    """in_full: unforeseen errors are logged with their messages."""
    servers: list[Server[Any]] = []

    async def server() -> Server[Any]:
        if not servers:  # the SDK is imported at the first request, beside the event loop
            servers.append(await run_sync(partial(mcp_server, blog, in_full=in_full, caller_of=_caller)))
        return servers[0]

    @app.post("/mcp")
    @app.post("/mcp/", include_in_schema=False)
    async def mcp(request: Request) -> Response:
        """One message of the Model Context Protocol: JSON-RPC in, JSON-RPC out."""
        check_kind(request)
        body = await read_bytes(request)
        _check_message(parse_json(body, _SUCH_AS))
        return await while_connected(request, _handled(await server(), request, body))


def _caller(request: Any) -> Caller:
    if not isinstance(request, Request):
        return Caller()
    return Caller(request.client.host if request.client else None, server_address(request))


def _check_message(message: Any) -> None:
    """Refuse what is no message: the SDK would answer with a page of validation errors, or not at all."""
    if isinstance(message, list):
        _refuse("Send one message at a time; batches are not part of the protocol any more.")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        _refuse(f"Send a JSON-RPC 2.0 message such as {_SUCH_AS}.")
    number = message.get("id", 0)
    if not isinstance(number, str | int) or isinstance(number, bool):
        _refuse('"id" must be a text or a whole number.')
    if not isinstance(message.get("method", ""), str) or not isinstance(message.get("params", {}), dict):
        _refuse('"method" must be a text, and "params" an object.')


async def _handled(server: Server[Any], request: Request, body: bytes) -> Response:
    """The SDK's response to one message."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    sent: list[Message] = []
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return unread.pop() if unread else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    replaced = [name for name, _ in _HEADERS]
    headers = [(k, v) for k, v in request.scope["headers"] if k not in replaced]
    async with manager.run():
        await manager.handle_request({**request.scope, "headers": [*headers, *_HEADERS]}, receive, send)
    if not sent:
        raise ClientDisconnect
    start, *pieces = sent
    kept = {k.decode(): v.decode() for k, v in start["headers"] if k.lower() == b"content-type"}
    return Response(b"".join(piece.get("body", b"") for piece in pieces), start["status"], kept)


def _refuse(message: str) -> NoReturn:
    raise Refused(Problem(400, "invalid_request", message))
