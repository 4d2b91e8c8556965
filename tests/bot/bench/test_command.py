"""The command `footnote bench`: its results are kept and printed, and it says what to install."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bot.bench import command
from bot.bench.command import Engine, bench_ask, bench_large, bench_start, print_results, run
from bot.bench.record import BEGIN, END, circumstances, write_figures
from bot.bench.rig.fake_embedder import HashEmbedder
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
    kept = json.loads((tmp_path / "kept" / "quick.json").read_text(encoding="utf-8"))
    assert kept["figures"] == {"ms": 3} and set(kept["measured"]) == {"date", "commit", "machine", "load"}


def test_every_bench_is_run_if_all_are_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "BENCHES", {"quick": lambda: {"ms": 3}, "slow": lambda: {"s": 4}})
    monkeypatch.setattr(command, "DEFAULT", ("quick",))
    assert list(run(None, tmp_path)) == ["quick"]
    assert run(None, tmp_path, every=True) == {"quick": {"ms": 3}, "slow": {"s": 4}}


def test_a_document_takes_the_figures_that_were_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nested = {"slow phone": {"ours": {"kB": 3}, "theirs | old": {}}, "none": {}}
    monkeypatch.setattr(command, "BENCHES", {"quick": lambda: {"ms": 3}, "wide": lambda: nested})
    run(None, tmp_path / "kept", every=True)
    (tmp_path / "kept" / "before.json").write_text(
        '{"ms": 9}'
    )  # of an older version, which says nothing of itself
    page = tmp_path / "figures.md"
    page.write_text(f"# Figures\n\n{BEGIN}\nold\n{END}\n\nMore.\n")
    for _ in range(2):  # what it wrote is replaced, not added to
        write_figures(page, tmp_path / "kept")
    text = page.read_text()
    assert text.startswith("# Figures\n\n") and text.endswith(f"{END}\n\nMore.\n") and "old\n" not in text
    assert text.count("| ms | 3 |") == 1 and "| slow phone: ours: kB | 3 |" in text and "| 9 |" not in text
    assert f"commit {circumstances()['commit']}" in text and "theirs \\| old" in text
    page.write_text("# Figures\n")
    with pytest.raises(ConfigError, match="footnote bench: begin"):
        write_figures(page, tmp_path / "kept")


def test_answers_are_timed_on_a_small_blog(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine(HashEmbedder(), None, None)
    figures = bench_large(posts=3, engine=engine)
    assert figures["posts"] == 3 and figures["questions"] > 3
    assert figures["whole answer, median ms"] > figures["bare embedding of the question, median ms"] > 0
    small = bench_ask(engine)
    assert small["questions"] == figures["questions"] - 3
    print_results({"ask": small, "large": figures})
    assert "whole answer / bare embedding" in capsys.readouterr().out


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="no resource module there")
def test_the_start_is_timed() -> None:
    figures = bench_start(rounds=1)
    assert figures["first answer, s"] > 0 and figures["first answer / bare"] > 0


def test_an_unknown_bench_is_an_error_that_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ask, large, start"):
        run("speed", tmp_path)
