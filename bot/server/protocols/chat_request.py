"""A request to /v1/chat/completions, read: the question is the last message, what comes before it the history.

Parameters that steer a language model (temperature, max_tokens, stop, seed, tools) change nothing in an answer made of
quotes and are ignored; what would promise another shape of the answer is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.requests import Request

from bot.problems import Problem, Refused
from bot.server.guard import MAX_CHAT_BODY
from bot.server.request_body import MAX_TURN, read_object
from bot.text.printable import replace_lone_surrogates
from bot.types import Turn

if TYPE_CHECKING:
    from bot.config import BotConfig

_SUCH_AS = '{"model": "footnote", "messages": [{"role": "user", "content": "…"}]}'
_OTHER_ROLES = (
    "system",
    "developer",
    "tool",
    "function",
)  # they cannot steer quotes, and are no turns of a reader
_SHOWN_LINK = re.compile(r"\[(\[\d{1,3}\])\]\([^()\s]*\)")


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """stream: send chunks; with_usage: the last of them says that no tokens were used."""

    question: str
    history: tuple[Turn, ...]
    stream: bool = False
    with_usage: bool = False


async def read_chat(request: Request, config: BotConfig) -> ChatRequest:
    """What a chat asks. Raises Refused, which names the parameter that is wrong."""
    body = await read_object(request, such_as=_SUCH_AS, largest=MAX_CHAT_BODY)
    _refuse_other_shapes(body)
    turns = _turns(body.get("messages"))
    if not turns or turns[-1].role != "user":
        _refuse("messages", "The last message must be the user's: it is the question.")
    *earlier, last = turns
    if not last.content.strip():
        _refuse("messages", "The question is empty. Please type one.")
    history = earlier[-config.max_history :] if config.max_history else []
    options = body.get("stream_options")
    if options is not None and not isinstance(options, Mapping):
        _refuse("stream_options", '"stream_options" must be an object.')
    with_usage = options is not None and options.get("include_usage") is True
    kept = tuple(Turn(turn.role, _as_answered(turn.content)[:MAX_TURN]) for turn in history)
    return ChatRequest(last.content, kept, body.get("stream") is True, with_usage)


def _refuse_other_shapes(body: Mapping[str, Any]) -> None:
    if not isinstance(body.get("model", ""), str):
        _refuse("model", '"model" must be a text, such as "footnote".')
    if not isinstance(body.get("stream"), bool | None):
        _refuse("stream", '"stream" must be true or false.')
    if body.get("n") not in (None, 1):
        _refuse("n", "There is one answer to a question; leave n out.")
    form = body.get("response_format")
    if form is not None and (not isinstance(form, Mapping) or form.get("type") != "text"):
        _refuse("response_format", "Answers are text in Markdown; leave response_format out.")
    choice = body.get("tool_choice")
    if choice == "required" or isinstance(choice, Mapping):
        _refuse("tool_choice", "No tools are called here; leave tool_choice out.")


def _turns(messages: Any) -> list[Turn]:
    if not isinstance(messages, list) or not messages:
        _refuse("messages", '"messages" must be a list of {"role", "content"} objects, and not empty.')
    turns = []
    for number, message in enumerate(messages):
        where = f"messages[{number}]"
        if not isinstance(message, Mapping):
            _refuse(where, f"{where} must be an object with role and content.")
        role = message.get("role")
        if role in ("user", "assistant"):
            turns.append(Turn(role, _text(message.get("content"), where, role)))
        elif role not in _OTHER_ROLES:
            _refuse(f"{where}.role", f'{where} needs "role": "user", "assistant" or "system".')
    return turns


def _text(content: Any, where: str, role: str) -> str:
    """The text of a message: a string, or parts of which all are texts."""
    if content is None and role == "assistant":  # one that called tools
        return ""
    if isinstance(content, str):
        return replace_lone_surrogates(content)
    if isinstance(content, Sequence):
        texts = [
            part["text"]
            for part in content
            if isinstance(part, Mapping) and isinstance(part.get("text"), str)
        ]
        if len(texts) == len(content):
            return replace_lone_surrogates("\n".join(texts))
    return _refuse(
        f"{where}.content", f"{where}.content must be a text; images, sound and files are not read."
    )


def _as_answered(text: str) -> str:
    """An earlier answer with its markers as they were, so that a follow-up is understood as in the window."""
    return _SHOWN_LINK.sub(r"\1", text)


def _refuse(field: str, message: str) -> NoReturn:
    raise Refused(Problem(400, "invalid_value", message, field=field))
