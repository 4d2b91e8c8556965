"""The HTTP interface over a scripted bot: without a socket, or on one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from browsing import serving
from fake_bot import FakeBot
from starlette.testclient import TestClient

from bot.server import create_api

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot


def client_of(bot: FakeBot, **options: Any) -> TestClient:
    """A client without a socket; an error of the server is a response, as for a real client."""
    return TestClient(create_api(cast("Bot", bot), bot.config), raise_server_exceptions=False, **options)


@contextmanager
def served_bot(config: BotConfig) -> Iterator[tuple[str, FakeBot]]:
    """A server's address, with a slash at its end, and its bot."""
    bot = FakeBot(config=config)
    with serving(create_api(cast("Bot", bot), config)) as address:
        yield address, bot
