"""Keep the index up to date: re-ingest by the clock, and when the owner asks for it.

One thread does one job at a time. A job is a round by the clock, or a request of the owner's, for all that is
followed or for a single page; single pages go first, and a round that is still reading is interrupted by any of them.
No failure ends the thread: it is logged in one sentence, and the next round comes, after a pause that grows while
nothing works.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from ingest.errors import FootnoteError, IndexBusy
from ingest.sync import Progress, SyncReport

MAX_JOBS = 20  # that are remembered
MAX_PAGES = 20  # single pages that wait; beyond that everything is read instead
JITTER = 0.1  # so that many servers do not ask a blog all at once
MAX_SLOWDOWN = 4  # times `every`, when nothing works
START_SECONDS = 5.0  # within which the first round begins
_UNFORESEEN = "Something went wrong here; the server's log has the details."
_READING = ("reading", "fetching")

Run = Callable[[Sequence[str], bool, Progress], SyncReport]
State = Literal["queued", "running", "done", "failed"]
End = Literal["done", "failed", "busy", "interrupted", "nothing"]
log = logging.getLogger("footnote.reingest")


class _Stop(Exception):
    """Ends a round from inside its progress; nothing of it becomes live."""


class _Nothing(Exception):
    """Ends a round for which there is nothing to read."""


@dataclass(slots=True)
class Job:
    """One re-ingest. url: the single page it is for, None for all. timed: by the clock."""

    id: str
    url: str | None
    timed: bool
    queued_at: str
    state: State = "queued"
    phase: str | None = None
    done: int = 0
    total: int | None = None
    started_at: str | None = None
    finished_at: str | None = None
    report: SyncReport | None = None
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For JSON; without the report."""
        names = ("state", "phase", "done", "total", "queued_at", "started_at", "finished_at", "error")
        who = {"job": self.id, "asked_by": "clock" if self.timed else "owner", "page": self.url}
        return {**who, **{name: getattr(self, name) for name in names}}


class Scheduler:
    """Does the jobs. run() is its thread; everything else may be called from any other.

    reingest(sources, patient, progress): does the work, raises FootnoteError. sources: what is read; or what gives it
    when a job begins, for rounds by the clock (True) and for the owner (False). every: seconds from
    the end of a round to the next one, None for no rounds. warm: called after each job, so that the
    next reader finds the new state loaded. clock, chance, wait: replaced in tests.
    """

    def __init__(
        self,
        reingest: Run,
        sources: Sequence[str] | Callable[[bool], Sequence[str]],
        *,
        every: float | None,
        warm: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        wait: Callable[[threading.Condition, float | None], object] = threading.Condition.wait,
    ) -> None:
        self._list = sources if callable(sources) else lambda _: sources
        self._reingest = reingest
        self._every = every
        self._warm = warm
        self._clock, self._chance, self._wait = clock, chance, wait
        self._changed = threading.Condition()  # guards all that follows
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._stopping = False
        self._works = True
        self._last: str | None = None
        self._logged = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """What a job for all reads, as of now."""
        return tuple(self._list(False))

    def ask(self, url: str | None = None) -> dict[str, Any]:
        """Queue a job, or join the one that waits for the same, and return it as job() does."""
        with self._changed:
            pages = [job for job in self._queue if job.url is not None]
            if len(pages) >= MAX_PAGES and url not in (job.url for job in pages):
                url = None
            job = next((job for job in self._queue if job.url == url), None)
            if job is None:
                job = self._new(url, timed=False)
                self._queue.insert(len(self._queue if url is None else pages), job)
                self._changed.notify_all()
            return {**job.as_json(), "report": None}

    def job(self, job_id: str) -> dict[str, Any] | None:
        """A job with its report, None if there is none of that id (any more)."""
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None:
                return None
            data, report = job.as_json(), job.report
        return {**data, "report": report.to_dict() if report else None}

    def jobs(self) -> list[dict[str, Any]]:
        """The latest jobs without their reports, latest first."""
        with self._changed:
            return [job.as_json() for job in reversed(self._jobs.values())]

    def health(self) -> dict[str, str | None]:
        """state: idle, running, or failed if the last job for all failed. last: end of the last that did not."""
        with self._changed:
            running = any(job.state == "running" for job in self._jobs.values())
            state = "running" if running else "idle" if self._works else "failed"
            return {"state": state, "last": self._last}

    def stop(self) -> None:
        """End run() and, at the next article, the job it is at. Does not wait for that."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def run(self) -> None:
        """Do jobs until stop()."""
        failures = 0
        due = None if self._every is None else self._clock() + START_SECONDS * self._chance()
        while (job := self._next(due)) is not None:
            end = self._do(job)
            if end == "interrupted" or job.url is not None:
                continue
            if end != "busy":
                failures = failures + 1 if end == "failed" else 0
            if self._every is not None:
                due = self._clock() + seconds_to_next_round(self._every, failures, self._chance())

    def _next(self, due: float | None) -> Job | None:
        """The next job, as soon as there is one; None to end."""
        with self._changed:
            while not self._stopping:
                left = None if due is None else due - self._clock()
                if self._queue or (left is not None and left <= 0):
                    job = self._queue.pop(0) if self._queue else self._new(None, timed=True)
                    job.state, job.started_at = "running", now()
                    return job
                self._wait(self._changed, left)
            return None

    def _new(self, url: str | None, *, timed: bool) -> Job:
        job = Job(secrets.token_hex(8), url, timed, now())
        finished = [old for old in self._jobs.values() if old.finished_at]
        for old in sorted(finished, key=lambda old: not old.timed)[: max(0, len(self._jobs) + 1 - MAX_JOBS)]:
            del self._jobs[old.id]  # rounds by the clock first: there is always another one
        self._jobs[job.id] = job
        return job

    def _do(self, job: Job) -> End:
        """Do a job; returns how it ended."""
        report, error = None, ""
        try:
            sources = tuple(self._list(job.timed)) if job.url is None else (job.url,)
            if not sources:
                raise _Nothing
            report = self._reingest(sources, job.timed, lambda *progress: self._progress(job, *progress))
            self._warm_up()
            error = total_failure(report)
        except (_Stop, _Nothing) as end:
            with self._changed:
                del self._jobs[job.id]
            return "interrupted" if isinstance(end, _Stop) else "nothing"
        except IndexBusy as busy:
            log.info("not re-ingested: %s", busy)
            self._finish(job, None, str(busy), busy=True)
            return "busy"
        except FootnoteError as known:
            error = str(known)
        except Exception as unknown:  # no job may end the thread; it is logged
            log.error("re-ingesting met an unexpected error", exc_info=unknown)
            error = _UNFORESEEN
        self._finish(job, report, error)
        self._log(job, report, error)
        return "failed" if error else "done"

    def _progress(self, job: Job, phase: str, done: int, total: int | None) -> None:
        with self._changed:
            if self._stopping or (job.timed and self._queue and phase in _READING):
                raise _Stop
            job.phase, job.done, job.total = phase, done, total

    def _warm_up(self) -> None:
        try:
            self._warm()
        except FootnoteError as error:
            log.info("not warmed up: %s", error)

    def _finish(self, job: Job, report: SyncReport | None, error: str, *, busy: bool = False) -> None:
        with self._changed:
            job.state, job.report, job.error = "failed" if error else "done", report, error or None
            job.phase, job.finished_at = None, now()
            self._last = self._last if error else job.finished_at
            if job.url is None and not busy:
                self._works = not error

    def _log(self, job: Job, report: SyncReport | None, error: str) -> None:
        """Log trouble, and the same trouble in each round only once."""
        what = "Following the blog" if job.url is None else f"Re-ingesting {job.url}"
        again = "" if self._every is None or job.url else ", and will be tried again"
        trouble = f"{what} failed{again}. {error}" if error else partial_failure(report)
        if trouble and trouble != self._logged:
            log.warning("%s", trouble)
        if job.url is None:
            self._logged = trouble
        if report and (report.added or report.updated or report.removed):
            counts = (f"{len(getattr(report, name))} {name}" for name in ("added", "updated", "removed"))
            log.info("re-ingested: %s", ", ".join(counts))


def seconds_to_next_round(every: float, failures: int, chance: float) -> float:
    """Seconds to the next round, after so many failed in a row; chance: 0 to 1.

    every, every, 2 every, 4 every, 4 every, …; each up to a tenth shorter or longer.
    """
    slower = min(MAX_SLOWDOWN, 1 << min(max(0, failures - 1), 10))
    return every * slower * (1 + JITTER * (2 * chance - 1))


def total_failure(report: SyncReport) -> str:
    """Why a sync counts as failed, since nothing could be read at all; "" if it does not."""
    came = (report.added, report.updated, report.unchanged, report.removed, report.left_out)
    if not report.failed or any(came):
        return ""
    return " ".join(f"{failed.name}: {failed.reason}".rstrip(".") + "." for failed in report.failed[:3])


def partial_failure(report: SyncReport | None) -> str:
    """A sentence on what a sync that worked could not read; "" if there is nothing."""
    if report is None or not report.failed:
        return ""
    first = report.failed[0]
    more = f" And {len(report.failed) - 1} more." if len(report.failed) > 1 else ""
    return f"Not everything could be re-ingested. {first.name}: {first.reason.rstrip('.')}.{more}"


def now() -> str:
    """This moment as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
