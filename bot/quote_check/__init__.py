"""Check the quotes of an answer against the articles as they are now: verbatim, changed or gone.

In go a text (an answer as JSON, or any text with links to quotes) and the articles by id; out comes a report, a finding
for each quote. Not known here: where the text comes from, and how an answer is made.
"""

from bot.quote_check.compare import Finding, Nearest, Report, Status, check_quotes, report_json
from bot.quote_check.find import MAX_QUOTES, Quote, TooManyQuotes, find_quotes

__all__ = [
    "MAX_QUOTES",
    "Finding",
    "Nearest",
    "Quote",
    "Report",
    "Status",
    "TooManyQuotes",
    "check_quotes",
    "find_quotes",
    "report_json",
]
