"""The command line where only the package is installed: every command works, or says what to do and fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.cli import commands
from bot.eval.verdicts import store_path

Footnote = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def footnote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Footnote:
    """Runs the command in a folder outside any clone; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_DATA_HOME", "FOOTNOTE_INDEX"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["footnote", *words])
        with pytest.raises(SystemExit) as left:
            commands.main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return run


def test_the_version_is_printed(footnote: Footnote) -> None:
    assert footnote("--version") == (0, f"footnote {version('footnote-blog')}\n", "")


def test_eval_says_that_there_are_no_sets_and_fails(footnote: Footnote) -> None:
    for words in (("eval",), ("eval", "--json"), ("eval", "--read", "--json")):
        code, out, err = footnote(*words)
        assert code == 1 and not out
        assert "holds no question sets" in err and "footnote eval questions.csv" in err


@pytest.mark.parametrize("option", ["--gate", "--pin"])
def test_floors_are_those_of_a_clone(footnote: Footnote, option: str) -> None:
    code, out, err = footnote("eval", option)
    assert code == 2 and not out and "in the folder of a clone" in err


def test_a_set_that_is_not_there_is_not_looked_for_among_sets_that_are_not_there_either(
    footnote: Footnote,
) -> None:
    code, _, err = footnote("eval", "sample")
    assert code == 1 and "name a folder or a .csv." in err and "triage" not in err


def test_a_clones_sets_that_must_all_be_skipped_are_a_failure(
    footnote: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "set.json").write_text('{"sources": ["elsewhere/posts"]}')
    (folder / "questions.jsonl").write_text("")
    code, out, err = footnote("eval", str(folder))
    assert code == 1 and not out
    assert "Nothing could be measured." in err and "elsewhere/posts is not on this machine" in err


def test_bench_says_where_it_runs_and_fails(footnote: Footnote) -> None:
    code, out, err = footnote("bench", "ask")
    assert code == 2 and not out
    assert err.count(".\n") == 1 and "clone" in err and "pip install -e '.[bench]'" in err


def test_a_missing_index_is_named_with_its_folder(footnote: Footnote, tmp_path: Path) -> None:
    code, _, err = footnote("list")
    assert code == 1 and f"no index in {tmp_path / 'home'}" in err and "`footnote ingest`" in err


def test_verdicts_are_stored_beside_the_set(
    footnote: Footnote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store_path(tmp_path / "mine", "mine") == tmp_path / "mine" / "verdicts.jsonl"
    monkeypatch.chdir(ROOT)
    assert store_path(tmp_path / "mine", "mine") == Path("data/eval/mine/verdicts.jsonl")


def test_the_help_names_the_folder_in_use(tmp_path: Path) -> None:
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "COLUMNS": "400"}
    command = [sys.executable, "-m", "bot", "--help"]  # the folder is found when the command is imported
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "--version" in done.stdout
    assert "else in your own data folder [/" in done.stdout
