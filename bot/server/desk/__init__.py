"""The owner's desk at /owner: login, and one page of tabs made with Gradio.

In go the settings, the bot, its question queue and the scheduler, out come routes that answer the owner alone. This
room does not know how an answer is found, how a post is read, or what an index looks like on the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.server.desk.access import Access, open_access
    from bot.server.desk.gate import DeskGate
    from bot.server.desk.page import mount_desk
    from bot.server.desk.routes import add_desk_routes

__all__ = ["Access", "DeskGate", "add_desk_routes", "mount_desk", "open_access"]


def __getattr__(name: str) -> Any:
    """FastAPI is imported when an app is made, not when this package is."""
    if name in ("Access", "open_access"):
        from bot.server.desk import access

        return getattr(access, name)
    if name == "DeskGate":
        from bot.server.desk.gate import DeskGate

        return DeskGate
    if name == "mount_desk":
        from bot.server.desk.page import mount_desk

        return mount_desk
    if name == "add_desk_routes":
        from bot.server.desk.routes import add_desk_routes

        return add_desk_routes
    raise AttributeError(name)
