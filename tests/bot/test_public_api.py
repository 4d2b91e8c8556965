"""The names that other programs may import from `bot`, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bot
import footnote

HEAVY = (
    "torch", "chromadb", "gradio", "transformers", "sentence_transformers", "langchain", "langchain_core",
    "trafilatura", "feedparser", "httpcore", "fastapi", "numpy", "lxml",
)  # fmt: skip


def modules_after(code: str) -> set[str]:
    script = f"import sys; {code}; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def test_the_public_names_are_these_and_all_are_there() -> None:
    assert set(bot.__all__) == {
        "Answer", "Bot", "BotConfig", "Citation", "Passage", "Token", "Turn", "open_bot",
    }  # fmt: skip
    assert set(dir(bot)) == set(bot.__all__)
    for name in bot.__all__:
        assert getattr(bot, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Reading'"):
        _ = bot.Reading


def test_importing_it_imports_nothing_but_itself() -> None:
    loaded = modules_after("import bot")
    assert not {name for name in loaded if name.startswith(("bot.", "ingest"))}
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("room", ["retrieve", "read", "answer", "pipeline"])
def test_doors_import_nothing_heavy(room: str) -> None:
    loaded = modules_after(f"import bot.{room}")
    assert not loaded & (set(HEAVY) - {"numpy"})


def test_the_package_with_the_distributions_name_has_the_same_names() -> None:
    assert footnote.__all__ == bot.__all__
    assert all(getattr(footnote, name) is getattr(bot, name) for name in bot.__all__)
    assert set(dir(footnote)) == {*bot.__all__, "__version__"}
    with pytest.raises(AttributeError, match="'footnote' has no attribute 'Reading'"):
        _ = footnote.Reading


def test_it_costs_as_little_and_knows_its_version() -> None:
    loaded = modules_after("import footnote; assert footnote.__version__")
    assert not {name for name in loaded if name.startswith("bot")} and not loaded & set(HEAVY)
