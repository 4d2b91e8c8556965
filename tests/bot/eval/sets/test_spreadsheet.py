"""An owner's CSV: what spreadsheets write is read, and what is wrong with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.eval.sets.spreadsheet import read_sheet
from ingest.article import Article
from ingest.errors import SourceError

ARTICLES = (
    Article("one", "One", "Hold it for 20 to 30 seconds. Don’t bounce.\n"),
    Article("two", "Two", "Rest a day. Hold it for 20 to\n30 seconds.\n"),
)


def sheet(folder: Path, data: str | bytes) -> Path:
    path = folder / "my questions.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_questions_with_their_places(tmp_path: Path) -> None:
    path = sheet(
        tmp_path,
        "Question,expected,who asked\r\nHow long?,20 to 30 SECONDS,Ann\r\n,,\r\n"
        '"May I bounce, or not?",don\'t  bounce,\r\nGift cards?,,Bo\r\n',
    )
    asked = read_sheet(path, ARTICLES)
    assert asked.name == "my questions" and not asked.notes
    long, bounce, cards = asked.cases
    assert [ARTICLES[0].text[a:b] for key, a, b in long.any if key == "one"] == ["20 to 30 seconds"]
    assert len(long.any) == 2 and long.answerable and long.id == "line 2"
    assert bounce.question == "May I bounce, or not?" and len(bounce.any) == 1
    assert not cards.answerable and not cards.any


def test_several_ways_to_put_it(tmp_path: Path) -> None:
    asked = read_sheet(sheet(tmp_path, "question,expected\nWhat now?,rest a day | Don't bounce\n"), ARTICLES)
    assert {key for key, _, _ in asked.cases[0].any} == {"one", "two"}


def test_a_note_names_words_that_appear_nowhere(tmp_path: Path) -> None:
    asked = read_sheet(sheet(tmp_path, "question,expected\nHow long?,40 seconds\n"), ARTICLES)
    assert asked.cases[0].answerable and "Line 2" in asked.notes[0] and "40 seconds" in asked.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_write(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"question{delimiter}expected\nWie lange – übrigens?{delimiter}Rest a day\n"
    (case,) = read_sheet(sheet(tmp_path, text.encode(encoding)), ARTICLES).cases
    assert case.question == "Wie lange – übrigens?" and len(case.any) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "no questions"),
        ("question,expected\n", "no questions"),
        ("what,expected\nHow?,x\n", "“question” is missing"),
        ("question\nHow?\n", "“expected” is missing"),
        ("How long?,20 seconds\n", "first line must name"),
        ("question,expected\nHow, and why?,x\n", "line 2: there are 3 columns"),
        ("question,expected\n,rest\n", "line 2: there are expected words but no question"),
        ('question,expected\n"How?,x\n', "line 2"),
        ("question,expected\nW\xe4rme?,x\n".encode("latin-1"), "CSV UTF-8"),
        (b"PK\x03\x04rest", "a spreadsheet, not a CSV"),
    ],
)
def test_the_error_names_what_is_wrong(tmp_path: Path, data: str | bytes, message: str) -> None:
    with pytest.raises(SourceError) as error:
        read_sheet(sheet(tmp_path, data), ARTICLES)
    assert message in str(error.value) and "my questions.csv" in str(error.value)
    assert str(tmp_path) not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        read_sheet(tmp_path / "none.csv", ARTICLES)
