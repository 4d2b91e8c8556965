"""The figures of `footnote eval` in a terminal: a table a set, plain methods beside ours.

What this file does not know: what the figures mean (metrics.py, figures.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.eval.command import Evaluated
from bot.eval.extraction import print_extraction
from bot.eval.measures.figures import ABOVE, BESIDE, Result

_WIDTH = 170  # where the output is no terminal


def print_results(found: Evaluated) -> None:
    """A table a set, and a line for each that was skipped."""
    console = Console(width=None if Console().is_terminal else _WIDTH)
    for name, result in found.results.items():
        console.print(_table(name, result))
        for what, label in (("notes", "note"), ("missed", "missed"), ("false alarms", "false alarm")):
            for one in result.get(what, ()):
                console.print(f"{label}: {one}", markup=False)
    for name, result in found.pages.items():
        print_extraction(name, result)
    for why in found.skipped:
        console.print(f"skipped: {why}", markup=False)


def figures_of(result: Result) -> list[str]:
    """The names of all that is measured of a set, in the order it is told."""
    beside = [name for figures in result.get(BESIDE, {}).values() for name in figures]
    ours = [name for name, value in result.items() if is_figure(value)]
    return list(dict.fromkeys([*ours, *beside]))


def is_figure(value: object) -> bool:
    """Is it [value, low, high]?"""
    return isinstance(value, list) and len(value) == 3 and all(isinstance(x, float | int) for x in value)


def _table(name: str, result: Result) -> Table:
    beside, above = result.get(BESIDE, {}), result.get(ABOVE, {})
    counts = ", ".join(f"{n} {what}" for what, n in result.items() if isinstance(n, int))
    columns = [
        "figure",
        "Footnote",
        "95 % interval",
        *beside,
        *(["above the best of these"] if above else []),
    ]
    table = Table(*columns, title=escape(f"{name} ({counts})"))
    for figure in figures_of(result):
        ours = result.get(figure)
        row = [figure, _number(ours), f"{ours[1]:.3f} to {ours[2]:.3f}" if ours else ""]
        row += [_number(figures.get(figure)) for figures in beside.values()]
        if above:
            told = above.get(figure, {}).get("difference")
            row.append(f"{told[0]:+.3f} ({told[1]:+.3f} to {told[2]:+.3f})" if told else "")
        table.add_row(*(escape(cell) for cell in row))
    return table


def _number(told: Sequence[float] | None) -> str:
    return f"{told[0]:.3f}" if told else ""
