"""GET /widget.js, the one file that a blog loads, and GET /element.js, for site builders.

They are minified, compressed once when the server starts, open to every origin, and cached for some
minutes only, so that a new version reaches readers the same day.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.config import DEFAULT_TITLE
from bot.server.window import Languages, packaged_languages

BUILT = Path(__file__).parents[2] / "static" / "widget" / "built"  # minified by `make widget`
MAX_AGE_SECONDS = 600  # in a browser's cache
# The widget's own texts, in the order that its script expects.
WIDGET_TEXTS = ("title", "close", "chat_silent", "chat_again")


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is served: plain, and compressed."""

    plain: bytes
    gzipped: bytes
    etag: str


def load_widget(languages: Languages | None = None, title: str = DEFAULT_TITLE) -> Script:
    """The widget with its texts in all languages. title: the owner's name for the chat, if any."""
    by_code: dict[str, list[str]] = {}
    for code, texts in (languages or packaged_languages()).items():
        by_code[code] = [texts(key) for key in WIDGET_TEXTS]
        if title != DEFAULT_TITLE:
            by_code[code][0] = title
    entries = (f"{code}:{json.dumps(texts, ensure_ascii=False)}" for code, texts in by_code.items())
    return _script("widget.js", "{" + ",".join(entries).replace('", "', '","') + "}")


def load_element() -> Script:
    """The custom element that loads the widget."""
    return _script("element.js")


def _script(name: str, texts: str = "") -> Script:
    plain = (BUILT / name).read_text(encoding="utf-8").replace("WORDS", texts).encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'W/"{sha256(plain).hexdigest()[:20]}"')


def add_script_routes(app: FastAPI, languages: Languages, title: str) -> None:
    """Serve both scripts. Add these routes before the catch-all route."""
    for name, script in (("widget", load_widget(languages, title)), ("element", load_element())):
        respond = partial(_response, script)
        app.add_route(f"/{name}.js", respond, methods=["GET", "HEAD"], include_in_schema=False)


async def _response(script: Script, request: Request) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}, stale-while-revalidate=86400",
        "ETag": script.etag,
        "Vary": "Accept-Encoding",
        # On these files only: they hold no data of a reader, and any site may load them.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if _matches(request.headers.get("if-none-match", ""), script.etag):
        return Response(status_code=304, headers=headers)
    gzips = _accepts_gzip(request.headers.get("accept-encoding", ""))
    if gzips:
        headers["Content-Encoding"] = "gzip"
    return Response(script.gzipped if gzips else script.plain, 200, headers, "text/javascript")


def _matches(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags


def _accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, and not with q=0."""
    for entry in accepted.lower().split(","):
        name, _, quality = entry.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return quality.strip("0.") != "" or not quality
    return False
