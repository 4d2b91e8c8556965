"""The outermost filter of requests and responses: one ASGI middleware.

Gradio brings more than a chat window needs: file upload, a proxy, a REST copy of every handler. This lets through
only what the window uses, limits bodies, streams and requests, sets the security headers, keeps the answers from
sites that are not on the owner's list, and turns an unforeseen error into a sentence.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.problems import Problem, Refused, explain
from bot.server.error_forms import error_form
from bot.server.guard.gradio_api import filter_query
from bot.server.guard.headers import STATIC, Headers, Policy, content_policy, policy_of, secured
from bot.server.guard.origins import RefusedSites, allows, frame_ancestors, origin_of
from bot.server.guard.sessions import Sessions, open_sessions

MAX_BODY = 256 * 1024
MAX_CHAT_BODY = 1024 * 1024  # front-ends send the whole conversation with each question
MAX_UPLOAD = 64 * 1024 * 1024  # bytes that the owner may send to the desk at once
DESK = "/owner"
OURS = (
    f"{DESK}/",
    "/api/",
    "/v1/",
    "/schema/",
    "/healthz",
    "/metrics",
    "/openapi.json",
    f"{STATIC}/",
    "/widget.js",
    "/widget-panel.js",
    "/widget-agent.js",
    "/element.js",
    "/embed",
)
_OURS_ALONE = ("/mcp", "/mcp/", "/ask", "/ask/", "/v1", "/schemamap.xml")

# Everything else under / answers 404. /gradio_api/upload, proxy=, file=, call/, component_server
# and the run history stay shut: nothing here needs them, and each would be open to untrusted clients.
_SHARED = re.compile(r"/a/[\w-]+\.[\w-]+\.[0-9a-f]{16}")  # no prefix that the chat may be served under
_PAGE = re.compile(
    r"/(?:|owner|config/?|theme\.css|manifest\.json|favicon\.ico|pwa_icon.*|robots\.txt"
    r"|(?:assets|static|svelte)/.*"
    r"|gradio_api/(?:app_id|cancel|info|queue/(?:join|data|status)|reset|run/predict|startup-events"
    r"|heartbeat/[^/]+)/?)"
)
_WITH_SCRIPTS = ("/", f"{DESK}/")  # Gradio's pages, whose inline scripts are allowed one by one
_UPLOAD = f"{DESK}/gradio_api/upload"
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.S)


@dataclass(frozen=True, slots=True)
class Guard:
    """ASGI middleware that never buffers a stream.

    origins: gives them as read_origins() does; the owner may change them. in_full: errors may be logged with their messages, which
    may hold a reader's question. head: gives what goes first into the page's <head>.
    """

    app: ASGIApp
    origins: Callable[[], Sequence[str]] = tuple
    sessions: Sessions = field(default_factory=lambda: open_sessions(()))
    refused: RefusedSites = field(default_factory=RefusedSites)
    in_full: bool = False
    head: Callable[[], str] = str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = route_path(scope)
        policy = policy_of(path)
        response = _Response(send, policy, frame_ancestors(self.origins()), scope)
        headers = [(k, v) for k, v in scope["headers"] if k != b"origin" or self._may_share(scope, policy)]
        try:
            if refusal := _refusal(path, dict(headers)) or _foreign_refusal(scope, policy, path):
                raise Refused(refusal)
            if not path:  # /chat: what the page names lies under /chat/
                await _redirect(response, f"{scope['root_path']}/", scope["query_string"])
                return
            query = scope["query_string"] if is_ours(path) else filter_query(scope["query_string"])
            seen = {**scope, "headers": headers, "query_string": query}
            await self._pass_on(seen, receive, response, path)
        except Exception as error:  # noqa: BLE001 - the last resort for unforeseen errors; explain() logs it
            if response.started and isinstance(error.__cause__, HTTPException):
                return  # Gradio has told its stream that the session is unknown; there is nothing to look into
            problem = explain(error, in_full=self.in_full)
            if not response.started:
                await _answer(response, path, problem)

    async def _pass_on(self, scope: Scope, receive: Receive, response: _Response, path: str) -> None:
        address = (scope.get("client") or (None,))[0]
        self.sessions.count(path, address)
        if scope["method"] == "POST" and not is_ours(path):  # our own routes read with care themselves
            receive = await self.sessions.read(path, receive, address, MAX_BODY)
        with self.sessions.stream(path, scope["query_string"], address):
            if path not in _WITH_SCRIPTS:
                await self.app(scope, receive, response)
                return
            if path == "/":
                self._report_framing(scope)
            zips = b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")
            plain = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]  # read on its way
            head = _base(scope) + self.head() if path == "/" else ""
            await self.app(
                {**scope, "headers": plain}, receive, _with_script_hashes(response, head, zips=zips)
            )

    def _may_share(self, scope: Scope, policy: Policy) -> bool:
        """Whether the site that the request names may read the response. If not, nothing further in sees the Origin."""
        named = dict(scope["headers"])
        origin_header = named[b"origin"].decode("latin-1")
        origin = origin_of(origin_header)
        if origin is None or policy.shared != "listed" or _is_own(origin, named):
            if origin_header == "null" and policy.shared == "listed":
                self.refused.report(None, "wanted to ask questions")
            return False
        if allows(self.origins(), origin):
            return True
        self.refused.report(origin, "wanted to ask questions")
        return False

    def _report_framing(self, scope: Scope) -> None:
        """Report a site that is not allowed and shows the page; its browser refuses without telling the owner."""
        named = dict(scope["headers"])
        shown = named.get(b"sec-fetch-dest", b"") in (b"iframe", b"frame", b"embed", b"object")
        if not shown or named.get(b"sec-fetch-site", b"") not in (b"cross-site", b"same-site"):
            return
        origin = origin_of(named.get(b"referer", b"").decode("latin-1"))
        if origin is None and self.origins():
            return  # it may well be one that is allowed
        if origin is None or not (allows(self.origins(), origin) or _is_own(origin, named)):
            self.refused.report(origin, "wanted to show the chat")


def route_path(scope: Scope) -> str:
    """The path as our routes have it, without what a proxy has it under."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _base(scope: Scope) -> str:
    """For the page under a path of another site. A proxy that takes the path off makes /chat and /chat/ look
    the same to us, and at the former a browser would look for what the page names beside it, not in it."""
    root: str = scope.get("root_path", "")
    return f'<base href="{html.escape(root)}/">' if root else ""


def is_ours(path: str) -> bool:
    return path.startswith(OURS) or path in _OURS_ALONE or bool(_SHARED.fullmatch(path))


def largest_body(path: str) -> int:
    """How many bytes a request to this path may have."""
    if path == _UPLOAD:
        return MAX_UPLOAD
    return MAX_CHAT_BODY if path.startswith("/v1/") else MAX_BODY


def is_known(path: str) -> bool:
    """Whether anything may answer at this path."""
    return is_ours(path) or bool(_PAGE.fullmatch(path))


def _is_own(origin: str, headers: dict[bytes, bytes]) -> bool:
    """By the host alone: behind a proxy that is not trusted the scheme is not known."""
    host = origin_of("http://" + headers.get(b"host", b"").decode("latin-1")) or ""
    return origin.partition("://")[2] == host.partition("://")[2]


def _refusal(path: str, headers: dict[bytes, bytes]) -> Problem | None:
    """Why a request goes no further, if it does not."""
    if path and not is_known(path):
        return Problem(404, "not_found", "There is nothing at this address.")
    length, largest = headers.get(b"content-length", b"0"), largest_body(path)
    if not length.isdigit() or len(length) > 12 or int(length) > largest:
        return Problem(413, "too_large", f"A request may be {largest // 1024} kB long at most.")
    counted = is_ours(path) and not path.startswith(f"{DESK}/")  # our own routes count while they read
    if b"transfer-encoding" in headers and not counted:
        return Problem(411, "length_required", "Send the request with a Content-Length.")
    return None


def _foreign_refusal(scope: Scope, policy: Policy, path: str) -> Problem | None:
    """Why another site's page may not send this.

    The desk takes requests of its own pages only. Elsewhere: a browser sends any site's form or text without asking us first; JSON it sends only if we have allowed that site.
    """
    headers = dict(scope["headers"])
    if policy.private:
        return None if _is_from_desk(scope["method"], path, headers) else _FOREIGN
    if scope["method"] in ("GET", "HEAD", "OPTIONS") or b"origin" not in headers:
        return None
    origin = origin_of(headers[b"origin"].decode("latin-1"))
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if (origin and _is_own(origin, headers)) or kind == b"application/json" or kind.endswith(b"+json"):
        return None
    return Problem(415, "not_json", "Send JSON, with Content-Type: application/json.")


def _is_from_desk(method: str, path: str, headers: dict[bytes, bytes]) -> bool:
    """Whether a page of this server sends this, which browsers state themselves.

    What changes something must name its origin. What is only read need not; a call of Gradio's interface, which no
    link leads to, must not come from another site.
    """
    if method not in ("GET", "HEAD") or b"origin" in headers:
        origin = origin_of(headers.get(b"origin", b"").decode("latin-1"))
        return origin is not None and _is_own(origin, headers)
    site = headers.get(b"sec-fetch-site", b"none")
    return not path.startswith(f"{DESK}/gradio_api/") or site in (b"same-origin", b"none")


_FOREIGN = Problem(403, "foreign_request", "The owner's desk takes requests from its own pages only.")


@dataclass(slots=True)
class _Response:
    """Sends on, with the headers that every response carries. started: whether anything was sent.

    Starlette says "Internal Server Error" before it raises an error; that is left out, for Guard to
    answer it as it does all errors.
    """

    send: Send
    policy: Policy
    ancestors: str
    scope: Scope
    started: bool = False
    left_out: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.left_out = message["status"] == 500 and _is_plain(message)
        if self.left_out:
            return
        if message["type"] == "http.response.start":
            self.started = True
            inside = dict(self.scope["headers"]).get(b"host", b"")
            given: Sequence[tuple[bytes, bytes]] = message.get("headers", ())
            secure = self.scope.get("scheme") == "https"
            headers = secured(
                given, self.policy, ancestors=self.ancestors, secure=secure, inside=inside,
                status=message["status"],
            )  # fmt: skip
            message = {**message, "headers": headers}
        await self.send(message)


def _is_plain(start: Message) -> bool:
    return any(k.lower() == b"content-type" and v.startswith(b"text/plain") for k, v in start["headers"])


def _with_script_hashes(response: _Response, head: str, *, zips: bool) -> Send:
    """Hold the page back until it is complete, and allow exactly the scripts that are in it."""
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
            scripts = "".join(f" 'sha256-{digest.decode()}'" for digest in digests)
            body = gzip.compress(page, 6) if zips else bytes(page)
            added: Headers = [
                (b"content-security-policy", content_policy(response.policy, response.ancestors, scripts)),
                (b"content-length", str(len(body)).encode()),
            ]
            added += [(b"content-encoding", b"gzip")] if zips else []
            kept = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            await response({**start, "headers": [*kept, *added]})
            await response({"type": "http.response.body", "body": body})

    return held


async def _redirect(send: Send, place: str, query: bytes) -> None:
    location = place.encode() + (b"?" + query if query else b"")
    await send({"type": "http.response.start", "status": 307, "headers": [(b"location", location)]})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, path: str, problem: Problem) -> None:
    body = json.dumps(error_form(path, problem)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if problem.retry_after is not None:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
