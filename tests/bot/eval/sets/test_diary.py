"""The diary for development: its gold is in its posts, its unanswerable rows name their kind, the gate leaves it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.eval.gate import read_floors
from bot.eval.sets import GATE_SETS, OUR_SETS, find_set, read_set

ROOT = Path(__file__).parents[4]
PATH = Path("data/eval/diary")


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_all_gold_is_in_dated_posts() -> None:
    found = read_set(PATH)  # raises for a quote that is in no post
    assert len({case.id for case in found.cases}) == len(found.cases) == 64
    assert len(found.articles) == 30
    assert all(article.published for article in found.articles)
    assert all(case.has_gold for case in found.cases if case.answerable)


def test_it_is_found_by_its_name_and_is_not_in_the_gate() -> None:
    assert find_set(Path("diary")) == PATH
    assert PATH in OUR_SETS and PATH not in GATE_SETS
    assert "diary" not in read_floors()["sets"]
