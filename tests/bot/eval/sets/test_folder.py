"""This project's own question sets: their gold is in their articles, and what the gate asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.eval import command
from bot.eval.sets import GATE_SETS, OUR_SETS, SetSkipped, find_set, jsonl, read_set
from ingest.errors import SourceError

KINDS = {
    "out of the blog",
    "false presupposition",
    "underspecified",
    "nonsense",
    "what a text cannot show",
    "unsafe",
}
QUESTION_SETS = [path for path in OUR_SETS if (path / "questions.jsonl").is_file()]


@pytest.mark.parametrize("path", QUESTION_SETS, ids=lambda path: path.name)
def test_all_gold_is_found_in_the_articles(path: Path) -> None:
    try:
        asked = read_set(path)
    except SetSkipped as skipped:
        pytest.skip(str(skipped))
    rows = {row["id"]: row for row in jsonl(path / "questions.jsonl")}
    assert len(rows) == len(asked.cases)
    for case in asked.cases:
        row = rows[case.id]
        assert case.answerable == bool(row["any"] or row["all"] or row.get("says")), case.id


def test_gold_that_no_article_holds_is_reported(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("# Ducks\n\nDucks swim in the pond.\n", encoding="utf-8")
    (tmp_path / "set.json").write_text('{"sources": ["%s"]}' % (tmp_path / "post.md"), encoding="utf-8")
    (tmp_path / "questions.jsonl").write_text(
        '{"id": "1", "question": "Where?", "any": [{"article": "post.md", "quote": "Ducks fly."}], "all": []}\n',
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="Ducks fly"):
        read_set(tmp_path)


@pytest.mark.parametrize("name", ["clinic", "diary", "recipes"])
def test_two_thirds_are_answerable_and_the_rest_names_why_not(name: str) -> None:
    path = find_set(Path(name))
    rows = jsonl(path / "questions.jsonl")
    answerable = [row for row in rows if row["any"] or row["all"] or row.get("says")]
    unanswerable = [row for row in rows if row not in answerable]
    kinds = Counter(row["why"] for row in unanswerable)
    assert len(rows) >= 60 and len(rows) / 4 < len(unanswerable) < len(rows) / 2
    assert set(kinds) == KINDS and min(kinds.values()) >= 2
    assert not any("why" in row for row in answerable)
    try:
        assert not any(
            case.kind for case in read_set(path).cases
        )  # a kind would leave the row out of figures
    except SetSkipped as skipped:
        pytest.skip(str(skipped))


def test_the_gate_asks_only_sets_that_have_floors(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def evaluate(given: Sequence[Path], *_: object, **__: object) -> command.Evaluated:
        asked.extend(given)
        return command.Evaluated({}, {}, {})

    monkeypatch.setattr(command, "evaluate", evaluate)
    with pytest.raises(SourceError, match="No set that was asked has floors"):
        command.gate([], BotConfig())
    assert asked and set(asked) <= set(GATE_SETS) and find_set(Path("clinic")) not in asked
