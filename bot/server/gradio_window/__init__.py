"""The chat page made with Gradio: its components, what their events do, and the server that shows it at /.

In go a bot, the owner's settings and the question queue, out comes an ASGI app. This room does not know how an
answer is found, what HTML an answer becomes, or on which address the server listens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.server.gradio_window.handlers import report_problems
    from bot.server.gradio_window.layout import build, import_gradio
    from bot.server.gradio_window.mount import create_app

__all__ = ["build", "create_app", "import_gradio", "report_problems"]


def __getattr__(name: str) -> Any:
    """FastAPI is imported when the app is made, not when this package is."""
    if name == "create_app":
        from bot.server.gradio_window.mount import create_app

        return create_app
    if name in ("build", "import_gradio"):
        from bot.server.gradio_window import layout

        return getattr(layout, name)
    if name == "report_problems":
        from bot.server.gradio_window.handlers import report_problems

        return report_problems
    raise AttributeError(name)
