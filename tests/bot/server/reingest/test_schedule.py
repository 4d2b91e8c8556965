"""Keeping up with the blog: when rounds come, whose job goes first, and what a failure does."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import FakeEmbedder
from patience import PATIENCE

from bot.config import describe_duration, read_duration, write_duration
from bot.server.reingest.background import BATCH, NICE, LowPriorityEmbedder, at_low_priority
from bot.server.reingest.schedule import MAX_JOBS, MAX_PAGES, Scheduler, seconds_to_next_round
from ingest.errors import ConfigError, IndexBusy, IndexDamaged, IndexMissing
from ingest.sync import Failed, Progress, SyncReport

BLOG = "https://blog.example/"
GOOD = SyncReport(unchanged=("a",))
DOWN = SyncReport(failed=(Failed(BLOG, "it does not answer"),))
Step = Callable[[Sequence[str], bool, Progress], SyncReport]


class Stage:
    """A scheduler whose time passes only while it waits. steps: what each job does, then it ends."""

    def __init__(self, *steps: SyncReport | Exception | Step, every: float | None = 900.0) -> None:
        self.time = 0.0
        self.rounds: list[tuple[float, tuple[str, ...], bool]] = []
        self.warmed = 0
        self._steps = list(steps)
        self.scheduler = Scheduler(
            self._reingest,
            [BLOG],
            every=every,
            warm=self._warm,
            clock=lambda: self.time,
            chance=lambda: 0.5,
            wait=self._wait,
        )

    def _wait(self, _: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None and seconds > 0, "it would wait for ever"
        self.time += seconds

    def _warm(self) -> None:
        self.warmed += 1

    def _reingest(self, sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        self.rounds.append((self.time, tuple(sources), patient))
        step = self._steps.pop(0)
        if not self._steps:
            self.scheduler.stop()
        if isinstance(step, Exception):
            raise step
        return step if isinstance(step, SyncReport) else step(sources, patient, progress)

    def gaps(self) -> list[float]:
        return [later[0] - earlier[0] for earlier, later in pairwise(self.rounds)]


# --- durations


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), (" 2 H ", 7200), ("1d", 86_400), ("10s", 10)]
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert read_duration(text) == seconds
    assert read_duration(write_duration(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "15", "9s", "0m", "-5m", "1.5h", "m", "15 minutes", "1h30m", "31d", "inf", "٣m", "9" * 30 + "s"],
)
def test_what_is_no_duration_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ConfigError, match=r"15m|10s"):
        read_duration(text)


def test_a_duration_in_words() -> None:
    assert [describe_duration(s) for s in (900, 3600, 7200, 86_400, 90, 60)] == [
        "15 minutes", "hour", "2 hours", "day", "90 seconds", "minute",
    ]  # fmt: skip


# --- rounds by the clock


def test_rounds_come_soon_after_the_start_and_then_by_the_clock() -> None:
    stage = Stage(GOOD, GOOD, GOOD)
    stage.scheduler.run()
    assert stage.rounds[0] == (2.5, (BLOG,), True)
    assert stage.gaps() == [900, 900]
    assert stage.warmed == 3


def test_a_round_with_nothing_to_read_waits_for_the_next() -> None:
    stage = Stage(GOOD)
    later = iter([(), ("own-posts",)])
    stage.scheduler._list = lambda timed: next(later) if timed else ("samples",)
    stage.scheduler.run()
    assert stage.rounds == [(902.5, ("own-posts",), True)]
    assert stage.scheduler.sources == ("samples",)
    assert len(stage.scheduler.jobs()) == 1


def test_a_round_that_takes_long_is_not_followed_at_once_by_the_next() -> None:
    def slow(*_: Any) -> SyncReport:
        stage.time += 5000
        return GOOD

    stage = Stage(slow, GOOD)
    stage.scheduler.run()
    assert stage.gaps() == [5900]


def test_failed_rounds_come_slower_until_one_works() -> None:
    stage = Stage(DOWN, IndexDamaged("It is damaged."), DOWN, DOWN, GOOD, GOOD)
    stage.scheduler.run()
    assert stage.gaps() == [900, 1800, 3600, 3600, 900]


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [(0, 0.5, 100), (0, 0, 90), (0, 1, 110), (1, 0.5, 100), (2, 0.5, 200), (3, 1, 440), (10_000, 0.5, 400)],
)
def test_the_pause(failures: int, chance: float, seconds: float) -> None:
    assert seconds_to_next_round(100, failures, chance) == pytest.approx(seconds)


def test_another_writer_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(GOOD, IndexBusy("Busy."), IndexBusy("Busy."), GOOD)
    stage.scheduler.run()
    assert stage.gaps() == [900, 900, 900]
    assert not caplog.records
    assert stage.scheduler.health()["state"] == "idle"


def test_trouble_is_logged_once_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(DOWN, DOWN, GOOD, DOWN)
    stage.scheduler.run()
    assert [record.getMessage() for record in caplog.records] == [
        "Following the blog failed, and will be tried again. https://blog.example/: it does not answer."
    ] * 2
    assert stage.scheduler.health()["state"] == "failed"
    assert stage.scheduler.health()["last"] is not None


def test_what_nobody_foresaw_is_logged_and_the_next_round_comes(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(ZeroDivisionError("/srv/secret.py"), GOOD)
    stage.scheduler.run()
    assert len(stage.rounds) == 2
    assert caplog.records[0].exc_info
    failed = stage.scheduler.jobs()[-1]
    assert failed["state"] == "failed" and "secret" not in failed["error"]


def test_a_post_that_cannot_be_read_is_logged_but_the_round_worked(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(SyncReport(unchanged=("a",), failed=(Failed("b", "it is empty"),)))
    stage.scheduler.run()
    assert "b: it is empty." in caplog.text
    assert stage.scheduler.jobs()[0]["state"] == "done"


def test_an_index_that_is_not_there_yet_fails_nothing() -> None:
    def missing() -> None:
        raise IndexMissing("There is no index yet.")

    stage = Stage(GOOD)
    stage.scheduler._warm = missing
    stage.scheduler.run()
    assert stage.scheduler.jobs()[0]["state"] == "done"


# --- what the owner asks for


def test_a_request_is_done_at_once_and_impatiently() -> None:
    stage = Stage(GOOD, GOOD, every=None)
    first, second = stage.scheduler.ask(), stage.scheduler.ask(BLOG + "post")
    assert first["state"] == second["state"] == "queued"
    stage.scheduler.run()
    assert stage.rounds == [(0.0, (BLOG + "post",), False), (0.0, (BLOG,), False)]  # the page goes first
    payload = stage.scheduler.job(first["job"])
    assert payload is not None and payload["state"] == "done" and payload["error"] is None
    assert payload["report"]["unchanged"] == ("a",)
    assert payload["queued_at"] <= payload["started_at"] <= payload["finished_at"]


def test_requests_for_the_same_are_joined_while_they_wait() -> None:
    scheduler = Stage(GOOD).scheduler
    ids = [scheduler.ask(url)["job"] for url in (None, "u", None, "v", "u", None)]
    assert ids[0] == ids[2] == ids[5] and ids[1] == ids[4] and len(set(ids)) == 3


def test_a_request_while_one_runs_waits_for_its_own_turn() -> None:
    joined: list[str] = []

    def meanwhile(*_: Any) -> SyncReport:
        joined.extend(stage.scheduler.ask()["job"] for _ in range(3))
        return GOOD

    stage = Stage(meanwhile, GOOD, every=None)
    first = stage.scheduler.ask()["job"]
    stage.scheduler.run()
    assert len(set(joined)) == 1 and first not in joined
    assert [job["job"] for job in stage.scheduler.jobs()] == [joined[0], first]


def test_too_many_pages_become_one_job_for_all() -> None:
    scheduler = Stage(GOOD).scheduler
    ids = [scheduler.ask(f"{BLOG}{n}")["job"] for n in range(MAX_PAGES + 5)]
    assert len(set(ids)) == MAX_PAGES + 1
    assert scheduler.ask(f"{BLOG}3")["job"] == ids[3]
    assert scheduler.ask()["job"] == ids[-1]


def test_a_round_gives_way_while_it_reads_and_comes_back_for_a_page() -> None:
    asked: list[str] = []

    def reading(sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        progress("reading", 1, 2)
        asked.append(stage.scheduler.ask(BLOG + "post")["job"])
        progress("embedding", 0, 1)  # too late to give way for
        progress("reading", 2, 2)
        raise AssertionError("it should have given way")

    stage = Stage(reading, GOOD, GOOD)
    stage.scheduler.run()
    assert stage.rounds == [(2.5, (BLOG,), True), (2.5, (BLOG + "post",), False), (2.5, (BLOG,), True)]
    assert [job["asked_by"] for job in stage.scheduler.jobs()] == ["clock", "owner"]


def test_a_request_for_all_counts_as_a_round() -> None:
    stage = Stage(GOOD, GOOD)
    stage.scheduler.ask()
    stage.scheduler.run()
    assert stage.gaps() == [900]


def test_progress_is_reported() -> None:
    seen: list[dict[str, Any]] = []

    def working(sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        progress("embedding", 3, 9)
        seen.append(stage.scheduler.job(page["job"]) or {})
        assert stage.scheduler.health()["state"] == "running"
        return GOOD

    stage = Stage(working, GOOD, every=None)
    page = stage.scheduler.ask(BLOG + "post")
    stage.scheduler.ask()
    stage.scheduler.run()
    assert seen[0]["state"] == "running" and seen[0]["finished_at"] is None
    assert (seen[0]["phase"], seen[0]["done"], seen[0]["total"]) == ("embedding", 3, 9)


def test_only_the_latest_jobs_are_kept_and_the_owners_longest() -> None:
    stage = Stage(*[GOOD] * (MAX_JOBS + 10))
    own = stage.scheduler.ask()["job"]
    stage.scheduler.run()
    assert len(stage.scheduler.jobs()) == MAX_JOBS
    assert stage.scheduler.job(own) is not None
    assert stage.scheduler.job("unknown") is None


def test_a_page_that_fails_does_not_slow_the_rounds_down(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage(DOWN, GOOD)
    stage.scheduler.ask(BLOG + "gone")
    stage.scheduler.run()
    assert stage.rounds[1][0] == 2.5
    assert stage.scheduler.health()["state"] == "idle"
    assert "Re-ingesting https://blog.example/gone failed." in caplog.text


def test_it_stops_in_the_middle_of_a_job() -> None:
    begun = threading.Event()

    def endless(_: Sequence[str], __: bool, progress: Progress) -> SyncReport:
        while True:
            progress("embedding", 0, 1)
            begun.set()

    scheduler = Scheduler(endless, [BLOG], every=None, warm=lambda: None)
    thread = threading.Thread(target=scheduler.run, daemon=True)
    thread.start()
    scheduler.ask()
    assert begun.wait(PATIENCE)
    scheduler.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_it_stops_while_it_waits() -> None:
    scheduler = Scheduler(lambda *_: GOOD, [BLOG], every=1000, warm=lambda: None, chance=lambda: 1.0)
    thread = threading.Thread(target=scheduler.run, daemon=True)
    thread.start()
    scheduler.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


# --- at_low_priority


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_work_is_done_at_low_priority_and_the_caller_keeps_its_own() -> None:
    def mine() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = mine()
    assert at_low_priority(mine) == max(NICE, before)
    assert mine() == before


def test_what_goes_wrong_gently_is_raised() -> None:
    def fail() -> None:
        raise IndexBusy("Busy.")

    with pytest.raises(IndexBusy):
        at_low_priority(fail)


def test_the_low_priority_embedder_gives_the_same_in_small_batches() -> None:
    sizes: list[int] = []

    class Counting(FakeEmbedder):
        def embed_tokens(self, texts: Sequence[str]) -> Any:
            sizes.append(len(texts))
            return super().embed_tokens(texts)

    texts = [" ".join(f"word{n}" for n in range(length % 7 + 1)) for length in range(11)]
    inner, plain = Counting(), FakeEmbedder()
    pooled, tokens = LowPriorityEmbedder(inner).embed_tokens(texts)
    expected, each = plain.embed_tokens(texts)
    assert np.array_equal(pooled, expected) and pooled.dtype == np.float32
    assert [t.to_bytes() for t in tokens] == [t.to_bytes() for t in each]
    assert max(sizes) == BATCH
    assert LowPriorityEmbedder(inner).embed_passages([]).shape == (0, FakeEmbedder.dimension)
    assert LowPriorityEmbedder(inner).name == "fake"


def test_levels(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "footnote.reingest"):
        Stage(SyncReport(added=("a", "b"))).scheduler.run()
    assert "2 added" in caplog.text
