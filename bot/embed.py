"""GET /widget.js: the one file that a blog loads, on any page of any site.

It is served small (without its comments, compressed once, when the server starts), may be loaded by every origin, and is
asked for again after some minutes, so that a new version reaches the readers the same day. What
this file does not know: what the script does, and who may frame the chat (guard.py).
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

SCRIPT = Path(__file__).parent / "static" / "widget.js"
_FOR_READERS = re.compile(rb"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE)
SECONDS = 600  # how long a browser may go without asking again


@dataclass(frozen=True, slots=True)
class Script:
    """What is served: plain, compressed, and the mark by which a browser knows it again."""

    plain: bytes
    zipped: bytes
    etag: str


def load_script(path: Path = SCRIPT) -> Script:
    """Read it, and leave out what only people read: indents, and lines that are comments."""
    plain = _FOR_READERS.sub(b"", path.read_bytes())
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'W/"{sha256(plain).hexdigest()[:20]}"')


def add_embed_routes(app: FastAPI) -> None:
    """Serve the widget. Must come before whatever answers /widget.js with "nothing here"."""
    script = load_script()

    @app.head("/widget.js", include_in_schema=False)
    @app.get("/widget.js", include_in_schema=False)
    async def widget(request: Request) -> Response:
        return _response(script, request)


def _response(script: Script, request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={SECONDS}, stale-while-revalidate=86400",
        "ETag": script.etag,
        "Vary": "Accept-Encoding",
        # These two on this file alone: it holds nothing of a reader, and any site may load it.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if _knows(request.headers.get("if-none-match", ""), script.etag):
        return Response(status_code=304, headers=headers)
    zips = _takes_gzip(request.headers.get("accept-encoding", ""))
    if zips:
        headers["Content-Encoding"] = "gzip"
    return Response(script.zipped if zips else script.plain, 200, headers, "text/javascript")


def _knows(known: str, etag: str) -> bool:
    marks = [mark.strip().removeprefix("W/") for mark in known.split(",")]
    return "*" in marks or etag.removeprefix("W/") in marks


def _takes_gzip(accepted: str) -> bool:
    """Is gzip named, and not with q=0?"""
    for entry in accepted.lower().split(","):
        name, _, quality = entry.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return quality.strip("0.") != "" or not quality
    return False
