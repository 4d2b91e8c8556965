"""Benchmarks in the BEIR layout: what may be missing, odd or broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.eval.sets.beir import read_benchmark
from bot.eval.sets.case import Case
from bot.types import Turn
from ingest.errors import SourceError

CORPUS = [
    {"_id": "a/1 <::> ü", "title": "Cats", "text": "Cats  purr\xa0softly. Cats sleep."},
    {"_id": 7, "text": "Dogs bark. Dogs bark at night."},
    {"_id": "empty", "title": "Nothing", "text": " "},
    {"_id": 7, "text": "The same id again."},
]


def benchmark(folder: Path, queries: list[dict[str, Any]], qrels: str | None = None) -> Path:
    for name, rows in (("corpus.jsonl", CORPUS), ("queries.jsonl", queries)):
        (folder / name).write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    if qrels is not None:
        (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def one(folder: Path, query: dict[str, Any], qrels: str | None = None) -> Case:
    (case,) = read_benchmark(benchmark(folder, [{"_id": "q", "text": "Why?"} | query], qrels)).cases
    return case


def test_documents_once_each_with_text(tmp_path: Path) -> None:
    asked = read_benchmark(benchmark(tmp_path, [{"_id": "q", "text": "Why?", "answerable": False}]))
    assert [(a.id, a.title, a.text) for a in asked.articles] == [
        ("a/1 <::> ü", "Cats", "Cats purr softly. Cats sleep.\n"),
        ("7", "", "Dogs bark. Dogs bark at night.\n"),
    ]
    assert asked.cases[0].answerable is False and asked.name == tmp_path.name


def test_gold_sentences_answers_and_the_documents_they_stand_in(tmp_path: Path) -> None:
    case = one(
        tmp_path,
        {"gold_sentences": [["Cats purr softly.", "Not there."], ["Cats purr softly."]]},
        "q\ta/1 <::> ü\t1\n",
    )
    assert case.any == case.marked == (("a/1 <::> ü", 0, 17),) and case.documents == ("a/1 <::> ü",)
    case = one(tmp_path, {"answers": ["bark", "dog"], "doc": "7", "answerable": True})
    assert case.any == (("7", 5, 9), ("7", 16, 20)) and not case.marked  # "dog" is but a part of "Dogs"
    assert not one(tmp_path, {"answers": ["bark"], "answerable": True}).any  # from which document?
    assert not one(tmp_path, {"answers": ["bark"], "source_doc": "7", "answerable": False}).any


@pytest.mark.parametrize(
    "qrels",
    [
        "query-id\tcorpus-id\tscore\nq\t7\t1\n",
        "q\t7\t1",
        "q\t0\t7\t2\r\n\r\n",
        "q\t7\t1.0\nq\t7\t1\nq\ta/1 <::> ü\t0\n",
    ],
)
def test_judgements_as_they_are_written(tmp_path: Path, qrels: str) -> None:
    assert one(tmp_path, {}, qrels).documents == ("7",)


def test_a_note_counts_judged_documents_that_are_missing(tmp_path: Path) -> None:
    asked = read_benchmark(benchmark(tmp_path, [{"_id": "q", "text": "Why?"}], "q\tgone\t1\nq\t7\t1\n"))
    assert asked.cases[0].documents == ("7",) and "1 relevant documents" in asked.notes[0]


@pytest.mark.parametrize(
    ("row", "answerable", "kind"),
    [
        ({"answerable": True}, True, ""),
        ({"answerable": "false"}, False, ""),
        ({"answerable": 0}, False, ""),
        ({"answerable": None, "answerability": "UNANSWERABLE"}, False, ""),
        ({"answerability": "ANSWERABLE"}, True, ""),
        ({"answerable": True, "answerability": "PARTIAL"}, False, "partial"),
        ({"answerable": None, "answerability": "UNDERSPECIFIED"}, False, "underspecified"),
        ({"answerable": True, "answerability": None}, True, ""),
    ],
)
def test_whether_it_is_answerable(tmp_path: Path, row: dict[str, Any], answerable: bool, kind: str) -> None:
    case = one(tmp_path, row)
    assert (case.answerable, case.kind) == (answerable, kind)


def test_queries_of_which_nothing_is_known_are_not_asked(tmp_path: Path) -> None:
    rows = [{"_id": "q", "text": "Why?"}, {"_id": "r", "text": " "}, {"_id": "s", "text": "How?"}]
    asked = read_benchmark(benchmark(tmp_path, rows, "s\t7\t1\n"))
    assert [case.id for case in asked.cases] == ["s"] and "2 queries" in asked.notes[0]


def test_conversations_in_either_spelling(tmp_path: Path) -> None:
    history = [
        {"role": "user", "text": "Hi"},
        {"role": "agent", "content": "Hello"},
        {"speaker": "human", "text": "Cats?"},
        "And?",
        {"role": "user"},
        None,
    ]
    case = one(tmp_path, {"history": history, "answerable": True, "rewrite": "Why do  cats?"})
    assert case.history == (
        Turn("user", "Hi"),
        Turn("assistant", "Hello"),
        Turn("user", "Cats?"),
        Turn("user", "And?"),
    )
    assert case.rewrite == "Why do cats?"
    assert one(tmp_path, {"history": None, "answerable": True, "rewrite": None}).history == ()


def test_half_a_character_can_be_stored(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "x", "text": "Bad \\ud83d end. \\u2028 More."}\n', encoding="utf-8"
    )
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q", "text": "\\ud83d?", "answerable": false}', encoding="utf-8"
    )
    asked = read_benchmark(tmp_path)
    assert asked.articles[0].text.encode() and asked.cases[0].question == "??"


def test_broken_files_are_named(tmp_path: Path) -> None:
    benchmark(tmp_path, [])
    (tmp_path / "queries.jsonl").write_text('{"_id": "q"}\n[1]\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"queries\.jsonl: line 2"):
        read_benchmark(tmp_path)
    (tmp_path / "queries.jsonl").write_text("{nope\n", encoding="utf-8")
    with pytest.raises(SourceError, match="line 1 is no JSON"):
        read_benchmark(tmp_path)
    (tmp_path / "queries.jsonl").unlink()
    with pytest.raises(SourceError, match="missing"):
        read_benchmark(tmp_path)
