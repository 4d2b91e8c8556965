"""The desk's own routes: the login page, which works without script, and the way out."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from bot.problems import Refused
from bot.server.desk.access import COOKIE, SESSION_SECONDS
from bot.server.desk.gate import LOGIN, cookie_of
from bot.server.desk.words import desk_languages
from bot.server.guard import DESK, STATIC
from bot.server.request_body import read_bytes
from bot.server.window import Translations, choose_language

if TYPE_CHECKING:
    from bot.server.desk.access import Access
    from bot.server.desk.cases import Cases

_PAGE = Path(__file__).parents[2] / "static" / "desk" / "login.html"
_LARGEST = 8 * 1024  # bytes of the login form


def add_desk_routes(app: FastAPI, access: Access, cases: Cases) -> None:
    """Add /owner/login, /owner/logout, and what the desk links to below /owner/download."""

    @app.get(f"{DESK}/download/cases", include_in_schema=False)
    async def sheet() -> Response:
        return _file(await run_sync(lambda: cases.sheet), "text/csv; charset=utf-8", "footnote-cases.csv")

    @app.get(f"{DESK}/download/results", include_in_schema=False)
    async def results() -> Response:
        return _file(await run_sync(lambda: cases.results), "text/html; charset=utf-8")

    @app.get(LOGIN, include_in_schema=False)
    async def show_login(request: Request) -> Response:
        if await run_sync(access.allows, cookie_of(request.scope)):
            return _redirect(request, f"{DESK}/")
        return _login_page(request)

    @app.post(LOGIN, include_in_schema=False)
    async def log_in(request: Request) -> Response:
        body = await read_bytes(request, largest=_LARGEST)
        token = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10).get("token", [""])[0]
        try:
            address = request.client.host if request.client else None
            cookie = await run_sync(access.log_in, token.strip(), address)
        except Refused as refused:
            if refused.problem.status != 429:
                raise
            seconds = refused.problem.retry_after or 60
            return _login_page(request, "login_wait", 429, {"Retry-After": str(seconds)})
        if cookie is None:
            return _login_page(request, "login_wrong", 401)
        opened = _redirect(request, f"{DESK}/{_asked_language(request)}")
        opened.set_cookie(
            COOKIE, cookie, max_age=SESSION_SECONDS, path=_root(request) + DESK, httponly=True,
            samesite="strict", secure=request.scope["scheme"] == "https",
        )  # fmt: skip
        return opened

    @app.post(f"{DESK}/logout", include_in_schema=False)
    async def log_out(request: Request) -> Response:
        await run_sync(access.log_out, cookie_of(request.scope))
        closed = _redirect(request, LOGIN)
        closed.delete_cookie(COOKIE, path=_root(request) + DESK, httponly=True, samesite="strict")
        return closed


def _login_page(
    request: Request, problem: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    words = _words(request)
    alert = f'<p id="problem" role="alert">{escape(words(problem))}</p>' if problem else ""
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        {key: escape(text) for key, text in words.texts.items() if key.startswith("login_")},
        code=escape(words.code),
        files=f"{_root(request)}{STATIC}/desk",
        action=f"{_root(request)}{LOGIN}{_asked_language(request)}",
        alert=alert,
        described=' aria-describedby="problem" aria-invalid="true"' if problem else "",
    )
    return HTMLResponse(page, status, headers)


def _file(path: Path, kind: str, name: str | None = None) -> Response:
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=kind, filename=name)


def _words(request: Request) -> Translations:
    accepted = request.headers.get("accept-language", "")
    return choose_language(request.query_params.get("lang", ""), accepted, desk_languages())


def _asked_language(request: Request) -> str:
    """The query that keeps the language which the address names; "" if it names none."""
    return f"?lang={_words(request).code}" if request.query_params.get("lang") else ""


def _redirect(request: Request, path: str) -> Response:
    return RedirectResponse(_root(request) + path, 303)


def _root(request: Request) -> str:
    root: str = request.scope.get("root_path", "")
    return root
