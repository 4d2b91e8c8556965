"""`footnote eval`: measure the bot's answers on question sets, and hold the figures against their floors.

In: sets by path or name, and the bot's configuration. Out: figures with intervals beside those of baselines. It does
not know the command line, and trains nothing.
"""

from bot.eval.command import Evaluated, check_options, evaluate, gate, pin_floors
from bot.eval.gate import GateResult
from bot.eval.report import print_results, print_verdicts, save_page
from bot.eval.review import Review, review_answers
from bot.eval.verdicts import judge_cards

__all__ = [
    "Evaluated",
    "GateResult",
    "Review",
    "check_options",
    "evaluate",
    "gate",
    "judge_cards",
    "pin_floors",
    "print_results",
    "print_verdicts",
    "review_answers",
    "save_page",
]
