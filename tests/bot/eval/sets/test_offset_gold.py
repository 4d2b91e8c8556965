"""Gold by offsets and hash: a set about posts that may not be copied into this project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.eval.sets import SetSkipped, read_set
from bot.eval.sets.folder import span_hash

POSTS = {
    "tea.md": "# Tea\n\nWarm the pot. Steep the leaves for four minutes, no longer. Pour.\n",
    "iced-tea.md": "# Iced tea\n\nSteep it twice as strong. **Ice** waters it down — 1 °C is plenty.\n",
}
STEEP = "Steep the leaves for four minutes, no longer."


def question_set(folder: Path, *gold: dict[str, Any]) -> Path:
    """A set on two posts, whose one question has this gold."""
    (folder / "posts").mkdir()
    for name, text in POSTS.items():
        (folder / "posts" / name).write_text(text, encoding="utf-8")
    asked = folder / "drinks"
    asked.mkdir()
    (asked / "set.json").write_text(json.dumps({"sources": [str(folder / "posts")]}), encoding="utf-8")
    row = {"id": "1", "question": "how long?", "any": list(gold), "all": []}
    (asked / "questions.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return asked


def span(article: str, start: int, text: str) -> dict[str, Any]:
    return {"article": article, "start": start, "end": start + len(text), "hash": span_hash(text)}


def test_the_span_at_the_offsets_is_the_gold(tmp_path: Path) -> None:
    strong, ice = "Steep it twice as strong.", "Ice waters it down — 1 °C is plenty."
    asked = read_set(
        question_set(
            tmp_path, span("tea.md", 14, STEEP), span("iced-tea.md", 0, strong), span("iced-tea.md", 26, ice)
        )
    )
    texts = {article.id: article.text for article in asked.articles}
    case = asked.cases[0]
    assert case.answerable and case.has_gold
    assert [texts[key][start:end] for key, start, end in case.any] == [STEEP, strong, ice]


def test_gold_by_words_and_by_offsets_in_one_row(tmp_path: Path) -> None:
    case = read_set(
        question_set(tmp_path, {"article": "/tea.md", "quote": STEEP}, span("tea.md", 14, STEEP))
    ).cases[0]
    assert case.any[0] == case.any[1]


@pytest.mark.parametrize(
    ("gold", "named"),
    [
        (span("tea.md", 14, STEEP.replace("four", "five")), "tea.md is not the version"),
        (span("tea.md", 15, STEEP), "tea.md is not the version"),
        (span("tea.md", 5000, STEEP), "tea.md is not the version"),
        (span("coffee.md", 14, STEEP), "coffee.md, which gold is in, is not among"),
        (span("ea.md", 14, STEEP), "ea.md, which gold is in, is not among"),
    ],
)
def test_another_version_of_the_posts_skips_the_set_and_says_which(
    tmp_path: Path, gold: dict[str, Any], named: str
) -> None:
    with pytest.raises(SetSkipped, match=f"drinks: {named}"):
        read_set(question_set(tmp_path, gold))


def test_a_set_without_its_posts_is_skipped(tmp_path: Path) -> None:
    asked = question_set(tmp_path)
    (asked / "set.json").write_text(json.dumps({"sources": [str(tmp_path / "gone")]}), encoding="utf-8")
    with pytest.raises(SetSkipped, match="gone is not on this machine"):
        read_set(asked)
