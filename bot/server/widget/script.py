"""GET /widget.js: the one file that a blog loads, on any page of any site; and /element.js, for site builders.

They are served small (minify.py; compressed once, when the server starts), may be loaded by every
origin, and are asked for again after some minutes, so that a new version reaches the readers the
same day. What this file does not know: what the scripts do, and who may frame the chat (guard.py).
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.config import DEFAULT_TITLE
from bot.server.widget.minify import BUILT
from bot.server.window.translations import Languages, packaged

SECONDS = 600  # how long a browser may go without asking again
# What the widget says itself, in this order: while the chat is not there, nobody else can.
SAID = ("title", "close", "chat_silent", "chat_again")


@dataclass(frozen=True, slots=True)
class Script:
    """What is served: plain, compressed, and the mark by which a browser knows it again."""

    plain: bytes
    zipped: bytes
    etag: str


def load_widget(languages: Languages | None = None, title: str = DEFAULT_TITLE) -> Script:
    """The widget with its words in all languages. title: what the owner calls the chat, if not that."""
    said: dict[str, list[str]] = {}
    for code, words in (languages or packaged()).items():
        said[code] = [words(key) for key in SAID]
        if title != DEFAULT_TITLE:
            said[code][0] = title
    texts = (f"{code}:{json.dumps(texts, ensure_ascii=False)}" for code, texts in said.items())
    return _script("widget.js", "{" + ",".join(texts).replace('", "', '","') + "}")


def load_element() -> Script:
    """The custom element that brings the widget."""
    return _script("element.js")


def _script(name: str, words: str = "") -> Script:
    plain = (BUILT / name).read_text(encoding="utf-8").replace("WORDS", words).encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'W/"{sha256(plain).hexdigest()[:20]}"')


def add_embed_routes(app: FastAPI, languages: Languages, title: str) -> None:
    """Serve the two. Must come before whatever answers their paths with "nothing here"."""
    for name, script in (("widget", load_widget(languages, title)), ("element", load_element())):
        respond = partial(_response, script)
        app.add_route(f"/{name}.js", respond, methods=["GET", "HEAD"], include_in_schema=False)


async def _response(script: Script, request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={SECONDS}, stale-while-revalidate=86400",
        "ETag": script.etag,
        "Vary": "Accept-Encoding",
        # These two on these files alone: they hold nothing of a reader, and any site may load them.
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
