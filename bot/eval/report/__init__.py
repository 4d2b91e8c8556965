"""Results for people: tables in a terminal, a page in a browser.

In: what was measured. Out: printed tables, or one HTML file. It does not know how figures are measured.
"""

from bot.eval.report.page import save_page
from bot.eval.report.table import print_results, print_verdicts

__all__ = ["print_results", "print_verdicts", "save_page"]
