"""OpenAI's chat completions, for the many programs that speak them: POST /v1/chat/completions, GET /v1/models."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.problems import Problem, Refused, explain
from bot.server.answer_json import dumped
from bot.server.error_forms import openai_error
from bot.server.event_stream import EventStream, while_connected
from bot.server.protocols.chat_request import ChatRequest, read_chat
from bot.server.protocols.evidence import with_evidence
from bot.server.protocols.linked_text import Link, LinkedText, linked
from bot.types import Answer, Event, Token

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.server.answer_json import ToPayload
    from bot.server.question_queue import QuestionQueue

MODEL = "footnote"
OURS = "footnote"  # the one key under which everything is that OpenAI's form does not have
_NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}  # nothing is counted or billed
_DONE = b"data: [DONE]\n\n"


def add_openai_routes(app: FastAPI, config: BotConfig, queue: QuestionQueue, to_payload: ToPayload) -> None:
    """Any name of a model is taken, and any key; to_payload: gives an answer as /api/ask does."""
    model = {
        "id": MODEL,
        "object": "model",
        "created": int(time.time()),
        "owned_by": "footnote",
        "name": config.title,
    }

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        """Answer the last message, as OpenAI's chat completions do; with "stream": true as chunks."""
        chat = await read_chat(request, config)
        address = request.client.host if request.client else None
        events = queue.events(chat.question, chat.history, address=address)
        whole = partial(run_sync, partial(with_evidence, queue.bot, to_payload=to_payload))
        if chat.stream:
            # The first event is awaited here, so that an error before it has a status.
            first = await while_connected(request, anext(events))
            return EventStream(_frames(first, events, chat, whole, in_full=config.log_questions), events)
        answer = await while_connected(request, _last(events))
        return _json(_completion(answer, await whole(answer)))

    @app.get("/v1/models")
    async def models() -> Response:
        """The one model that there is."""
        return _json({"object": "list", "data": [model]})

    @app.get("/v1/models/{name}")
    async def one(name: str) -> Response:
        """That model."""
        if name != MODEL:
            message = f"There is one model here: {MODEL}."
            raise Refused(Problem(404, "model_not_found", message, field="model"))
        return _json(model)


async def _last(events: AsyncGenerator[Event, None]) -> Answer:
    found = [event async for event in events]
    assert isinstance(found[-1], Answer)
    return found[-1]


def _completion(answer: Answer, ours: dict[str, Any]) -> dict[str, Any]:
    text, links = linked(answer)
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": _annotations(links)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**_head("chat.completion"), "choices": [choice], "usage": _NO_TOKENS, OURS: ours}


async def _frames(
    first: Event, rest: AsyncGenerator[Event, None], chat: ChatRequest, whole: Any, *, in_full: bool
) -> AsyncIterator[bytes]:
    head, text = _head("chat.completion.chunk"), LinkedText()
    try:
        yield _chunk(head, {"role": "assistant", "content": ""})
        async for event in _from(first, rest):
            if isinstance(event, Token):
                if piece := text.add(event.text, event.citations):
                    yield _chunk(head, {"content": piece})
                continue
            if piece := text.finish(event):
                yield _chunk(head, {"content": piece})
            if text.links:
                yield _chunk(head, {"annotations": _annotations(text.links)})
            yield _chunk(head, {}, "stop", **{OURS: await whole(event)})
        if chat.with_usage:
            yield _frame({**head, "choices": [], "usage": _NO_TOKENS})
    except Exception as error:  # noqa: BLE001 - the status is already sent; explain() logs it
        yield _frame(openai_error(explain(error, in_full=in_full)))
    yield _DONE


async def _from(first: Event, rest: AsyncGenerator[Event, None]) -> AsyncIterator[Event]:
    yield first
    async for event in rest:
        yield event


def _annotations(links: list[Link]) -> list[dict[str, Any]]:
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "url": link.url,
                "title": link.citation.passage.title,
                "start_index": link.start,
                "end_index": link.end,
            },
        }
        for link in links
    ]


def _head(kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": MODEL,
    }


def _chunk(head: dict[str, Any], delta: dict[str, Any], finish: str | None = None, **ours: Any) -> bytes:
    return _frame({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **ours})


def _frame(data: dict[str, Any]) -> bytes:
    return b"data: %s\n\n" % dumped(data)


def _json(data: dict[str, Any]) -> Response:
    return Response(dumped(data), media_type="application/json")
