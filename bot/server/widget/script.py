"""GET /widget.js, the one file that a blog loads, its panel and its tool for agents, and /element.js, for site builders.

They are minified, compressed, open to every origin, and cached for some minutes only, so that a new
version reaches readers the same day. Each knows the address of this server, because an optimiser may
combine it with other scripts, copy it to the blog or write it into the page.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.config import DEFAULT_TITLE
from bot.server.guard import server_address
from bot.server.window import Languages, packaged_languages

BUILT = Path(__file__).parents[2] / "static" / "widget" / "built"  # minified by `make widget`
MAX_AGE_SECONDS = 600  # in a browser's cache
# The widget's own texts, in the order that its scripts expect.
BUTTON_TEXTS = ("title", "chat_silent")
PANEL_TEXTS = ("close", "chat_silent", "chat_again")


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is served: plain, and compressed."""

    plain: bytes
    gzipped: bytes
    etag: str


def load_widget(address: str, languages: Languages | None = None, title: str = DEFAULT_TITLE) -> Script:
    """The widget's button with its texts in all languages.

    Args:
        address: of this server, with a final slash; "" if it is not known.
        languages: the packaged ones by default.
        title: the owner's name for the chat, if any.
    """
    return _script("widget.js", address, _texts(languages, BUTTON_TEXTS, title))


def load_panel(languages: Languages | None = None) -> Script:
    """What the button loads when it is pressed."""
    return _script("widget-panel.js", "", _texts(languages, PANEL_TEXTS))


def load_agent() -> Script:
    """What the button loads where a browser's agent may ask."""
    return _script("widget-agent.js", "")


def load_element(address: str) -> Script:
    """The custom element that loads the widget. address: as for `load_widget`."""
    return _script("element.js", address)


def _texts(languages: Languages | None, keys: Sequence[str], title: str = DEFAULT_TITLE) -> str:
    """A JavaScript object: for each language a list of texts."""
    entries = []
    known = dict(languages or packaged_languages())
    known.setdefault(
        "en", next(iter(known.values()))
    )  # the script's choice for every language that is not there
    for code, texts in known.items():
        listed = [title if key == "title" and title != DEFAULT_TITLE else texts(key) for key in keys]
        entries.append(f"{code}:{json.dumps(listed, ensure_ascii=False, separators=(',', ':'))}")
    return "{" + ",".join(entries) + "}"


@lru_cache(maxsize=64)
def _script(name: str, address: str, texts: str = "") -> Script:
    """A built file with its placeholders filled in."""
    script = (BUILT / name).read_text(encoding="utf-8")
    values = {"TEXTS": texts, "HOME": json.dumps(address or "about:blank")}
    plain = re.sub(r"\b(TEXTS|HOME)\b", lambda found: values[found[1]], script).encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'W/"{sha256(plain).hexdigest()[:20]}"')


def add_script_routes(app: FastAPI, languages: Languages, title: Callable[[], str]) -> None:
    """Serve the scripts. Add these routes before the catch-all route."""

    async def widget(request: Request) -> Response:
        return _response(load_widget(server_address(request), languages, title()), request)

    async def panel(request: Request) -> Response:
        return _response(load_panel(languages), request)

    async def agent(request: Request) -> Response:
        return _response(load_agent(), request)

    async def element(request: Request) -> Response:
        return _response(load_element(server_address(request)), request)

    add = partial(app.add_route, methods=["GET", "HEAD"])
    add("/widget.js", widget)
    add("/widget-panel.js", panel, include_in_schema=False)
    add("/widget-agent.js", agent, include_in_schema=False)
    add("/element.js", element)


def _response(script: Script, request: Request) -> Response:
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
