"""The HTTP interface: POST /api/ask, GET /api/articles/{id}, GET /healthz, static files, /api/reingest.

Every answer is JSON (or server-sent events of JSON), every error is
{"error": {"code", "message"}}; a message never names a file, a class or a line of ours.

What this file does not know: how a question is answered (bot.py), how a body is read (asked.py),
what every response carries (guard.py), what the owner may ask for (owner.py), the chat window (ui.py).
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from bot.answer import Answer, Citation, Event, Token, Turn
from bot.asked import ASK_SCHEMA, read_question
from bot.guard import STATIC, Guard
from bot.owner import add_owner_routes
from bot.page import InTheirLanguage, add_words
from bot.problem import BUSY, Problem, Refused, explain
from bot.words import load_words
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.bot import Bot
    from bot.config import BotConfig
    from bot.keep import Keeper

AT_ONCE = 4  # questions worked on at the same time: more only makes all of them slower
AT_MOST = 64  # questions in the house, waiting ones included
ANSWER_SECONDS = 120  # a client that stops reading must not keep its place for ever
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(slots=True)
class Places:
    """Room for questions; lives on one event loop, so a plain counter does."""

    workers: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))
    taken: int = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place, or raise Refused when the house is full."""
        if self.taken >= AT_MOST:
            raise Refused(Problem(503, "busy", BUSY, retry_after=5))
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


def api(bot: Bot, config: BotConfig, keeper: Keeper | None = None) -> FastAPI:
    """The routes over one bot. Mount anything else at / afterwards: these must come first.

    Raises ConfigError for words of the owner's that cannot be used.
    """
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None)  # FastAPI's own pages load from a CDN
    app.add_middleware(CORSMiddleware, allow_origins=[])  # also keeps Gradio from adding a laxer one
    languages = load_words(config.words_folder)
    app.add_middleware(InTheirLanguage, languages=languages)
    app.add_middleware(Guard)
    for kind in (FootnoteError, Refused, HTTPException, ClientDisconnect):
        app.add_exception_handler(kind, _on_error)
    places = Places()

    @app.post("/api/ask", openapi_extra=ASK_SCHEMA)
    async def ask(request: Request) -> Response:
        """Answer a question: one JSON object or, if Accept names text/event-stream, events."""
        question, history = await read_question(request, config)
        if "text/event-stream" in request.headers.get("accept", ""):
            return await _streamed(bot, places, question, history)
        with places.one():
            answer = await run_sync(bot.ask, question, history, limiter=places.workers)
        return _json(payload(answer))

    @app.get("/api/articles/{article_id:path}")
    async def article(request: Request) -> Response:
        """A stored article, so that a quote can be shown in its place."""
        return _json(await run_sync(_article, bot, _candidate_ids(request)))

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz")
    async def healthz() -> Response:
        """200 while questions can be answered, else 503 with the reason.

        A server that re-ingests adds "reingest": {"state": idle|running|failed, "last": when it last
        found the index to be, or made it, what the blog holds (ISO 8601), or null}.
        """
        health = await run_sync(bot.health)
        counts = {"articles": health.articles, "chunks": health.chunks, "index": health.index}
        kept = {} if keeper is None else {"reingest": keeper.health()}
        return _json({"status": "ok", **counts, **kept})

    add_owner_routes(app, config, keeper)

    add_words(app, languages)
    app.mount(STATIC, StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    # Gradio, mounted at / afterwards, would otherwise answer what the routes above do not.
    for path in ("/api/{rest:path}", "/healthz", "/openapi.json", "/widget.js"):
        app.add_route(path, _no_route, methods=_METHODS, include_in_schema=False)
    return app


def payload(answer: Answer) -> dict[str, Any]:
    """An Answer as CONTRACT has it."""
    return {
        "question": answer.question,
        "standalone": answer.standalone,
        "status": answer.status,
        "text": answer.text,
        "citations": [_citation(citation) for citation in answer.citations],
        "answerable": round(float(answer.answerable), 4),
        "suggestions": list(answer.suggestions),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    passage = citation.passage
    return {
        "number": citation.number,
        "article_id": passage.chunk.article_id,
        "title": passage.title,
        "section": list(passage.chunk.path),
        "url": passage.url,
        "link": citation.link,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


async def _streamed(bot: Bot, places: Places, question: str, history: Sequence[Turn]) -> Response:
    """Server-sent events. The first event is awaited here, so that an error before it has a status."""
    events = _events(bot, places, question, history)
    return EventStream(await anext(events), events)


async def _events(
    bot: Bot, places: Places, question: str, history: Sequence[Turn]
) -> AsyncGenerator[Event, None]:
    """The bot's events, each fetched in a worker thread; closes the bot's generator however it ends."""
    with places.one():
        events = cast("Generator[Event, None, None]", bot.stream(question, history))
        try:
            while (event := await run_sync(next, events, None, limiter=places.workers)) is not None:
                yield event
        finally:
            with anyio.CancelScope(shield=True):
                await run_sync(events.close)


class EventStream(StreamingResponse):
    """Events as they come; ends when the client has gone, or has stopped reading for too long."""

    media_type = "text/event-stream"

    def __init__(self, first: Event, rest: AsyncGenerator[Event, None]) -> None:
        super().__init__(_frames(first, rest), headers={"X-Accel-Buffering": "no"})  # else nginx hoards
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.move_on_after(ANSWER_SECONDS):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._rest.aclose()


async def _frames(first: Event, rest: AsyncGenerator[Event, None]) -> AsyncIterator[bytes]:
    """Events as bytes. An error after the stream began can only be told inside it."""
    yield _frame(first)
    try:
        async for event in rest:
            yield _frame(event)
    except Exception as error:  # noqa: BLE001 - the status is already sent; explain() logs it
        yield _sse("error", _error_body(explain(error)))


def _frame(event: Event) -> bytes:
    if isinstance(event, Token):
        return _sse("token", {"text": event.text})
    return _sse("answer", payload(event))


def _sse(name: str, data: Mapping[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), _dumped(data))


def _candidate_ids(request: Request) -> list[str]:
    """What the path may mean: ids are addresses, and may themselves hold %-escapes and queries.

    The whole id percent-encoded is the clean way; a bare https://… in the path works too.
    """
    prefix = "/api/articles/"
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    written = raw.partition(b"?")[0].decode("latin-1").removeprefix(prefix)
    decoded = unquote_to_bytes(written).decode("utf-8", "replace")
    query = f"?{request.url.query}" if request.url.query else ""
    return list(dict.fromkeys(path + tail for tail in (query, "") for path in (decoded, written)))


def _article(bot: Bot, ids: Sequence[str]) -> dict[str, Any]:
    for article_id in ids:
        try:
            found = bot.article(article_id)
        except NotInIndex:
            continue
        return {
            "id": found.id,
            "title": found.title,
            "url": found.url,
            "author": found.author,
            "published": found.published,
            "text": found.text,
        }
    raise NotInIndex("no article with this id")


def _json(data: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_dumped(data), status, headers, "application/json")


def _dumped(data: Mapping[str, Any]) -> bytes:
    # "replace": a lone surrogate in a stored text must not turn an answer into an error
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _error_body(problem: Problem) -> dict[str, Any]:
    return {"error": {"code": problem.code, "message": problem.message}}


def _on_error(_: Request, error: Exception) -> Response:
    """Any error that a route raises on purpose, or the framework for it."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)  # nobody is there to read it
    if isinstance(error, HTTPException):
        return _framework_error(error)
    problem = explain(error)
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _json(_error_body(problem), problem.status, headers)


def _framework_error(error: HTTPException) -> Response:
    told = {404: ("not_found", "There is nothing at this address."), 405: ("wrong_method", _WRONG_METHOD)}
    code, message = told.get(error.status_code, ("bad_request", "The request cannot be understood."))
    return _json(_error_body(Problem(error.status_code, code, message)), error.status_code, error.headers)


_WRONG_METHOD = "This address does not take that method; the Allow header names those it takes."


async def _no_route(request: Request) -> Response:
    """404, or 405 if some route has this path but not this method."""
    allowed: set[str] = set()
    for route in request.app.router.routes:
        methods = getattr(route, "methods", None) or set()
        if (
            getattr(route, "endpoint", None) is not _no_route
            and route.matches(request.scope)[0] is Match.PARTIAL
        ):
            allowed |= methods
    if allowed:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
    raise HTTPException(404)
