"""The memory next to the index: it remembers, it forgets, and nothing that happens to it is an error."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from ingest.sources import memory
from ingest.sources.memory import Memory, code_version

ROOT = Path(__file__).resolve().parents[3]


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        return int(db.execute("SELECT count(*) FROM memory").fetchone()[0])


def test_what_is_put_is_there_at_once_and_after_closing(tmp_path: Path) -> None:
    first = Memory(tmp_path / "memory.db")
    assert first.get("page", "a") is None
    first.put("page", "a", "one")
    first.put("file", "a", "other")
    first.put("page", "a", "two")
    assert first.get("page", "a") == "two"
    first.close()
    first.close()
    again = Memory(tmp_path / "memory.db")
    assert (again.get("page", "a"), again.get("file", "a"), again.get("page", "b")) == ("two", "other", None)
    again.close()


def test_without_a_file_it_remembers_until_it_is_closed() -> None:
    kept = Memory(None)
    kept.put("page", "a", "one")
    assert kept.get("page", "a") == "one"
    kept.close()
    assert kept.get("page", "a") is None


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20))
def test_any_text_or_none(key: str, value: str) -> None:
    """Half a character cannot be stored and is not remembered; all else comes back as it was."""
    kept = Memory(Path(tempfile.mkdtemp()) / "memory.db")
    kept.put("page", key, value)
    try:
        (key + value).encode()
    except UnicodeEncodeError:
        assert kept.get("page", key) is None
    else:
        assert kept.get("page", key) == value
        kept._write()
        assert kept.get("page", key) == value
    kept.close()


@pytest.mark.parametrize(
    "harm", [b"", b"this is no database, but text that is long enough " * 40, b"\0" * 9000]
)
def test_a_damaged_file_is_begun_anew(tmp_path: Path, harm: bytes) -> None:
    file = tmp_path / "memory.db"
    file.write_bytes(harm)
    kept = Memory(file)
    kept.put("page", "a", "one")
    assert kept.get("page", "a") == "one"
    kept.close()
    again = Memory(file)
    assert again.get("page", "a") == "one"
    again.close()


def test_damage_in_the_middle_is_survived(tmp_path: Path) -> None:
    file = tmp_path / "memory.db"
    kept = Memory(file)
    for n in range(5000):
        kept.put("page", str(n), "x" * 50)
    kept.close()
    data = bytearray(file.read_bytes())
    data[4096 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4096)
    file.write_bytes(data)
    torn = Memory(file)
    assert {torn.get("page", str(n)) for n in range(5000)} <= {None, "x" * 50}
    torn.put("page", "new", "one")
    torn.close()


@pytest.mark.parametrize("table", ["CREATE TABLE memory (other)", "CREATE VIEW memory AS SELECT 1"])
def test_another_shape_is_left_alone(tmp_path: Path, table: str) -> None:
    file = tmp_path / "memory.db"
    with closing(sqlite3.connect(file)) as db:
        db.execute(table)
        db.commit()
    kept = Memory(file)
    kept.put("page", "a", "one")
    assert kept.get("page", "a") == "one"
    kept.close()


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "memory.db", tmp_path, tmp_path / "nowhere" / "memory.db"):
        kept = Memory(place)
        kept.put("page", "a", "one")
        assert kept.get("page", "a") == "one"
        kept.close()


def test_a_file_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_TIMEOUT", 0.1)
    file = tmp_path / "memory.db"
    kept = Memory(file)
    kept.put("page", "a", "one")
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        kept.close()  # gives up
        late = Memory(file)
        late.put("page", "b", "two")
        late.close()
    assert rows(file) == 0


def test_old_entries_go_and_asking_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "memory.db"
    day = 0

    def opened(at: int) -> Memory:
        monkeypatch.setattr("time.time", lambda: at * 86_400.0)
        return Memory(file)

    for day in (0, 300, 600):
        kept = opened(day)
        if day == 0:
            kept.put("page", "asked for", "one")
            kept.put("page", "never", "two")
        assert kept.get("page", "asked for") == "one"
        kept.close()
    last = opened(601)
    assert (last.get("page", "asked for"), last.get("page", "never")) == ("one", None)
    last.close()


def test_the_least_recently_used_go_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "ROWS", 50)
    file = tmp_path / "memory.db"
    for day in range(100, 103):
        monkeypatch.setattr("time.time", lambda at=day: at * 86_400.0)
        kept = Memory(file)
        for n in range(30):
            kept.put("page", f"{day}-{n}", "x")
        kept.close()
    assert rows(file) == 50
    kept = Memory(file)
    assert kept.get("page", "100-0") is None and kept.get("page", "102-0") == "x"
    kept.close()


def test_threads_and_processes_at_once(tmp_path: Path) -> None:
    file = tmp_path / "memory.db"
    code = (
        "import sys; from pathlib import Path; from ingest.sources.memory import Memory\n"
        "kept = Memory(Path(sys.argv[1]))\n"
        "[kept.put('page', f'{sys.argv[2]}-{n}', str(n)) for n in range(3000)]\n"
        "kept.close()"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", code, str(file), str(number)], cwd=ROOT)
        for number in range(2)
    ]
    kept = Memory(file)

    def work(number: int) -> None:
        for n in range(2000):
            kept.put("page", f"t{number}-{n}", str(n))
            assert kept.get("page", f"t{number}-{n}") == str(n)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept.close()
    assert [other.wait(timeout=PATIENCE) for other in others] == [0, 0]
    assert rows(file) == 2 * 3000 + 3 * 2000


def test_what_was_read_is_forgotten_when_any_file_of_the_package_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files in subfolders count too, or a changed extraction rule would go on serving old readings."""
    (tmp_path / "extract" / "html").mkdir(parents=True)
    (tmp_path / "__init__.py").write_text("")
    deep = tmp_path / "extract" / "html" / "tree.py"
    deep.write_text("A = 1\n")
    monkeypatch.setattr("ingest.__file__", str(tmp_path / "__init__.py"))
    before = code_version.__wrapped__()
    deep.write_text("A = 2\n")
    assert code_version.__wrapped__() != before
