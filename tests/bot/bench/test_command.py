"""The command `footnote bench`: what it says without its libraries."""

from __future__ import annotations

import sys

import pytest

from bot.cli import commands as cli


def test_an_installation_without_the_benches_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bot.bench.command", None)  # as where the wheel is installed
    monkeypatch.setattr(sys, "argv", ["footnote", "bench", "ask"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    shown = capsys.readouterr()
    assert "pip install -e '.[bench]'" in shown.err and not shown.out
