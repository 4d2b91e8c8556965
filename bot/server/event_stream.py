"""Responses that end when their client has gone: whole ones, and server-sent events as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

SENDING_SECONDS = 660  # how long a stream may take to send: longer than any question may take
_T = TypeVar("_T")


async def while_connected(request: Request, awaited: Awaitable[_T]) -> _T:
    """The result; ClientDisconnect as soon as the client has gone. The request's body must have been read."""
    work, leaving = asyncio.ensure_future(awaited), asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return work.result()
    finally:
        work.cancel()
        leaving.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Frames as they come; ends when the client has gone, or takes too long to read them."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], events: AsyncGenerator[Any, None]) -> None:
        """events: what the frames are made of; closed at the end."""
        super().__init__(frames, headers={"X-Accel-Buffering": "no"})  # else nginx collects them
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.move_on_after(SENDING_SECONDS):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._events.aclose()
