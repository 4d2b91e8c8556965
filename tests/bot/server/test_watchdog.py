"""A server that freezes is ended and started again; SIGTERM ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from patience import PATIENCE

ROOT = Path(__file__).resolve().parents[3]
# /freeze holds the interpreter's lock for years: `re` does not give it up.
CODE = """
import asyncio, os, re, signal, socket, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # even if the tests run under nohup, or in the background
signal.signal(signal.SIGINT, signal.default_int_handler)
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from bot.server.run import run_server
from bot.server.watchdog import Limits, watch

async def who(request):
    return PlainTextResponse(str(os.getpid()))

async def freeze(request):
    re.match(r"(?:a|aa)+$", "a" * 300 + "b")

async def crash(request):
    os.kill(os.getpid(), 11)

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
heart = watch(Limits(ready=float(sys.argv[2]), starting=300, stop=float(sys.argv[3]), pause=0.05, beat=0.05))
heart.is_ready()
app = Starlette(routes=[Route("/", who), Route("/freeze", freeze), Route("/crash", crash)])
settings = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
try:
    asyncio.run(run_server(uvicorn.Server(settings), listener, heart))
except KeyboardInterrupt:
    pass
"""


@contextlib.contextmanager
def watched(
    *, ready: float = 4, stop: float = 60, code: str = CODE
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A watched server's address, and its parent process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    arguments = [sys.executable, "-c", code, str(port), str(ready), str(stop)]
    with subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def get(url: str, seconds: float = PATIENCE) -> str:
    """The body, as soon as the server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(url, timeout=seconds).text
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_frozen_interpreter_is_ended_and_the_server_answers_again() -> None:
    with watched() as (url, process):
        first = get(url)
        with pytest.raises(httpx.HTTPError):  # the connection ends with the process that held it
            httpx.get(f"{url}/freeze", timeout=PATIENCE)
        second = get(url)
        assert second != first and process.poll() is None and not is_alive(int(first))
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)
    assert "has not answered its own health check for 4 seconds" in log
    assert "in freeze" in log, "the log says where each thread was"
    assert process.returncode == 0


def test_a_frozen_server_can_be_stopped() -> None:
    with watched(ready=1000, stop=0.2) as (url, process):
        child = get(url)
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"{url}/freeze", timeout=0.2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 and not is_alive(int(child))


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_parent_ends_both_quietly(signum: signal.Signals) -> None:
    with watched(ready=1000) as (url, process):
        child = get(url)
        process.send_signal(signum)
        _, log = process.communicate(timeout=PATIENCE)
    assert (process.returncode, log) == (0, "") and not is_alive(int(child))


def test_a_server_that_crashes_is_started_again() -> None:
    with watched(ready=1000) as (url, process):
        first = get(url)
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{url}/crash", timeout=PATIENCE)
        assert get(url) != first
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)
    assert "SIGSEGV" in log


def test_the_child_ends_when_its_parent_is_killed() -> None:
    with watched(ready=1000) as (url, process):
        child = int(get(url))
        process.kill()
        process.communicate(timeout=PATIENCE)
    end = time.monotonic() + PATIENCE
    while is_alive(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_alive(child)


def test_what_never_gets_ready_is_not_started_without_end() -> None:
    code = CODE.replace("heart.is_ready()", "os.kill(os.getpid(), 9)")
    with watched(code=code) as (_, process):
        _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "3 times" in log


def test_an_exit_of_the_servers_own_is_its_parents_too() -> None:
    code = CODE.replace("heart.is_ready()", "sys.exit('Port and folder are wrong.')")
    with watched(code=code) as (_, process):
        _, log = process.communicate(timeout=PATIENCE)
    assert (process.returncode, log) == (1, "Port and folder are wrong.\n")
