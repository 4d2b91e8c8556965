"""POST /api/verify: whether the quotes of an answer are still verbatim in their articles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.problems import Problem, Refused
from bot.quote_check import check_quotes, find_quotes, report_json
from bot.server.answer_json import dumped
from bot.server.guard import RateLimits
from bot.server.request_body import read_object, refuse_unknown
from bot.text.printable import replace_lone_surrogates

if TYPE_CHECKING:
    from bot.pipeline import Bot

AT_ONCE = 2  # texts that are compared at the same time, so that questions are not kept waiting
_SUCH_AS = '{"answer": {…}} or {"text": "…"}'


def add_verify_route(app: FastAPI, bot: Bot, rates: RateLimits) -> None:
    """rates: of questions; a text counts as one."""
    limiter = anyio.CapacityLimiter(AT_ONCE)

    @app.post("/api/verify")
    async def verify(request: Request) -> Response:
        """Say of each quote in {"answer": …} or {"text": …} whether it is verbatim, changed (and what is nearest) or gone."""
        body = await read_object(request, such_as=_SUCH_AS)
        refuse_unknown(body, ("answer", "text"))
        text = _text(body)
        rates.take(request.client.host if request.client else None)
        report = await run_sync(_check, bot, text, limiter=limiter)
        return Response(dumped(report), media_type="application/json")


def _check(bot: Bot, text: str) -> dict[str, Any]:
    quotes = find_quotes(text)
    if not quotes:
        raise Refused(
            Problem(422, "no_quotes", "There is no quote in this: no citation, and no link with #:~:text=.")
        )
    generation = bot.generation()
    return report_json(check_quotes(quotes, bot.stored_articles()), generation)


def _text(body: dict[str, Any]) -> str:
    """The answer as text. Raises Refused unless exactly one of the two fields is there."""
    answer, text = body.get("answer"), body.get("text")
    if isinstance(text, str) and answer is None:
        return replace_lone_surrogates(text)
    if isinstance(answer, dict | list) and text is None:
        return replace_lone_surrogates(json.dumps(answer, ensure_ascii=False))
    raise Refused(Problem(422, "bad_request", f"Send {_SUCH_AS}, one of the two."))
