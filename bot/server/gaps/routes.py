"""The owner's routes for the gap list: GET /api/gaps, DELETE /api/gaps, GET /api/gaps/digest."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.gaps import open_gaps, render_markdown, render_page
from bot.problems import Problem, Refused
from bot.server.desk.words import desk_languages
from bot.server.gaps.digest import in_words_of, is_month, make_digest, this_month
from bot.server.guard import DESK, OwnerToken
from bot.server.window import Languages, Translations, choose_language, packaged_languages

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.gaps import GapRecorder
    from bot.pipeline import Bot

PATH = "/api/gaps"
_OFF = "Questions are not kept. Switch it on in the desk at /owner, or set FOOTNOTE_GAPS=true."


def add_gap_routes(
    app: FastAPI, config: BotConfig, current: Callable[[], BotConfig], bot: Bot, recorder: GapRecorder | None
) -> None:
    """current: gives the settings in force. recorder: what keeps the list in this server, if anything does."""
    owner = OwnerToken(config.owner_token.get_secret_value())
    store = recorder.store if recorder else open_gaps(config)

    async def on_desk(request: Request) -> Response:
        """The digest of ?month in the owner's language, or as a file; the gate of the desk lets the owner in alone."""
        words, window = (_words(request, languages) for languages in (desk_languages(), packaged_languages()))
        made = in_words_of(await run_sync(make_digest, bot, current(), store, _month(request)), words, window)
        if request.url.path.endswith("markdown"):
            named = {"Content-Disposition": f'attachment; filename="digest-{made.month}.md"'}
            return Response(render_markdown(made), 200, named, "text/markdown; charset=utf-8")
        back = f'<p><a href="../?lang={words.code}">{escape(words("desk_title"))}</a></p>'
        return HTMLResponse(render_page(made, back))

    for name in ("digest", "digest-markdown"):
        app.add_route(f"{DESK}/download/{name}", on_desk, include_in_schema=False)

    @app.get(PATH)
    async def gaps(request: Request) -> Response:
        """The gap list: {"groups": [{"title", "count", "examples", "first", "last", "post", "url"}], "closed": [{"question",
        "count", "day", "post", "url"}], "questions": how many are kept, "made": when}. 403 gaps_off if none are kept.
        """
        owner.check(request)
        if not current().gaps:
            raise Refused(Problem(403, "gaps_off", _OFF))
        return JSONResponse((await run_sync(store.list)).to_dict())

    @app.delete(PATH)
    async def purge(request: Request) -> Response:
        """Remove all questions at once: {"removed": how many}."""
        owner.check(request)
        removed = await run_sync(recorder.purge if recorder else lambda: store.purge(everything=True))
        return JSONResponse({"removed": removed})

    @app.get(PATH + "/digest")
    async def digest(request: Request) -> Response:
        """The digest of this month or of ?month=YYYY-MM as a page, with ?format=md as Markdown."""
        owner.check(request)
        made = await run_sync(make_digest, bot, current(), store, _month(request))
        if request.query_params.get("format") == "md":
            return Response(render_markdown(made), media_type="text/markdown; charset=utf-8")
        return HTMLResponse(render_page(made))


def _month(request: Request) -> str:
    month = request.query_params.get("month", "") or this_month()
    if not is_month(month):
        raise Refused(Problem(422, "bad_request", "?month is a month such as 2026-03."))
    return month


def _words(request: Request, languages: Languages) -> Translations:
    accepted = request.headers.get("accept-language", "")
    return choose_language(request.query_params.get("lang", ""), accepted, languages)
