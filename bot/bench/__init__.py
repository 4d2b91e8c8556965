"""`footnote bench`: speed and memory, each figure beside its baseline from the same run; for developers, not in the wheel.

In: the name of a bench. Out: its figures. Absolute times depend on the machine; the ratios are comparable. It does not
know whether answers are good.
"""

from bot.bench.command import BENCHES, DEFAULT, print_results, run
from bot.bench.record import write_figures
from bot.bench.widget import Packages

__all__ = ["BENCHES", "DEFAULT", "Packages", "print_results", "run", "write_figures"]
