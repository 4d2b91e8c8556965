"""The owner's routes for re-ingesting: POST /api/reingest, and how its jobs went.

The owner's token is sent in an Authorization header, which no page can make a reader's browser send; so these routes
need no CORS, and never get it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from bot.problems import Problem, Refused
from bot.server.guard import OwnerToken
from bot.server.request_body import read_bytes
from bot.text.printable import replace_lone_surrogates
from ingest.urls import is_web, public_url, same_site

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.server.reingest.schedule import Scheduler

LARGEST = 64 * 1024  # bytes of a body
PATH = "/api/reingest"

_NOTHING_FOLLOWED = (
    "This server follows no blog. Set FOOTNOTE_FOLLOW to its address and start the server again."
)


def add_reingest_routes(app: FastAPI, config: BotConfig, scheduler: Scheduler | None) -> None:
    """Add the routes; without a scheduler they answer 503 to the owner."""
    owner = OwnerToken(config.owner_token.get_secret_value())

    def authorized(request: Request) -> Scheduler:
        owner.check(request)
        if scheduler is None:
            _refuse(503, "not_kept", "This server does not re-ingest. Start it with `footnote serve`.")
        return scheduler

    @app.post(PATH, status_code=202)
    async def reingest(request: Request) -> Response:
        """Re-ingest what is followed or, with {"url": …}, one page; at once if nothing else runs.

        202 with {"job", "state", "url"}: look at url for how it goes. A job that already waits for
        the same is joined.
        """
        owners = authorized(request)
        sources = await run_sync(lambda: owners.sources)
        page = _page(await _body(request), sources)
        if page is None and not sources:
            _refuse(422, "nothing_followed", _NOTHING_FOLLOWED)
        job = owners.ask(page)
        where = f"{PATH}/{job['job']}"
        data = {"job": job["job"], "state": job["state"], "url": where}
        return JSONResponse(data, 202, {"Location": where})

    @app.get(PATH)
    async def jobs(request: Request) -> Response:
        """{"jobs": the latest ones, latest first}, each as below but without its report."""
        return JSONResponse({"jobs": [_addressed(job) for job in authorized(request).jobs()]})

    @app.get(PATH + "/{job_id}")
    async def job(request: Request, job_id: str) -> Response:
        """How a job goes.

        {"job", "url", "asked_by": owner|clock, "page": address or null for all, "state":
        queued|running|done|failed, "phase": reading|fetching|embedding|checking or null, "done",
        "total", "queued_at", "started_at", "finished_at": ISO 8601 in UTC, "report": as of `footnote
        ingest --json`, "error": a sentence}; null for what is not known yet.
        """
        data = authorized(request).job(job_id)
        if data is None:
            _refuse(404, "no_such_job", "There is no such job; only the latest ones are remembered.")
        return JSONResponse(_addressed(data))


def _addressed(job: dict[str, Any]) -> dict[str, Any]:
    return {"job": job["job"], "url": f"{PATH}/{job['job']}", **job}


async def _body(request: Request) -> Any:
    """The body's JSON, whatever it says it is (Wix and WordPress say text/plain or nothing); None if empty."""
    read = await read_bytes(request, largest=LARGEST)
    try:
        text = read.decode("utf-8-sig")
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):  # no UTF-8, no JSON, nested too deeply
        _refuse(400, "malformed_json", 'Send no body at all, or JSON such as {"url": "https://…"}.')


def _page(body: Any, followed: tuple[str, ...]) -> str | None:
    """The page that a body names, if it names one. Raises Refused if that may not be fetched."""
    if body is None:
        return None
    if not isinstance(body, dict):
        _refuse(422, "bad_request", 'Send no body at all, or a JSON object such as {"url": "https://…"}.')
    url = body.get("url")
    if url is None or url == "":
        return None
    address = public_url(replace_lone_surrogates(url)) if isinstance(url, str) else None
    if address is None or "\ufffd" in address:
        _refuse(422, "bad_url", '"url" must be the address of a post, with https:// in front.')
    if not any(is_web(source) and same_site(address, source.strip()) for source in followed):
        _refuse(422, "other_site", "Only pages of the blog that this server follows can be re-ingested.")
    return address


def _refuse(status: int, code: str, message: str) -> NoReturn:
    raise Refused(Problem(status, code, message))
