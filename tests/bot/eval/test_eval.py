"""The harness from end to end: a small benchmark and an owner's sheet, asked of the real bot.

The embedder hashes words, but bears the real one's name and size, so that the reader that ships
reads its vectors: what it answers means little here, what is counted must be right.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeEmbedder

from bot.config import BotConfig
from bot.eval.command import Evaluated, evaluate
from bot.eval.measures.figures import ABOVE_BEST, BASELINES
from bot.eval.report.page import page, save_page
from bot.eval.run import Measured, run
from bot.eval.urgent_messages import is_message_set
from ingest.config import DEFAULT_EMBEDDER
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sync import sync

EVIL = '<script>alert("1")</script><img src=x onerror=alert(2)>'
TEXTS = {
    "stretch": "Hold the seated hamstring stretch for thirty seconds. Breathe slowly. Never bounce in it.",
    "sciatica": "Sciatica is pain along the sciatic nerve. It runs from the lower back to the leg.",
    "shoes": f"Running shoes wear out after eight hundred kilometres. {EVIL} Soft soles tire the calves.",
    "sleep": "Sleep on your side with a pillow between the knees. A firm mattress helps most people.",
}
QUERIES: list[dict[str, Any]] = [
    {"_id": "1", "text": "How long do I hold the seated hamstring stretch?", "answerable": True,
     "gold_sentences": [["Hold the seated hamstring stretch for thirty seconds."]], "source_doc": "stretch"},
    {"_id": "2", "text": "When do running shoes wear out?", "answers": ["eight hundred kilometres"], "doc": "shoes"},
    {"_id": "3", "text": "And in it, may I bounce?", "history": [{"role": "user", "text": "hamstring stretch?"},
     {"role": "assistant", "content": "Hold it."}], "rewrite": "May I bounce in the hamstring stretch?"},
    {"_id": "4", "text": f"Do you sell gift cards? {EVIL}", "answerable": False, "answers": []},
    {"_id": "5", "text": "Tell me more", "answerability": "UNDERSPECIFIED", "answerable": None},
    {"_id": "6", "text": "?!", "answerable": False},
]  # fmt: skip
QRELS = "query-id\tcorpus-id\tscore\n1\tstretch\t1\n2\tshoes\t1\n3\tstretch\t1\n"


class Named(FakeEmbedder):
    """As the real model is called and as wide as it, so that the shipped reader takes its vectors."""

    name = DEFAULT_EMBEDDER
    dimension = 384


def write_set(home: Path) -> Path:
    home.mkdir()
    corpus = [{"_id": key, "title": key.title(), "text": text} for key, text in TEXTS.items()]
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", QUERIES)):
        (home / name).write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (home / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "tiny")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """What came of the set as it is written, for the tests that only look at it."""
    return measure(write_set(tmp_path_factory.mktemp("set") / "tiny"), Named(), BotConfig())


def measure(path: Path, embedder: FakeEmbedder, config: BotConfig, cache: Path | None = None) -> Measured:
    found, skipped = run([path], config, cache=cache, embedder=embedder)
    assert not skipped
    return found[path.stem]


def test_a_benchmark_from_end_to_end(measured: Measured) -> None:
    result = measured.result
    assert (result["questions"], result["answerable"], result["unanswerable"]) == (6, 3, 2)
    assert result["underspecified"] == 1 and "mean of answerable, underspecified" in result
    assert result["recall@5"] == [1, 1, 1]  # four documents: all are among the first five
    ours = ("MRR@10", "nDCG@10", "abstention AUROC", "balanced accuracy", "gold among quotes", "word F1")
    for figure in (*ours, "ms an answer, median"):
        value, low, high = result[figure]
        assert low <= value <= high
    assert result["follow-up recall@5"] == [1, 1, 1]
    assert result["follow-ups that the rewrite makes worse"] == [0, 0, 0]
    assert result["threshold loss"][0] >= 0 and 0 <= result["best threshold"][0] <= 1
    beside = result[BASELINES]
    assert "word F1" in beside["dense alone"] and "word F1" not in beside["BM25 alone"]
    assert beside["BM25 alone"]["recall@1"][0] == 1 and "gold among quotes" in beside["dense alone"]
    assert beside["last turn alone"]["follow-up recall@5"][0] == 1
    assert set(result[ABOVE_BEST]["recall@5"]) == {"baseline", "difference"}
    json.dumps(result, allow_nan=False)


def test_no_question_is_embedded_twice_and_a_kept_index_is_used_again(folder: Path, tmp_path: Path) -> None:
    """Passages are embedded once more for the baseline that quotes sentences: the index keeps too little for it."""
    first, again = Named(), Named()
    before = measure(folder, first, BotConfig(), tmp_path / "cache").result
    passages = [t for t in first.embedded if any(t.endswith(each) for each in TEXTS.values())]
    questions = [t for t in first.embedded if t not in passages]
    assert len(questions) == len(set(questions)) and len(passages) <= 2 * len(set(passages))
    after = measure(folder, again, BotConfig(), tmp_path / "cache").result
    repeated = [text for text in again.embedded if any(text.endswith(t) for t in TEXTS.values())]
    assert len(repeated) == len(set(repeated)) <= len(TEXTS)
    took = ("ms an answer, median", "ms an answer, 95th percentile")
    assert {k: v for k, v in before.items() if k not in took} == {
        k: v for k, v in after.items() if k not in took
    }


def test_other_articles_have_another_index(folder: Path, tmp_path: Path) -> None:
    measure(folder, Named(), BotConfig(), tmp_path / "cache")
    (folder / "corpus.jsonl").write_text(
        '{"_id": "stretch", "text": "Nothing of the kind."}', encoding="utf-8"
    )
    asked = measure(folder, Named(), BotConfig(), tmp_path / "cache")
    assert [a.id for a in asked.question_set.articles] == ["stretch"] and asked.result["notes"]
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_a_cache_that_cannot_be_written_to_is_done_without(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert measure(folder, Named(), BotConfig(), tmp_path / "file" / "cache").result["questions"] == 6


def test_an_owner_asks_her_own_index(folder: Path, tmp_path: Path) -> None:
    config = BotConfig(index=tmp_path / "index")
    blog = tmp_path / "blog"
    blog.mkdir()
    for name, text in TEXTS.items():
        (blog / f"{name}.md").write_text(f"# {name.title()}\n\n{text}\n", encoding="utf-8")
    embedder = Named()
    sync([str(blog)], index=Index(config.index, config.index_config), embedder=lambda: embedder)
    sheet = tmp_path / "mine.csv"
    sheet.write_text(
        "question,expected\nHow long do I hold the seated stretch?,thirty seconds\nDo you sell gift cards?,\n",
        encoding="utf-8",
    )
    result = measure(sheet, embedder, config).result
    assert (result["answerable"], result["unanswerable"]) == (1, 1) and "recall@5" not in result
    assert result["gold among quotes"][0] in (0, 1)


class Tags(HTMLParser):
    """What a browser would make elements of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [
            f"{tag} {name}" for name, _ in attrs if name in ("src", "srcset", "style") or name[:2] == "on"
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_shows_questions_and_quotes_as_text(folder: Path, tmp_path: Path) -> None:
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps(q | {"text": f"{q['text']} shoes"}) for q in QUERIES), encoding="utf-8"
    )
    named = folder.rename(folder.parent / "<b>tiny")
    measured = measure(named, Named(), BotConfig(threshold=0))  # it answers everything, so all is quoted
    html = page({"<b>tiny": measured}, 0.45)
    seen = Tags()
    seen.feed(html)
    assert EVIL in seen.text and any(EVIL in c.quote for o in measured.outcomes for c in o.answer.citations)
    assert not {"script", "img", "iframe", "link", "b>tiny"} & set(seen.tags) and not seen.loads
    assert "url(" not in html and "@import" not in html and "default-src 'none'" in html
    with pytest.raises(SourceError, match="cannot be written"):
        save_page(tmp_path / "no" / "folder.html", {"tiny": measured}, 0.45)


def test_every_question_is_on_the_page_once_under_what_came_of_it(measured: Measured) -> None:
    seen = Tags()
    seen.feed(page({"tiny": measured}, 0.45))
    for outcome in measured.outcomes:
        assert seen.text.count(outcome.case.question) >= 1
    assert seen.tags.count("ol") == len({o.grade for o in measured.outcomes})
    assert "6 questions were asked." in seen.text


def test_pictures_of_chance_are_not_drawn(folder: Path, measured: Measured) -> None:
    many = [
        {"_id": f"{q['_id']}-{n}"} | {k: v for k, v in q.items() if k != "_id"}
        for n in range(10)
        for q in QUERIES
    ]
    few = page({"tiny": measured}, 0.45)
    assert "class=plots" not in few and "at least 10 questions" in few
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(q) for q in many), encoding="utf-8")
    assert page({"tiny": measure(folder, Named(), BotConfig())}, 0.45).count("<figure>") == 3


def test_a_set_that_is_not_there_is_an_error_and_what_there_is_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="sample"):
        evaluate([tmp_path / "none"], BotConfig())


def test_sets_of_messages_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "dev.jsonl").write_text(
        '{"text": "I can\'t feel my legs", "kind": "red"}\n', encoding="utf-8"
    )
    assert is_message_set(tmp_path)
    (tmp_path / "dev.jsonl").write_text('{"text": "Why?", "kind": "fact"}\n', encoding="utf-8")
    assert not is_message_set(tmp_path)


def test_urgent_messages_are_counted_and_stamped(tmp_path: Path) -> None:
    rows = [
        {"text": "I can't pee since my back pain started", "kind": "red"},
        {"text": "what is a hamstring", "kind": "ordinary"},
        {"text": "how long do I hold the stretch", "kind": "ordinary"},
    ]
    (tmp_path / "dev.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    found = evaluate([tmp_path], BotConfig())
    result = found.results[tmp_path.name]
    assert result["red flags seen"] == result["ordinary questions left alone"] == [1, 1, 1]
    assert result["questions"] == 3 and not result["missed"] and found.stamps[tmp_path.name]


def test_what_is_printed_as_json_keeps_its_keys() -> None:
    assert Evaluated({}, {}, {}, ["why"]).to_dict() == {"sets": {}, "pages": {}, "skipped": ["why"]}
