"""Fixtures shared by all tests: an embedder that needs no model, and small articles.

The fake embedder hashes stemless words into 64 dimensions: texts that share words are near each
other, which is all that most tests need, and it imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import settings

from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats
from ingest.token_vectors import TokenVectors

if TYPE_CHECKING:
    from browsing import Page
    from engines import Chroma, Postgres, Redis
    from fake_bot import FakeBot

    from bot.pipeline import Bot

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# No deadline: a busy machine is no failure. What CI runs must not depend on luck, either; elsewhere hypothesis
# goes on looking for new cases.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser: `make test` runs it in a process of its own.

    Playwright's event loop runs in the main thread from the first such test on, and no other test in that
    process could then run a loop of its own.
    """
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


class FakeEmbedder:
    """Bag of hashed words; deterministic; counts the texts it was asked to embed."""

    name = "fake"
    dimension = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def count(self, text: str) -> int:
        return len(re.findall(r"\w+|[^\w\s]", text))

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        self.embedded.extend(texts)
        tokens = [self._tokens(text) for text in texts]
        return np.array([self._pool(t) for t in tokens], np.float32).reshape(
            len(texts), self.dimension
        ), tokens

    def embed_query(self, text: str) -> Floats:
        return self._pool(self._tokens(text))

    def _tokens(self, text: str) -> TokenVectors:
        words = list(re.finditer(r"\w+", text))
        vectors = np.array([_hashed(m[0].lower().rstrip("s"), self.dimension) for m in words], np.float32)
        return TokenVectors(
            np.array([m.start() for m in words], np.int32),
            np.array([m.end() for m in words], np.int32),
            vectors.reshape(len(words), self.dimension),
        )

    def _pool(self, tokens: TokenVectors) -> Floats:
        if not len(tokens.vectors):
            return np.full(self.dimension, self.dimension**-0.5, np.float32)
        mean = tokens.vectors.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


class PackagedSize(FakeEmbedder):
    """Named and shaped as the packaged model, so that the packaged reader reads what it gives."""

    name = DEFAULT_EMBEDDER
    dimension = 384


def _hashed(word: str, dimension: int) -> Floats:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """A server for all tests of a file."""
    pytest.importorskip("redis", reason="the extra [wide] is not installed")
    from engines import Redis

    running = Redis()
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A cluster for all tests of this process; each takes a blog of its own."""
    from engines import start_postgres

    running = start_postgres()
    yield running
    running.remove()


@pytest.fixture(scope="session")
def chroma() -> Iterator[Chroma]:
    """A Chroma server for all tests of this process."""
    from engines import Chroma

    running = Chroma()
    running.start()
    yield running
    running.remove()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The developers' shared material; a user's clone has none, and the test says so."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' shared evaluation material, which is not in the project")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests that want one."""
    from browsing import launched

    with launched() as browser:
        yield browser


# --- the chat window over a scripted bot


@pytest.fixture(scope="session")
def _serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FakeBot]]:
    from browsing import serving
    from fake_bot import FakeBot

    from bot.config import BotConfig
    from bot.server import create_app

    votes = tmp_path_factory.mktemp("votes") / "votes.sqlite"
    bot = FakeBot(config=BotConfig(rate=(), rate_total=(), feedback=str(votes)))
    with serving(create_app(cast("Bot", bot), bot.config)) as address:
        yield address, bot


@pytest.fixture
def served(_serving: tuple[str, FakeBot]) -> Iterator[tuple[str, FakeBot]]:
    """The address of a server over a scripted bot, and the bot; its script is reset afterwards."""
    yield _serving
    _serving[1].reset()


@pytest.fixture
def bot(served: tuple[str, FakeBot]) -> FakeBot:
    return served[1]


@pytest.fixture
def page(chromium: Any, served: tuple[str, FakeBot]) -> Iterator[Page]:
    """The window, with its first questions there."""
    from browsing import opened

    with opened(chromium, served[0]) as page:
        page.wait_for_selector(".fn-chip")
        yield page


# --- the protocols over a scripted bot


@pytest.fixture(scope="session")
def _protocols() -> Iterator[tuple[str, FakeBot]]:
    from api_client import served_bot

    from bot.config import BotConfig

    with served_bot(BotConfig(rate=(), rate_total=(), trusted_proxies=("127.0.0.1/32",))) as served:
        yield served


@pytest.fixture
def protocols(_protocols: tuple[str, FakeBot]) -> Iterator[tuple[str, FakeBot]]:
    """The address of a server without a window over a scripted bot, and the bot; its script is reset afterwards."""
    yield _protocols
    _protocols[1].reset()


# --- a blog with the widget on it


@pytest.fixture(scope="session")
def blog() -> Iterator[Any]:
    """A blog with the widget on it, and the chat that it opens; one for all tests that want one."""
    from widget_pages import blog_with_chat

    with blog_with_chat() as blog:
        yield blog


@pytest.fixture
def visit(chromium: Any, blog: Any) -> Iterator[Any]:
    """Opens pages of that blog."""
    from widget_pages import visits

    with visits(chromium, blog) as visit:
        yield visit
