"""The owner's routes for the gap list: GET /api/gaps, DELETE /api/gaps, GET /api/gaps/digest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.gaps import GapStore, render_markdown, render_page
from bot.problems import Problem, Refused
from bot.server.gaps.digest import is_month, make_digest, this_month
from bot.server.guard import DESK, OwnerToken

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
    store = recorder.store if recorder else GapStore(config.gaps_file)

    async def download(request: Request) -> Response:
        """The digest of this month as a file; the gate of the desk lets the owner in alone."""
        made = await run_sync(lambda: make_digest(bot, current(), store, this_month()))
        if request.url.path.endswith("markdown"):
            return _file(render_markdown(made), "text/markdown", f"digest-{made.month}.md")
        return _file(render_page(made), "text/html", f"digest-{made.month}.html")

    for name in ("digest", "digest-markdown"):
        app.add_route(f"{DESK}/download/{name}", download, include_in_schema=False)

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
        month = request.query_params.get("month", "") or this_month()
        if not is_month(month):
            raise Refused(Problem(422, "bad_request", "?month is a month such as 2026-03."))
        made = await run_sync(lambda: make_digest(bot, current(), store, month))
        if request.query_params.get("format") == "md":
            return Response(render_markdown(made), media_type="text/markdown; charset=utf-8")
        return HTMLResponse(render_page(made))


def _file(text: str, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
