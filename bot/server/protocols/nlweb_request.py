"""A request to NLWeb's /ask, read: in the form of version 0.54, and in the flat form of earlier versions and of GET."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.requests import Request

from bot.problems import Problem, Refused
from bot.server.request_body import MAX_TURN, read_object
from bot.text.printable import replace_lone_surrogates
from bot.types import Turn

if TYPE_CHECKING:
    from bot.config import BotConfig

MODES = ("list", "summarize")
_OTHER_NAMES = {"summarise": "summarize", "generate": "summarize", "": "list"}
_SUCH_AS = '{"query": {"text": "…"}}'


@dataclass(frozen=True, slots=True)
class NlwebRequest:
    """history: what was asked before, as turns. mode: one of MODES."""

    question: str
    history: tuple[Turn, ...]
    mode: str = "list"
    stream: bool = False


async def read_nlweb(request: Request, config: BotConfig) -> NlwebRequest:
    """What is asked. Raises Refused.

    Without a word on streaming, a client that accepts text/event-stream gets a stream, and any other one JSON.
    """
    if request.method == "POST":
        fields = _flat(await read_object(request, such_as=_SUCH_AS))
    else:
        fields = dict(request.query_params)
    question = fields.get("query")
    if not isinstance(question, str):
        _refuse(
            "missing_field", f"The query must be there, and be a text. Send {_SUCH_AS}, or ?query=… with GET."
        )
    if not question.strip():
        _refuse("empty_query", "The query is empty. Please type a question.")
    accepted = "text/event-stream" in request.headers.get("accept", "")
    stream = accepted if fields.get("streaming") is None else _is_true(fields["streaming"])
    earlier = [text for text in _previous(fields.get("prev")) if text.strip()]
    kept = earlier[-config.max_history :] if config.max_history else []
    history = tuple(Turn("user", replace_lone_surrogates(text[:MAX_TURN])) for text in kept)
    return NlwebRequest(replace_lone_surrogates(question), history, _mode(fields.get("mode")), stream)


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of version 0.54 by their earlier names; a body in the earlier form as it is."""
    if not isinstance(body.get("query"), Mapping):
        return {"mode": body.get("generate_mode"), **body}
    context, prefer = (body.get(name) or {} for name in ("context", "prefer"))
    if not isinstance(context, Mapping) or not isinstance(prefer, Mapping):
        _refuse("invalid_request", '"context" and "prefer" must be objects.')
    return {
        "query": body["query"].get("text"),
        "prev": context.get("prev"),
        "mode": prefer.get("mode"),
        "streaming": prefer.get("streaming"),
    }


def _previous(given: Any) -> list[str]:
    """Earlier questions, oldest first: a list, or with GET a JSON list or one text."""
    if given in (None, ""):
        return []
    if isinstance(given, str) and given.lstrip().startswith("["):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            _refuse("invalid_prev", '"prev" is no JSON list.')
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        _refuse("invalid_prev", '"prev" must be a list of texts: what was asked before.')
    return found


def _mode(given: Any) -> str:
    if given is None:
        return "list"
    mode = _OTHER_NAMES.get(given, given) if isinstance(given, str) else None
    if mode not in MODES:
        _refuse("invalid_mode", f'"mode" is {" or ".join(MODES)}.')
    return str(mode)


def _is_true(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).lower() if isinstance(given, str | int) else ""
    if word not in ("true", "false", "1", "0"):
        _refuse("invalid_streaming", '"streaming" must be true or false.')
    return word in ("true", "1")


def _refuse(code: str, message: str) -> NoReturn:
    raise Refused(Problem(400, code, message))
