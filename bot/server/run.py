"""The server process: its address, its log, and the work beside answering."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from bot.server.watchdog import Heart, Limits, watch
from ingest.errors import ConfigError, FootnoteError, IndexMissing

if TYPE_CHECKING:
    import uvicorn

    from bot.config import BotConfig
    from bot.gaps import GapRecorder
    from bot.pipeline import Bot
    from bot.server.question_queue import QuestionQueue
    from bot.server.reingest import Scheduler
    from bot.server.static_files import CompressedFiles

log = logging.getLogger("footnote.serve")


def serve(config: BotConfig, heart: Heart | None = None) -> None:
    """Serve the chat window and the HTTP interface until interrupted, in this process.

    Args:
        config: All settings.
        heart: Of the watchdog, if a parent process watches this one.

    Raises:
        ConfigError: The address cannot be had, or a setting cannot be used.
    """
    _serve(config, _listen(config.host, config.port), heart)


def serve_watched(config: BotConfig, limits: Limits | None = None) -> None:
    """The same in a child process, which is restarted if it freezes. Call it before any thread is started."""
    listener = _listen(config.host, config.port)  # first: the owner learns at once that it is taken
    _serve(config, listener, watch(limits))


def _serve(config: BotConfig, listener: socket.socket, heart: Heart | None) -> None:
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from bot.config import OwnerSettings
    from bot.gaps import GapRecorder, open_gaps
    from bot.server.gradio_window import create_app
    from bot.server.guard.connections import MAX_CONNECTIONS, limited_protocol, raise_file_limit
    from bot.server.logs import log_questions, log_to_stderr
    from bot.server.memory import limit_arenas
    from bot.server.question_queue import open_queue
    from bot.server.static_files import CompressedFiles
    from bot.startup import open_bot

    settings = OwnerSettings(config)
    config = settings.current()
    limit_arenas()
    log_to_stderr(config.log_format)
    if config.log_questions:
        log_questions(config.log_format)
    bot, files = open_bot(config), CompressedFiles()
    settings.on_change(bot.configure)
    queue, scheduler = open_queue(bot, config, settings.current), _scheduler(bot, config)
    gaps = GapRecorder(bot, open_gaps(config), lambda: settings.current().gaps)
    queue.listeners.append(gaps.listen)
    queue.hold()
    # No access log: a question must not end up in a file, and proxies keep their own.
    # No proxy headers: uvicorn would believe every client on this machine; the guard reads them itself.
    server = uvicorn.Config(
        create_app(bot, config, scheduler, files, queue, settings, gaps), log_level="warning", access_log=False,
        server_header=False, ws="none", timeout_graceful_shutdown=1, proxy_headers=False,
        http=limited_protocol(), limit_concurrency=MAX_CONNECTIONS,
        log_config=None if config.log_format == "json" else LOGGING_CONFIG,
    )  # fmt: skip
    raise_file_limit(2 * MAX_CONNECTIONS)
    work = partial(_work_beside, bot, files, queue, scheduler, heart, gaps)
    threading.Thread(target=work, name="beside", daemon=True).start()
    _announce(config)
    try:
        asyncio.run(run_server(uvicorn.Server(server), listener, heart))
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        if scheduler:
            scheduler.stop()


async def run_server(server: uvicorn.Server, listener: socket.socket, heart: Heart | None) -> None:
    """Serve until interrupted, with a heart that beats as long as the event loop works."""

    def stop() -> None:
        server.should_exit = True

    beating = None if heart is None else asyncio.create_task(heart.beat(stop))
    await server.serve(sockets=[listener])
    if beating:
        beating.cancel()


def main() -> None:
    """Serve with settings from the environment; for a program of one line."""
    from bot.config import load_config

    try:
        serve_watched(load_config(os.environ))
    except FootnoteError as error:
        sys.exit(str(error))
    exit_now()


def exit_now() -> NoReturn:
    """End the process after serve(); nothing is left to be written then.

    Python's own shutdown takes seconds with all that is loaded, and a thread that is computing just then (the model
    is loaded in the background) makes it abort: "terminate called without an active exception".
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _listen(host: str, port: int) -> socket.socket:
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


def _announce(config: BotConfig) -> None:
    from bot.config import describe_duration
    from bot.server.guard import DESK

    address = local_address(config)
    lines = [
        f"Footnote is at {address}",
        f"Ask it something there; the line that puts it on your blog is at {address}/embed",
        f"Index: {config.index}. Ctrl-C ends the server.",
    ]
    if config.owner_token.get_secret_value():
        lines.insert(2, f"Your desk is at {address}{DESK}; sign in with the text of FOOTNOTE_OWNER_TOKEN")
    if config.follow:
        lines.append(f"Following {', '.join(config.follow)} every {describe_duration(config.every)}")
    print(*lines, sep="\n", flush=True)


def local_address(config: BotConfig) -> str:
    """The address of a server with these settings, as programs on its machine use it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def _empty(config: BotConfig) -> str:
    """What an owner does about a server without an index."""
    if config.follow:
        return (
            "Nothing has been read yet. The blog is read now; questions are answered as soon as that is done."
        )
    if config.owner_token.get_secret_value():
        return (
            f"There is nothing to answer from in {config.index} yet. Open your desk, at /owner: in Posts, open “What is "
            "followed”, enter the address of your blog and press “Follow it”. No restart is needed."
        )
    from bot.config import default_index

    index = "" if config.index == default_index() else f" --index {config.index}"
    return (
        f"There is nothing to answer from in {config.index} yet. Type this in a second terminal, with the address of your "
        f"blog: footnote ingest{index} https://www.your-blog.com. The next question is then answered; no restart is needed. To "
        "do this and more in the browser, set FOOTNOTE_OWNER_TOKEN to a secret of 16 characters or more and start again."
    )


def _scheduler(bot: Bot, config: BotConfig) -> Scheduler | None:
    """What re-ingests while the server runs; None if nothing is followed and nobody may ask for it."""
    if not config.follow and not config.owner_token.get_secret_value():
        return None
    from bot.config import in_clone, sample_sources
    from bot.own_posts import own_posts
    from bot.server.reingest import Scheduler, SharedRounds, background_sync

    own, samples = own_posts(config), sample_sources() if in_clone() else ()
    rounds = None if config.database is None else SharedRounds(config.database, config.every)

    def sources(timed: bool) -> tuple[str, ...]:
        # Of several servers one does the round; where nothing can be answered yet, none waits for another.
        if timed and rounds is not None and not rounds.claim() and bot.generation():
            return ()
        return (*(config.follow or (() if timed else samples)), *own.sources())

    return Scheduler(
        background_sync(bot),
        sources,
        every=config.every,
        warm=partial(bot.warm, suggestions=True),
    )


def _work_beside(
    bot: Bot,
    files: CompressedFiles,
    queue: QuestionQueue,
    scheduler: Scheduler | None,
    heart: Heart | None,
    gaps: GapRecorder,
) -> None:
    """Load the model, then let the questions in; then keep the index up to date until the server ends."""
    from bot.server.memory import release_memory

    try:
        bot.warm()
    except IndexMissing:
        log.warning("%s", _empty(bot.config))
    except FootnoteError as error:
        log.warning("the model is not ready: %s", error)
    finally:
        queue.start()
        if heart:
            heart.is_ready()
    files.compress_all()
    with suppress(FootnoteError):  # it is logged above
        bot.warm(suggestions=True)
    release_memory()  # what loading needed
    threading.Thread(target=gaps.run, name="gaps", daemon=True).start()
    if scheduler:
        scheduler.run()
