"""The gate of everything below /owner: without a session there is the login page and nothing else.

It comes inside the guard, which refuses what other sites send, and before any route, so that nothing of a request is
read that has no session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.problems import Problem, Refused
from bot.server.desk.access import COOKIE
from bot.server.guard import DESK, route_path

if TYPE_CHECKING:
    from bot.server.desk.access import Access

LOGIN = f"{DESK}/login"
# Of Gradio's routes those that the desk uses, as the guard has it for the chat window; beside them, uploads.
_OPEN = re.compile(
    rf"{DESK}(?:|/|/log(?:in|out)|/download/[a-z-]+|/config/?|/theme\.css|/manifest\.json|/favicon\.ico"
    r"|/(?:assets|static|svelte)/.*"
    r"|/gradio_api/(?:app_id|cancel|info|queue/(?:join|data)|reset|run/predict|startup-events|upload|upload_progress"
    r"|heartbeat/[^/]+)/?)"
)
_NOTHING = Problem(404, "not_found", "There is nothing at this address.")
_LOGIN_FIRST = Problem(401, "login_needed", "Sign in to the desk first.")


@dataclass(frozen=True, slots=True)
class DeskGate:
    """ASGI middleware. access: None if there is no desk, since the owner has set no token."""

    app: ASGIApp
    access: Access | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if scope["type"] == "http" else ""
        if path != DESK and not path.startswith(f"{DESK}/"):
            await self.app(scope, receive, send)
            return
        if self.access is None or not _OPEN.fullmatch(path):
            raise Refused(_NOTHING)
        if path != LOGIN and not await run_sync(self.access.allows, cookie_of(scope)):
            if path not in (DESK, f"{DESK}/"):
                raise Refused(_LOGIN_FIRST)
            await _redirect(scope, LOGIN)(scope, receive, send)
        elif path == DESK:
            await _redirect(scope, f"{DESK}/")(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def cookie_of(scope: Scope) -> str:
    """The desk's cookie of a request, "" if there is none."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if found is not None:
                return found.value
    return ""


def _redirect(scope: Scope, path: str) -> RedirectResponse:
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{scope.get('root_path', '')}{path}" + (f"?{query}" if query else ""), 303)
