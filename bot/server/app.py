"""The HTTP interface: POST /api/ask, GET /api/articles/{id}, GET /healthz, static files, /api/reingest.

Every answer is JSON (or server-sent events of JSON), every error is
{"error": {"code", "message"}}; a message never names a file, a class or a line of ours.

What this file does not know: how a question is answered (bot.py), how a body is read (asked.py),
how long and how often it may be asked (house.py), what
every response carries (guard.py), what the owner may ask for (owner.py), the chat window (ui.py).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_to_bytes

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from bot.problems import Problem, Refused, explain
from bot.server.bundle import PARTS, serving
from bot.server.feedback.recent_answers import Memory
from bot.server.feedback_routes import add_feedback_routes
from bot.server.guard.gradio_api import Events
from bot.server.guard.headers import STATIC
from bot.server.guard.middleware import Guard, is_known
from bot.server.guard.origins import Watch, pattern_of
from bot.server.guard.proxy import Proxied
from bot.server.guard.sessions import visits_of
from bot.server.owner_routes import add_owner_routes
from bot.server.page_language import InTheirLanguage, add_words
from bot.server.question_queue import House, house_of
from bot.server.request_body import ASK_SCHEMA, read_question
from bot.server.static_files import PackedFiles, Packs
from bot.server.widget import add_install_page, add_script_routes
from bot.server.window import load_languages
from bot.types import Answer, Citation, Event, Token
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.server.reingest.schedule import Keeper

SENDING_SECONDS = 660  # a reader who stops taking the answer is let go of; longer than any question may take
_T = TypeVar("_T")
Told = Callable[[Answer], dict[str, Any]]  # what an answer is told as
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def api(
    bot: Bot,
    config: BotConfig,
    keeper: Keeper | None = None,
    house: House | None = None,
    head: Callable[[], str] = str,
    events: Events | None = None,
) -> FastAPI:
    """The routes over one bot. Mount anything else at / afterwards: these must come first.

    house: shared with whatever else asks this bot; else the API has one of its own. head: gives what
    goes first into the <head> of the page that is mounted. events: what its scripts may ask. Raises ConfigError for an owner's unusable words.
    """
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None)  # FastAPI's own pages load from a CDN
    languages = load_languages(config.words_folder)
    app.add_middleware(InTheirLanguage, languages=languages)  # inside: it reads the page before it is packed
    _guarded(app, config, head, events)
    for kind in (FootnoteError, Refused, HTTPException, ClientDisconnect):
        app.add_exception_handler(kind, partial(_on_error, in_full=config.log_questions))
    house = house or house_of(bot, config)
    told = partial(_told, house.memory)

    @app.post("/api/ask", openapi_extra=ASK_SCHEMA)
    async def ask(request: Request) -> Response:
        """Answer a question: one JSON object or, if Accept names text/event-stream, events."""
        question, history = await read_question(request, config)
        address = request.client.host if request.client else None
        if "text/event-stream" not in request.headers.get("accept", ""):
            answer = house.answer(question, history, address=address)
            return _json(told(await _while_connected(request, answer)))
        events = house.events(question, history, address=address)
        # The first event is awaited here, so that an error before it has a status.
        first = await _while_connected(request, anext(events))
        return EventStream(first, events, told, in_full=config.log_questions)

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
    add_feedback_routes(app, config, house.memory)
    add_script_routes(app, languages, config.title)
    add_install_page(app, config)

    for name in PARTS:
        app.add_route(f"{STATIC}/{name}", serving(name), include_in_schema=False)
    add_words(app, languages)
    app.mount(STATIC, PackedFiles(Path(__file__).parents[1] / "static", Packs()), name="static")
    # Gradio, mounted at / afterwards, would otherwise answer what the routes above do not.
    for path in ("/api/{rest:path}", "/healthz", "/openapi.json", "/widget.js", "/element.js"):
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


def _told(memory: Memory, answer: Answer) -> dict[str, Any]:
    """A payload with the id under which POST /api/feedback takes a vote."""
    return {**payload(answer), "id": memory.remember(answer)}


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


def _guarded(app: FastAPI, config: BotConfig, head: Callable[[], str], events: Events | None) -> None:
    """From outside to inside: who asks, what may come in, and which sites' scripts may read the answer."""
    app.add_middleware(
        CORSMiddleware,  # this very class, else Gradio adds one that lets everybody in
        allow_origin_regex=pattern_of(config.allowed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Accept", "Content-Type"],
        expose_headers=["Retry-After"],
    )
    app.add_middleware(
        Guard,
        origins=config.allowed_origins,
        visits=visits_of(config.rate, events),
        watch=Watch(config.allowed_origins),
        in_full=config.log_questions,
        head=head,
    )
    app.add_middleware(Proxied, trusted=config.trusted_proxies, root=config.root_path, is_known=is_known)


async def _while_connected(request: Request, awaited: Awaitable[_T]) -> _T:
    """The result; ClientDisconnect as soon as nobody is there any more to have it."""
    work, leaving = asyncio.ensure_future(awaited), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return work.result()
    finally:
        work.cancel()
        leaving.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class EventStream(StreamingResponse):
    """Events as they come; ends when the client has gone, or has stopped reading for too long."""

    media_type = "text/event-stream"

    def __init__(
        self, first: Event, rest: AsyncGenerator[Event, None], told: Told, *, in_full: bool = False
    ) -> None:
        """told: the payload of an answer. in_full: as explain() has it."""
        frames = _frames(first, rest, told, in_full=in_full)
        super().__init__(frames, headers={"X-Accel-Buffering": "no"})  # else nginx hoards
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.move_on_after(SENDING_SECONDS):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._rest.aclose()


async def _frames(
    first: Event, rest: AsyncGenerator[Event, None], told: Told, *, in_full: bool
) -> AsyncIterator[bytes]:
    """Events as bytes. An error after the stream began can only be told inside it."""
    yield _frame(first, told)
    try:
        async for event in rest:
            yield _frame(event, told)
    except Exception as error:  # noqa: BLE001 - the status is already sent; explain() logs it
        yield _sse("error", _error_body(explain(error, in_full=in_full)))


def _frame(event: Event, told: Told) -> bytes:
    if isinstance(event, Token):
        return _sse("token", {"text": event.text})
    return _sse("answer", told(event))


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


def _on_error(_: Request, error: Exception, *, in_full: bool = False) -> Response:
    """Any error that a route raises on purpose, or the framework for it."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)  # nobody is there to read it
    if isinstance(error, HTTPException):
        return _framework_error(error)
    problem = explain(error, in_full=in_full)
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
