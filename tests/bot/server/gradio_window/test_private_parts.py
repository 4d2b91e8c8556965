"""The parts of Gradio that are private and that this project relies on: a new version that changes them fails here."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import gradio
import pytest
from fake_bot import FakeBot

from bot.pipeline import Bot
from bot.server.gradio_window import preload
from bot.server.gradio_window.layout import build, handler_inputs


@pytest.fixture(scope="module")
def window() -> gradio.Blocks:
    return build(cast(Bot, FakeBot()))


def test_handlers_and_their_inputs_can_be_listed(window: gradio.Blocks) -> None:
    inputs = handler_inputs(window)
    names = {window.fns[number].api_name for number in inputs}
    assert {"ask", "retry", "stop", "undo", "clear", "sync", "load"} <= names


def test_the_built_page_names_the_files_that_are_preloaded(window: gradio.Blocks) -> None:
    frontend = Path(gradio.__file__).parent / "templates" / "frontend"
    kinds = [block.get_block_name() for block in window.blocks.values()]
    needed = preload.needed(frontend, kinds)
    assert len(needed) > 20 and all((frontend / "assets" / name).is_file() for name in needed)


def test_a_field_that_is_not_loaded_yet_sends_a_text_that_the_server_accepts(window: gradio.Blocks) -> None:
    # Until a component's script is there, Gradio sends the value that the page came with; null would be refused.
    fields = [block for block in window.blocks.values() if isinstance(block, gradio.Textbox)]
    assert len(fields) == 4
    assert [block.get_config()["value"] for block in fields] == [""] * 4
