"""Keeping the index up to date inside a running server: a scheduler, the work at low priority, the owner's routes.

In go the sources to follow and the owner's requests, out come jobs with their reports. This room does not know how a
blog is read or an index is written.
"""

from bot.server.reingest.background import at_low_priority, background_sync
from bot.server.reingest.rounds import SharedRounds
from bot.server.reingest.routes import add_reingest_routes
from bot.server.reingest.schedule import Scheduler

__all__ = ["Scheduler", "SharedRounds", "add_reingest_routes", "at_low_priority", "background_sync"]
