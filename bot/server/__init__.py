"""The server: the HTTP interface, the chat window, the widget, readers' votes, and re-ingesting while it runs.

In go the owner's settings, out comes a process that serves until it is interrupted; `payload` gives an answer as the
HTTP interface writes it. This room does not know how a question is answered.
"""

from typing import TYPE_CHECKING, Any

from bot.server.answer_json import payload
from bot.server.run import exit_now, local_address, main, serve, serve_watched
from bot.server.watchdog import Limits, watch

if TYPE_CHECKING:
    from bot.server.app import create_api
    from bot.server.gradio_window import create_app
    from bot.server.protocols import serve_mcp
    from bot.server.static_files import CompressedFiles

__all__ = [
    "CompressedFiles",
    "Limits",
    "create_api",
    "create_app",
    "exit_now",
    "local_address",
    "main",
    "payload",
    "serve",
    "serve_mcp",
    "serve_watched",
    "watch",
]


def __getattr__(name: str) -> Any:
    """FastAPI and Gradio are imported when an app is made, not when the command line starts."""
    if name == "create_api":
        from bot.server.app import create_api

        return create_api
    if name == "create_app":
        from bot.server.gradio_window import create_app

        return create_app
    if name == "serve_mcp":
        from bot.server.protocols import serve_mcp

        return serve_mcp
    if name == "CompressedFiles":
        from bot.server.static_files import CompressedFiles

        return CompressedFiles
    raise AttributeError(name)
