"""Which turn of a conversation counts as right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.eval.conversations import is_right
from bot.eval.sets import TurnCase, is_conversation_set, read_conversations
from bot.types import Answer, Citation, Passage, Status
from bot.understand import load_replies
from ingest.article import Article, Chunk
from ingest.errors import SourceError

TEXT = "# Bread\n\nBake it for an hour. Let it rest.\n\n## Flour\n\nRye is heavy. Wheat is light. Spelt is dear. Oats crumble.\n"
BREAD = Article("bread", "Bread", TEXT)
CAKE = Article("cake", "Cake", "Sugar is sweet.\n")
ARTICLES = {"bread": BREAD, "cake": CAKE}


def answer(*quotes: str, status: Status = "answered", text: str = "") -> Answer:
    citations = []
    for number, quote in enumerate(quotes, 1):
        article = next(a for a in ARTICLES.values() if quote in a.text)
        start = article.text.index(quote)
        chunk = Chunk(article.id, 0, (), article.text, 0, len(article.text))
        passage = Passage(chunk, article.title, None, 0.0)
        citations.append(Citation(number, passage, quote, start, start + len(quote), None))
    return Answer("?", "?", text or " ".join(quotes), tuple(citations), status, 0.5)


def right(expected: str, now: Answer, *before: Answer) -> bool:
    return is_right(TurnCase("?", "kind", expects=(expected,)), now, before, ARTICLES)


SILENT = answer(status="abstained", text="The blog does not say.")
THANKS = answer(status="chat", text=load_replies().texts["thanks"])


def test_gold_is_right_and_an_alarm_never_is() -> None:
    start = TEXT.index("Let it rest.")
    gold = TurnCase("?", "kind", any=(("bread", start, start + 12),))
    assert is_right(gold, answer("Let it rest."), (), ARTICLES)
    assert not is_right(gold, answer("Rye is heavy."), (), ARTICLES)
    assert not is_right(gold, answer("Let it rest.", status="urgent"), (), ARTICLES)


def test_silence_is_neither_a_quote_nor_a_reply_to_something_else() -> None:
    assert right("silent", SILENT)
    assert not right("silent", answer("Rye is heavy."))
    assert not right("silent", THANKS)


def test_a_reply_is_known_by_its_name() -> None:
    assert right("thanks", THANKS)
    assert not right("farewell", THANKS)
    assert not right("thanks", SILENT)


def test_what_is_about_the_last_answer_is_judged_by_what_that_quoted() -> None:
    both = answer("Bake it for an hour.", "Let it rest.")
    assert right("again", both, both, THANKS)
    assert not right("again", answer("Let it rest."), both)
    assert right("shorter", answer("Let it rest."), both)
    assert not right("shorter", both, both)
    assert not right("shorter", answer("Rye is heavy."), both)
    assert right("other post", answer("Sugar is sweet."), both)
    assert not right("other post", answer("Rye is heavy."), both)


def test_more_follows_what_was_quoted_and_repeats_nothing() -> None:
    both = answer("Bake it for an hour.", "Let it rest.")
    assert right("more", answer("Rye is heavy.", "Wheat is light."), both)
    assert not right("more", answer("Oats crumble."), both)  # three sentences further on
    assert not right("more", answer("Let it rest.", "Rye is heavy."), both)
    assert not right("more", answer("Bake it for an hour."), answer("Rye is heavy."))
    assert not right("more", SILENT, both)


def written(folder: Path, turn: dict[str, object]) -> Path:
    (folder / "posts").mkdir(parents=True)
    (folder / "posts" / "bread.md").write_text(f"---\ntitle: Bread\n---\n\n{TEXT}", encoding="utf-8")
    (folder / "set.json").write_text(
        json.dumps({"blogs": {"bakery": [str(folder / "posts")]}}), encoding="utf-8"
    )
    (folder / "bakery.jsonl").write_text(json.dumps({"id": "b1", "turns": [turn]}) + "\n", encoding="utf-8")
    return folder


def test_a_folder_is_read_and_its_gold_found(tmp_path: Path) -> None:
    folder = written(tmp_path / "set", {"message": "rest?", "kind": "question", "any": ["Let it rest."]})
    assert is_conversation_set(folder)
    found = read_conversations(folder)
    (case,) = found.conversations["bakery"]["b1"]
    ((where, start, end),) = case.any
    assert {a.id: a for a in found.blogs["bakery"].articles}[where].text[start:end] == "Let it rest."


@pytest.mark.parametrize("turn", [{"any": ["Salt it."]}, {}])
def test_gold_that_no_article_has_and_a_turn_without_expectation_are_refused(
    tmp_path: Path, turn: dict[str, object]
) -> None:
    folder = written(tmp_path / "set", {"message": "salt?", "kind": "question", **turn})
    with pytest.raises(SourceError):
        read_conversations(folder)
