"""`footnote eval`: measure the bot's answers on question sets, and hold the figures against their floors.

In: sets by path or name, and the bot's configuration. Out: figures with intervals beside those of baselines. It does
not know the command line, and trains nothing.
"""

from bot.eval.command import Evaluated, check_options, evaluate, gate, pin_floors
from bot.eval.report import print_results, save_page

__all__ = [
    "Evaluated",
    "check_options",
    "evaluate",
    "gate",
    "pin_floors",
    "print_results",
    "save_page",
]
