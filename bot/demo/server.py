"""Serve the demo blog beside the chat, and ingest it into an index of its own: the rest of `footnote demo`."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.errors import ConfigError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from bot.config import BotConfig
    from ingest.sync import Progress, SyncReport

HOST = "127.0.0.1"
_OTHERS = "DEMO_PORT=… for make, or --blog-port"


def check_ports(chat: int, blog: int) -> None:
    """Raises ConfigError if the two cannot be had for the two."""
    if chat == blog:
        raise ConfigError(
            f"The chat and the blog need a port each, not {chat} both. Choose another: {_OTHERS}."
        )
    _listening(chat, "PORT=… for make, or --port").close()


def _listening(port: int, others: str) -> socket.socket:
    """A socket on a port. Raises ConfigError that names how to choose another, if it cannot be had."""
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be had ({error.strerror or error})"
        raise ConfigError(f"Port {port} {reason}. Choose another: {others}.") from None


@contextmanager
def serve_blog(app: ASGIApp, port: int) -> Iterator[str]:
    """Serve an app in a thread of this process; yields its address. Raises ConfigError if the port is taken."""
    import uvicorn

    listener = _listening(port, _OTHERS)
    settings = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="blog", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)


def ingest_blog(config: BotConfig, address: str, progress: Progress) -> SyncReport:
    """Ingest the blog from its own pages, as its owner would. Raises SourceError if that fails."""
    from ingest.embedder import open_embedder
    from ingest.index import Index
    from ingest.sources import loader, memory_in
    from ingest.sync import sync

    with loader(memory=memory_in(config.index), allow_private=True) as load:
        return sync(
            [address],
            index=Index(config.index, config.index_config),
            embedder=lambda: open_embedder(config.embedder),
            progress=progress,
            load=load,
        )
