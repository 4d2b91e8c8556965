"""The tabs of the desk, in their order. A tab is a module with a function that builds it; add it here.

In goes a Desk, out come components and handlers. A tab does not know how the owner got in, nor of the other tabs.
"""

from bot.server.desk.tab import Tab
from bot.server.desk.tabs import gaps, posts, settings, today, try_it

TABS = (
    Tab("tab_today", today.build),
    Tab("tab_gaps", gaps.build),
    Tab("tab_posts", posts.build),
    Tab("tab_try", try_it.build),
    Tab("tab_settings", settings.build),
)

__all__ = ["TABS"]
