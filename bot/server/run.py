"""The server process: the address that it listens on, its log, and what goes on beside the answering.

    serve(config, app)  # app makes the server of a bot: ui.app, or another

What this file does not know: the window, and what any address answers.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from starlette.types import ASGIApp

from ingest.errors import ConfigError, FootnoteError, IndexMissing

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.server.reingest.schedule import Keeper
    from bot.server.static_files import Packs

    MakeApp = Callable[[Bot, BotConfig, Keeper | None, Packs], ASGIApp]

log = logging.getLogger("footnote.serve")


def serve(config: BotConfig, app: MakeApp) -> None:
    """Serve until interrupted. Raises ConfigError if the address cannot be had."""
    listener = _listener(config.host, config.port)  # first: no one should wait to hear that it is taken
    import uvicorn

    from bot.config import describe_duration
    from bot.pipeline import open_bot
    from bot.server.guard.connections import CONNECTIONS, impatient, raise_file_limit
    from bot.server.logs import log_to_stderr
    from bot.server.static_files import Packs

    log_to_stderr()
    packs = Packs()
    bot = open_bot(config)
    keeper = _keeper(bot, config)
    # No access log: a question must not end up in a file, and proxies keep their own.
    # No proxy headers: uvicorn would believe anybody on this machine (bot/server/guard/proxy.py does it).
    settings = uvicorn.Config(
        app(bot, config, keeper, packs), log_level="warning", access_log=False, server_header=False, ws="none",
        timeout_graceful_shutdown=1, proxy_headers=False, http=impatient(), limit_concurrency=CONNECTIONS,
    )  # fmt: skip
    raise_file_limit(2 * CONNECTIONS)
    if config.log_questions:
        _log_questions()
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    threading.Thread(target=_background, args=(bot, packs, keeper), name="keep", daemon=True).start()
    print(f"Footnote is at {_address(config)}", flush=True)
    if config.follow:
        print(f"Following {', '.join(config.follow)} every {describe_duration(config.every)}", flush=True)
    try:
        uvicorn.Server(settings).run(sockets=[listener])
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        if keeper:
            keeper.stop()


def leave() -> NoReturn:
    """End the process, once serve() is through. Nothing is left to be written then.

    Python's own winding up takes seconds with all that is loaded, and a thread that is just then computing
    (the model is read in the background) makes it abort: "terminate called without an active exception".
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _log_questions() -> None:
    """Because the owner said so: what is asked goes where warnings go."""
    logger = logging.getLogger("footnote.questions")
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler())
    logger.propagate = False


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} is taken by another program."
            raise ConfigError(
                f"{reason} Choose another: PORT=… for make, FOOTNOTE_PORT=… or --port."
            ) from None
        raise ConfigError(f"Cannot listen on {host}, port {port}: {error.strerror or error}.") from None


def _address(config: BotConfig) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def _is_news(record: logging.LogRecord) -> bool:
    """Every open tab holds a stream, which is cut when the server ends: not worth an error each."""
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and "timeout graceful shutdown exceeded" not in record.getMessage()


def _keeper(bot: Bot, config: BotConfig) -> Keeper | None:
    """What re-ingests while the server runs; None if nothing is followed and nobody may ask for it."""
    if not config.follow and not config.owner_token.get_secret_value():
        return None
    from bot.config import DEFAULT_SOURCES
    from bot.server.reingest.background import reingesting
    from bot.server.reingest.schedule import Keeper

    every = config.every if config.follow else None
    return Keeper(reingesting(bot), config.follow or DEFAULT_SOURCES, every=every, warm=bot.warm)


def _background(bot: Bot, packs: Packs, keeper: Keeper | None) -> None:
    """Load the model before the first question; then keep up with the blog, until the server ends."""
    try:
        bot.warm()
    except IndexMissing as error:
        if keeper is None:
            log.warning("%s", error)
    except FootnoteError as error:
        log.warning("the model is not ready: %s", error)
    packs.pack()
    if keeper:
        keeper.run()
