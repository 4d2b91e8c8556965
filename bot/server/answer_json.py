"""Answers as the HTTP interface and the command line write them: JSON, and frames of an event stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.problems import Problem
from bot.types import Answer, Citation, Event, Token

ToPayload = Callable[[Answer], dict[str, Any]]


def payload(answer: Answer) -> dict[str, Any]:
    """An answer as the public interface has it."""
    return {
        "question": answer.question,
        "standalone": answer.standalone,
        "status": answer.status,
        "text": answer.text,
        "citations": [_citation(citation) for citation in answer.citations],
        "answerable": round(float(answer.answerable), 4),
        "suggestions": list(answer.suggestions),
    }


def error_body(problem: Problem) -> dict[str, Any]:
    """A problem as every error of the interface is written."""
    return {"error": {"code": problem.code, "message": problem.message}}


def dumped(data: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8; half a character in a stored text becomes "?" and not an error."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def event_frame(event: Event, to_payload: ToPayload) -> bytes:
    """A token or the answer as a server-sent event."""
    if isinstance(event, Token):
        return _frame("token", {"text": event.text})
    return _frame("answer", to_payload(event))


def error_frame(problem: Problem) -> bytes:
    """An error inside a stream that has begun, and whose status is sent already."""
    return _frame("error", error_body(problem))


def _frame(name: str, data: Mapping[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), dumped(data))


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
