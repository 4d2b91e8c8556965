"""What only the owner may ask of the server: POST /api/reingest, and how such jobs went.

Whoever asks shows the owner's token in an Authorization header, which no page can make a reader's
browser send; so these routes need no CORS, and never get it. A wrong token costs a guesser what a
guess at random 16 characters costs; telling so is limited to ten a minute. The right token is
always taken: else anybody could shut the owner out by guessing.

What this file does not know: how jobs are done (keep.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import anyio
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from bot.problems import Problem, Refused
from bot.text.printable import replace_lone_surrogates
from ingest.urls import is_web, public_url, same_site

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.server.reingest.schedule import Keeper

LARGEST = 64 * 1024  # bytes of a body
GUESSES, WINDOW = 10, 60.0  # wrong tokens that are told so, in so many seconds
PATH = "/api/reingest"
_READ_SECONDS = 15
log = logging.getLogger("footnote")


@dataclass(slots=True)
class Door:
    """Lets through who has the token. Lives on one event loop.

    token: "" if there is none, and nobody gets through. Raises Refused.
    """

    token: str
    clock: Callable[[], float] = time.monotonic
    _wrong: deque[float] = field(default_factory=lambda: deque(maxlen=GUESSES))

    def check(self, request: Request) -> None:
        if not self.token:
            _refuse(403, "no_token", _SWITCHED_OFF)
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not shown.strip():
            _refuse(401, "token_needed", "Send the owner's token: Authorization: Bearer <token>.")
        # Hashed, so that neither the time it takes nor an odd character tells anything.
        given, wanted = (
            hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (shown.strip(), self.token)
        )
        if hmac.compare_digest(given, wanted):
            return
        moment = self.clock()
        if len(self._wrong) == GUESSES and moment - self._wrong[0] < WINDOW:
            left = int(WINDOW - (moment - self._wrong[0])) + 1
            raise Refused(Problem(429, "too_many_guesses", "Too many wrong tokens. Wait a minute.", left))
        self._wrong.append(moment)
        if len(self._wrong) == GUESSES:
            log.warning("%d requests with a wrong owner token so far; is somebody guessing?", GUESSES)
        _refuse(401, "wrong_token", "This is not the owner's token: it must be that of FOOTNOTE_OWNER_TOKEN.")


def add_owner_routes(app: FastAPI, config: BotConfig, keeper: Keeper | None) -> None:
    """Without a keeper they answer 503 to the owner."""
    door = Door(config.owner_token.get_secret_value())

    def let_in(request: Request) -> Keeper:
        door.check(request)
        if keeper is None:
            _refuse(503, "not_kept", "This server does not re-ingest. Start it with `footnote serve`.")
        return keeper

    @app.post(PATH, status_code=202)
    async def reingest(request: Request) -> Response:
        """Re-ingest what is followed or, with {"url": …}, one page; at once if nothing else runs.

        202 with {"job", "state", "url"}: look at url for how it goes. A job that already waits for
        the same is joined.
        """
        kept = let_in(request)
        job = kept.ask(_page(await _body(request), kept.sources))
        where = f"{PATH}/{job['job']}"
        told = {"job": job["job"], "state": job["state"], "url": where}
        return JSONResponse(told, 202, {"Location": where})

    @app.get(PATH)
    async def jobs(request: Request) -> Response:
        """{"jobs": the latest ones, latest first}, each as below but without its report."""
        return JSONResponse({"jobs": [_addressed(job) for job in let_in(request).jobs()]})

    @app.get(PATH + "/{job_id}")
    async def job(request: Request, job_id: str) -> Response:
        """How a job goes.

        {"job", "url", "asked_by": owner|clock, "page": address or null for all, "state":
        queued|running|done|failed, "phase": reading|fetching|embedding|checking or null, "done",
        "total", "queued_at", "started_at", "finished_at": ISO 8601 in UTC, "report": as of `footnote
        ingest --json`, "error": a sentence}; null for what is not known yet.
        """
        told = let_in(request).job(job_id)
        if told is None:
            _refuse(404, "no_such_job", "There is no such job; only the latest ones are remembered.")
        return JSONResponse(_addressed(told))


_SWITCHED_OFF = (
    "Nobody may ask for this until the owner sets FOOTNOTE_OWNER_TOKEN to a secret of 16 characters or "
    "more, and starts the server again."
)


def _addressed(job: dict[str, Any]) -> dict[str, Any]:
    return {"job": job["job"], "url": f"{PATH}/{job['job']}", **job}


async def _body(request: Request) -> Any:
    """The body's JSON, whatever it says it is (Wix and WordPress say text/plain or nothing); None if empty."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        _refuse(415, "compressed", "Send the request uncompressed.")
    read = bytearray()
    with anyio.move_on_after(_READ_SECONDS) as scope:
        async for piece in request.stream():
            read += piece
            if len(read) > LARGEST:
                _refuse(413, "too_large", f"A request may be {LARGEST // 1024} kB long at most.")
    if scope.cancelled_caught:
        _refuse(408, "too_slow", "The request did not arrive in time. Please send it again.")
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
