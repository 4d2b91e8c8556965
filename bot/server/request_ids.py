"""A name for each request, which its response and the log entries that it causes carry."""

from __future__ import annotations

import secrets
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_current: ContextVar[str] = ContextVar("request", default="")


def request_id() -> str:
    """Of the request that is answered just now; "" outside of one."""
    return _current.get()


class RequestIds:
    """ASGI middleware. The names are ours alone: one that a client sends could forge what the log says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = secrets.token_hex(6)
        _current.set(name)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (HEADER.lower().encode(), name.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, named)
