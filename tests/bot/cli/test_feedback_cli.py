"""`footnote feedback`: what it lists, counts, writes and removes, what it refuses, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from fake_bot import STRETCHES
from test_feedback import path as path  # noqa: PLC0414 - a fixture
from votes import DAY, given, on, votes

from bot.cli import commands as cli
from bot.eval.sets.spreadsheet import read_sheet
from bot.server.feedback.export import TO_FILL_IN
from bot.server.feedback.store import Vote

NONE = "No reader has voted yet.\n"


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


Footnote = Callable[..., Run]


@pytest.fixture
def footnote(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Footnote:
    """The command line as its user has it, on the file `path`. typed: what it is answered when it asks."""
    monkeypatch.setenv("FOOTNOTE_FEEDBACK", str(path))

    def run(*words: str, typed: str = "") -> Run:
        monkeypatch.setattr(sys, "argv", ["footnote", "feedback", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Run(int(end.value.code or 0), out, err)

    return run


@pytest.fixture
def kept(path: Path) -> Path:
    """Four votes on three days: one up, three down, two of these about the same question."""
    given_ = [
        (1, "Stretch one?", Vote("up")),
        (2, "Stretch two?", Vote("down", "wrong", "It is\n20 seconds; =1")),
        (3, "Peru?", Vote("down", "should_know", "")),
        (3, "Peru?", Vote("down", "should_know", "It does say so")),
    ]
    for n, (day, question, vote) in enumerate(given_):
        on(path, DAY.replace(day=day)).save(given(question, known_as=f"{n:024}"), vote)
    return path


# --- list


def test_votes_are_listed_the_latest_first(footnote: Footnote, kept: Path) -> None:
    run = footnote("list")
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == [
        f"2026-03-03  down  {2:024}  Peru?  (should_know, abstained)",
        f"2026-03-03  down  {3:024}  Peru?  (should_know, abstained)",
        f"{'':18}It does say so",
        f"2026-03-02  down  {1:024}  Stretch two?  (wrong, answered)",
        f"{'':18}It is 20 seconds; =1",
        f"2026-03-01  up    {0:024}  Stretch one?  (answered)",
    ]


def test_a_part_is_listed(footnote: Footnote, kept: Path) -> None:
    assert footnote("list", "--verdict", "up").out.startswith("2026-03-01  up")
    assert len(footnote("list", "--since", "2026-03-02").out.splitlines()) == 5
    assert footnote("list", "--since", "2026-03-02", "--verdict", "up").out == NONE
    rows = json.loads(footnote("list", "--json", "--verdict", "down").out)
    assert [row["id"][-1] for row in rows] == ["2", "3", "1"] and rows[2]["citations"][0]["number"] == 1


def test_nothing_is_listed_of_nothing(footnote: Footnote, path: Path) -> None:
    assert footnote("list") == Run(0, NONE, "")
    assert json.loads(footnote("list", "--json").out) == []
    assert footnote("summary") == Run(0, NONE, "")
    assert json.loads(footnote("summary", "--json").out)["votes"] == 0
    assert not path.exists()


def test_a_long_question_is_cut_to_a_line(footnote: Footnote, path: Path) -> None:
    on(path).save(given("Stretch " + "long " * 150), Vote("up"))
    (line,) = footnote("list").out.splitlines()
    assert len(line) < 180 and "…" in line


# --- summary


def test_the_summary_counts_and_names_what_was_missed(footnote: Footnote, kept: Path) -> None:
    run = footnote("summary")
    assert run.code == 0
    assert run.out.splitlines()[0] == "4 votes: 1 up, 3 down (25% up)"
    assert re.search(r"Why down:\n +2  should_know\n +1  wrong\n", run.out)
    assert re.search(r"kind of answer:\n +2  abstained\n +1  answered\n", run.out)
    assert re.search(r"the vote was down:\n +2  Peru\?\n", run.out)
    figures = json.loads(footnote("summary", "--json", "--since", "2026-03-03").out)
    assert figures == {
        "votes": 2, "up": 0, "down": 2, "share_up": 0.0, "reasons": {"should_know": 2},
        "down_by_status": {"abstained": 2}, "abstained_and_down": {"Peru?": 2},
    }  # fmt: skip


# --- export


def test_votes_are_written_to_a_file_or_printed(footnote: Footnote, kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "votes.csv"
    run = footnote("export", "--out", str(out))
    assert (run.code, run.out, run.err) == (0, "", f"Written: {out}, 4 votes read\n")
    written = out.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf") and footnote("export").out.encode() == written
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [row["verdict"] for row in rows] == ["down", "down", "down", "up"]
    assert rows[2]["note"] == "It is\n20 seconds; '=1"
    lines = footnote("export", "--format", "jsonl", "--verdict", "down", "--since", "2026-03-03").out
    assert [json.loads(line)["note"] for line in lines.splitlines()] == ["", "It does say so"]


def test_the_sheet_is_one_that_footnote_eval_reads(footnote: Footnote, kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.csv"
    assert footnote("export", "--format", "eval", "--out", str(out)).code == 0
    asked = read_sheet(out, [STRETCHES])
    assert [case.question for case in asked.cases] == ["Peru?", "Stretch two?"]
    assert (
        len(asked.notes) == 2 and TO_FILL_IN.split("|", maxsplit=1)[0] in asked.notes[0]
    )  # not filled in yet
    text = (
        out.read_bytes()
        .decode("utf-8-sig")
        .replace(TO_FILL_IN, "", 1)
        .replace(TO_FILL_IN, "Hold for 30 seconds")
    )
    out.write_text(text, encoding="utf-8-sig", newline="")
    peru, two = read_sheet(out, [STRETCHES]).cases
    assert not peru.answerable
    assert two.answerable and [STRETCHES.text[a:b] for _, a, b in two.any] == ["Hold for 30 seconds"]


def test_a_long_sheet_is_read_too(footnote: Footnote, path: Path, tmp_path: Path) -> None:
    """eval/sheet.py counts lines, and answers have many."""
    votes(path, ["a\nb\nc\nd\ne"] * 390)
    out = tmp_path / "sheet.csv"
    footnote("export", "--format", "eval", "--out", str(out))
    assert len(read_sheet(out, [STRETCHES]).cases) == 390
    assert len(out.read_bytes().splitlines()) == 391


def test_a_file_that_cannot_be_written_is_reported(footnote: Footnote, kept: Path, tmp_path: Path) -> None:
    run = footnote("export", "--out", str(tmp_path / "none" / "votes.csv"))
    assert run.code == 1 and "cannot be written" in run.err and run.out == ""
    before = kept.read_bytes()
    run = footnote("export", "--out", str(kept.parent / "." / kept.name))
    assert run.code == 1 and "where the votes are stored" in run.err and kept.read_bytes() == before


# --- purge


def test_purging_asks_first(footnote: Footnote, kept: Path) -> None:
    for typed in ("n\n", "\n"):
        run = footnote("purge", "--all", typed=typed)
        assert run.code == 1 and "Remove 4 for good?" in run.out and "Nothing was removed." in run.out
    assert footnote("purge", "--all").code == 1  # nobody there to answer
    assert len(on(kept).rows()) == 4
    run = footnote("purge", "--before", "2026-03-02", typed="y\n")
    assert run.code == 0 and run.out.endswith("Removed: 1\n")
    assert len(on(kept).rows()) == 3


def test_purging_without_being_asked(footnote: Footnote, kept: Path) -> None:
    assert footnote("purge", f"{1:024}", "--yes") == Run(0, "Removed: 1\n", "")
    assert b"20 seconds; =1" not in kept.read_bytes()
    run = footnote("purge", f"{1:024}", "--yes")
    assert run.code == 1 and "There is no vote" in run.err
    assert footnote("purge", "--before", "2026-03-03", "--yes").out == "Removed: 1\n"
    assert footnote("purge", "--all", "--yes").out == "Removed: 2\n"
    assert footnote("purge", "--all") == Run(0, "Removed: 0\n", "")  # nothing to ask about


# --- what is refused


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--verdict", "both"), "up or down"),
        (("list", "--since", "last week"), "--since is a day"),
        (("summary", "--since", "2026-02-30"), "--since is a day"),
        (("export", "--format", "xml"), "jsonl, csv, eval"),
        (("export", "--since", "yesterday"), "--since is a day"),
        (("purge",), "Say what to remove"),
        (("purge", "--all", "--before", "2026-03-01"), "Say what to remove"),
        (("purge", "an-id", "--all"), "Say what to remove"),
        (("purge", "--before", "soon"), "--before is a day"),
        (("forget",), "No such command"),
    ],
)
def test_wrong_usage_is_two_and_removes_nothing(
    footnote: Footnote, kept: Path, words: tuple[str, ...], message: str
) -> None:
    run = footnote(*words, typed="y\n")
    assert run.code == 2 and run.out == ""
    assert message in re.sub(r"[\s│]+", " ", run.err)
    assert len(on(kept).rows()) == 4


@pytest.mark.parametrize("words", [("list",), ("summary",), ("export",), ("purge", "--all", "--yes")])
def test_a_file_that_cannot_be_used_is_one(footnote: Footnote, kept: Path, words: tuple[str, ...]) -> None:
    kept.write_bytes(b"no database. " * 500)
    run = footnote(*words)
    assert run.code == 1 and run.out == "" and "votes.sqlite cannot be read or written" in run.err
    kept.unlink()
    with closing(sqlite3.connect(kept)) as db:
        db.execute("PRAGMA user_version = 9")
    assert "newer version" in footnote(*words).err


def test_switched_off_is_two(footnote: Footnote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_FEEDBACK", "OFF")
    run = footnote("list")
    assert run.code == 2 and "FOOTNOTE_FEEDBACK=off" in run.err
    monkeypatch.delenv("FOOTNOTE_FEEDBACK")
    on(tmp_path / "other.feedback.sqlite").save(given("Stretch?"), Vote("up"))
    assert "Stretch?" in footnote("list", "--index", str(tmp_path / "other")).out
