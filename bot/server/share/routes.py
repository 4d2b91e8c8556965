"""GET /a/{token}: the page of a shared answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from bot.config import DEFAULT_TITLE
from bot.server.guard.origins import server_address
from bot.server.share.page import render_nothing, render_page
from bot.server.window import Languages, choose_language, digest_of, read_token

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.server.question_queue import QuestionQueue


def add_share_routes(
    app: FastAPI,
    bot: Bot,
    current: Callable[[], BotConfig],
    queue: QuestionQueue,
    languages: Languages,
) -> None:
    """Serve the pages, unless the owner has switched them off. A page counts as a question.

    current: gives the settings in force.
    """

    async def shared(request: Request) -> Response:
        config = current()
        is_listed = config.share == "listed"
        query, accepted = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
        texts = choose_language(query, accepted, languages)
        title = texts("title") if config.title == DEFAULT_TITLE else config.title
        token = str(request.path_params["token"])
        link = read_token(token)
        if link is None or config.share == "off":
            return _page(render_nothing(title, texts), 404, is_listed=False)
        client = request.client.host if request.client else None
        answer = await queue.answer(link.question, (), address=client)
        if answer.status != "answered" or not answer.citations:
            return _page(render_nothing(title, texts), 404, is_listed=False)
        base = server_address(request)
        page = render_page(
            answer,
            title,
            texts,
            address=f"{base}a/{token}" if base else "",
            language=await run_sync(bot.language),
            is_changed=digest_of(answer) != link.digest,
            is_listed=is_listed,
        )
        return _page(page, 200, is_listed=is_listed)

    app.add_route("/a/{token}", shared, methods=["GET", "HEAD"])


def _page(html: str, status: int, *, is_listed: bool) -> HTMLResponse:
    headers = {"Vary": "Accept-Language"} | ({} if is_listed else {"X-Robots-Tag": "noindex"})
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers)
