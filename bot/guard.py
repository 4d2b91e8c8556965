"""What every response of the server must carry, and what no request may reach: one ASGI middleware.

Gradio brings more than a chat window needs: file upload, a proxy, a REST copy of every handler,
trust in X-Forwarded-Host (it would put a stranger's host into the page). This file lets through
only what the window uses, caps bodies, and sets the security headers on everything.

What this file does not know: what a question or an answer is, and how Gradio works inside.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.problem import Problem, explain

MAX_BODY = 256 * 1024
STATIC = "/footnote"  # not /static or /assets: those are Gradio's
OURS = ("/api/", "/healthz", "/openapi.json", f"{STATIC}/", "/widget.js")

# Everything else under / answers 404. /gradio_api/upload, proxy=, file=, call/, component_server
# and the run history stay shut: nothing here needs them, and each is a door for strangers.
_PAGE = re.compile(
    r"/(?:|config/?|theme\.css|manifest\.json|favicon\.ico|pwa_icon.*|robots\.txt"
    r"|(?:assets|static|svelte)/.*"
    r"|gradio_api/(?:app_id|cancel|info|queue/(?:join|data|status)|reset|run/predict|startup-events"
    r"|heartbeat/[^/]+)/?)"
)
# No eval: it works as long as the window uses no gr.HTML and no js=, which compile strings. Gradio
# sets styles inline everywhere; its inline scripts are allowed one by one, by their hashes.
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self'{}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.S)
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_UNTRUSTED = {b"x-forwarded-host", b"x-gradio-server"}


@dataclass(frozen=True, slots=True)
class Guard:
    """Pure ASGI, so that it never buffers a stream. head: gives what goes first into the page's <head>."""

    app: ASGIApp
    head: Callable[[], str] = str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = [(k, v) for k, v in scope["headers"] if k not in _UNTRUSTED]
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": _with_security(message.get("headers", ()), path)}
            await send(message)

        if refusal := _refusal(path, dict(headers)):
            await _answer(guarded, refusal)
            return
        outwards: Send = guarded
        if path == "/":
            zips = b"gzip" in dict(headers).get(b"accept-encoding", b"")
            headers = [(k, v) for k, v in headers if k != b"accept-encoding"]  # it is read on its way
            outwards = _with_script_hashes(guarded, self.head(), zips=zips)
        try:
            await self.app({**scope, "headers": headers}, receive, outwards)
        except Exception as error:  # noqa: BLE001 - the last resort, for what nobody foresaw; it is logged
            problem = explain(error)
            if not started:
                await _answer(guarded, problem)


def is_ours(path: str) -> bool:
    return path.startswith(OURS)


def _refusal(path: str, headers: dict[bytes, bytes]) -> Problem | None:
    """Why a request goes no further, if it does not."""
    if not is_ours(path) and not _PAGE.fullmatch(path):
        return Problem(404, "not_found", "There is nothing at this address.")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 12 or int(length) > MAX_BODY:
        return Problem(413, "too_large", f"A request may be {MAX_BODY // 1024} kB long at most.")
    if b"transfer-encoding" in headers and not is_ours(path):  # our own routes count while they read
        return Problem(411, "length_required", "Send the request with a Content-Length.")
    return None


def _with_security(headers: Iterable[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    added = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
        b"content-security-policy": (_DATA_POLICY if is_ours(path) else _PAGE_POLICY.format("")).encode(),
    }
    given = list(headers)
    if any(k.lower() == b"content-security-policy" for k, _ in given):  # the page has made its own
        del added[b"content-security-policy"]
    kept = [(k, v) for k, v in given if k.lower() not in added]
    if path.startswith("/api/") or path in ("/", "/healthz"):
        kept = [(k, v) for k, v in kept if k.lower() != b"cache-control"]
        added[b"cache-control"] = b"no-store"
    return [*kept, *added.items()]


def _with_script_hashes(send: Send, head: str, *, zips: bool) -> Send:
    """Hold the page back until it is complete, and allow exactly the scripts that stand in it."""
    start: Message = {}
    page = bytearray()

    async def held(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
        if message["type"] != "http.response.body":  # test clients get a debug message, too
            return
        page.extend(message.get("body", b""))
        if not message.get("more_body", False):
            page[:] = page.replace(b"<head>", b"<head>" + head.encode(), 1)
            digests = (base64.b64encode(sha256(m[1]).digest()) for m in _INLINE_SCRIPT.finditer(page))
            policy = _PAGE_POLICY.format("".join(f" 'sha256-{digest.decode()}'" for digest in digests))
            body = gzip.compress(page, 6) if zips else bytes(page)
            added = [
                (b"content-security-policy", policy.encode()),
                (b"content-length", str(len(body)).encode()),
            ]
            added += [(b"content-encoding", b"gzip")] if zips else []
            kept = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            await send({**start, "headers": [*kept, *added]})
            await send({"type": "http.response.body", "body": body})

    return held


async def _answer(send: Send, problem: Problem) -> None:
    body = json.dumps({"error": {"code": problem.code, "message": problem.message}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
