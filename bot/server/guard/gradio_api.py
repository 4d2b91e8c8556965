"""What the window may ask of Gradio: its handlers by number, and what each of them takes.

Gradio prints whatever it was sent into the log when a request does not fit (a stranger could write
there, and a reader's question would stand there), and answers 500. So what no window sends is
refused before Gradio sees it.

What this file does not know: what the handlers do (ui.py), and requests (visits.py, guard.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

Events = Mapping[int, tuple[bool, ...]]  # a handler's number -> for each input whether it is a text
_QUERY = (b"embed", b"at", b"lang", b"__theme", b"session_hash", b"v")  # of our scripts and Gradio's
_FIRST_PAGE = b"page="  # any other than this one, Gradio answers with an error


def fits(body: Mapping[str, Any], events: Events) -> bool:
    """Whether a window would ask this: a handler that there is, and for each of its inputs a text, or
    null where the server has its own."""
    number, data = body.get("fn_index"), body.get("data")
    takes = events.get(number) if type(number) is int else None
    if takes is None or not isinstance(data, list) or len(data) != len(takes):
        return False
    return all(
        isinstance(one, str) if is_text else one is None for one, is_text in zip(data, takes, strict=True)
    )


def known_query(query: bytes) -> bytes:
    """Of a query what the window knows, each name once: who counts sees the same as who answers."""
    kept: dict[bytes, bytes] = {}
    for part in query.split(b"&"):
        name = unquote_to_bytes(part.partition(b"=")[0].replace(b"+", b" "))
        if name in _QUERY or part == _FIRST_PAGE:
            kept.setdefault(name, part)
    return b"&".join(kept.values())
