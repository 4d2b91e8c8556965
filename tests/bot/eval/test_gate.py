"""The gate: what closes it, what moves a floor, and the lines it prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.eval.command import check_options
from bot.eval.gate import Drop, check, pin, read_floors, write_floors
from ingest.errors import ConfigError, SourceError

STAMPS = {"s": "1"}
_NO_OPTIONS: dict[str, Any] = {"gate": False, "pin": False, "lower": False, "reason": ""}
EMPTY: dict[str, Any] = {"sets": {}, "lowered": []}


def result(recall: float, half: float = 0.02) -> dict[str, dict[str, Any]]:
    return {
        "s": {
            "questions": 9,
            "recall@5": [recall, recall - half, recall + half],
            "quotes an answer": [3, 2, 4],
        }
    }


def pinned(recall: float = 0.9) -> dict[str, Any]:
    return pin(result(recall), STAMPS, EMPTY)[0]


def test_a_floor_is_the_figure_with_half_the_width_of_its_interval() -> None:
    assert pinned()["sets"]["s"] == {"stamp": "1", "questions": 9, "figures": {"recall@5": [0.9, 0.02]}}


@pytest.mark.parametrize(("now", "passes"), [(0.95, True), (0.9, True), (0.88, True), (0.87, False)])
def test_only_a_fall_beyond_the_noise_closes_the_gate(now: float, passes: bool) -> None:
    checked = check(result(now), STAMPS, pinned())
    assert checked.passed is passes
    if not passes:
        assert checked.drops == (Drop("s", "recall@5", 0.9, 0.02, now),)
        assert "s: recall@5 was 0.900 (noise 0.020) and fell to 0.870." in checked.lines()


def test_a_figure_that_is_gone_closes_the_gate() -> None:
    checked = check({"s": {"questions": 9}}, STAMPS, pinned())
    assert not checked.passed and "is no longer measured" in checked.lines()[0]


def test_other_questions_close_the_gate_and_a_set_without_floors_does_not() -> None:
    assert check(result(0.9), {"s": "2"}, pinned()).changed == ("s",)
    assert not check(result(0.9), {"s": "2"}, pinned()).passed
    checked = check(result(0.1), STAMPS, EMPTY)
    assert checked.passed and checked.unknown == ("s",)


def test_pinning_raises_and_never_lowers() -> None:
    up, found_ = pin(result(0.95), STAMPS, pinned())
    assert up["sets"]["s"]["figures"]["recall@5"] == [0.95, 0.02]
    assert found_ == ["s: recall@5 0.900 (noise 0.020) -> 0.950 (noise 0.020)"]
    down, found_ = pin(result(0.5), STAMPS, pinned())
    assert down["sets"]["s"]["figures"]["recall@5"] == [0.9, 0.02] and not down["lowered"]
    assert "below its floor" in found_[0]


def test_creeping_down_within_the_noise_does_not_take_the_floor_along() -> None:
    floors = pinned()
    for now in (0.895, 0.89, 0.885):
        floors = pin(result(now), STAMPS, floors)[0]
    assert not check(result(0.87), STAMPS, floors).passed


def test_lowering_takes_a_reason_and_the_file_keeps_it() -> None:
    with pytest.raises(ConfigError, match="--reason"):
        pin(result(0.5), STAMPS, pinned(), lower=True, reason="  ")
    floors, found_ = pin(
        result(0.5), STAMPS, pinned(), lower=True, reason="quotes are shorter now", today=date(2026, 1, 2)
    )
    assert floors["sets"]["s"]["figures"]["recall@5"] == [0.5, 0.02]
    assert floors["lowered"] == [
        {
            "set": "s",
            "figure": "recall@5",
            "from": 0.9,
            "to": 0.5,
            "reason": "quotes are shorter now",
            "on": "2026-01-02",
        }
    ]
    assert "lowered" in found_[0]
    again = pin(result(0.4), STAMPS, floors, lower=True, reason="and again", today=date(2026, 1, 3))[0]
    assert [entry["reason"] for entry in again["lowered"]] == ["quotes are shorter now", "and again"]


def test_sets_that_were_not_measured_keep_their_floors() -> None:
    floors = pin({"t": result(0.7)["s"]}, {"t": "3"}, pinned())[0]
    assert set(floors["sets"]) == {"s", "t"} and floors["sets"]["s"] == pinned()["sets"]["s"]


def test_the_file_reads_as_it_was_written_and_has_a_figure_a_line(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    assert read_floors(path) == EMPTY
    floors = pin(result(0.5), STAMPS, pinned(), lower=True, reason="[0.1,\n 0.2]")[0]
    write_floors(floors, path)
    assert read_floors(path) == floors
    assert '    "recall@5": [0.5, 0.02]' in path.read_text(encoding="utf-8").split("\n")


def test_a_broken_file_is_no_open_gate(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    for text in ("{", "[]", '{"sets": {}}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match="last commit"):
            read_floors(path)


@pytest.mark.parametrize(
    "options",
    [
        {"gate": True, "pin": True},
        {"lower": True},
        {"reason": "why"},
        {"pin": True, "lower": True},
        {"gate": True, "lower": True, "reason": "why"},
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        check_options(**{**_NO_OPTIONS, **options})
    check_options(gate=False, pin=True, lower=True, reason="why")
