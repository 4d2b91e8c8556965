"""Where index, sample and demo are: in a clone below `data`, elsewhere in the user's folders and the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import (
    BotConfig,
    content_folder,
    default_index,
    demo_index,
    in_clone,
    load_config,
    sample_sources,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder outside any clone, and a home."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path


def test_in_a_clone_all_is_below_data_as_developers_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert in_clone()
    assert BotConfig().index == load_config({}).index == Path("data/index")
    assert demo_index() == Path("data/demo-index")
    assert sample_sources() == ("data/articles", "data/guides")


def test_elsewhere_the_index_and_the_feedback_are_in_the_users_own_folder(home: Path) -> None:
    assert not in_clone()
    config = load_config({})
    assert config.index == BotConfig().index == default_index()
    assert config.index.is_relative_to(home) and config.index.name == "index"
    assert not config.index.is_relative_to(Path.cwd()) and "footnote" in config.index.parts
    assert config.feedback_file == config.index.with_name("index.feedback.sqlite")
    assert demo_index().parent == config.index.parent


def test_the_setting_is_stronger(home: Path) -> None:
    assert load_config({"FOOTNOTE_INDEX": "~/mine"}).index == home / "mine"


@pytest.mark.parametrize("text", ['[project]\nname = "my-blog"\n', "\xff\xfe"])
def test_a_folder_with_another_project_is_no_clone(home: Path, text: str) -> None:
    Path("pyproject.toml").write_bytes(text.encode("latin-1"))
    Path("data").mkdir()
    assert not in_clone() and default_index().is_absolute()


def test_the_sample_is_found_from_every_folder(home: Path) -> None:
    assert (content_folder() / "demo" / "blog.toml").is_file()
    for source in map(Path, sample_sources()):
        assert source.is_absolute() and list(source.glob("*.md"))
