"""Floors a little under what docs/experiments.md says of the check on a chat model's sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.eval.claims import DATA, PreparedPosts, figures, measure
from ingest.embedder import open_embedder

pytestmark = pytest.mark.model
ROOT = Path(__file__).resolve().parents[3]


def test_falsehoods_are_caught_and_most_of_what_is_faithful_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    embedder = open_embedder(threads=1)
    posts = PreparedPosts(embedder)
    judged = [
        one
        for file in sorted(DATA.glob("tuned*.jsonl"))
        for one in measure(file, embedder, posts, rules=False)
    ]
    found = figures(judged)
    assert found["caught, by hand"][0] >= 0.94
    assert found["kept"][0] >= 0.83
    assert found["kept"][3] >= 150 and found["caught, by hand"][3] >= 150
    for kind in ("number", "unit", "added", "negation"):
        assert found[f"caught: {kind}"][0] >= 0.95, kind


def test_sentences_that_nothing_was_tuned_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = figures(measure(DATA / "heldout.jsonl", open_embedder(threads=1)))
    assert found["caught"][0] >= 0.95 and found["kept"][0] >= 0.60


def test_the_real_article(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = figures(measure(DATA / "heldout-article.jsonl", open_embedder(threads=1)))
    assert found["caught"][0] >= 0.97 and found["kept"][0] >= 0.75
