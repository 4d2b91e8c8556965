"""The chat window without a browser: the conversation, the page's headers, what untrusted clients may reach."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.request import urlopen

import pytest
from fake_bot import ERRORS, EXAMPLES, FakeBot
from patience import PATIENCE
from processes import assert_announced, started
from starlette.testclient import TestClient

from bot.config import BotConfig
from bot.problems import explain
from bot.server import create_app, serve
from bot.server.guard.middleware import MAX_BODY
from bot.server.static_files import BUNDLES
from bot.server.window import (
    MAX_EXCHANGES,
    Conversation,
    Exchange,
    chat_messages,
    continue_conversation,
    packaged_language,
    render_greeting,
)
from bot.types import Turn
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.pipeline import Bot

ROOT = Path(__file__).resolve().parents[2]
WORDS = packaged_language("en")


def conversations(bot: FakeBot, question: str, past: Conversation = ()) -> list[Conversation]:
    return list(continue_conversation(cast("Bot", bot), question, past, WORDS))


# --- the conversation


def test_a_conversation_grows_and_then_holds_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.server.window.conversation.FRAME_SECONDS", 0.0)
    first, *growing, last = conversations(FakeBot(), "Why does my back ache?")
    assert first == (Exchange(0, "Why does my back ache?"),)
    assert all(
        later[-1].partial_text.startswith(earlier[-1].partial_text) for earlier, later in pairwise(growing)
    )
    answer = last[-1].answer
    assert answer is not None
    assert growing[-1][-1].partial_text == answer.text
    assert "<mark class=" in last[-1].sources_html
    assert "23 June 2025" in last[-1].sources_html


def test_what_is_urgent_looks_so_from_the_first_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.server.window.conversation.FRAME_SECONDS", 0.0)
    for question, urgent in (("I have numb legs", True), ("Why does my back ache?", False)):
        _, *growing, last = conversations(FakeBot(), question)
        drawn = [chat_messages(conversation, WORDS)[-1]["content"] for conversation in (*growing, last)]
        assert len(drawn) > 5 and all(("fn-urgent" in html) == urgent for html in drawn)


def test_a_follow_up_carries_the_answered_turns_only() -> None:
    bot = FakeBot()
    conversation = conversations(bot, "Why?")[-1]
    bot.error = ERRORS["model"]
    conversation = conversations(bot, "And then?", conversation)[-1]
    bot.error = None
    conversations(bot, "How long?", conversation)
    assert conversation[0].answer is not None
    assert bot.asked[-1][1] == (Turn("user", "Why?"), Turn("assistant", conversation[0].answer.text))


@pytest.mark.parametrize("error", [*ERRORS.values(), ZeroDivisionError("/srv/secret/bot.py")])
def test_an_error_becomes_a_message_without_its_insides(error: Exception) -> None:
    for bot in (FakeBot(error=error), FakeBot(late_error=error)):
        *_, last = conversations(bot, "Why?")
        assert last[-1].problem == explain(error)
        shown = chat_messages(last, WORDS)[-1]["content"]
        assert "fn-problem" in shown
        assert "/srv" not in shown


def test_too_long_a_question_is_refused_with_a_sentence() -> None:
    conversation = conversations(FakeBot(), "x" * 1001)[-1]
    assert conversation[-1].problem is not None
    assert "1000 characters" in conversation[-1].problem.message
    assert "fn-edit" in chat_messages(conversation, WORDS)[-1]["content"]


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert conversations(FakeBot(), "why \ud800?")[-1][-1].question == "why �?"


def test_old_exchanges_leave_and_footnotes_keep_their_numbers() -> None:
    conversation: Conversation = ()
    for n in range(MAX_EXCHANGES + 5):
        conversation = conversations(FakeBot(), f"Why {n}?", conversation)[-1]
    assert len(conversation) == MAX_EXCHANGES
    assert [e.number for e in conversation] == list(range(5, MAX_EXCHANGES + 5))


def test_sources_survive_an_article_that_has_gone() -> None:
    bot = FakeBot()
    *_, before_end = conversations(bot, "Why?")
    bot.articles = ()
    *_, last = conversations(bot, "Why?")
    assert "<mark class=" in last[-1].sources_html
    assert "2025" in before_end[-1].sources_html
    assert "2025" not in last[-1].sources_html


def test_the_greeting_offers_questions_or_says_why_not() -> None:
    assert all(example in render_greeting(cast("Bot", FakeBot()), WORDS) for example in EXAMPLES)
    assert "No article has been added yet" in render_greeting(
        cast("Bot", FakeBot(error=ERRORS["missing"])), WORDS
    )


# --- the page and what untrusted clients may reach


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    bot = FakeBot()
    with TestClient(
        create_app(cast("Bot", bot), BotConfig(title="A <b>blog</b>")), raise_server_exceptions=False
    ) as client:
        yield client


def test_the_page_allows_its_own_scripts_and_nothing_else(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    scripts = policy.split("script-src ")[1].split(";")[0]
    assert len(re.findall(r"<script(?![^>]* src=)", page.text)) == scripts.count("'sha256-") > 0
    assert "unsafe" not in scripts
    assert "frame-ancestors 'self'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-encoding"] == "gzip"
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == page.text


def test_an_untrusted_client_cannot_put_a_host_into_the_page_nor_read_it_across(client: TestClient) -> None:
    headers = {"Host": "blog.example", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
    for path in ("/", "/config", "/healthz", "/gradio_api/info"):
        response = client.get(path, headers={**headers, "X-Gradio-Server": "http://evil.example"})
        assert response.status_code == 200
        assert "evil.example" not in response.text
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=ui.py"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://evil.example/"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/call/ask"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/deep_link?session_hash=x"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/%75pload"),
        ("GET", "/monitoring"),
        ("GET", "/login"),
        ("GET", "/ui.py"),
    ],
)
def test_what_gradio_brings_and_nobody_needs_is_shut(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_the_windows_handlers_are_no_second_interface(client: TestClient) -> None:
    info = client.get("/gradio_api/info").json()
    assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_a_large_body_is_refused_everywhere(client: TestClient) -> None:
    response = client.post("/gradio_api/queue/join", content=b" " * (MAX_BODY + 1))
    assert response.status_code == 413
    assert client.post("/gradio_api/queue/join", content=iter([b" "])).status_code == 411


# --- starting


def test_importing_the_window_does_no_work() -> None:
    code = "import os, sys; old = dict(os.environ); import ui; assert os.environ == old; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert not {"gradio", "fastapi", "uvicorn", "chromadb", "torch"} & set(loaded.split())


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is taken.*FOOTNOTE_PORT"):
            serve(BotConfig(port=port))
        run = subprocess.run(
            [sys.executable, "ui.py"], cwd=ROOT, capture_output=True, text=True, check=False,
            env={"FOOTNOTE_PORT": str(port), "PATH": ""},
        )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.startswith(f"Port {port} is taken")
    assert "Traceback" not in run.stderr


def test_the_server_says_where_it_is_and_ends_quietly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code = (
        "import sys; sys.path.insert(0, 'tests/support'); import bot.config, bot.server, bot.startup, fake_bot;"
        f"bot.startup.open_bot = fake_bot.FakeBot; bot.server.serve(bot.config.BotConfig(port={port}))"
    )
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with started([sys.executable, "-c", code], cwd=ROOT, **pipes) as process:
        assert process.stdout is not None
        assert_announced(process.stdout, port)
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as response:
            assert "server" not in response.headers
        with urlopen(f"http://127.0.0.1:{port}/gradio_api/heartbeat/a-tab-left-open", timeout=PATIENCE):
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")


def test_an_address_that_is_not_this_machines_is_refused_clearly() -> None:
    with pytest.raises(ConfigError, match=r"Cannot listen on 203\.0\.113\.1"):
        serve(BotConfig(host="203.0.113.1", port=1))


# --- looks


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [":root", ".dark"])
@pytest.mark.parametrize(
    "pair",
    [
        "ink paper", "ink raised", "soft paper", "soft raised", "accent paper", "accent raised",
        "on-accent accent", "ink mark", "ink mark-now", "ink alarm-paper", "alarm alarm-paper",
        "alarm paper", "ink line",
    ],
)  # fmt: skip
def test_text_has_enough_contrast_in_light_and_dark(theme: str, pair: str) -> None:
    folder = ROOT / "bot" / "static" / "window"
    files = [(folder / name).read_text() for name in ("palette.css", "ui.css")]
    block = "".join(css.split(f"{theme} {{")[1].split("}")[0] for css in files)
    colours = dict(re.findall(r"--fn-([\w-]+): (#[0-9a-f]{6})", block))
    darker, lighter = sorted(_luminance(colours[name]) for name in pair.split())
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_nothing_in_our_files_names_another_host() -> None:
    for name in (part for parts in BUNDLES.values() for part in parts):
        text = (ROOT / "bot" / "static" / "window" / name).read_text()
        text = text.replace('"http://www.w3.org/2000/svg"', "")  # the name of SVG, which nobody asks for
        assert not re.search(r"https?://|//[a-z]+\.|@import|url\(", text)
