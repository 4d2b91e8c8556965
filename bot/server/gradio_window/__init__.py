"""The chat page made with Gradio: its components, what their events do, and the server that shows it at /.

In go a bot, the owner's settings and the question queue, out comes an ASGI app. This room does not know how an
answer is found, what HTML an answer becomes, or on which address the server listens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.server.gradio_window.layout import build
    from bot.server.gradio_window.mount import create_app

__all__ = ["build", "create_app"]


def __getattr__(name: str) -> Any:
    """FastAPI is imported when the app is made, not when this package is."""
    if name == "create_app":
        from bot.server.gradio_window.mount import create_app

        return create_app
    if name == "build":
        from bot.server.gradio_window.layout import build

        return build
    raise AttributeError(name)
