"""Blogs of several posts as training data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch")

from bot.train.blogs import BLOGS, read_blog
from ingest.article import blocks


def test_gold_is_a_sentence_an_item_or_a_row_of_the_right_post(tmp_path: Path) -> None:
    posts = [
        {"title": "One", "lines": ["It rained.", "We stayed in.", "", "## Tea", "- mint", "- sage"]},
        {"title": "Two", "date": "2024-05-01", "lines": ["Prices:", "| Tea | Price |", "|---|---|", "| mint | 2 |"]},
    ]  # fmt: skip
    questions = [
        {"q": "why indoors", "any": [[0, 0]], "all": []},
        {"q": "which teas", "any": [], "all": [[0, 4], [0, 5]]},
        {"q": "cost of mint", "any": [[1, 3]], "all": []},
        {"q": "cost of sage", "any": [], "all": []},
    ]
    (tmp_path / "b.json").write_text(json.dumps({"posts": posts, "questions": questions}), encoding="utf-8")
    articles, asked = read_blog(tmp_path / "b.json")
    text = {article.id: article.text for article in articles}
    gold = [sorted(text[post][start:end] for post, start, end in spans) for _, spans in asked]
    assert gold == [["It rained."], ["mint", "sage"], ["| mint | 2 |"], []]
    assert [article.published for article in articles] == [None, "2024-05-01"]
    kinds = [block.kind for block in blocks(articles[1].text, 0, len(articles[1].text))]
    assert kinds[0] == "paragraph" and set(kinds[1:]) == {"row"}  # a table that ingest would read as one


def test_every_question_that_ships_has_its_gold_in_its_blog() -> None:
    found = [asked for path in sorted(BLOGS.glob("*.json")) for asked in read_blog(path)[1]]
    assert len(found) == 20007
    assert sum(not gold for _, gold in found) == 6608
    assert all(question.strip() for question, _ in found)
