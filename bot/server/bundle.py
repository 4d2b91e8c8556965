"""The window's script and styles, each as one file: several files to read, one request to make.

What this file does not know: what is in them. The widget's own script is none of them.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parents[1] / "static" / "window"
PARTS: dict[str, tuple[str, ...]] = {  # in this order: what stands first is there for the rest
    "window.js": ("frame.js", "ui.js", "sources.js", "steps.js", "states.js", "feedback.js"),
    "window.css": (
        "ui.css",
        "answers.css",
        "sources.css",
        "steps.css",
        "frame.css",
        "feedback.css",
        "last.css",
    ),
}


@functools.cache
def joined(name: str) -> bytes:
    """One of PARTS, whole."""
    return b"\n".join((FOLDER / part).read_bytes() for part in PARTS[name])


@functools.cache
def version(name: str) -> str:
    """What changes when the content does: for the address, so that browsers may keep the file."""
    return sha256(joined(name)).hexdigest()[:12]


def serving(name: str) -> Callable[[Request], Awaitable[Response]]:
    """A route that answers one of PARTS. Its address carries the version, so a browser asks once."""
    whole, packed = joined(name), gzip.compress(joined(name), 9)
    kind = "text/javascript" if name.endswith(".js") else "text/css"
    kept = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}

    async def get(request: Request) -> Response:
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(whole, media_type=kind, headers=kept)
        return Response(packed, media_type=kind, headers={**kept, "Content-Encoding": "gzip"})

    return get
