"""Cards, verdicts and their store, without a bot."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.eval.measures.outcome import Outcome
from bot.eval.sets import Case, QuestionSet, find_set
from bot.eval.verdicts import (
    Card,
    Verdict,
    answer_hash,
    append,
    card_of,
    check_note,
    judge_cards,
    read_file,
    read_verdicts,
    store_path,
    summarise,
)
from bot.eval.verdicts.verdict import verdict_of
from bot.types import Answer, Citation, Passage, Turn
from ingest.article import Article, Chunk
from ingest.errors import SourceError

TEXT = "Warm the jar first. Feed the starter twice a day. A grey liquid on top of a hungry starter does no harm at all."
ARTICLE = Article("bread", "Sourdough", TEXT, None)
FEED = "Feed the starter twice a day."
AT = TEXT.index(FEED)
CHUNK = Chunk("bread", 0, ("Care",), TEXT, 0, len(TEXT))
CASE = Case("q1", "How often do I feed it?", any=(("bread", AT, AT + len(FEED)),))
SET = QuestionSet("loaves", (ARTICLE,), (CASE, Case("q2", "Do you sell jars?", answerable=False)))
TODAY = date(2026, 3, 9)


def answered(case: Case = CASE, sure: float = 0.9) -> Outcome:
    citation = Citation(1, Passage(CHUNK, "Sourdough", None, 1.0), FEED, AT, AT + len(FEED), None)
    return Outcome(
        case, Answer(case.question, case.question, f"{FEED} [1]", (citation,), "answered", sure), 0.1
    )


def silent(case: Case) -> Outcome:
    return Outcome(
        case, Answer(case.question, case.question, "The blog does not say.", (), "abstained", 0.1), 0.1
    )


def verdict(outcome: Outcome, score: int = 2, cause: str = "", on: date = TODAY) -> Verdict:
    row = {"id": outcome.case.id, "answer": answer_hash(outcome), "verdict": score, "cause": cause}
    return verdict_of(row, on)


def test_a_card_marks_the_quote_in_its_passage_and_holds_the_gold() -> None:
    card = card_of("loaves", answered(), {"bread": ARTICLE})
    assert card.sources[0].marked == TEXT.replace(FEED, f"⟦{FEED}⟧[1]")
    assert (card.sources[0].heading, card.gold_any, card.answerable) == ("Care", (FEED,), True)
    json.dumps(card.to_dict())


def test_only_what_a_reader_sees_makes_another_answer() -> None:
    outcome = answered()
    assert answer_hash(outcome) == answer_hash(answered(sure=0.6))
    other = replace(outcome, answer=replace(outcome.answer, text=f"Often: {FEED} [1]"))
    later = replace(outcome, case=replace(CASE, history=(Turn("user", "What about the starter?"),)))
    assert len({answer_hash(one) for one in (outcome, other, later, silent(CASE))}) == 4


def test_the_last_verdict_on_an_answer_counts_and_a_line_cut_short_does_no_harm_to_the_next(
    tmp_path: Path,
) -> None:
    file, outcome = tmp_path / "loaves" / "verdicts.jsonl", answered()
    append(file, [verdict(outcome, 0, "form")])
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    append(file, [verdict(outcome)])
    assert [v.score for v in read_verdicts(file).values()] == [2]
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2
    file.write_text('{"id": "q1"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"verdict 1 .*answer"):
        read_verdicts(file)


def test_a_store_holds_no_text_of_the_set(tmp_path: Path) -> None:
    file, outcome = tmp_path / "verdicts.jsonl", answered()
    append(file, [verdict(outcome)])
    stored = file.read_text(encoding="utf-8")
    assert set(json.loads(stored)) == {"id", "answer", "verdict", "cause", "note", "date"}
    assert "starter" not in stored and "feed" not in stored.casefold()


def test_verdicts_on_a_set_that_is_elsewhere_lie_in_our_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert store_path(Path("../shared/eval/loaves"), "loaves") == Path("data/eval/loaves/verdicts.jsonl")
    assert store_path(Path("mine.csv"), "mine") == Path("mine.verdicts.jsonl")
    home = tmp_path / "clone"
    for folder in (home / "data/eval/loaves", tmp_path / "shared/eval/loaves"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(home)
    append(home / "data/eval/loaves/verdicts.jsonl", [verdict(answered())])
    assert find_set(Path("loaves")) == Path("../shared/eval/loaves")  # not the folder of its verdicts


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": 3}, "2, 1 or 0"),
        ({"verdict": True}, "2, 1 or 0"),
        ({"verdict": 1}, "cause.*silent-wrongly"),
        ({"verdict": 0, "cause": "boring"}, "cause"),
        ({"cause": "form"}, "no cause"),
        ({"note": "x" * 501}, "note"),
        ({"date": "yesterday"}, "2026-01-31"),
        ({"answer": ""}, "answer"),
    ],
)
def test_what_a_verdict_must_have(change: dict[str, object], message: str) -> None:
    row = {"id": "q1", "answer": "abc", "verdict": 2} | change
    with pytest.raises(ValueError, match=message):
        verdict_of(row)


def write(file: Path, *rows: dict[str, object]) -> Path:
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_cards_with_verdicts_are_a_file_of_verdicts(tmp_path: Path) -> None:
    card = card_of("loaves", answered(), {"bread": ARTICLE}).to_dict()
    file = write(tmp_path / "mine.jsonl", card | {"verdict": 1, "cause": "form", "note": "too terse"})
    (given,) = read_file(file, {"loaves": SET, "cakes": SET})["loaves"]
    assert (given.id, given.score, given.cause, given.note) == ("q1", 1, "form", "too terse")


def test_a_file_with_questions_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    row: dict[str, object] = {"answer": "abc", "verdict": 2}
    file = write(tmp_path / "mine.jsonl", row | {"id": "q1"}, row | {"id": "q9"})
    with pytest.raises(SourceError, match=r"q9 \(loaves\).*Nothing was stored"):
        read_file(file, {"loaves": SET})
    with pytest.raises(SourceError, match="“set” must be one of loaves, cakes"):
        read_file(file, {"loaves": SET, "cakes": SET})
    with pytest.raises(SourceError, match="no verdicts"):
        read_file(write(tmp_path / "empty.jsonl"), {"loaves": SET})
    with pytest.raises(SourceError, match="cannot be read"):
        read_file(tmp_path / "none.jsonl", {"loaves": SET})


def test_a_note_does_not_copy_the_articles() -> None:
    check_note("a grey liquid would have been the point", SET)
    with pytest.raises(SourceError, match="own words"):
        check_note("it has: a grey liquid on top of a hungry starter", SET)


def test_the_summary_counts_answers_as_they_are_now() -> None:
    one, two = answered(), silent(SET.cases[1])
    before = replace(verdict(one, 0, "form"), answer="of an earlier answer")
    stored = {(v.id, v.answer): v for v in (before, verdict(two, 1, "alarm", date(2026, 3, 2)))}
    summary = summarise([one, two], stored)
    assert summary is not None
    assert (summary.questions, summary.judged, summary.stale, dict(summary.causes)) == (2, 1, 1, {"alarm": 1})
    assert set(summary.shares) == {"all", "unanswerable"}
    assert summary.shares["all"][1][0] == 0 and summary.shares["unanswerable"][2][0] == 1
    assert "1 of 2 answers have a verdict, given 2026-03-02 (7 days old)." in summary.lines(TODAY)
    json.dumps(summary.to_dict(), allow_nan=False)
    assert summarise([one], {}) is None


def judged(cards: list[Card], *typed: str) -> tuple[list[tuple[str, int, str, str]], str]:
    """What was stored and shown when a reader typed these lines, and then the end of input."""
    stored: list[tuple[str, int, str, str]] = []
    shown: list[str] = []
    lines = iter(typed)

    def ask(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    def store(card: Card, given: Verdict) -> None:
        check_note(given.note, SET)
        stored.append((card.id, given.score, given.cause, given.note))

    judge_cards(cards, store, ask, shown.append)
    return stored, "\n".join(shown)


CARDS = [card_of("loaves", o, {"bread": ARTICLE}) for o in (answered(), silent(SET.cases[1]))]


def test_a_reader_judges_skips_goes_back_and_ends() -> None:
    assert judged(CARDS, "s", "2", "fine")[0] == [("q2", 2, "", "fine")]
    assert judged(CARDS, "2", "", "b", "0", "wrong", "", "q")[0] == [
        ("q1", 2, "", ""),
        ("q1", 0, "wrong-sentence", ""),
    ]
    assert judged(CARDS, "q", "2")[0] == [] and judged(CARDS)[0] == []
    assert judged(CARDS, "b", "x", "", "1", "9", "s", "5", "terse", "q")[0] == [("q1", 1, "form", "terse")]


def test_a_note_that_copies_is_asked_for_again() -> None:
    stored, shown = judged(CARDS[:1], "2", "a grey liquid on top of a hungry starter", "fine")
    assert stored == [("q1", 2, "", "fine")] and "own words" in shown


def test_a_reader_sees_question_answer_passage_and_gold() -> None:
    _, shown = judged(CARDS, "s", "s")
    for part in (CASE.question, f"{FEED} [1]", f"⟦{FEED}⟧[1]", f"- {FEED}", "do not answer this", "2 of 2"):
        assert part in shown
    evil = replace(CARDS[0], text="\x1b[2Jgone")
    assert "\x1b" not in judged([evil], "s")[1]
