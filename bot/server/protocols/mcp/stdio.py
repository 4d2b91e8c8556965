"""MCP over stdio, for an assistant on the same machine, which starts `footnote mcp` itself."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import anyio

from bot.server.answer_json import payload
from bot.server.guard.rate_limit import RateLimits
from bot.server.logs import log_to_stderr
from bot.server.protocols.mcp.server import mcp_server
from bot.server.protocols.mcp.tools import Blog
from bot.server.question_queue import QuestionQueue
from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from bot.config import BotConfig

LOADING_SECONDS = 300.0  # for the first question, which waits for the models
log = logging.getLogger("footnote")


def serve_mcp(config: BotConfig) -> None:
    """Serve until standard input ends. Nothing but MCP is written to standard output; the log goes to standard error.

    Args:
        config: All settings; those of an HTTP server and its rate limits have no effect.

    Raises:
        ConfigError: A setting cannot be used.
    """
    from bot.startup import open_bot

    log_to_stderr()
    seconds = max(config.question_seconds, LOADING_SECONDS)
    queue = QuestionQueue(open_bot(config), RateLimits(), seconds=seconds, log_questions=config.log_questions)
    queue.hold()
    blog = Blog(queue, payload, config.title, config.max_history)
    anyio.run(_serve, blog, config.log_questions)


async def _serve(blog: Blog, in_full: bool) -> None:
    from mcp.server.stdio import stdio_server

    server = mcp_server(blog, in_full=in_full)
    async with stdio_server() as (read, write):  # from here on a stray print goes to standard error
        threading.Thread(target=_load, args=(blog.queue,), name="loading", daemon=True).start()
        await server.run(read, write, server.create_initialization_options())


def _load(queue: QuestionQueue) -> None:
    """Load the models while the assistant lists the tools; its first question waits for them."""
    try:
        queue.bot.warm()
    except FootnoteError as error:
        log.warning("%s", error)
    finally:
        queue.start()
