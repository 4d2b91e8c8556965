"""The desk is the owner's alone: what wrong tokens, copied cookies, other sites and clients without a login get."""

from __future__ import annotations

import hmac
import itertools
import time
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import FakeBot
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot.config import BotConfig, Rate
from bot.server import create_app
from bot.server.desk.access import ATTEMPTS, COOKIE, SESSION_SECONDS, Access
from bot.server.desk.sessions import LAYOUT, MAX_SESSIONS, MemorySessions, OpenSessions, SharedSessions
from bot.server.guard import MAX_UPLOAD, OwnerToken, RateLimits, derived_key
from ingest.database import open_database

if TYPE_CHECKING:
    from bot.pipeline import Bot

TOKEN = "the-token-of-the-owner-0123456789"
OWN = {"Origin": "http://testserver"}
GRADIO = "/owner/gradio_api"
NUMBERS = itertools.count(1)
UPLOAD = {"files": ("post.md", b"# A post", "text/markdown")}


def app_with(folder: Path, token: str = TOKEN, **settings: object) -> FastAPI:
    config = BotConfig(
        index=folder / "index", owner_token=SecretStr(token), rate=(), rate_total=(), **settings  # type: ignore[arg-type]
    )  # fmt: skip
    return create_app(cast("Bot", FakeBot(config)), config)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return app_with(tmp_path_factory.mktemp("desk"), allowed_origins=("https://blog.example",))


@pytest.fixture
def visitor(app: FastAPI) -> TestClient:
    """Somebody without a login, at an address that no other test uses."""
    address = (f"203.0.113.{next(NUMBERS)}", 50_000)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False, client=address)


@pytest.fixture
def owner(visitor: TestClient) -> TestClient:
    assert visitor.post("/owner/login", data={"token": TOKEN}, headers=OWN).status_code == 303
    return visitor


def test_without_a_token_there_is_no_desk(tmp_path: Path) -> None:
    http = TestClient(app_with(tmp_path, token=""), raise_server_exceptions=False)
    for path in ("/owner", "/owner/", "/owner/login", "/owner/config", f"{GRADIO}/info", "/owner/anything"):
        assert http.get(path).status_code == 404, path
    for path in ("/owner/login", f"{GRADIO}/queue/join", f"{GRADIO}/upload"):
        assert http.post(path, headers=OWN).status_code == 404, path


def test_the_right_token_opens_the_desk_with_a_strict_cookie(visitor: TestClient) -> None:
    assert visitor.get("/owner").headers["location"] == "/owner/login"
    assert 'type="password"' in visitor.get("/owner/login").text
    entered = visitor.post("/owner/login", data={"token": TOKEN}, headers=OWN)
    assert (entered.status_code, entered.headers["location"]) == (303, "/owner/")
    cookie = SimpleCookie(entered.headers["set-cookie"])[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "strict" and cookie["path"] == "/owner"
    assert cookie["max-age"] == str(SESSION_SECONDS) and not cookie["secure"] and TOKEN not in cookie.value
    page = visitor.get("/owner/")
    assert page.status_code == 200 and "gradio" in page.text and "@@" not in page.text
    assert visitor.get(f"{GRADIO}/info").status_code == 200
    assert visitor.get("/owner/login").headers["location"] == "/owner/"


def test_the_language_of_the_address_is_kept_at_the_login(visitor: TestClient) -> None:
    assert visitor.get("/owner/?lang=de").headers["location"] == "/owner/login?lang=de"
    assert 'action="/owner/login?lang=de"' in visitor.get("/owner/login?lang=de").text
    entered = visitor.post("/owner/login?lang=de", data={"token": TOKEN}, headers=OWN)
    assert entered.headers["location"] == "/owner/?lang=de"
    assert (
        visitor.post('/owner/login?lang="x', data={"token": TOKEN}, headers=OWN).headers["location"]
        == "/owner/?lang=en"
    )


def test_the_cookie_is_secure_behind_https_and_its_path_is_where_the_chat_is(tmp_path: Path) -> None:
    http = TestClient(app_with(tmp_path, root_path="https://blog.example/chat"), follow_redirects=False)
    entered = http.post(
        "/chat/owner/login", data={"token": TOKEN}, headers={"Origin": "https://blog.example"}
    )
    cookie = SimpleCookie(entered.headers["set-cookie"])[COOKIE]
    assert (entered.headers["location"], cookie["path"], cookie["secure"]) == (
        "/chat/owner/",
        "/chat/owner",
        True,
    )
    page = http.get("/chat/owner/", headers={"Cookie": f"{COOKIE}={cookie.value}"})
    assert page.status_code == 200 and "https://blog.example/chat/owner" in page.text


def test_desk_pages_are_not_framed_listed_or_stored(owner: TestClient) -> None:
    for path in ("/owner/", "/owner/login", "/owner/config"):
        headers = owner.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert (headers["x-robots-tag"], headers["cache-control"]) == ("noindex", "no-store"), path
        assert headers["cross-origin-resource-policy"] == "same-origin", path
        assert "unsafe-eval" not in headers["content-security-policy"]


# --- wrong tokens

WRONG = ["", "x", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "ü" * 40, "\0" * 16, "a" * 7000]


def test_every_wrong_token_gets_the_same_answer(visitor: TestClient) -> None:
    answers = set()
    for token in WRONG:
        response = visitor.post("/owner/login", data={"token": token}, headers=OWN)
        named = {k: v for k, v in response.headers.items() if k not in ("date", "x-request-id")}
        answers.add((response.status_code, response.text, str(named)))
    assert len(answers) == 1
    status, text, headers = answers.pop()
    assert status == 401 and 'role="alert"' in text and "set-cookie" not in headers


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each comparison is one of two digests of the same length, so its time says nothing about the token."""
    compared = []

    def watched(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return a == b

    monkeypatch.setattr(hmac, "compare_digest", watched)
    access = Access(OwnerToken(TOKEN), RateLimits())
    assert [access.log_in(token, "203.0.113.1") for token in WRONG] == [None] * len(WRONG)
    assert compared == [(32, 32)] * len(WRONG)


def test_guessing_is_limited_for_each_client(app: FastAPI) -> None:
    guesser, other = (TestClient(app, client=(f"198.51.100.{n}", 1), follow_redirects=False) for n in (7, 8))
    most = ATTEMPTS[0].count
    statuses = [
        guesser.post("/owner/login", data={"token": "x" * 20}, headers=OWN).status_code
        for _ in range(most + 2)
    ]
    assert statuses == [401] * most + [429] * 2
    late = guesser.post("/owner/login", data={"token": TOKEN}, headers=OWN)
    assert (
        late.status_code == 429 and int(late.headers["retry-after"]) > 0 and "set-cookie" not in late.headers
    )
    assert other.post("/owner/login", data={"token": TOKEN}, headers=OWN).status_code == 303


# --- cookies


def shut_out(http: TestClient, cookie: str) -> bool:
    """Whether a cookie opens nothing."""
    http.cookies.clear()
    headers = {b"Cookie": f"{COOKIE}={cookie}".encode()}
    page = http.get("/owner/", headers=headers)
    statuses = [http.get(path, headers=headers).status_code for path in ("/owner/config", f"{GRADIO}/info")]
    return page.headers.get("location") == "/owner/login" and statuses == [401, 401]


def test_a_copied_cookie_opens_nothing_after_logout(owner: TestClient) -> None:
    copied = owner.cookies[COOKIE]
    assert not shut_out(owner, copied)
    left = owner.post("/owner/logout", headers={**OWN, "Cookie": f"{COOKIE}={copied}"})
    assert left.status_code == 303 and left.headers["location"] == "/owner/login"
    assert shut_out(owner, copied)


def test_an_expired_cookie_opens_nothing() -> None:
    now = [time.time()]
    access = Access(OwnerToken(TOKEN), RateLimits(), clock=lambda: now[0])
    cookie = access.log_in(TOKEN, None)
    assert cookie and access.allows(cookie)
    now[0] += SESSION_SECONDS - 1
    assert access.allows(cookie)
    now[0] += 2
    assert not access.allows(cookie)


def test_changed_and_foreign_cookies_open_nothing(owner: TestClient) -> None:
    cookie = owner.cookies[COOKIE]
    name, moment, signature = cookie.split(".")
    foreign = Access(OwnerToken(TOKEN)).log_in(TOKEN, None)
    assert foreign
    for forged in (
        f"{name[:-1]}A.{moment}.{signature}", f"{name}.{moment[:-1]}_.{signature}", f"{name}.{moment}.{signature[:-2]}",
        f"{name}.{moment}.", name, "", "é", "a" * 5000, foreign,
    ):  # fmt: skip
        assert shut_out(owner, forged), forged


@pytest.mark.parametrize("place", ["memory", "postgres"])
def test_only_the_latest_sessions_are_open(place: str, request: pytest.FixtureRequest) -> None:
    sessions: OpenSessions = MemorySessions()
    if place == "postgres":
        postgres = request.getfixturevalue("postgres")
        sessions = SharedSessions(open_database(postgres.url, postgres.new_blog()).tables(LAYOUT))
    now = itertools.count(1)
    access = Access(
        OwnerToken(TOKEN), RateLimits((Rate(1000, 60),)), clock=lambda: next(now) / 100, sessions=sessions
    )
    cookies = [access.log_in(TOKEN, None) or "" for _ in range(MAX_SESSIONS + 1)]
    assert [access.allows(cookie) for cookie in (cookies[0], cookies[1], cookies[-1])] == [False, True, True]
    access.log_out(cookies[1])
    assert [access.allows(cookie) for cookie in cookies[1:3]] == [False, True]


def test_a_signature_gives_the_token_to_no_guesser() -> None:
    """A key that follows from the token is slow to make, so that a signed text is of no use to find the token with."""
    key = derived_key(TOKEN, "desk/blog")
    assert key == derived_key(TOKEN, "desk/blog") and len(key) == 32
    assert key not in (
        derived_key(TOKEN, "answers/blog"),
        derived_key(TOKEN, "desk/other"),
        derived_key(f"{TOKEN}x", "desk/blog"),
    )


# --- other sites, and clients without a login


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "https://blog.example", "rubbish"])
def test_a_foreign_form_is_refused(owner: TestClient, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    body = {"fn_index": 0, "data": [], "session_hash": "abc"}
    for response in (
        owner.post("/owner/login", data={"token": TOKEN}, headers=headers),
        owner.post("/owner/logout", headers=headers),
        owner.post(f"{GRADIO}/queue/join", json=body, headers=headers),
        owner.post(f"{GRADIO}/upload", files=UPLOAD, headers=headers),
    ):
        assert response.status_code == 403 and response.json()["error"]["code"] == "foreign_request"
        assert "access-control-allow-origin" not in response.headers
    assert owner.get("/owner/config").status_code == 200, "the session is still open"


def test_another_site_cannot_read_with_the_owners_browser(owner: TestClient) -> None:
    assert owner.get(f"{GRADIO}/info", headers={"Origin": "https://blog.example"}).status_code == 403
    assert owner.get(f"{GRADIO}/info", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert owner.get(f"{GRADIO}/info", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_without_a_login_gradio_answers_nothing(visitor: TestClient) -> None:
    paths = (
        "config",
        "gradio_api/info",
        "gradio_api/queue/data?session_hash=abc",
        "gradio_api/heartbeat/abc",
    )
    for path in (*paths, "gradio_api/app_id", "gradio_api/upload_progress?upload_id=a", "assets/index.js"):
        assert visitor.get(f"/owner/{path}").status_code == 401, path
    body = {"fn_index": 0, "data": [], "session_hash": "abc"}
    for path in ("queue/join", "run/predict", "cancel", "reset"):
        assert visitor.post(f"{GRADIO}/{path}", json=body, headers=OWN).status_code == 401, path
    assert visitor.post(f"{GRADIO}/upload", files=UPLOAD, headers=OWN).status_code == 401


def test_an_upload_without_a_login_is_refused_before_it_is_read(visitor: TestClient) -> None:
    def body() -> object:
        raise AssertionError("the body was read")
        yield b""

    headers = {**OWN, "Content-Length": "1000", "Content-Type": "multipart/form-data; boundary=x"}
    assert visitor.post(f"{GRADIO}/upload", content=body(), headers=headers).status_code == 401  # type: ignore[arg-type]
    headers["Content-Length"] = str(MAX_UPLOAD + 1)
    assert visitor.post(f"{GRADIO}/upload", content=body(), headers=headers).status_code == 413  # type: ignore[arg-type]


def test_gradios_other_routes_are_shut_for_the_owner_too(owner: TestClient) -> None:
    for path in (
        "file=/etc/passwd",
        "proxy=http://127.0.0.1/",
        "runs",
        "openapi.json",
        "call/load",
        "monitoring",
    ):
        assert owner.get(f"{GRADIO}/{path}").status_code == 404, path
    assert owner.get("/owner/monitoring").status_code == 404
    assert owner.post(f"{GRADIO}/run/load", json={}, headers=OWN).status_code == 404
