"""Time from a question to the first and last words, in the window and over plain HTTP.

The real server with the real bot on the sample articles.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from bot.bench.rig import browser as browsing
from bot.bench.rig.servers import REAL, free_port, server_process
from bot.bench.rig.stopwatch import ROOT

QUESTIONS = (
    "How long do I hold the seated stretch?",
    "What is sciatica?",
    "When should I see a doctor?",
    "Can tight hamstrings cause back pain?",
)
REPEATS = 3
BOX = "#fn-box textarea"
ANSWER, DONE = ".fn-answer:not(.fn-waiting)", ".fn-answer:not(.fn-waiting, .fn-partial)"
Pair = tuple[float, float]  # ms to the first words, ms to the last


def measure_window(browser: browsing.Browser) -> dict[str, dict[str, float]]:
    """Medians over the questions, each asked several times, window and HTTP in turn."""
    bare: list[Pair] = []
    shown: list[Pair] = []
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        command = [sys.executable, "-m", "bot", "ingest", "--index", folder]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True, timeout=600)
        with server_process(REAL, free_port(), {"FOOTNOTE_INDEX": folder}) as address:
            over_http(address, QUESTIONS[0])  # waits until the model is there
            for number in range(REPEATS + 1):
                for question in QUESTIONS:
                    pairs = over_http(address, question), in_window(browser, address, question)
                    if number:
                        bare.append(pairs[0])
                        shown.append(pairs[1])
    return {"HTTP, event stream": _medians(bare), "window": _medians(shown)}


def _medians(pairs: list[Pair]) -> dict[str, float]:
    first, last = zip(*pairs, strict=True)
    return {
        "question to first words, ms": round(statistics.median(first)),
        "question to last words, ms": round(statistics.median(last)),
    }


def over_http(address: str, question: str) -> Pair:
    """Ask as a program does."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=120)
    try:
        began = time.perf_counter()
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        connection.request("POST", "/api/ask", json.dumps({"question": question}), headers)
        response = connection.getresponse()
        first = _until(response, lambda line: line.startswith(b"event:"), began)
        last = _until(response, lambda line: not line, began)
        return first, last
    finally:
        connection.close()


def _until(lines: http.client.HTTPResponse, wanted: Callable[[bytes], bool], began: float) -> float:
    while not wanted(line := lines.readline()):
        if not line:
            break
    return (time.perf_counter() - began) * 1000


def in_window(browser: browsing.Browser, address: str, question: str) -> Pair:
    """Ask as a reader does, in a window that was just opened."""
    script = browsing.watching(box=BOX, answer=ANSWER, done=DONE)
    with browsing.opened(browser, browsing.LOOPBACK, script) as (page, _):
        page.goto(address, wait_until="load")
        page.wait_for_selector(".fn-chip")  # the window is idle
        page.fill(BOX, question)
        page.press(BOX, "Enter")
        page.wait_for_function("() => window.__seen?.last")
        seen = page.evaluate("__seen")
        return seen["first"] - seen["asked"], seen["last"] - seen["asked"]
