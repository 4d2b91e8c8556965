"""The HTTP interface: POST /api/ask, GET /api/articles/{id}, GET /healthz, static files, the owner's routes.

Every answer is JSON or server-sent events of JSON; every error is {"error": {"code", "message"}}, whose message
never names a file, a class or a line of this program.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Match

from bot.config import desk_folder
from bot.problems import Problem, Refused, explain
from bot.server.answer_json import ToPayload, dumped, error_frame, event_frame, payload
from bot.server.desk import DeskGate, add_desk_routes, open_access
from bot.server.desk.cases import Cases
from bot.server.desk.words import desk_languages
from bot.server.error_forms import error_form
from bot.server.event_stream import EventStream, while_connected
from bot.server.feedback import RecentAnswers, add_feedback_routes
from bot.server.gaps import add_gap_routes
from bot.server.guard import (
    STATIC,
    Guard,
    HandlerInputs,
    ProxyHeaders,
    RefusedSites,
    is_known,
    route_path,
)
from bot.server.guard.sessions import open_sessions
from bot.server.health import health_body
from bot.server.metrics import add_metrics_route
from bot.server.openapi import describe
from bot.server.page_language import PageLanguage, add_translation_routes
from bot.server.protocols import add_protocol_routes
from bot.server.question_queue import QuestionQueue, open_queue
from bot.server.reingest import add_reingest_routes
from bot.server.request_body import read_question
from bot.server.request_ids import RequestIds
from bot.server.share import add_share_routes
from bot.server.static_files import (
    BUNDLES,
    STATIC_FOLDER,
    CompressedFiles,
    CompressedStaticFiles,
    bundle_route,
)
from bot.server.verification import add_verify_route
from bot.server.widget import add_install_page, add_script_routes
from bot.server.window import Languages, OfferedLanguages, load_languages
from bot.types import Answer, Event
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.gaps import GapRecorder
    from bot.pipeline import Bot
    from bot.server.reingest import Scheduler

Settings = Callable[[], "BotConfig"]
# Gradio, mounted at / afterwards, would otherwise answer what our own routes at these do not.
_RESERVED = (
    "/api/{rest:path}", "/a/{rest:path}", "/healthz", "/metrics", "/openapi.json", "/widget.js", "/widget-panel.js", "/widget-agent.js", "/element.js",
    "/mcp", "/mcp/", "/v1", "/v1/{rest:path}", "/ask", "/ask/", "/schemamap.xml", "/schema/{rest:path}",
)  # fmt: skip
_PROTOCOL_HEADERS = ("Mcp-Method", "Mcp-Name", "Mcp-Protocol-Version", "Mcp-Session-Id", "X-Requested-With")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_api(
    bot: Bot,
    config: BotConfig,
    scheduler: Scheduler | None = None,
    queue: QuestionQueue | None = None,
    head: Callable[[], str] = str,
    inputs: HandlerInputs | None = None,
    current: Settings | None = None,
    gaps: GapRecorder | None = None,
) -> FastAPI:
    """The routes over one bot. Mount anything else at / afterwards: these must come first.

    Args:
        bot: Answers the questions.
        config: The owner's settings.
        scheduler: Re-ingests, if anything does.
        queue: Shared with the chat window; without it the interface has a queue of its own.
        head: Gives what goes first into the <head> of the page that is mounted.
        inputs: The requests that the mounted page's scripts may make of Gradio.
        current: Gives the settings in force, which the owner changes while the server runs.
        gaps: Keeps what the blog does not answer, if anything does.

    Raises:
        ConfigError: The owner's folder of translations cannot be used.
    """
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None)  # FastAPI's own pages load from a CDN
    current = current or (lambda: config)
    languages = OfferedLanguages(load_languages(config.words_folder), lambda: current().languages)
    # Innermost: it reads the page before it is compressed.
    app.add_middleware(PageLanguage, languages=languages, desk=desk_languages())
    queue = queue or open_queue(bot, config, current)
    shared = queue.rates.shared
    access = open_access(config, shared)
    app.add_middleware(DeskGate, access=access)
    _add_guards(app, config, current, head, inputs)
    for kind in (FootnoteError, Refused, HTTPException, ClientDisconnect):
        app.add_exception_handler(kind, partial(_on_error, in_full=config.log_questions))
    to_payload = partial(_payload_with_id, queue.recent)
    _add_ask_route(app, config, queue, to_payload)
    add_protocol_routes(app, config, queue, to_payload)
    _add_reading_routes(app, bot, queue, scheduler)
    add_metrics_route(app, config, bot, queue, scheduler)
    add_verify_route(app, bot, queue.rates)
    add_share_routes(app, bot, current, queue, languages)
    add_reingest_routes(app, config, scheduler)
    add_feedback_routes(app, config, current, queue.recent, shared)
    add_gap_routes(app, config, current, bot, gaps)
    add_script_routes(app, languages, lambda: current().title)
    add_install_page(app, current)
    if access:
        add_desk_routes(app, access, Cases(desk_folder(config)))
    _add_static_routes(app, languages)
    describe(app)
    for path in _RESERVED:
        app.add_route(path, _no_route, methods=_METHODS, include_in_schema=False)
    return app


def _add_static_routes(app: FastAPI, languages: Languages) -> None:
    for name in BUNDLES:
        app.add_route(f"{STATIC}/{name}", bundle_route(name), include_in_schema=False)
    add_translation_routes(app, languages)
    app.mount(STATIC, CompressedStaticFiles(STATIC_FOLDER, CompressedFiles()), name="static")


def _add_ask_route(app: FastAPI, config: BotConfig, queue: QuestionQueue, to_payload: ToPayload) -> None:
    @app.post("/api/ask")
    async def ask(request: Request) -> Response:
        """Answer a question: one JSON object or, if Accept names text/event-stream, events."""
        asked = await read_question(request, config)
        address = request.client.host if request.client else None
        if "text/event-stream" not in request.headers.get("accept", ""):
            answer = queue.answer(asked.question, asked.history, page=asked.page, address=address)
            return _json(to_payload(await while_connected(request, answer)))
        events = queue.events(asked.question, asked.history, page=asked.page, address=address)
        # The first event is awaited here, so that an error before it has a status.
        first = await while_connected(request, anext(events))
        return EventStream(_frames(first, events, to_payload, in_full=config.log_questions), events)


def _add_reading_routes(app: FastAPI, bot: Bot, queue: QuestionQueue, scheduler: Scheduler | None) -> None:
    @app.get("/api/articles/{article_id:path}")
    async def article(request: Request) -> Response:
        """A stored article, so that a quote can be shown in its place."""
        return _json(await run_sync(_article, bot, _candidate_ids(request)))

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz")
    async def healthz() -> Response:
        """200 if the model is loaded and the last search of the live index worked, else 503 with the reason.

        "version" of the program; "last_sync", when the index last matched the blog (ISO 8601), and "last_sync_age"
        in seconds, or null. A server that re-ingests adds "reingest": {"state": idle|running|failed, "last"}.
        """
        return _json(await run_sync(health_body, bot, queue, scheduler))


def _payload_with_id(recent: RecentAnswers, answer: Answer) -> dict[str, Any]:
    """A payload with the id under which POST /api/feedback takes a vote."""
    return {**payload(answer), "id": recent.remember(answer)}


def _add_guards(
    app: FastAPI,
    config: BotConfig,
    current: Settings,
    head: Callable[[], str],
    inputs: HandlerInputs | None,
) -> None:
    """From outside to inside: who the client is, what may come in, which sites' scripts may read the answer."""

    def origins() -> tuple[str, ...]:
        return current().allowed_origins

    app.add_middleware(
        CORSMiddleware,  # this very class, else Gradio adds one that lets every site in
        allow_origin_regex=".*",  # Guard lets no Origin through that is not on the owner's list
        allow_methods=["GET", "POST"],
        allow_headers=["Accept", "Authorization", "Content-Type", *_PROTOCOL_HEADERS],
        expose_headers=["Retry-After"],
    )
    app.add_middleware(
        Guard,
        origins=origins,
        sessions=open_sessions(config.rate, inputs),
        refused=RefusedSites(origins),
        in_full=config.log_questions,
        head=head,
    )
    app.add_middleware(ProxyHeaders, trusted=config.trusted_proxies, root=config.root_path, is_known=is_known)
    app.add_middleware(RequestIds)


async def _frames(
    first: Event, rest: AsyncGenerator[Event, None], to_payload: ToPayload, *, in_full: bool
) -> AsyncIterator[bytes]:
    yield event_frame(first, to_payload)
    try:
        async for event in rest:
            yield event_frame(event, to_payload)
    except Exception as error:  # noqa: BLE001 - the status is already sent; explain() logs it
        yield error_frame(explain(error, in_full=in_full))


def _candidate_ids(request: Request) -> list[str]:
    """The ids that a path may mean: ids are addresses, and may themselves hold %-escapes and queries.

    The whole id percent-encoded is the clean way; a bare https://… in the path works too.
    """
    prefix = f"{request.scope.get('root_path', '')}/api/articles/"
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


def _json(data: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(dumped(data), status, headers, "application/json")


def _on_error(request: Request, error: Exception, *, in_full: bool = False) -> Response:
    """The response to an error that a route raises on purpose, or the framework for it."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)  # the client has gone and reads nothing
    path = route_path(request.scope)
    if isinstance(error, HTTPException):
        return _framework_error(path, error)
    problem = explain(error, in_full=in_full)
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return _json(error_form(path, problem), problem.status, headers)


def _framework_error(path: str, error: HTTPException) -> Response:
    known = {404: ("not_found", "There is nothing at this address."), 405: ("wrong_method", _WRONG_METHOD)}
    code, message = known.get(error.status_code, ("bad_request", "The request cannot be understood."))
    headers = dict(error.headers) if error.headers else None
    return _json(error_form(path, Problem(error.status_code, code, message)), error.status_code, headers)


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
