"""NLWeb, version 0.54: GET and POST /ask answer with schema.org items, each grounded in quotes.

"list" gives the cited posts; "summarize" gives the answer first. Where the blog does not say, there are no results, and
"_meta" has the sentence that says so. An urgent message is the first result in either mode.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.problems import explain
from bot.server.answer_json import dumped
from bot.server.error_forms import NLWEB_VERSION, nlweb_error
from bot.server.event_stream import EventStream, while_connected
from bot.server.protocols.evidence import with_evidence
from bot.server.protocols.linked_text import linked
from bot.server.protocols.nlweb_request import NlwebRequest, read_nlweb
from bot.types import Answer, Event

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.server.answer_json import ToPayload
    from bot.server.question_queue import QuestionQueue

Result = dict[str, Any]


def add_nlweb_routes(app: FastAPI, config: BotConfig, queue: QuestionQueue, to_payload: ToPayload) -> None:
    """to_payload: gives an answer as /api/ask does."""

    @app.get("/ask")
    @app.post("/ask")
    @app.get("/ask/", include_in_schema=False)
    @app.post("/ask/", include_in_schema=False)
    async def ask(request: Request) -> Response:
        """Answer as NLWeb does: JSON or, if preferred, bare data lines."""
        asked = await read_nlweb(request, config)
        address = request.client.host if request.client else None
        events = queue.events(asked.question, asked.history, address=address)
        whole = partial(run_sync, partial(with_evidence, queue.bot, to_payload=to_payload))
        # The first event is awaited here, so that an error before it has a status.
        first = await while_connected(request, anext(events))
        if asked.stream:
            return EventStream(_frames(first, events, asked, whole, in_full=config.log_questions), events)
        answer = await while_connected(request, _last(first, events))
        body = {"_meta": _meta(answer), "results": _results(answer, await whole(answer), asked.mode)}
        return Response(dumped(body), media_type="application/json")


async def _last(first: Event, rest: AsyncGenerator[Event, None]) -> Answer:
    found = [first, *[event async for event in rest]]
    assert isinstance(found[-1], Answer)
    return found[-1]


async def _frames(
    first: Event, rest: AsyncGenerator[Event, None], asked: NlwebRequest, whole: Any, *, in_full: bool
) -> AsyncIterator[bytes]:
    """All when the answer is complete, since its grounding is."""
    try:
        answer = await _last(first, rest)
        results = _results(answer, await whole(answer), asked.mode)
        yield _frame({"_meta": _meta(answer)})
        for result in results:
            yield _frame({"results": [result]})
    except Exception as error:  # noqa: BLE001 - the status is already sent; explain() logs it
        failure = nlweb_error(explain(error, in_full=in_full))
        yield _frame({"_meta": failure["_meta"]})
        yield _frame({"error": failure["error"]})


def _meta(answer: Answer) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "response_type": "Answer",
        "response_format": "conv_search",
        "version": NLWEB_VERSION,
        "status": answer.status,
        "decontextualized_query": answer.standalone,
    }
    if answer.status in ("abstained", "chat"):
        meta |= {"message": answer.text, "suggestions": list(answer.suggestions)}
    return meta


def _results(answer: Answer, ours: dict[str, Any], mode: str) -> list[Result]:
    """ours: the answer as /api/ask gives it, with evidence."""
    if not answer.citations:
        return [_urgent(answer.question, answer.text)] if answer.status == "urgent" else []
    posts = _posts(answer, ours)
    if mode == "list" and answer.status != "urgent":
        return posts
    text, links = linked(answer)
    urls = list(dict.fromkeys(link.url for link in links))
    spoken = {
        "@type": "Answer",
        "url": urls[0] if urls else "",
        "name": answer.standalone,
        "site": posts[0]["site"],
        "score": posts[0]["score"],
        "description": text,
        "grounding": {"source_urls": urls, "citations": ours["citations"], "generation": ours["generation"]},
    }
    return [spoken, *posts]


def _urgent(question: str, message: str) -> Result:
    grounding: dict[str, Any] = {"source_urls": [], "citations": []}
    return {
        "@type": "Answer", "url": "", "name": question, "site": "", "score": 100, "description": message,
        "grounding": grounding,
    }  # fmt: skip


def _posts(answer: Answer, ours: dict[str, Any]) -> list[Result]:
    """A result for each cited post, in the order of the citations. score: 0 to 100."""
    cited: dict[str, list[dict[str, Any]]] = {}
    for citation in ours["citations"]:
        cited.setdefault(citation["article_id"], []).append(citation)
    return [
        {
            "@type": "Article",
            "url": citations[0]["url"] or "",
            "name": citations[0]["title"],
            "site": urlsplit(citations[0]["url"] or "").hostname or "",
            "score": round(100 * answer.answerable),
            "description": " ".join(citation["quote"] for citation in citations if citation["quote"]),
            "grounding": {
                "source_urls": [citation["link"] for citation in citations if citation["link"]],
                "citations": citations,
                "generation": ours["generation"],
            },
        }
        for citations in cited.values()
    ]


def _frame(data: dict[str, Any]) -> bytes:
    return b"data: %s\n\n" % dumped(data)
