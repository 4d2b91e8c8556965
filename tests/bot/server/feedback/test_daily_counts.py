"""The counts of a day survive a restart, other processes and a damaged file, and hold no text."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from engines import Postgres

from bot.server.feedback import CountsFile, DailyCounts
from bot.server.feedback.daily_counts import LAYOUT
from bot.types import Answer, Status
from ingest.database import Tables, open_database

DAY = date(2026, 3, 1)
SECRET = "What about my rash?"


def answer(status: Status) -> Answer:
    return Answer(SECRET, SECRET, "A text.", (), status, 0.5)


def counts_in(path: Path) -> DailyCounts:
    return DailyCounts(CountsFile(path), today=lambda: DAY, delay=3600)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "index.counts.sqlite"


@pytest.fixture(params=["file", "postgres"])
def place(request: pytest.FixtureRequest, path: Path) -> Tables:
    if request.param == "file":
        return CountsFile(path)
    postgres = request.getfixturevalue("postgres")
    return open_database(postgres.url, postgres.new_blog()).tables(LAYOUT)


def test_counts_are_added_up_over_restarts_and_servers(place: Tables) -> None:
    first, second, third = (DailyCounts(place, today=lambda: DAY, delay=3600) for _ in range(3))
    for status in ("answered", "answered", "abstained"):
        first.count(answer(status))
    first.write()
    second.count(answer("answered"))
    second.write()
    found = {"2026-03-01": {"answered": 3, "abstained": 1}}
    assert third.since(DAY) == first.since(DAY) == found
    assert third.since(date(2026, 3, 2)) == {} and not third.problem


def test_counts_wait_while_the_database_is_down(postgres: Postgres) -> None:
    counts = DailyCounts(
        open_database(postgres.url, postgres.new_blog()).tables(LAYOUT), today=lambda: DAY, delay=3600
    )
    counts.count(answer("answered"))
    postgres.stop()
    try:
        counts.write()
        assert "cannot be reached" in counts.problem and postgres.url not in counts.problem
    finally:
        postgres.start()
    assert counts.since(DAY) == {"2026-03-01": {"answered": 1}} and not counts.problem


def test_a_request_only_adds_in_memory(path: Path) -> None:
    first, second = counts_in(path), counts_in(path)
    for status in ("answered", "answered", "abstained"):
        first.count(answer(status))
    assert not path.exists(), "the request only adds in memory"
    first.write()
    second.count(answer("answered"))
    second.write()
    found = {"2026-03-01": {"answered": 3, "abstained": 1}}
    assert counts_in(path).since(DAY) == first.since(DAY) == found
    assert counts_in(path).since(date(2026, 3, 2)) == {}
    assert SECRET.encode() not in path.read_bytes()


def test_the_timer_writes(path: Path) -> None:
    written = threading.Event()

    class Watched(DailyCounts):
        def write(self) -> None:
            super().write()
            written.set()

    counts = Watched(CountsFile(path), today=lambda: DAY, delay=0.01)
    counts.count(answer("urgent"))
    assert written.wait(60)
    assert counts_in(path).since(DAY) == {"2026-03-01": {"urgent": 1}}


@pytest.mark.parametrize("damage", [b"no database at all", None])
def test_a_damaged_file_is_set_aside_and_reported(path: Path, damage: bytes | None) -> None:
    before = counts_in(path)
    before.count(answer("answered"))
    before.write()
    whole = path.read_bytes()
    broken = damage or whole[:1024] + b"\xff" * (len(whole) - 1024)
    path.write_bytes(broken)
    counts = counts_in(path)
    assert counts.since(DAY) == {} and "damaged" in counts.problem
    counts.count(answer("answered"))
    assert counts.since(DAY) == {"2026-03-01": {"answered": 1}}
    aside = [file for file in path.parent.iterdir() if ".damaged-" in file.name]
    assert [file.read_bytes() for file in aside] == [broken]


def test_what_cannot_be_written_waits(path: Path) -> None:
    path.parent.mkdir()
    path.mkdir()  # a folder is in the way
    counts = counts_in(path)
    counts.count(answer("answered"))
    counts.write()
    assert counts.problem
    path.rmdir()
    assert counts.since(DAY) == {"2026-03-01": {"answered": 1}}
