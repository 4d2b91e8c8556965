"""Votes over HTTP: POST /api/feedback, GET and POST /api/changes for readers; GET and DELETE for the owner.

A vote names an answer by the id that it came with. Only the window's own script may vote: the body must say that it
is JSON, and for that a browser asks us first, in vain for other sites.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn, cast

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from bot.config import Rate
from bot.problems import Problem, Refused
from bot.server.feedback.export import FORMATS, format_rows
from bot.server.feedback.recent_answers import RecentAnswers
from bot.server.feedback.store import MAX_NOTE, REASONS, VERDICTS, FeedbackStore, Verdict, Vote
from bot.server.feedback.votes_file import open_votes
from bot.server.guard import OwnerToken, RateLimits, SharedCounts
from bot.server.request_body import read_object, refuse_unknown
from bot.text.printable import replace_lone_surrogates

if TYPE_CHECKING:
    from bot.config import BotConfig

PATH = "/api/feedback"
PER_CLIENT = (Rate(6, 10), Rate(30, 600))  # votes of one address, changes of mind among them
TOTAL = (Rate(120, 60),)
MAX_IDS = 40  # answers that one request may ask about
_WHAT_TO_REMOVE = "Say what to remove: either ?all=true or ?before=YYYY-MM-DD, or one id in the path."
_SUCH_AS_IDS = '{"ids": ["…"]}'
_SUCH_AS = '{"id": "…", "verdict": "up"}'


def add_feedback_routes(
    app: FastAPI,
    config: BotConfig,
    current: Callable[[], BotConfig],
    recent: RecentAnswers,
    shared: SharedCounts | None = None,
) -> None:
    """Add the routes of votes.

    Args:
        app: What they are added to.
        config: The settings at the start.
        current: Gives the settings in force, which name the file of votes.
        recent: The answers that may be voted on.
        shared: Counts votes for all servers.
    """

    def store() -> FeedbackStore:
        votes = open_votes(current())
        if votes is None:
            _refuse(403, "feedback_off", "This blog does not ask for feedback.")
        return votes

    _add_readers_routes(app, store, recent, RateLimits(PER_CLIENT, TOTAL, shared=shared, kind="votes"))
    _add_owners_routes(app, store, OwnerToken(config.owner_token.get_secret_value()))


def _add_readers_routes(
    app: FastAPI, store: Callable[[], FeedbackStore], recent: RecentAnswers, rates: RateLimits
) -> None:
    @app.post(PATH)
    async def vote(request: Request) -> Response:
        """Say what you think of an answer: {"id", "verdict": up|down|null, "reason"?, "note"?}.

        A later vote for the same id takes the place of the earlier; null takes it back.
        """
        votes = store()
        _check_says_json(request)
        answer_id, new = _vote(await read_object(request, such_as=_SUCH_AS))
        _take(rates, request)
        about = recent.find(answer_id)
        if about is None:
            _refuse(404, "unknown_answer", "This answer is too old to be voted on. Please ask again.")
        if new is None:
            await run_sync(votes.withdraw, about.id)
        else:
            await run_sync(votes.save, about, new)
        return JSONResponse({"id": answer_id, "verdict": new and new.verdict})

    @app.get("/api/changes")
    async def changes(request: Request) -> Response:
        """Which posts have changed or gone since these answers cited them: ?id=…&id=….

        {"changes": {answer id: [{"article_id", "title", "kind": changed|gone}]}}, only of those that have any.
        """
        return await look(request.query_params.getlist("id"))

    @app.post("/api/changes")
    async def many_changes(request: Request) -> Response:
        """The same for {"ids": […]}: of several servers, an id is too long for many of them to be in an address."""
        _check_says_json(request)
        body = await read_object(request, such_as=_SUCH_AS_IDS)
        refuse_unknown(body, ("ids",))
        ids = body.get("ids")
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            _refuse(422, "bad_request", '"ids" must be there: the ids that the answers came with.')
        return await look(ids)

    async def look(ids: list[str]) -> Response:
        found = await run_sync(recent.changes, ids[:MAX_IDS])
        return JSONResponse(
            {"changes": {one: [asdict(change) for change in all_] for one, all_ in found.items()}}
        )


def _add_owners_routes(app: FastAPI, store: Callable[[], FeedbackStore], owner: OwnerToken) -> None:
    @app.get(PATH)
    async def export(request: Request) -> Response:
        """The votes, latest day first: ?format=jsonl|csv|eval, ?verdict=up|down, ?since=YYYY-MM-DD."""
        owner.check(request)
        votes = store()
        query = request.query_params
        kind, verdict = query.get("format", "jsonl"), query.get("verdict", "")
        if kind not in FORMATS or verdict not in ("", *VERDICTS):
            _refuse(422, "bad_request", "?format is jsonl, csv or eval; ?verdict is up or down.")
        since = _day(query.get("since"), "since") or ""
        rows = await run_sync(lambda: votes.rows(verdict=verdict, since=since))
        return Response(format_rows(rows, kind).encode("utf-8"), media_type=FORMATS[kind])

    @app.delete(PATH)
    async def purge(request: Request) -> Response:
        """Remove ?all=true, or what is from days ?before=YYYY-MM-DD: {"removed": how many}."""
        owner.check(request)
        votes = store()
        before = _day(request.query_params.get("before"), "before")
        if (before is not None) == (request.query_params.get("all") == "true"):
            _refuse(422, "bad_request", _WHAT_TO_REMOVE)
        return JSONResponse({"removed": await run_sync(lambda: votes.purge(before=before))})

    @app.delete(PATH + "/{answer_id}")
    async def purge_one(request: Request, answer_id: str) -> Response:
        """Remove one vote: {"removed": 1}."""
        owner.check(request)
        votes = store()
        removed = await run_sync(lambda: votes.purge(answer_id=answer_id))
        if not removed:
            _refuse(404, "no_such_feedback", "There is no feedback with this id.")
        return JSONResponse({"removed": removed})


def _check_says_json(request: Request) -> None:
    """A foreign page can send a body without Content-Type without a preflight request."""
    if "content-type" not in request.headers:
        _refuse(415, "not_json", "Send JSON, with Content-Type: application/json.")


def _take(rates: RateLimits, request: Request) -> None:
    left, _ = rates.wait(request.client.host if request.client else None)
    if left > 0:
        seconds = int(left) + 1
        raise Refused(
            Problem(429, "rate_limited", "Too many votes just now. Please try again shortly.", seconds)
        )


def _vote(body: dict[str, Any]) -> tuple[str, Vote | None]:
    """The answer's id, and the vote; None to withdraw it. Raises Refused."""
    refuse_unknown(body, ("id", "verdict", "reason", "note"))
    answer_id, verdict = body.get("id"), body.get("verdict", "")
    reason, note = body.get("reason") or "", body.get("note") or ""
    if not isinstance(answer_id, str) or not answer_id:
        _refuse(422, "bad_feedback", '"id" must be there: the one that the answer came with.')
    if verdict is None:
        return answer_id, None
    if verdict not in VERDICTS:
        _refuse(422, "bad_feedback", '"verdict" is "up", "down", or null to take a vote back.')
    if reason not in ("", *REASONS):
        _refuse(422, "bad_feedback", f'"reason" is one of {", ".join(REASONS)}, or left out.')
    if reason and verdict == "up":
        _refuse(422, "bad_feedback", '"reason" says what is wrong: it goes with "down".')
    if not isinstance(note, str):
        _refuse(422, "bad_feedback", '"note" must be a text.')
    if len(note) > MAX_NOTE:
        _refuse(413, "note_too_long", f"Please write at most {MAX_NOTE} characters.")
    return answer_id, Vote(cast("Verdict", verdict), reason, replace_lone_surrogates(note))


def _day(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        _refuse(422, "bad_request", f"?{name} is a day such as 2026-03-01.")


def _refuse(status: int, code: str, message: str) -> NoReturn:
    raise Refused(Problem(status, code, message))
