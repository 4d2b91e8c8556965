"""The routes of the protocols that the owner has not switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from bot.server.protocols.chat_completions import add_openai_routes
from bot.server.protocols.mcp import add_mcp_routes
from bot.server.protocols.mcp.tools import Blog
from bot.server.protocols.nlweb import add_nlweb_routes
from bot.server.protocols.schema_map import add_schema_routes

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.server.answer_json import ToPayload
    from bot.server.question_queue import QuestionQueue


def add_protocol_routes(app: FastAPI, config: BotConfig, queue: QuestionQueue, to_payload: ToPayload) -> None:
    """Add the routes that FOOTNOTE_PROTOCOLS names.

    Args:
        app: Whose routes they become.
        config: The owner's settings.
        queue: The questions of the server, with their limits.
        to_payload: Gives an answer as /api/ask does.
    """
    if "mcp" in config.protocols:
        blog = Blog(queue, to_payload, config.title, config.max_history)
        add_mcp_routes(app, blog, in_full=config.log_questions)
    if "openai" in config.protocols:
        add_openai_routes(app, config, queue, to_payload)
    if "nlweb" in config.protocols:
        add_nlweb_routes(app, config, queue, to_payload)
        add_schema_routes(app, queue.bot)
