"""A hundred readers at once, against a real server in a process of its own.

Half of them ask the HTTP interface and read the stream, half use the window's queue as a browser does. Each has a
thread, and an address of its own in the header of a trusted proxy; all ask at the same moment, a question per round.
Rounds and waits are bounded, so it always ends.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from bot.bench.rig.servers import NotServing
from bot.bench.rig.stopwatch import ROOT, Figures
from bot.eval.sets import read_set

_PATIENCE = 90  # seconds that a reader waits for a piece of an answer
_STARTS = 120  # attempts, a second apart, until the server answers
_JSON = {"Content-Type": "application/json"}
_ALONE = 10  # questions of one reader alone, for comparison
OpenServer = AbstractContextManager[tuple[int, int]]  # gives its port and its process
_TRY_AGAIN = "asked to try again"


@dataclass(slots=True)
class _Reader:
    """One reader with an address of their own. session, problems: of a tab of the window."""

    number: int
    port: int
    session: str = field(default_factory=lambda: secrets.token_hex(5))
    problems: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Forwarded-For": f"203.0.{113 + self.number // 250}.{1 + self.number % 250}"}

    def ask_api(self, question: str) -> str:
        """ "answered", or the status and error code."""
        body = json.dumps({"question": question})
        with self._sent("POST", "/api/ask", body, {**_JSON, "Accept": "text/event-stream"}) as response:
            received = response.read().decode()
        if response.status != 200:
            return f"{response.status} {json.loads(received)['error']['code']}"
        return "answered" if "event: answer" in received else "a broken stream"

    def ask_window(self, question: str, handler: int) -> str:
        """The same through the queue of the chat window."""
        body = {
            "data": [question, None, "", "", ""], "fn_index": handler, "session_hash": self.session,
            "event_data": None, "trigger_id": None,
        }  # fmt: skip
        with self._sent("POST", "/gradio_api/queue/join", json.dumps(body), _JSON) as response:
            received = response.read().decode()
        if response.status != 200:
            return f"{response.status} {json.loads(received).get('error', {}).get('code', received[:60])}"
        path = f"/gradio_api/queue/data?session_hash={self.session}"
        with self._sent("GET", path, None, {}) as response:
            if response.status != 200:
                return f"{response.status} {response.read().decode()[:60]}"
            for line in response:
                message = json.loads(line.removeprefix(b"data: ")) if line.startswith(b"data: ") else {}
                if message.get("msg") == "process_completed":
                    return self._shown(message)
        return "a broken stream"

    def _shown(self, message: dict[str, Any]) -> str:
        if not message.get("success"):
            return f"window error: {message.get('output')}"[:80]
        before, self.problems = self.problems, json.dumps(message["output"]).count("fn-problem")
        return _TRY_AGAIN if self.problems > before else "answered"

    @contextmanager
    def _sent(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Iterator[HTTPResponse]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, {**headers, **self.headers})
            yield connection.getresponse()
        finally:
            connection.close()


def measure_crowd(
    readers: int = 100, rounds: int = 6, open_server: Callable[[str], OpenServer] | None = None
) -> Figures:
    """`readers` ask at once, `rounds` times: outcomes, seconds to the whole answer, the server's memory.

    open_server: serves from a folder; by default the real server over the sample, without its cache of answers.
    """
    questions = itertools.cycle(case.question for case in read_set(Path("data/eval/sample")).cases)
    outcomes: list[tuple[str, float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder,
        (open_server or _server)(folder) as (port, pid),
    ):
        crowd = [_Reader(number, port) for number in range(readers)]
        handler = _handler(port)
        memory = [_resident(pid)]
        for _ in range(rounds):
            outcomes += _round(crowd, [next(questions) for _ in crowd], handler)
            memory.append(_resident(pid))
        alone = [_alone(crowd[0], next(questions)) for _ in range(_ALONE)]
    return {
        "readers at once, questions each": f"{readers}, {rounds}",
        "one reader alone, median s": round(statistics.median(alone), 3),
    } | summary(outcomes, memory)


def _alone(reader: _Reader, question: str) -> float:
    """Seconds of a question that nobody else asks beside."""
    began = time.perf_counter()
    reader.ask_api(question)
    return time.perf_counter() - began


def summary(outcomes: Sequence[tuple[str, float]], memory: Sequence[float]) -> Figures:
    """Figures of a crowd. outcomes: what became of each question, and its seconds; memory: MB, the first before."""
    counts = Counter(outcome for outcome, _ in outcomes)
    times = [took for outcome, took in outcomes if outcome == "answered"]
    other = {
        outcome: count
        for outcome, count in counts.items()
        if outcome not in ("answered", _TRY_AGAIN) and not outcome.startswith("429")
    }
    return {
        "answered": counts["answered"],
        "429": sum(count for outcome, count in counts.items() if outcome.startswith("429")),
        "asked to try again (window)": counts[_TRY_AGAIN],
        "other errors": "; ".join(f"{outcome}: {count}" for outcome, count in other.items()) or 0,
        "seconds to the whole answer, median": round(statistics.median(times), 2) if times else "-",
        "seconds to the whole answer, p95": round(statistics.quantiles(times, n=20)[-1], 2)
        if len(times) > 1
        else "-",
        "memory at the start, MB": round(memory[0]),
        "memory after each round, MB": ", ".join(str(round(each)) for each in memory[1:]),
    }


def _round(crowd: list[_Reader], questions: list[str], handler: int) -> list[tuple[str, float]]:
    together = threading.Barrier(len(crowd))

    def one(reader: _Reader, question: str) -> tuple[str, float]:
        together.wait()
        began = time.perf_counter()
        try:
            window = reader.number % 2
            outcome = reader.ask_window(question, handler) if window else reader.ask_api(question)
        except (OSError, HTTPException, ValueError) as error:
            outcome = f"{type(error).__name__}: {error}"[:80]
        return outcome, time.perf_counter() - began

    with ThreadPoolExecutor(len(crowd)) as threads:
        return list(threads.map(one, crowd, questions))


@contextmanager
def _server(folder: str) -> Iterator[tuple[int, int]]:
    """Port and process of a server over the sample, once it can answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")}
    environ |= {
        "FOOTNOTE_INDEX": folder,
        "FOOTNOTE_TRUSTED_PROXIES": "127.0.0.1",
        "FOOTNOTE_ANSWER_CACHE": "0",
    }
    command = [sys.executable, "-m", "bot"]
    subprocess.run([*command, "ingest"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen([*command, "serve", "--port", str(port)], cwd=ROOT, env=environ) as process:
        try:
            _await_answer(_Reader(0, port))
            yield port, process.pid
        finally:
            process.terminate()


def _await_answer(reader: _Reader) -> None:
    """Return once the server answers. Raises NotServing if it does not."""
    outcome = ""
    for _ in range(_STARTS):
        try:
            outcome = reader.ask_api("What is sciatica?")
        except (OSError, HTTPException) as error:
            outcome = type(error).__name__
        if outcome == "answered":
            return
        time.sleep(1)
    raise NotServing(f"The server to be measured does not answer; its last reply was: {outcome}.")


def _handler(port: int) -> int:
    """The number of the event handler of the window's send button."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    connection.request("GET", "/config")
    config = json.loads(connection.getresponse().read())
    connection.close()
    button = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "fn-send")
    return next(int(d["id"]) for d in config["dependencies"] if [button, "click"] in d["targets"])


def _resident(pid: int) -> float:
    """Resident memory of a process and its children, MB: a supervisor may run the server in one. Linux only."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    own = int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(_resident(int(child)) for child in children)
