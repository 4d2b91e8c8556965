"""From the bytes of a request to a question and its history, or to a refusal that says why.

Nothing of a request is trusted: not its length, its encoding, its nesting, its types, nor that the history in it
ever took place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import anyio
from starlette.requests import Request

from bot.problems import Problem, Refused
from bot.server.guard import MAX_BODY
from bot.text.printable import printable, replace_lone_surrogates
from bot.types import Turn

if TYPE_CHECKING:
    from bot.config import BotConfig

READ_SECONDS = 15
MAX_PAGE = 2000  # characters of the address of a page
MAX_TURN = 8000  # characters of one history entry that are kept


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks. history: the latest turns. page: the address of the page that the reader is on, or ""."""

    question: str
    history: tuple[Turn, ...]
    page: str = ""


async def read_question(request: Request, config: BotConfig) -> Asked:
    """The question of a request, with its history and page. Raises Refused."""
    body = await read_object(request, such_as='{"question": "…"}')
    refuse_unknown(body, ("question", "history", "page"))
    question = body.get("question")
    if not isinstance(question, str):
        _refuse(422, "bad_request", '"question" must be there, and be a text.')
    if not question.strip():
        _refuse(422, "empty_question", "The question is empty. Please type one.")
    page = body.get("page", "")
    if not isinstance(page, str) or len(page) > MAX_PAGE:
        _refuse(422, "bad_page", f'"page" must be an address of at most {MAX_PAGE} characters.')
    history = read_turns(body.get("history"), config.max_history)
    return Asked(replace_lone_surrogates(question), history, replace_lone_surrogates(page))


async def read_object(request: Request, *, such_as: str, largest: int = MAX_BODY) -> dict[str, Any]:
    """The JSON object that is a request's body. Raises Refused, naming such_as as an example."""
    check_kind(request)
    body = parse_json(await read_bytes(request, largest=largest), such_as)
    if not isinstance(body, dict):
        _refuse(422, "bad_request", f"Send a JSON object such as {such_as}.")
    return body


def refuse_unknown(body: Mapping[str, Any], known: Sequence[str], where: str = "the request") -> None:
    """Raises Refused if an object has a field of another name: a misspelt one would silently do nothing."""
    for name in body:
        if name not in known:
            shown = printable(replace_lone_surrogates(name[:40]))
            fields = ", ".join(f'"{one}"' for one in known)
            _refuse(422, "unknown_field", f'There is no field "{shown}" in {where}; there are {fields}.')


def check_kind(request: Request) -> None:
    """A body that says it is something else than JSON is refused.

    This also keeps a foreign page's form, which may send text/plain unasked, from posing
    questions in its visitors' names. A body that does not say what it is gets the benefit of the doubt.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        _refuse(415, "not_json", "Send JSON, with Content-Type: application/json.")


async def read_bytes(request: Request, *, largest: int = MAX_BODY) -> bytes:
    """The body, counted while it is read: a chunked one does not announce its length. Raises Refused."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        _refuse(415, "compressed", "Send the request uncompressed.")
    read = bytearray()
    with anyio.move_on_after(READ_SECONDS) as scope:
        async for piece in request.stream():
            read += piece
            if len(read) > largest:
                _refuse(413, "too_large", f"A request may be {largest // 1024} kB long at most.")
    if scope.cancelled_caught:
        _refuse(408, "too_slow", "The request did not arrive in time. Please send it again.")
    return bytes(read)


def parse_json(body: bytes, such_as: str) -> Any:
    """What a body holds, if it is JSON. Raises Refused, naming such_as as an example."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        _refuse(400, "not_utf8", "The request is not UTF-8 text.")
    except RecursionError:
        _refuse(400, "malformed_json", "The request's JSON is nested too deeply.")
    except ValueError:  # JSONDecodeError, NaN, a number of thousands of digits
        _refuse(400, "malformed_json", f"The request is not valid JSON. Send an object such as {such_as}.")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read_turns(turns: Any, latest: int) -> tuple[Turn, ...]:
    """The latest turns of a history as a client sends it. Raises Refused."""
    if turns is None:
        return ()
    if not isinstance(turns, list):
        _refuse(422, "bad_history", '"history" must be a list of {"role", "content"} objects.')
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict) or turn.get("role") not in ("user", "assistant"):
            _refuse(422, "bad_history", f'History entry {number} needs "role": "user" or "assistant".')
        if not isinstance(turn.get("content"), str):
            _refuse(422, "bad_history", f'History entry {number} needs "content", and it must be a text.')
        refuse_unknown(turn, ("role", "content"), f"history entry {number}")
    kept = turns[-latest:] if latest > 0 else []
    return tuple(Turn(turn["role"], replace_lone_surrogates(turn["content"][:MAX_TURN])) for turn in kept)


def _refuse(status: int, code: str, message: str) -> NoReturn:
    raise Refused(Problem(status, code, message))
