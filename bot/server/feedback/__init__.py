"""What readers think of the answers: recent answers by id, votes and daily counts, and exports of them.

In go answers and votes, out come rows, files and a summary; what identifies a reader is removed before it is stored.
This room does not know how an answer is made, nor how the window shows the form.
"""

from bot.server.feedback.counts_file import CountsFile, open_daily_counts
from bot.server.feedback.daily_counts import DailyCounts
from bot.server.feedback.export import FORMATS, format_rows, summarize
from bot.server.feedback.recent_answers import RecentAnswers
from bot.server.feedback.routes import add_feedback_routes
from bot.server.feedback.store import MAX_NOTE, MAX_VOTES, REASONS, FeedbackStore, Row, Vote
from bot.server.feedback.votes_file import VotesFile, open_votes

__all__ = [
    "FORMATS",
    "MAX_NOTE",
    "MAX_VOTES",
    "REASONS",
    "CountsFile",
    "DailyCounts",
    "FeedbackStore",
    "RecentAnswers",
    "Row",
    "Vote",
    "VotesFile",
    "add_feedback_routes",
    "format_rows",
    "open_daily_counts",
    "open_votes",
    "summarize",
]
