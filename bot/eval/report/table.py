"""The figures in a terminal: a table per set, baselines beside the bot's."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.eval.command import Evaluated
from bot.eval.measures.figures import ABOVE_BEST, BASELINES, Result

_WIDTH = 170  # where the output is no terminal


def print_results(found: Evaluated) -> None:
    """Print a table per set, and a line for each that was skipped."""
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


def print_extraction(name: str, result: Result) -> None:
    """A row per reader, and the gain of Footnote's over trafilatura alone."""
    table = Table(
        "reader", "F1", "precision", "recall", "ms a page", title=f"{name} ({result['pages']} pages)"
    )
    for reader, figures in result["readers"].items():
        numbers = [
            f"{x:.3f} ({low:.3f} to {high:.3f})"
            for x, low, high in map(figures.get, ("F1", "precision", "recall"))
        ]
        table.add_row(reader, *numbers, f"{figures['ms a page']:.0f}")
    console = Console()
    console.print(table)
    gain, low, high = result["F1 above trafilatura"]
    console.print(f"F1 above trafilatura alone, page by page: {gain:+.3f} ({low:+.3f} to {high:+.3f})")


def figures_of(result: Result) -> list[str]:
    """The names of all figures of a set, in the order of the result."""
    beside = [name for figures in result.get(BASELINES, {}).values() for name in figures]
    ours = [name for name, value in result.items() if is_figure(value)]
    return list(dict.fromkeys([*ours, *beside]))


def is_figure(value: object) -> bool:
    """Is it [value, low, high]?"""
    return isinstance(value, list) and len(value) == 3 and all(isinstance(x, float | int) for x in value)


def _table(name: str, result: Result) -> Table:
    beside, above = result.get(BASELINES, {}), result.get(ABOVE_BEST, {})
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
            numbers = above.get(figure, {}).get("difference")
            row.append(f"{numbers[0]:+.3f} ({numbers[1]:+.3f} to {numbers[2]:+.3f})" if numbers else "")
        table.add_row(*(escape(cell) for cell in row))
    return table


def _number(numbers: Sequence[float] | None) -> str:
    return f"{numbers[0]:.3f}" if numbers else ""
