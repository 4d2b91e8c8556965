"""A day's answers of a paid chat model: counted over restarts, begun anew at midnight, harmless when damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from engines import Postgres

from bot.write import DailyBudget
from bot.write.budget import LAYOUT
from ingest.database import open_database


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


def test_several_servers_share_the_answers_of_a_day(
    postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    day = [date(2026, 3, 1)]
    tables = open_database(postgres.url, postgres.new_blog()).tables(LAYOUT)
    one, other = (DailyBudget(tmp_path / name, 3, lambda: day[0], tables) for name in ("one", "other"))
    assert [one.take(), other.take(), one.take(), other.take(), one.take()] == [True] * 3 + [False] * 2
    day[0] = date(2026, 3, 2)
    assert other.take()
    postgres.stop()
    try:
        assert [other.take(), other.take(), other.take(), one.take()] == [True, True, False, True]
        assert caplog.text.count("counts the chat model's answers for itself") == 2, "once by each"
    finally:
        postgres.start()
