"""Strings that try to be more than text, as notes and questions: in, and out of every format and the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attack_strings import OWN, all_listed, clean
from fake_bot import STRETCHES
from test_feedback import path as path  # noqa: PLC0414 - a fixture
from test_feedback_cli import Footnote
from test_feedback_cli import footnote as footnote  # noqa: PLC0414 - a fixture
from test_feedback_routes import HOLD, OWNER, Site
from votes import given, on, quick, votes

from bot.eval.sets.spreadsheet import read_sheet
from bot.server.feedback import MAX_NOTE, format_rows, summarize
from bot.server.feedback.export import FORMATS
from bot.server.feedback.routes import PATH, PER_CLIENT
from bot.server.feedback.store import Row, Vote
from bot.text.redact import redact

FORMULA = re.compile(r"[=+\-@|%＝＋－＠\t\r]")
ACTS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def notes(shared: Path) -> list[str]:
    found = [clean(text)[:MAX_NOTE] for text in (*OWN, *all_listed(shared))]
    assert len(found) > 2500
    return found


@pytest.fixture(scope="module")
def attacked(notes: list[str]) -> Iterator[Path]:
    """A file with a vote for each of the strings, which is its note."""
    with tempfile.TemporaryDirectory(dir=quick()) as folder:
        votes(Path(folder) / "votes.sqlite", notes)
        yield Path(folder) / "votes.sqlite"


def check_cells(table: str, columns: int) -> list[dict[str, str]]:
    """The rows of a table, after checking that no spreadsheet finds a formula or a row of its own in it."""
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline=""), strict=True))
    assert all(len(row) == columns and None not in row and None not in row.values() for row in rows)
    # Also for one that parts cells at semicolons, tabs or line ends and minds no quotation marks.
    for piece in re.split(r"[;\t\r\n]|\",\"", table.removeprefix("\ufeff")):
        begins = piece.lstrip(' \u00a0"')
        assert not FORMULA.match(begins), piece[:80]
    return rows


def check_all(rows: list[Row], folder: Path) -> None:
    """Every format reads back as what was stored, and nothing in it acts."""
    texts = {kind: format_rows(rows, kind) for kind in FORMATS}
    lines = [json.loads(line) for line in texts["jsonl"].split("\n")[:-1]]
    assert lines == [{**row_of(row), "citations": list(row.citations)} for row in rows]
    table = check_cells(texts["csv"], 11)
    assert [row["id"] for row in table] == [row.id for row in rows]
    added = re.compile(r"((?:^|[;\n])(?:[^\S\n]|[\"'])*)'(?=[=+\-@|%＝＋－＠])")
    for row, cells in zip(rows, table, strict=True):
        assert added.sub(r"\1", cells["note"]) == row.note or "'" in row.note
    sheet = check_cells(texts["eval"], 5)
    assert len(sheet) == len({row.question for row in rows})
    (folder / "sheet.csv").write_bytes(texts["eval"].encode())
    assert len(read_sheet(folder / "sheet.csv", [STRETCHES]).cases) == len(sheet)
    for text in texts.values():
        assert not re.search("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    json.dumps(summarize(rows))


def row_of(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def test_every_attack_string_goes_in_and_out_as_text(
    attacked: Path, notes: list[str], tmp_path: Path
) -> None:
    rows = sorted(on(attacked).rows(), key=lambda row: row.id)
    assert len(rows) == len(notes)
    for row, note in zip(rows, notes, strict=True):
        seen = "".join(c for c in note if c.isprintable() and not c.isspace())
        if redact(note) == note:
            assert re.sub("[\\s\u200c\u200d]", "", row.note) == seen
    check_all(rows, tmp_path)


def test_no_attack_string_acts_on_the_terminal(
    footnote: Footnote, attacked: Path, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_FEEDBACK", str(attacked))
    listed = footnote("list").out
    assert not ACTS.search(listed)
    # Every line is one of ours: what a reader typed begins none.
    lines = listed.split("\n")[:-1]
    ours = re.compile(r"\d{4}-\d\d-\d\d  down  \d{24}  Why \d+\?  \(wrong, answered\)")
    assert len([line for line in lines if ours.fullmatch(line)]) == len(notes)
    assert all(line.startswith(" " * 18) for line in lines if not ours.fullmatch(line))
    printed = footnote("list", "--json").out
    assert not ACTS.search(printed) and len(json.loads(printed)) == len(notes)
    for kind in FORMATS:
        assert not ACTS.search(footnote("export", "--format", kind).out.replace("\r\n", "\n"))


def test_no_question_acts_on_the_terminal(footnote: Footnote, path: Path) -> None:
    for n, text in enumerate(OWN):
        about = given("Peru?", known_as=f"{n:024}", question=clean(text))
        on(path).save(about, Vote("down", "wrong"))
    for words in (("list",), ("summary",), ("summary", "--json")):
        assert not ACTS.search(footnote(*words).out)
    assert len(footnote("list").out.splitlines()) == len(OWN)


@pytest.mark.parametrize("place", ["note", "question"])
def test_our_own_attack_strings_come_over_http_and_out_of_every_format(
    path: Path,
    tmp_path: Path,
    place: str,
) -> None:
    site = Site(path)
    texts = [text for text in map(clean, OWN) if text.strip() and "\0" not in text]
    texts = [text[: MAX_NOTE if place == "note" else 500] for text in texts]
    reader = site.http
    for n, text in enumerate(texts):
        reader = site.reader() if n % PER_CLIENT[0].count == 0 else reader
        known = site.ask(text if place == "question" else HOLD)
        vote = {"id": known, "verdict": "down", "note": text if place == "note" else ""}
        assert reader.post(PATH, json=vote).status_code == 200
    rows = site.rows()
    assert len(rows) == len(texts)
    check_all(rows, tmp_path)
    for kind in FORMATS:
        assert site.http.get(f"{PATH}?format={kind}", headers=OWNER).text.removeprefix(
            "\ufeff"
        ) == format_rows(rows, kind).removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+41", "'+41"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|calc", "'|calc"),
        ("％=1", "％=1"),
        ("＝1", "'＝1"),
        ("  =1", "  '=1"),
        ('"=1', "\"'=1"),
        ("fine; =1", "fine; '=1"),
        ("fine\n=1\n- a", "fine\n'=1\n'- a"),
        ("a = b, -1 and 2-3; so", "a = b, -1 and 2-3; so"),
    ],
)
def test_a_cell_is_never_a_formula(typed: str, cell: str) -> None:
    row = Row("i", "2026-03-01", "down", "", typed, typed, typed, "answered", (), 0.5, "g")
    (read,) = check_cells(format_rows([row], "csv"), 11)
    assert (read["note"], read["question"], read["answer"]) == (cell, cell, cell)
