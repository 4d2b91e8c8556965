"""The command `footnote bench`: its results are kept and printed, and it says what to install."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bot.bench import command
from bot.bench.command import print_results, run
from bot.bench.rig.stopwatch import Figures
from bot.cli import commands as cli
from ingest.errors import ConfigError


def test_an_installation_without_the_benches_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bot.bench", None)  # as where the wheel is installed
    monkeypatch.setattr(sys, "argv", ["footnote", "bench", "ask"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    shown = capsys.readouterr()
    assert "pip install -e '.[bench]'" in shown.err and not shown.out


def test_figures_of_every_shape_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {
        "answered": 7,
        "errors": {"500": 3},
        "none": {},
        "slow phone": {"ours": {"kB": 3}, "theirs": {}},
    }
    print_results({"crowd": figures})
    shown = capsys.readouterr().out
    assert "{'500': 3}" in shown and "slow phone" in shown and "theirs" in shown


def test_figures_are_kept_as_soon_as_a_bench_has_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks() -> Figures:
        raise ConfigError("no more")

    monkeypatch.setattr(command, "BENCHES", {"quick": lambda: {"ms": 3}, "broken": breaks})
    monkeypatch.setattr(command, "DEFAULT", ("quick", "broken"))
    with pytest.raises(ConfigError, match="no more"):
        run(None, tmp_path / "kept")
    assert json.loads((tmp_path / "kept" / "quick.json").read_text(encoding="utf-8")) == {"ms": 3}


def test_an_unknown_bench_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ask, large, start"):
        run("speed", tmp_path)
