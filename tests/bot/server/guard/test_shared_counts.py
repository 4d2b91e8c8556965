"""Several servers count in one Redis; without it each counts for itself, and says so."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import pytest
from engines import Redis, free_port, wait_until
from fake_bot import FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, load_config, read_rates
from bot.server import create_api
from bot.server.guard import RateLimits, SharedCounts
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.pipeline import Bot

pytest.importorskip("redis", reason="the extra [wide] is not installed")
TOKEN = "only-the-owner-knows-this"


def server(url: str, rate: str = "3/minute") -> TestClient:
    config = load_config({"FOOTNOTE_RATE_STORE": url, "FOOTNOTE_RATE": rate, "FOOTNOTE_OWNER_TOKEN": TOKEN})
    return TestClient(create_api(cast("Bot", FakeBot(config=config)), config))


def ask(http: TestClient) -> int:
    return http.post("/api/ask", json={"question": "Why?"}).status_code


def store_says(http: TestClient) -> tuple[str, bool]:
    """What /healthz and /metrics say of the store."""
    numbers = http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    return http.get("/healthz").json()["rate_store"], "footnote_rate_store_up 1.0" in numbers


def test_two_servers_let_in_no_more_than_one_would_even_at_the_same_moment(redis: Redis) -> None:
    rates = [RateLimits(read_rates("20/minute"), shared=SharedCounts(redis.url), kind="test") for _ in "12"]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: rates[n % 2].wait("1.2.3.4")[0], range(60)))
    assert sum(wait == 0 for wait in waits) == 20
    assert all(50 < wait <= 60 for wait in waits if wait)
    assert rates[0].wait("5.6.7.8")[0] == 0  # another client
    assert RateLimits(read_rates("20/minute"), shared=rates[0].shared, kind="other").wait("1.2.3.4")[0] == 0


def test_both_servers_refuse_and_the_store_holds_no_address(redis: Redis) -> None:
    one, other = server(redis.url), server(redis.url.replace("redis:", "valkey:"))
    assert [ask(http) for http in (one, other, one, other, one)] == [200, 200, 200, 429, 429]
    assert store_says(one) == ("ok", True)
    keys = subprocess.run(
        ["redis-cli", "-p", str(redis.port), "--scan"], capture_output=True, text=True, check=True
    ).stdout
    assert "footnote:" in keys and "testclient" not in keys and "1.2.3.4" not in keys


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_its_store_a_server_says_so_and_counts_for_itself_until_it_is_back(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    redis = Redis()
    redis.start()
    try:
        one, other = server(redis.url, "2/minute"), server(redis.url, "2/minute")
        assert ask(one) == 200
        redis.kill() if how == "killed" else redis.freeze()
        # The one goes on from its own count, the other, which nobody asked yet, begins with none.
        assert [ask(http) for http in (one, one, other, other, other)] == [200, 429, 200, 200, 429]
        assert store_says(one) == store_says(other) == ("down", False)
        assert "FOOTNOTE_RATE_STORE does not answer" in caplog.text and redis.url not in caplog.text
        redis.kill()
        redis.start()
        wait_until(lambda: store_says(one) == store_says(other) == ("ok", True), "waited for the store")
        assert [ask(one), ask(other), ask(one)] == [200, 200, 429]
    finally:
        redis.kill()


def test_a_store_that_is_down_at_the_start_keeps_no_server_from_starting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    http = server(f"redis://:secret-of-the-store@127.0.0.1:{free_port()}/0", "1/minute")
    assert [ask(http), ask(http)] == [200, 429]
    assert store_says(http) == ("down", False)
    assert "Each server now counts for itself" in caplog.text and "secret-of-the-store" not in caplog.text


@pytest.mark.parametrize("url", ["store.lan:6379", "http://store.lan", "redis://store.lan:many"])
def test_an_address_that_is_none_says_what_to_write_and_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"FOOTNOTE_RATE_STORE.*redis://host:6379/0") as caught:
        server(url)
    assert url not in str(caught.value)


def test_limits_that_are_off_need_no_store() -> None:
    config = BotConfig(rate=(), rate_total=())
    http = TestClient(create_api(cast("Bot", FakeBot(config=config)), config))
    assert ask(http) == 200 and "rate_store" not in http.get("/healthz").json()
