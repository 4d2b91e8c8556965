"""Servers for the time of a measurement: ours in a process of its own, others in a thread."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.bench.rig.stopwatch import ROOT
from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

PATIENCE = 180.0
# The window over the script, and over the real bot.
SCRIPTED = """
import os, uvicorn
from bot.bench.rig.scripted_bot import ScriptedBot
from bot.config import load_config
from bot.server import CompressedFiles, create_app
config, files = load_config(os.environ), CompressedFiles()
app = create_app(ScriptedBot(config), config, files=files)
files.compress_all()
uvicorn.run(app, port=config.port, log_level="warning", ws="none")
"""
REAL = "import os\nfrom bot.config import load_config\nfrom bot.server import serve\nserve(load_config(os.environ))"


class NotServing(FootnoteError):
    """A server that was to be measured did not come up."""


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def server_process(code: str, port: int, environ: Mapping[str, str]) -> Iterator[str]:
    """Our server in a process; its address. Settings of this process do not reach it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**inherited, **environ, "FOOTNOTE_PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(lambda: _answers(f"{address}/"), started)
        yield address
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@contextmanager
def server_thread(app: ASGIApp, port: int) -> Iterator[str]:
    """Any application in a thread; its address."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    try:
        _await(lambda: server.started)
        yield address
    finally:
        server.should_exit = True
        thread.join(10)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5):
            return True
    except HTTPError:
        return True  # it is there
    except (URLError, TimeoutError, ConnectionError):
        return False


def _await(is_there: Callable[[], bool], started: subprocess.Popen[bytes] | None = None) -> None:
    until = time.monotonic() + PATIENCE
    while not is_there():
        if started is not None and started.poll() is not None:
            raise NotServing(
                f"The server to be measured ended at once (exit {started.returncode}); see above."
            )
        if time.monotonic() > until:
            raise NotServing(f"The server to be measured did not come up in {PATIENCE:g} seconds.")
        time.sleep(0.1)
