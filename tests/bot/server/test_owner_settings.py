"""The owner's settings, changed while the server runs, in what readers get."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fake_bot import FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, OwnerSettings
from bot.server.gradio_window import create_app
from bot.server.window import accent_style, packaged_language, render_footer
from bot.server.window.colours import contrast


class Running:
    """A server over a scripted bot, whose settings the owner changes."""

    def __init__(self, folder: Path) -> None:
        self.bot = FakeBot(BotConfig(index=folder / "index", rate=(), rate_total=()))
        self.settings = OwnerSettings(self.bot.config)
        self.settings.on_change(self.bot.configure)
        app = create_app(self.bot, self.bot.config, settings=self.settings)  # type: ignore[arg-type]
        self.client = TestClient(app, base_url="http://127.0.0.1:7860")

    def ask(self, question: str) -> Any:
        return self.client.post("/api/ask", json={"question": question})

    def page(self) -> str:
        return self.client.get("/").text


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path)


def test_a_paused_chat_answers_urgent_messages_only(running: Running) -> None:
    ask = running.ask
    running.settings.change({"paused": "true"})
    assert ask("How do I stretch?").status_code == 503
    assert ask("How do I stretch?").json()["error"]["code"] == "paused"
    running.settings.change({"pause_message": "I am at the sea until Monday."})
    assert ask("How do I stretch?").json()["error"]["message"] == "I am at the sea until Monday."
    assert ask("I am numb in both legs").json()["status"] == "urgent"
    stream = running.client.post(
        "/api/ask", json={"question": "Hold?"}, headers={"Accept": "text/event-stream"}
    )
    assert stream.status_code == 503
    running.settings.change({"paused": ""})
    assert ask("How do I stretch?").json()["status"] == "answered"


def test_the_page_follows_the_settings(running: Running) -> None:
    assert "footnote-feedback" not in running.page()
    running.settings.change(
        {
            "title": "Bread & Salt",
            "colour": "#ffee00",
            "languages": "de",
            "feedback": "off",
            "allowed_origins": "https://bread.example",
        }
    )
    page = running.page()
    assert "Bread &amp; Salt" in page or "Bread & Salt" in page
    assert 'data-lang="de"' in page and "--fn-accent" in page and 'name="footnote-feedback"' in page
    assert "https://bread.example" in running.client.get("/").headers["content-security-policy"]
    asked = running.client.post(
        "/api/ask", json={"question": "How?"}, headers={"Origin": "https://bread.example"}
    )
    assert asked.headers["access-control-allow-origin"] == "https://bread.example"
    foreign = running.client.post(
        "/api/ask", json={"question": "How?"}, headers={"Origin": "https://other.example"}
    )
    assert "access-control-allow-origin" not in foreign.headers
    widget = running.client.get("/widget.js").text
    assert "Bread & Salt" in widget and "en:" in widget  # the script falls back on "en"
    vote = running.client.post("/api/feedback", json={"id": "a", "verdict": "up"})
    assert vote.json()["error"]["code"] == "feedback_off"


def test_the_window_says_that_a_program_answers_whatever_the_owner_sets() -> None:
    words = packaged_language("en")
    assert words("notice") in render_footer(words, 1000)
    assert words("notice_model") in render_footer(words, 1000, is_worded=True)
    own = render_footer(words, 1000, notice="A robot <reads> along.", keeps_questions=True)
    assert "A robot &lt;reads&gt; along." in own and words("notice_gaps") in own


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffee00", "#7f7f7f", "#0000ff"])
def test_any_colour_can_be_read(colour: str) -> None:
    light, dark = (
        tuple(map(int, one.split())) for one in re.findall(r"rgb\(([\d ]+)\)", accent_style(colour))
    )
    assert contrast(light, (0xFB, 0xFA, 0xF6)) >= 4.5 and contrast(dark, (0x21, 0x1F, 0x1C)) >= 4.5
