"""The gap list over HTTP, for the owner, and the digest of a month.

In go requests with the owner's token, out come the list as JSON and the digest as a page. This room does not know how
questions are kept or grouped.
"""

from bot.server.gaps.digest import digest_months, is_month, make_digest, this_month
from bot.server.gaps.routes import add_gap_routes

__all__ = ["add_gap_routes", "digest_months", "is_month", "make_digest", "this_month"]
