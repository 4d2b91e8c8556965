"""Metrics of answers, their intervals, and the baselines on the same questions.

In: the bot and cases. Out: outcomes, and figures with 95 % intervals. It does not know where questions come from or how
figures are shown.
"""

from bot.eval.measures.figures import Result, result_of, rows_of
from bot.eval.measures.outcome import Outcome, ask

__all__ = ["Outcome", "Result", "ask", "result_of", "rows_of"]
