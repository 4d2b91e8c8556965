"""A server with nothing to answer from tells its owner what to do, and readers only that it is so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from fake_bot import ERRORS, FakeBot

from bot.config import BotConfig, default_index
from bot.server.run import _empty
from bot.server.window import render_greeting
from bot.server.window.translations import CODES, packaged_language

if TYPE_CHECKING:
    from bot.pipeline import Bot

COMMAND = "<code>footnote ingest https://www.your-blog.com</code>"


def greeting(
    code: str, *, error: str = "missing", is_embedded: bool = False, follow: tuple[str, ...] = ()
) -> str:
    bot = FakeBot(error=ERRORS[error], config=BotConfig(follow=follow))
    return render_greeting(cast("Bot", bot), packaged_language(code), is_embedded=is_embedded)


@pytest.mark.parametrize("code", CODES)
def test_at_its_own_address_the_window_has_a_line_for_readers_and_one_for_the_owner(code: str) -> None:
    shown, texts = greeting(code), packaged_language(code)
    assert f'<p class="fn-trouble">{texts("problem_no_index")}</p>' in shown
    assert texts("owner_empty") in shown and COMMAND in shown
    assert "FOOTNOTE_FOLLOW" in shown and "/srv/" not in shown


@pytest.mark.parametrize("code", CODES)
def test_on_a_page_of_the_blog_it_has_that_for_readers_alone(code: str) -> None:
    shown = greeting(code, is_embedded=True)
    assert packaged_language(code)("problem_no_index") in shown
    assert "fn-owner" not in shown and "footnote ingest" not in shown


def test_while_the_blog_is_read_there_is_nothing_to_type() -> None:
    shown = greeting("en", follow=("https://blog.example",))
    assert "It is being read for the first time." in shown and "<code>" not in shown


def test_other_troubles_need_other_advice() -> None:
    assert "fn-owner" not in greeting("en", error="model")


def test_the_terminal_names_the_folder_and_the_command() -> None:
    here = _empty(BotConfig())
    assert str(default_index()) in here and "footnote ingest https://www.your-blog.com." in here
    elsewhere = _empty(BotConfig(index=Path("/srv/blog")))
    assert "footnote ingest --index /srv/blog https://www.your-blog.com." in elsewhere
    assert "is read now" in _empty(BotConfig(follow=("https://blog.example",)))
