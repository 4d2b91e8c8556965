"""The gap list: what readers asked and the blog does not say, kept if the owner wants it, grouped by meaning.

In go unanswered questions, out come groups with a title, gaps that a post has closed, and a digest of the month. This room
does not know how an answer is shown, nor who asked: no address, session or time of day is stored.
"""

from bot.gaps.contradictions import Contradiction, find_contradictions
from bot.gaps.digest import TEXTS as DIGEST_TEXTS
from bot.gaps.digest import Digest, Disliked, month_name, render_markdown, render_page
from bot.gaps.gaps_file import GapsFile, open_gaps
from bot.gaps.grouping import group_vectors
from bot.gaps.listing import Closed, GapGroup, GapList
from bot.gaps.mask import mask
from bot.gaps.recorder import GapRecorder
from bot.gaps.store import DAYS_KEPT, MAX_QUESTIONS, GapStore

__all__ = [
    "DAYS_KEPT",
    "DIGEST_TEXTS",
    "MAX_QUESTIONS",
    "Closed",
    "Contradiction",
    "Digest",
    "Disliked",
    "GapGroup",
    "GapList",
    "GapRecorder",
    "GapStore",
    "GapsFile",
    "find_contradictions",
    "group_vectors",
    "mask",
    "month_name",
    "open_gaps",
    "render_markdown",
    "render_page",
]
