"""The reading protocol from end to end: cards out, verdicts in, figures next to the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from typer.testing import CliRunner

from bot.cli.commands import app
from bot.config import BotConfig
from bot.eval.command import Evaluated, check_options
from bot.eval.measures.figures import foreign_mean
from bot.eval.report import print_results
from bot.eval.report.page import page
from bot.eval.review import Review, review_answers
from bot.eval.verdicts import FULLY
from ingest.config import DEFAULT_EMBEDDER
from ingest.errors import ConfigError, IndexMissing, SourceError

POSTS = {
    "dough": "Knead the dough for ten minutes. Let it rest under a damp cloth. Never add salt to the yeast.",
    "oven": "Heat the oven to two hundred degrees. Bake the loaf until it sounds hollow.",
}
ASKED = [
    {"id": "k1", "question": "How long do I knead the dough?",
     "any": [{"article": "dough.md", "quote": "Knead the dough for ten minutes."}], "all": []},
    {"id": "k2", "question": "Which flour mill do you own shares in?", "any": [], "all": []},
]  # fmt: skip


class Named(FakeEmbedder):
    """As the real model is called and as wide as it, so that the shipped reader takes its vectors."""

    name = DEFAULT_EMBEDDER
    dimension = 384


@pytest.fixture
def loaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set outside of the project's folder, whose verdicts are stored inside of it."""
    (tmp_path / "clone").mkdir()
    (tmp_path / "clone" / "pyproject.toml").write_text('[project]\nname = "footnote-blog"\n')
    monkeypatch.chdir(tmp_path / "clone")
    home = tmp_path / "elsewhere" / "loaves"
    (home / "posts").mkdir(parents=True)
    for name, text in POSTS.items():
        (home / "posts" / f"{name}.md").write_text(f"# {name.title()}\n\n{text}\n", encoding="utf-8")
    (home / "set.json").write_text(json.dumps({"sources": [str(home / "posts")]}), encoding="utf-8")
    (home / "questions.jsonl").write_text("\n".join(json.dumps(row) for row in ASKED), encoding="utf-8")
    return home


def read(loaves: Path, verdict_file: Path | None = None) -> Review:
    cache = loaves.parent / "cache"
    config = BotConfig(threshold=0)  # it answers everything that it can quote
    return review_answers([loaves], config, verdict_file=verdict_file, cache=cache, embedder=Named())


def test_cards_go_out_and_come_back_with_verdicts(loaves: Path, tmp_path: Path) -> None:
    cards = read(loaves).cards()
    assert [(card.set, card.id, card.answerable) for card in cards] == [
        ("loaves", "k1", True),
        ("loaves", "k2", False),
    ]
    rows = [
        cards[0].to_dict() | {"verdict": 2},
        cards[1].to_dict() | {"verdict": 0, "cause": "answered-wrongly"},
    ]
    rows[1]["answer"] = "of an answer that it no longer gives"
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    found = read(loaves, file)
    assert [card.id for card in found.cards()] == ["k2"] and found.stale == 1
    measured = found.sets["loaves"]
    assert measured.verdicts is not None and (measured.verdicts.judged, measured.verdicts.stale) == (1, 1)
    assert (
        measured.result[FULLY] == [1, 1, 1]
        and found.to_dict()["sets"]["loaves"]["answers with a verdict"] == 1
    )
    stored = Path("data/eval/loaves/verdicts.jsonl").read_text(encoding="utf-8")
    assert len(stored.splitlines()) == 2 and "dough" not in stored
    assert "1 of 2 answers have a verdict, given" in page({"loaves": measured}, 0)


def test_nothing_of_a_file_with_unknown_questions_is_stored(loaves: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    rows = [{"id": name, "answer": "abc", "verdict": 2} for name in ("k1", "k7")]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with pytest.raises(SourceError, match="k7"):
        read(loaves, file)
    assert not Path("data/eval/loaves").exists()


def test_what_cannot_be_read_is_said(loaves: Path, tmp_path: Path) -> None:
    config = BotConfig(index=tmp_path / "no-index")
    with pytest.raises(SourceError, match="no question set “cakes”"):
        review_answers([Path("cakes")], config, embedder=Named())
    (loaves / "questions.jsonl").unlink()
    with pytest.raises(SourceError, match="no set of questions"):
        review_answers([loaves], config, embedder=Named())
    sheet = tmp_path / "mine.csv"
    sheet.write_text("question,expected\nDo you bake?,\n", encoding="utf-8")
    with pytest.raises(IndexMissing):
        review_answers([sheet], config, embedder=Named())


def test_a_verdict_is_asked_for_on_a_terminal_only() -> None:
    run = CliRunner().invoke(app, ["eval", "--read", "sample"])
    assert isinstance(run.exception, ConfigError) and "--verdicts" in str(run.exception)


@pytest.mark.parametrize(("read", "gate", "verdicts"), [(True, True, False), (False, False, True)])
def test_options_that_do_not_go_together(read: bool, gate: bool, verdicts: bool) -> None:
    with pytest.raises(ConfigError, match="--read"):
        check_options(
            gate=gate, pin=False, lower=False, reason="", read=read, verdicts=verdicts, report=False
        )


def test_verdicts_are_in_the_report_with_their_age(loaves: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = read(loaves)
    card = found.cards()[0]
    file = loaves.parent / "mine.jsonl"
    old = card.to_dict() | {"verdict": 1, "cause": "form", "date": "2026-01-31"}
    file.write_text(json.dumps(old), encoding="utf-8")
    judged = read(loaves, file).sets["loaves"]
    print_results(Evaluated({"loaves": judged, "diary": judged, "clinic": judged}, {}, {}))
    printed = capsys.readouterr().out
    assert "given 2026-01-31 (" in printed and "causes: form 1" in printed
    assert "mean of the foreign" in printed


def test_the_mean_over_foreign_sets_weighs_each_the_same() -> None:
    results = {
        "diary": {"questions": 60, "word F1": [0.5, 0.4, 0.6], "recall@5": [1, 1, 1]},
        "clinic": {"questions": 10, "word F1": [0.7, 0.4, 0.8]},
        "article": {"questions": 36, "word F1": [0.0, 0.0, 0.0]},
    }
    assert foreign_mean(results) == {"sets": ["diary", "clinic"], "word F1": 0.6}
    assert foreign_mean({"diary": results["diary"], "article": results["article"]}) == {}
