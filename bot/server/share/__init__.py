"""Pages of shared answers, /a/…: a question asked again, its answer with its sources, and what has changed since.

In go the question queue and the languages, out come routes. Nothing is stored here, and what is urgent has no page.
"""

from bot.server.share.routes import add_share_routes

__all__ = ["add_share_routes"]
