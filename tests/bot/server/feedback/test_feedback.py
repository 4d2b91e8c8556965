"""The file of readers' votes: what it keeps and what not, what is gone for good, and what it withstands."""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from fake_bot import STEPS, STRETCHES
from patience import PATIENCE
from votes import DAY, all_bytes, fill, given, on, quick

from bot.server.feedback import MAX_NOTE, FeedbackStore, VotesFile, votes_file
from bot.server.feedback.store import (
    LAYOUT,
    MAX_ANSWER,
    MAX_PER_DAY,
    MAX_VOTES,
    REASONS,
    Row,
    Vote,
)
from ingest.database import Tables, open_database
from ingest.errors import FeedbackError, FeedbackFull

ROOT = Path(__file__).resolve().parents[4]
UP, DOWN = Vote("up"), Vote("down", "wrong", "It is 20 seconds.")
INSERT = "INSERT INTO feedback VALUES ('{}', '2026-03-01', 'up', '', '', 'q', {}, 'answered', '[]', 0.5, 'g')"


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=quick()) as folder:
        yield Path(folder) / "kept" / "votes.sqlite"


@pytest.fixture(params=["file", "postgres"])
def place(request: pytest.FixtureRequest, path: Path) -> Tables:
    """Each place that votes may be in."""
    if request.param == "file":
        return VotesFile(path)
    postgres = request.getfixturevalue("postgres")
    return open_database(postgres.url, postgres.new_blog()).tables(LAYOUT)


def child(code: str, path: Path) -> subprocess.Popen[str]:
    """Another process that has `path`, `given`, `on`, `Vote`."""
    imports = "import os, signal, sqlite3, sys; from pathlib import Path; from votes import given, on; from bot.server.feedback.store import Vote"
    start = f"sys.path[:0] = {[str(ROOT), str(ROOT / 'tests'), str(ROOT / 'tests' / 'support')]}"
    whole = f"import sys; {start}\n{imports}\npath = Path({str(path)!r})\n{code}"
    return subprocess.Popen([sys.executable, "-c", whole], stdout=subprocess.PIPE, text=True)


# --- what is kept


def test_a_vote_is_kept_with_what_it_is_about(place: Tables) -> None:
    about = given()
    on(place).save(about, DOWN)
    (row,) = on(place).rows()
    start = STRETCHES.text.index(STEPS[2])
    assert row == Row(
        id=about.id, day="2026-03-01", verdict="down", reason="wrong", note="It is 20 seconds.",
        question="How long do I hold a stretch?", answer=about.answer.text, status="answered",
        citations=row.citations, answerable=0.9346, generation="gen-1",
    )  # fmt: skip
    first = {"number": 1, "article_id": STRETCHES.id, "start": start, "end": start + len(STEPS[2])}
    assert row.citations[0] == first and len(row.citations) == 2


def test_nothing_else_is_kept(path: Path) -> None:
    """A column more is a promise less: see docs/on-your-blog.md."""
    on(path).save(given(), UP)
    with closing(sqlite3.connect(path)) as db:
        columns = [name for _, name, *_ in db.execute("PRAGMA table_info(feedback)")]
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="rowid"):  # it would tell the order of votes
            db.execute("SELECT rowid FROM feedback")
    assert columns == [field.name for field in fields(Row)] and tables == [("feedback",)]


def test_rows_tell_nothing_of_the_order_in_which_they_came(place: Tables) -> None:
    ids = [f"{n:024}" for n in (5, 3, 9, 1, 7)]
    for one in ids:
        on(place).save(given(known_as=one), UP)
    assert [row.id for row in on(place).rows()] == sorted(ids)


def test_only_the_owner_of_the_file_may_read_it(path: Path) -> None:
    on(path).save(given(), UP)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_later_vote_takes_the_place_of_the_earlier(path: Path) -> None:
    about = given()
    on(path).save(about, DOWN)
    on(path, date(2026, 3, 9)).save(about, UP)
    (row,) = on(path).rows()
    assert (row.day, row.verdict, row.reason, row.note) == ("2026-03-01", "up", "", "")
    assert b"20 seconds." not in all_bytes(path).replace(b"30 seconds", b"")  # the note is gone, not hidden


def test_a_vote_can_be_taken_back_and_nothing_of_it_is_left(path: Path) -> None:
    about, other = given("Why is this so secret?"), given()
    assert not on(path).withdraw(about.id)
    assert not path.exists()
    on(path).save(about, DOWN)
    on(path).save(other, UP)
    assert on(path).withdraw(about.id)
    assert not on(path).withdraw(about.id)
    assert [row.id for row in on(path).rows()] == [other.id]
    assert b"secret" not in all_bytes(path) and about.id.encode() not in all_bytes(path)


def test_what_tells_who_somebody_is_is_masked_wherever_it_was_typed(path: Path) -> None:
    mail = "ann@example.org"
    about = given(
        f"I am {mail}, who can help?", text=r"I found nothing on “ann\_b@example\.org”, 079 123 45 67. [1]"
    )
    on(path).save(about, Vote("down", "", f"call 079 123 45 67, {mail}"))
    (row,) = on(path).rows()
    assert (row.question, row.note) == ("I am [e-mail], who can help?", "call [number], [e-mail]")
    assert row.answer == "I found nothing on “[e-mail]”, [number]. [1]"
    on(path).save(about, Vote("down", "", f"or {mail}"))
    assert b"example.org" not in all_bytes(path)


def test_texts_are_cut_and_hold_nothing_that_a_program_would_stumble_over(place: Tables) -> None:
    odd = "a\0\x1fb\x1b[31mc\x07\r\nd\u2028e\x85f\x1cg\th\u202ei\u2066\ufeff\U000e0041\x9bj \ud83d k"
    on(place).save(given(question=odd + "?" * 3000, text="x" * 9000), Vote("down", "", odd))
    (row,) = on(place).rows()
    assert row.note == "ab[31mc\nd\ne\nf\ng hij ? k"
    assert (
        row.question.startswith("ab[31mc\nd") and len(row.question) <= 2000 and len(row.answer) == MAX_ANSWER
    )
    for n, note in enumerate(("می\u200cخواهم 👩\u200d👧 हिन्दी é", "w" * MAX_NOTE)):
        on(place).save(given(known_as=f"{n:024}"), Vote("up", "", note))
        assert next(row.note for row in on(place).rows() if row.id == f"{n:024}") == note


def test_rows_are_asked_for_by_thumb_and_day(place: Tables) -> None:
    for day, vote in ((1, UP), (2, DOWN), (3, UP)):
        on(place, date(2026, 3, day)).save(given(), vote)
    kept = on(place)
    assert [row.day[-2:] for row in kept.rows()] == ["03", "02", "01"]
    assert [row.day[-2:] for row in kept.rows(verdict="up")] == ["03", "01"]
    assert [row.day[-2:] for row in kept.rows(since="2026-03-02")] == ["03", "02"]
    assert kept.rows(verdict="down", since="2026-03-03") == []
    assert kept.by_day("2026-03-02") == {"2026-03-02": {"down": 1}, "2026-03-03": {"up": 1}}
    assert kept.count(before="2026-03-02") == kept.purge(before="2026-03-02") == 1
    rest = kept.rows()
    kept.replace_all(rest[:1])
    assert kept.rows() == rest[:1] and kept.withdraw(rest[0].id) and not kept.withdraw(rest[0].id)


def test_asking_for_votes_makes_no_file(path: Path) -> None:
    assert on(path).rows() == [] and not path.exists()


def test_votes_of_several_servers_all_arrive_and_the_day_still_ends(place: Tables) -> None:
    writers = 6
    fill(place, MAX_PER_DAY - writers, "2026-03-01")
    refused: list[str] = []

    def vote() -> None:
        for _ in range(2):
            try:
                on(place).save(given(), UP)
            except FeedbackFull as error:
                refused.append(str(error))

    threads = [threading.Thread(target=vote) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert on(place).count() == MAX_PER_DAY and len(refused) == writers


# --- what is gone


def test_purging_removes_the_very_bytes(path: Path) -> None:
    words = ["".join(secrets.choice("abcdefghijk") for _ in range(16)) for _ in range(40)]
    for n, word in enumerate(words):
        vote = Vote("down", "wrong", f"note {word} " + "x" * 400)
        on(path, date(2026, 3, 1 + n % 2)).save(given(f"question {word}", known_as=f"{n:024}"), vote)
    big = path.stat().st_size
    kept = on(path)
    assert all(word.encode() in all_bytes(path) for word in words)
    assert kept.count(before="2026-03-02") == kept.purge(before="2026-03-02") == 20
    left = all_bytes(path)
    assert [word.encode() in left for word in words] == [n % 2 == 1 for n in range(40)]
    assert kept.count(answer_id=f"{1:024}") == kept.purge(answer_id=f"{1:024}") == 1
    assert words[1].encode() not in all_bytes(path) and words[3].encode() in all_bytes(path)
    assert (kept.count(), kept.purge(), kept.purge(), kept.count()) == (19, 19, 0, 0)
    assert not any(word.encode() in all_bytes(path) for word in words)
    assert path.stat().st_size < big
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    kept.save(given(), UP)  # and it goes on


def test_purging_what_is_not_there_makes_no_file(path: Path) -> None:
    assert (on(path).purge(), on(path).count(), path.exists()) == (0, 0, False)


# --- how much


def test_a_day_has_an_end_but_a_change_of_mind_is_always_taken(place: Tables) -> None:
    fill(place, MAX_PER_DAY - 1, "2026-03-01")
    last = given()
    on(place).save(last, UP)
    with pytest.raises(FeedbackFull, match="500 votes"):
        on(place).save(given(), UP)
    on(place).save(last, DOWN)
    assert len(on(place).rows()) == MAX_PER_DAY
    on(place, date(2026, 3, 2)).save(given(), UP)
    assert on(place).withdraw(last.id)
    on(place).save(given(), UP)


def test_of_too_many_the_oldest_go(path: Path) -> None:
    fill(path, 2, "2026-01-01")
    fill_more = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MAX_VOTES - 2}) "
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO feedback " + fill_more +
            "SELECT printf('%024d', i), '2026-02-01', 'up', '', '', 'q', 'a', 'answered', '[]', 0.5, 'g' FROM n"
        )  # fmt: skip
    assert on(path).count() == MAX_VOTES
    on(path).save(given(), UP)
    assert (on(path).count(), on(path).count(before="2026-02-01")) == (MAX_VOTES, 1)
    on(path).save(given(), UP)
    on(path).save(given(), UP)
    assert (on(path).count(), on(path).count(before="2026-02-01"), on(path).count(before="2026-03-01")) == (
        MAX_VOTES, 0, MAX_VOTES - 3,
    )  # fmt: skip


def test_a_file_that_is_full_says_so_and_can_be_purged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(votes_file, "MAX_BYTES", 30 * 4096)
    long = given(text="x" * MAX_ANSWER).answer
    with pytest.raises(FeedbackError, match="full") as caught:
        for _ in range(60):
            on(path).save(given(text=long.text), UP)
    assert not isinstance(caught.value, FeedbackFull)
    kept = on(path).count()
    assert 5 < kept < 30 and path.stat().st_size <= 30 * 4096
    assert on(path).purge() == kept
    on(path).save(given(), UP)


# --- what it withstands


def test_a_newer_versions_file_is_left_alone(path: Path) -> None:
    on(path).save(given(), UP)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    for use in (lambda f: f.save(given(), UP), FeedbackStore.rows, FeedbackStore.purge, FeedbackStore.count):
        with pytest.raises(FeedbackError, match=r"newer version.*FOOTNOTE_FEEDBACK"):
            use(on(path))
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE bookmarks (url)")
    before = path.read_bytes()
    with pytest.raises(FeedbackError, match="another program"):
        on(path).save(given(), UP)
    with pytest.raises(FeedbackError, match="another program"):
        on(path).purge()
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [10, 5000, 20_000])
def test_a_damaged_file_is_reported_and_not_overwritten(path: Path, size: int) -> None:
    path.parent.mkdir()
    rubbish = b"not a database at all. " * 1000
    path.write_bytes(rubbish[:size])
    for use in (lambda f: f.save(given(), UP), FeedbackStore.rows, FeedbackStore.purge):
        with pytest.raises(
            FeedbackError, match=r"votes\.sqlite cannot be read or written .*not a database"
        ) as caught:
            use(on(path))
        assert "Answers are not affected" in str(caught.value)
    assert path.read_bytes() == rubbish[:size]


def test_a_page_that_is_damaged_is_reported(path: Path) -> None:
    for _ in range(30):
        on(path).save(given(), DOWN)
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = b"\xaa" * (len(data) - 4096 * 2)
    path.write_bytes(data)
    with pytest.raises(FeedbackError, match="malformed"):
        on(path).rows()


@pytest.mark.parametrize("citations", ["'{'", "'7'", "'{\"a\": 1'", "x'ff'"])
def test_a_row_that_no_version_wrote_is_reported(path: Path, citations: str) -> None:
    on(path).save(given(), UP)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE feedback SET citations = {citations}")
    with pytest.raises(FeedbackError):
        on(path).rows()


def test_where_nothing_can_be_written_it_says_so(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / "a file").write_text("")
    with pytest.raises(FeedbackError, match=r"Not a directory|File exists"):
        on(path.parent / "a file" / "votes.sqlite").save(given(), UP)
    (path.parent / "folder").mkdir()
    with pytest.raises(FeedbackError, match="unable to open"):
        on(path.parent / "folder").save(given(), UP)
    assert on(path.parent / "folder" / "none").rows() == []


def test_a_locked_file_is_waited_for_and_then_reported(path: Path) -> None:
    on(path).save(given(), UP)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for use in (lambda f: f.save(given(), UP), FeedbackStore.rows, FeedbackStore.purge):
            with pytest.raises(FeedbackError, match="locked"):
                use(on(path, wait=0.05))
        timer = threading.Timer(0.2, lambda: other.execute("ROLLBACK"))
        timer.start()
        on(path).save(given(), UP)
        timer.join()
    assert len(on(path).rows()) == 2


def test_a_purge_that_could_not_overwrite_is_reported(path: Path) -> None:
    on(path).save(given(), UP)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM feedback").fetchone()
        with pytest.raises(FeedbackError, match="locked"):
            on(path, wait=0.05).purge()
    assert on(path).purge() == 1


def test_threads_that_make_the_file_at_the_same_time(path: Path) -> None:
    for round_ in range(6):
        file, gate = path.with_name(f"{round_}.sqlite"), threading.Barrier(8)
        wrong: list[Exception] = []

        def work(file: Path = file, gate: threading.Barrier = gate, wrong: list[Exception] = wrong) -> None:
            gate.wait()
            try:
                for _ in range(4):
                    on(file).save(given(), UP)
                    on(file).rows()
            except FeedbackError as error:
                wrong.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == [] and len(on(file).rows()) == 32


def test_processes_share_the_file(path: Path) -> None:
    code = (
        "print('ready', flush=True)\nfor n in range(25): on(path).save(given(), Vote('up')); on(path).rows()"
    )
    others = [child(code, path) for _ in range(2)]
    for _ in range(25):
        on(path).save(given(), DOWN)
    for other in others:
        other.communicate(timeout=PATIENCE)
        assert other.returncode == 0
    assert len(on(path).rows(verdict="up")) == 50 and len(on(path).rows(verdict="down")) == 25


def test_a_look_at_the_file_leaves_another_threads_lock_on_it(path: Path) -> None:
    """Whoever opens and closes a file by other means than SQLite's undoes the locks of its whole process."""
    on(path).save(given(), UP)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(INSERT.format("half done", "'a'"))
        assert len(on(path).rows()) == 1
        other = child("db = sqlite3.connect(path, timeout=0, isolation_level=None)\n"
                      "try: db.execute('BEGIN IMMEDIATE'); print('let in')\n"
                      "except sqlite3.OperationalError as e: print(e)", path)  # fmt: skip
        assert other.communicate(timeout=PATIENCE)[0].strip() == "database is locked"
        writer.execute("ROLLBACK")


def test_killed_in_the_middle_the_file_is_as_it_was(path: Path) -> None:
    on(path).save(given("before"), UP)
    many = INSERT.format("{n}", "randomblob(9000)").replace("'", '"')
    code = f"""
db = sqlite3.connect(path, isolation_level=None)
db.execute("PRAGMA cache_size = 2")  # so that it writes before it is done
db.execute("BEGIN IMMEDIATE")
db.execute("DELETE FROM feedback")
for n in range(60): db.execute(f'''{many}''')
assert path.with_name(path.name + "-journal").stat().st_size > 512
os.kill(os.getpid(), signal.SIGKILL)
"""
    other = child(code, path)
    other.communicate(timeout=PATIENCE)
    assert other.returncode == -9
    assert [row.question for row in on(path).rows()] == ["before"]
    on(path).save(given("after"), UP)
    assert {row.question for row in on(path).rows()} == {"before", "after"}
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_days_are_those_of_utc() -> None:
    assert abs((FeedbackStore(VotesFile(Path("x"))).today() - date.today()).days) <= 1
    assert DAY.isoformat() == "2026-03-01" and len(set(REASONS)) == 6


# --- a full disk


def fill_with_notes(path: Path, rows: int) -> None:
    for number in range(rows):
        on(path).save(
            given(known_as=f"{number:024}", text="x" * 2000), Vote("down", "wrong", f"secret {number}")
        )


@pytest.mark.parametrize("removal", ["on(path).purge()", "on(path).purge(before='2026-03-02')"])
def test_votes_are_removed_for_good_on_a_full_disk(path: Path, removal: str) -> None:
    """No file of the child may grow beyond the file of votes, and its journal would."""
    fill_with_notes(path, 40)
    held = path.stat().st_size
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({held}, {held}))\n"
        "try:\n    [on(path).save(given(text='y' * 8000), Vote('up')) for _ in range(9)]\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
        f"print({removal})"
    )
    process = child(code, path)
    out, _ = process.communicate(timeout=PATIENCE)
    assert out.split()[0] == "FeedbackError", "the disk is full for this process"
    assert int(out.split()[1]) >= 40 and process.returncode == 0
    assert not on(path).rows()
    assert b"secret" not in path.read_bytes() and path.stat().st_size < held
