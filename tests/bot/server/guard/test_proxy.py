"""Behind proxies: who is believed, and that the chat works under a path of another site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from browsing import serving
from fake_bot import FakeBot
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.config import BotConfig, load_config
from bot.server import create_app
from bot.server.guard.middleware import is_known
from bot.server.guard.proxy import ProxyHeaders
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.pipeline import Bot

NEAR, FAR = "127.0.0.1", "10.1.2.3"


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError


def seen(headers: dict[str, str], *, peer: str = NEAR, path: str = "/", root: str = "") -> dict[str, Any]:
    scope = {
        "type": "http", "client": (peer, 5), "scheme": "http", "path": path, "raw_path": path.encode(),
        "headers": [(b"host", b"inside:7860"), *((k.lower().encode(), v.encode()) for k, v in headers.items())],
    }  # fmt: skip
    return dict(ProxyHeaders(_nothing, ("127.0.0.1/32", "10.0.0.0/8"), root, is_known).original(scope))


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ({}, NEAR),
        ({"X-Forwarded-For": "203.0.113.5"}, "203.0.113.5"),
        ({"X-Forwarded-For": "6.6.6.6, 203.0.113.5"}, "203.0.113.5"),
        ({"X-Forwarded-For": f"6.6.6.6, 203.0.113.5, {FAR}"}, "203.0.113.5"),
        ({"X-Forwarded-For": "[2001:db8::5]:1234"}, "2001:db8::5"),
        ({"X-Forwarded-For": "::ffff:203.0.113.5"}, "203.0.113.5"),
        ({"X-Forwarded-For": "nonsense"}, NEAR),
        ({"X-Forwarded-For": f"6.6.6.6, unknown, {FAR}"}, FAR),
        ({"Forwarded": 'for=6.6.6.6, for="[2001:db8::5]:47";proto=https'}, "2001:db8::5"),
        ({"Forwarded": "for=6.6.6.6", "X-Forwarded-For": "203.0.113.5"}, "203.0.113.5"),
    ],
)
def test_the_nearest_untrusted_address_is_the_client(headers: dict[str, str], client: str) -> None:
    scope = seen(headers)
    assert scope["client"][0] == client
    assert [k for k, _ in scope["headers"]] == [b"host"]


def test_an_untrusted_client_is_not_believed_and_nothing_is_passed_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lies = {"X-Forwarded-For": "1.1.1.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
            "X-Forwarded-Prefix": "/evil", "Forwarded": "for=1.1.1.1;host=evil.example", "X-Real-IP": "1.1.1.1"}  # fmt: skip
    scope = seen(lies, peer="192.168.7.7")
    assert (scope["client"][0], scope["scheme"], scope["root_path"]) == ("192.168.7.7", "http", "")
    assert scope["headers"] == [(b"host", b"inside:7860")]
    assert "FOOTNOTE_TRUSTED_PROXIES=192.168.7.7" in caplog.text


def test_host_and_scheme_are_those_that_the_outermost_trusted_proxy_saw() -> None:
    headers = {"X-Forwarded-For": f"203.0.113.5, {FAR}", "X-Forwarded-Host": "evil.example, blog.example, inner",
               "X-Forwarded-Proto": "http, https, http"}  # fmt: skip
    scope = seen(headers)
    assert (scope["scheme"], dict(scope["headers"])[b"host"]) == ("https", b"blog.example")
    assert dict(seen({"X-Forwarded-Host": "a b/<x>"})["headers"])[b"host"] == b"inside:7860"


@pytest.mark.parametrize("prefix", ["/chat", "/a/b.c"])
@pytest.mark.parametrize("path", ["/", "/gradio_api/queue/join", "/footnote/window/ui.css"])
def test_a_prefix_that_was_taken_off_or_not_is_put_right(prefix: str, path: str) -> None:
    for arrived in (path, prefix + path):
        for scope in (
            seen({"X-Forwarded-Prefix": prefix}, path=arrived),
            seen({}, path=arrived, root=prefix),
        ):
            assert (scope["root_path"], scope["path"]) == (prefix, prefix + path)
            assert scope["raw_path"] == (prefix + path).encode()


@pytest.mark.parametrize("prefix", ["/../x", "//evil.example", "/a b", "chat", "/<x>", "/" + "a" * 400])
def test_a_prefix_that_is_none_is_ignored(prefix: str) -> None:
    assert seen({"X-Forwarded-Prefix": prefix})["root_path"] == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("TRUSTED_PROXIES", "*"), ("TRUSTED_PROXIES", "0.0.0.0/0"), ("TRUSTED_PROXIES", "localhost"),
     ("ROOT_PATH", "chat me"), ("ROOT_PATH", "/../x"), ("ROOT_PATH", "ftp://x.example/chat")],
)  # fmt: skip
def test_a_wrong_setting_says_what_to_write(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"FOOTNOTE_{name}.*Write"):
        load_config({f"FOOTNOTE_{name}": value})


def served(**settings: Any) -> TestClient:
    config = BotConfig(rate=(), rate_total=(), **settings)
    app = create_app(cast("Bot", FakeBot(config=config)), config)
    return TestClient(app, base_url="http://inner.invalid:7860", client=(NEAR, 5))


@pytest.mark.parametrize("by_proxy", [True, False])
def test_the_window_works_under_a_path_and_never_names_the_inner_host(by_proxy: bool) -> None:
    settings = (
        {"trusted_proxies": ("127.0.0.1/32",)} if by_proxy else {"root_path": "https://blog.example/chat"}
    )
    client = served(**settings)
    headers = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/chat",
               "X-Forwarded-Host": "blog.example"} if by_proxy else {}  # fmt: skip
    for path in ("/", "/config"):
        response = client.get(path, headers=headers)
        assert response.status_code == 200
        assert "https://blog.example/chat" in response.text and "inner.invalid" not in response.text
        assert ('<base href="/chat/">' in response.text) == (path == "/")
    for path in ("/footnote/window/ui.css", "/healthz", "/theme.css", "/gradio_api/info"):
        for arrived in (path, f"/chat{path}"):
            assert client.get(arrived, headers=headers).status_code == 200, arrived
    assert client.post("/api/ask", json={"question": "Why?"}, headers=headers).status_code == 200
    moved = client.get("/chat", headers=headers, follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/chat/")
    assert client.get("/chat/nothing", headers=headers).status_code == 404


@dataclass(frozen=True, slots=True)
class Proxy:
    """Shows the chat under /blog/chat and takes that off: of /blog/chat, too, which it makes / as Traefik and
    Caddy do. Everything else is not there."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            prefix = "/blog/chat"
            path = (
                scope["path"].removeprefix(prefix) or "/" if scope["path"].startswith(prefix) else "/nowhere"
            )
            forwarded = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-prefix", prefix.encode())]
            headers = [*scope["headers"], *forwarded]
            scope = {**scope, "path": path, "raw_path": path.encode(), "headers": headers}
        await self.app(scope, receive, send)


@pytest.mark.browser
def test_the_window_works_under_a_path_in_chromium(chromium: Any, tmp_path: Path) -> None:
    """At the address without a slash behind it, where a browser would resolve all that it needs against the parent."""
    config = BotConfig(index=tmp_path / "index", rate=(), trusted_proxies=("127.0.0.1/32",))
    bot = FakeBot(config=config)
    with serving(Proxy(create_app(cast("Bot", bot), config))) as address:
        page = chromium.new_page()
        lost: list[str] = []
        page.on("response", lambda response: lost.append(response.url) if response.status >= 400 else None)
        page.goto(f"{address}blog/chat", wait_until="domcontentloaded")
        page.fill("#fn-box textarea", "How do I do it?")
        page.press("#fn-box textarea", "Enter")
        page.click(".fn-answered .fn-thumb-up")
        page.wait_for_selector(".fn-feedback-status >> text=Thank you")
        page.click(".fn-marker >> nth=0")
        page.wait_for_selector("mark.fn-active")
        assert lost == [] and page.url == f"{address}blog/chat"
        page.close()
