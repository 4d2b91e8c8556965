"""The requests that the window makes of Gradio: its handlers by number, and what each of them takes.

Gradio logs what it was sent when a request does not fit, and answers 500: an untrusted client could write into the
log, and a reader's question could appear there. So what no window sends is refused before Gradio sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

HandlerInputs = Mapping[int, tuple[bool, ...]]  # a handler's number -> for each input whether it is a text
_QUERY = (b"embed", b"at", b"lang", b"__theme", b"session_hash", b"v")  # of our scripts and Gradio's
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIRST_PAGE = b"page="  # Gradio answers any other page with an error


def is_window_request(body: Mapping[str, Any], inputs: HandlerInputs) -> bool:
    """Whether the window sends this: a known handler, and for each input a text, or null where the server keeps it."""
    number, data = body.get("fn_index"), body.get("data")
    takes = inputs.get(number) if type(number) is int else None
    if takes is None or not isinstance(data, list) or len(data) != len(takes):
        return False
    return all(
        isinstance(one, str) if is_text else one is None for one, is_text in zip(data, takes, strict=True)
    )


def is_cancel_request(body: Mapping[str, Any]) -> bool:
    """Whether the window sends this to stop an answer."""
    return type(body.get("fn_index")) is int and is_reset_request(body)


def is_reset_request(body: Mapping[str, Any]) -> bool:
    """Whether the window sends this after an answer was stopped."""
    event = body.get("event_id")
    return isinstance(event, str) and _ID.fullmatch(event) is not None


def filter_query(query: bytes) -> bytes:
    """The parameters that the window uses, each once: what is counted is what is answered."""
    kept: dict[bytes, bytes] = {}
    for part in query.split(b"&"):
        name = unquote_to_bytes(part.partition(b"=")[0].replace(b"+", b" "))
        if name in _QUERY or part == _FIRST_PAGE:
            kept.setdefault(name, part)
    return b"&".join(kept.values())
