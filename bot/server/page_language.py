"""The page's frame in the reader's language: <html lang dir>, and the texts for its script.

Gradio writes one page for everybody, with lang="en"; a screen reader must know the language, and the direction,
before any script has run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.server.desk.words import translate
from bot.server.guard import DESK, STATIC, route_path
from bot.server.window import Languages, Translations, choose_language

if TYPE_CHECKING:
    from fastapi import FastAPI

_DESK_PAGES = (f"{DESK}/", f"{DESK}/config")
_OPENING = re.compile(rb'(<html\b[^>]*?\slang=)"[^"]*"')


def add_translation_routes(app: FastAPI, languages: Languages) -> None:
    """The texts of the window's script, one address a language; declare it before the static files."""

    @app.get(f"{STATIC}/words/{{code}}.json", include_in_schema=False)
    async def words(code: str) -> Response:
        known = languages.get(code)
        body = json.dumps(known.for_script() if known else {}, ensure_ascii=False).encode()
        return Response(body, 200 if known else 404, {"Cache-Control": "no-cache"}, "application/json")


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """ASGI middleware; goes inside Guard, which compresses pages afterwards.

    languages: of the chat window. desk: of the owner's desk, whose page has marks in place of its texts.
    """

    app: ASGIApp
    languages: Languages
    desk: Languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if scope["type"] == "http" else ""
        if path not in ("/", *_DESK_PAGES):
            await self.app(scope, receive, send)
            return
        words = _language_of(scope, self.languages if path == "/" else self.desk)
        plain = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        start: Message | None = None
        page = bytearray()

        async def send_translated(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] == "http.response.body" and start is not None:
                page.extend(message.get("body", b""))
                if message.get("more_body", False):
                    return
                body = _translated(words, bytes(page))
                body = body if path == "/" else translate(body, words)
                await send({**start, "headers": _headers(start["headers"], words, len(body))})
                start, message = None, {"type": "http.response.body", "body": body}
            await send(message)

        await self.app({**scope, "headers": plain}, receive, send_translated)


def _language_of(scope: Scope, languages: Languages) -> Translations:
    headers = dict(scope["headers"])
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")[:2000]).get("lang", [""])
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    return choose_language(asked[0], accepted, languages)


def _translated(words: Translations, page: bytes) -> bytes:
    code = escape(words.code)
    # Twice: Gradio overwrites lang with the browser's language, or with "en" if it has no words in that.
    frame = f'"{code}" data-lang="{code}" dir="{words.direction}"'.encode()
    return _OPENING.sub(lambda m: m[1] + frame, page, count=1)


def _headers(
    headers: list[tuple[bytes, bytes]], words: Translations, length: int
) -> list[tuple[bytes, bytes]]:
    changed = (b"content-length", b"content-language")
    kept = [(k, v) for k, v in headers if k.lower() not in changed]
    added = [
        (b"content-length", str(length).encode()),
        (b"content-language", words.code.encode()),
        (b"vary", b"Accept-Language"),
    ]
    return [*kept, *added]
