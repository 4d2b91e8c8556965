"""Kill syncs at any moment, and check the state of the index afterwards.

Each round a child process syncs a small blog of which one article was edited, one added and one
removed, and is killed with SIGKILL: in even rounds at a random time, every other time with the
process that finishes its store; in odd rounds before one of its file operations, spread over all
of them, so that copying, renaming and flipping are hit. Then a
fresh process opens the index and must find the state before or the state after, whole: articles,
chunks, token vectors, and every chunk by its own vector. Then a sync must succeed.

Chroma does not survive a fork, so the driver is a process of its own (`python -m bot.bench.crash`)
that never opens it: it imports it once, and forks a child for everything else. Vectors are derived from a hash of the
text, without a model.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.bench.rig.changing_blog import CONFIG, HashEmbedder, blog_at, is_whole
from ingest.article import Item
from ingest.errors import FootnoteError, IndexDamaged
from ingest.index import NOTHING_STORED, Index, StartFinisher, Stored, Subprocess, finish, warm_up
from ingest.sync import sync

_FILE_EVENTS = ("open", "os.", "shutil.")
_BEFORE, _AFTER, _BETWEEN = 10, 11, 12  # what a reader's exit status means; any other: it died
_DONE = 0


@dataclass(frozen=True, slots=True)
class CrashReport:
    """before, after: rounds that left that state, whole. between: rounds that left anything else.

    finished: rounds whose sync was done before it could be killed; they count under `after`.
    """

    rounds: int
    before: int
    after: int
    between: int
    finished: int
    seconds: float
    problems: tuple[str, ...] = ()


def run(rounds: int, *, real: int = 3, seed: int = 0) -> CrashReport:
    """Kill `rounds` syncs. real: how many of them are finished in a new process, as users' syncs are.

    The others are finished in a forked one, which is three times as fast. POSIX only.
    """
    command = [sys.executable, "-m", "bot.bench.crash", str(rounds), str(real), str(seed)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FootnoteError(f"The crash test itself broke off: {done.stderr.strip().splitlines()[-1:]}")
    found = json.loads(done.stdout)
    return CrashReport(**{**found, "problems": tuple(found["problems"])})


class _Forked:
    """A Finisher in a fork of this process."""

    def __init__(self) -> None:
        self._read, self._tell = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._tell)
            directory = os.read(self._read, 4096).decode()
            if not directory:
                os._exit(1)
            _exit_with(lambda: finish(Path(directory)))
        os.close(self._read)

    def __call__(self, directory: Path) -> None:
        os.write(self._tell, str(directory).encode())
        status = self._wait()
        if status != 0:
            raise IndexDamaged(f"exit status {status}")

    def stop(self) -> None:
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._wait()

    def _wait(self) -> int:
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        os.close(self._tell)
        return os.waitstatus_to_exitcode(status)


@dataclass(frozen=True, slots=True)
class _SyncedBlog:
    """Where a crash test works: the folder the articles are said to come from, and the index."""

    source: Path
    index: Path

    def sync(self, step: int, start_finisher: StartFinisher) -> int:
        """Bring the index to a step; exit status."""

        def load(
            source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
        ) -> Iterator[Item]:
            assert source == str(self.source) and url is None and known is not None
            return iter(blog_at(self.source, step).values())

        index = Index(self.index, CONFIG, start_finisher=start_finisher)
        report = sync([str(self.source)], index=index, embedder=HashEmbedder, load=load)
        return _DONE if not report.failed and not report.notes else 1

    def look(self, step: int) -> int:
        """What a reader finds: the state of this step, of the one before, or something else."""
        with Index(self.index, CONFIG).reading() as opened:
            texts = {article.id: article for article in opened.articles()}
            if not is_whole(opened):
                return _BETWEEN
        if texts == blog_at(self.source, step):
            return _AFTER
        return _BEFORE if texts == blog_at(self.source, step - 1) else _BETWEEN


def _exit_with(action: Callable[[], int | None]) -> None:
    """End this process with what the action returns, or with 99 if it raises."""
    status = 99
    try:
        status = action() or 0
    finally:
        os._exit(status)


def _spawn(action: Callable[..., int], *args: object) -> int:
    """Run an action in a fork; its process id."""
    pid = os.fork()
    if pid == 0:
        _exit_with(lambda: action(*args))
    return pid


def _status(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _watch(synced: _SyncedBlog, kill_at: int) -> Callable[[], int]:
    """Count this process's operations on the index's files, and kill it before the `kill_at`-th.

    0: never. Returns a function that tells the count.
    """
    seen = 0

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal seen
        inside = any(str(synced.index) in str(arg) for arg in args[:2])
        if event.startswith(_FILE_EVENTS) and (inside or event in ("os.remove", "os.rmdir")):
            seen += 1
            if seen == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return lambda: seen


def _sync_in_group(synced: _SyncedBlog, step: int, kind: StartFinisher) -> int:
    os.setpgrp()
    return synced.sync(step, kind)


def _sync_watched(synced: _SyncedBlog, step: int, kill_at: int) -> int:
    _watch(synced, kill_at)
    return synced.sync(step, _Forked)


def _operations(synced: _SyncedBlog, step: int) -> int:
    """How many operations on files a sync makes."""
    read, tell = os.pipe()

    def count() -> int:
        read_progress = _watch(synced, 0)
        status = synced.sync(step, _Forked)
        os.write(tell, str(read_progress()).encode())
        return status

    _must(_spawn(count))
    return int(os.read(read, 100))


def _duration(synced: _SyncedBlog, step: int, kind: StartFinisher) -> float:
    """Seconds that a sync takes."""
    began = time.monotonic()
    _must(_spawn(synced.sync, step, kind))
    return time.monotonic() - began


def _must(pid: int) -> None:
    if (status := _status(pid)) != _DONE:
        raise FootnoteError(f"a sync that nobody killed ended with {status}")


def _rounds(synced: _SyncedBlog, rounds: int, real: int, seed: int) -> CrashReport:
    began = time.monotonic()
    rng = random.Random(seed)
    _must(_spawn(synced.sync, 0, _Forked))
    long: dict[StartFinisher, float] = {kind: _duration(synced, step, kind) for step, kind in _CALIBRATION}
    operations = _operations(synced, 3)
    states, problems, finished = [], [], 0
    for number in range(rounds):
        step = 4 + number
        kind: StartFinisher = Subprocess if number < real else _Forked
        if number < real or number % 2 == 0:
            pid = _spawn(_sync_in_group, synced, step, kind)
            time.sleep(rng.random() * long[kind])
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if number % 4 else os.kill)(pid, signal.SIGKILL)
        else:
            pid = _spawn(_sync_watched, synced, step, 1 + number * operations // rounds)
        finished += _status(pid) == _DONE
        states.append(_status(_spawn(synced.look, step)))
        then = _status(_spawn(synced.sync, step, _Forked))
        if states[-1] not in (_BEFORE, _AFTER) or then != _DONE:
            problems.append(f"round {number}: the reader ended with {states[-1]}, the next sync with {then}")
    before, after = states.count(_BEFORE), states.count(_AFTER)
    seconds = round(time.monotonic() - began, 1)
    return CrashReport(rounds, before, after, rounds - before - after, finished, seconds, tuple(problems))


_CALIBRATION: tuple[tuple[int, StartFinisher], ...] = ((1, Subprocess), (2, _Forked))


def main() -> None:
    """`python -m bot.bench.crash ROUNDS REAL SEED` prints a CrashReport as JSON."""
    rounds, real, seed = (int(word) for word in sys.argv[1:])
    warm_up()
    with tempfile.TemporaryDirectory(prefix="footnote-crash-") as folder:
        synced = _SyncedBlog(Path(folder) / "posts", Path(folder) / "index")
        synced.source.mkdir()
        print(json.dumps(asdict(_rounds(synced, rounds, real, seed))))


if __name__ == "__main__":
    main()
