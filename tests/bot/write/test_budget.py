"""A day's answers of a paid chat model: counted over restarts, begun anew at midnight, harmless when damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.write import DailyBudget


def test_the_answers_of_a_day_are_counted_over_restarts(tmp_path: Path) -> None:
    day = [date(2026, 3, 1)]
    file = tmp_path / "index.model.json"

    def budget(limit: int = 2) -> DailyBudget:
        return DailyBudget(file, limit, lambda: day[0])

    assert budget().take()
    again = budget()
    assert again.take() and not again.take() and not budget().take()
    again.limit = 3  # the owner has raised it
    assert again.take() and not again.take()
    day[0] = date(2026, 3, 2)
    assert again.take()
    assert all(budget(0).take() for _ in range(10))


def test_a_damaged_count_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "index.model.json"
    for content in ("{", "[]", '{"day": 1}', '{"day": "2026-03-01", "answers": "x"}'):
        file.write_text(content)
        assert DailyBudget(file, 1, lambda: date(2026, 3, 1)).take()
