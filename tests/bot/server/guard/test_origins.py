"""Where the chat may live: what an owner may write, what it allows, and what the log says of untrusted clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, load_config, read_origins
from bot.server import create_app
from bot.server.guard.origins import RefusedSites, allows
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.pipeline import Bot

BLOG = "https://blog.example"
ALLOWED = (BLOG, "https://*.shop.example")


@pytest.fixture(scope="module")
def client() -> TestClient:
    config = BotConfig(allowed_origins=ALLOWED, rate=(), rate_total=())
    return TestClient(
        create_app(cast("Bot", FakeBot(config=config)), config), base_url="https://chat.example"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("blog.example", (BLOG,)),
        ("HTTPS://Blog.Example:443/posts/?x=1, blog.example", (BLOG,)),
        (
            "https://bücher.example:8443 http://localhost:3000/",
            ("https://xn--bcher-kva.example:8443", "http://localhost:3000"),
        ),
        ("https://*.Shop.example/", ("https://*.shop.example",)),
        ("*.shop.example/*", ("https://*.shop.example",)),
        ('"https://blog.example; http:/127.0.0.1:8000"', (BLOG, "http://127.0.0.1:8000")),
        ("https://[2001:DB8::1]:8443", ("https://[2001:db8::1]:8443",)),
    ],
)
def test_what_is_meant_is_understood(written: str, read: tuple[str, ...]) -> None:
    assert read_origins(written) == read


@pytest.mark.parametrize(
    "wrong",
    ["*", "https://*", "*.com", "ftp://blog.example", "javascript:alert(1)", "null", "'self'", "blog",
     "https://a.*.example", "https://user:secret@blog.example", "https://blog.example;script-src"],
)  # fmt: skip
def test_nonsense_is_refused_with_what_to_write(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"FOOTNOTE_ALLOWED_ORIGINS.*Write it like https://www\.your-blog"):
        load_config({"FOOTNOTE_ALLOWED_ORIGINS": wrong})


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (BLOG, True),
        ("https://a.shop.example", True),
        ("https://a.b.shop.example", True),
        ("https://shop.example", False),
        ("https://evilshop.example", False),
        ("http://blog.example", False),
        ("https://blog.example:8443", False),
        ("https://blog.example.evil.example", False),
        ("https://sub.blog.example", False),
    ],
)
def test_only_what_is_listed_is_allowed_in_both_readings(origin: str, may: bool) -> None:
    assert allows(ALLOWED, origin) == may
    assert not allows((), origin)


@pytest.mark.parametrize(
    "path", ["/", "/config", "/theme.css", "/healthz", "/widget.js", "/embed", "/nowhere"]
)
def test_listed_sites_may_show_the_chat(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert f"frame-ancestors 'self' {BLOG} https://*.shop.example" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_the_page_tells_its_script_who_may_show_it(client: TestClient) -> None:
    head = client.get("/").text
    assert f'<meta name="footnote-origins" content="{" ".join(ALLOWED)}">' in head


@pytest.mark.parametrize("path", ["/healthz", "/gradio_api/info", "/api/articles/x"])
@pytest.mark.parametrize("origin", [BLOG, "https://evil.example", "null"])
def test_only_listed_sites_may_read_answers(client: TestClient, path: str, origin: str) -> None:
    headers = client.get(path, headers={"Origin": origin}).headers
    assert headers.get("access-control-allow-origin") == (BLOG if origin == BLOG else None)
    assert "access-control-allow-credentials" not in headers
    assert "origin" in headers["vary"].lower()


def test_a_listed_site_may_ask_first_whether_it_may_ask(client: TestClient) -> None:
    asking = {
        "Origin": BLOG,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    assert client.options("/api/ask", headers=asking).headers["access-control-allow-origin"] == BLOG
    for path, origin in (("/api/ask", "https://evil.example"), ("/api/reingest", BLOG)):
        refused = client.options(path, headers={**asking, "Origin": origin})
        assert refused.status_code == 405 and "access-control-allow-origin" not in refused.headers


def test_a_site_that_may_not_is_logged_once_for_the_owner(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    framed = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    for referrer in ("https://my-blog.example/post", "https://my-blog.example/", f"{BLOG}/x"):
        client.get("/", headers={**framed, "Referer": referrer})
    (message,) = [r.getMessage() for r in caplog.records if "wanted to show the chat" in r.getMessage()]
    assert message.startswith("https://my-blog.example wanted to show the chat and may not.")
    assert f'FOOTNOTE_ALLOWED_ORIGINS="{BLOG} https://*.shop.example https://my-blog.example"' in message


def test_a_hostile_client_cannot_write_into_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for said in ("https://x.example\r\nFAKE", "https://x.example/\x1b[31m", "javascript:FAKE", "x" * 9000):
        client.get("/healthz", headers={"Origin": said.encode("latin-1").decode("latin-1")})
    assert "FAKE" not in caplog.text and "\x1b" not in caplog.text
    watch = RefusedSites()
    for number in range(1000):
        watch.report(f"https://s{number}.example", "wanted to ask questions")
    assert len([r for r in caplog.records if "wanted to ask" in r.getMessage()]) <= 102
