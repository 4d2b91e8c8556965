"""The figures in a terminal: a table per set, baselines beside the bot's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.eval.command import Evaluated
from bot.eval.measures.figures import ABOVE_BEST, BASELINES, FOREIGN_MEAN, Result, foreign_mean, is_figure
from bot.eval.verdicts import FULLY, HALF, Summary

# Figures of the table over all sets -> its columns.
_OVERVIEW = {
    "gold among quotes": "gold quoted",
    "abstained when it should": "silent when it should",
    "answered when it should": "answered when it should",
    "abstention AUROC": "AUROC",
    "threshold loss": "threshold loss",
    "precision of quotes": "precision of quotes",
    "word F1": "word F1",
    FULLY: "satisfied fully",
    HALF: "at least half",
}
_WIDTH = 170  # where the output is no terminal


def print_results(found: Evaluated) -> None:
    """Print a table per set, and a line for each that was skipped."""
    console = Console(width=None if Console().is_terminal else _WIDTH)
    for name, result in found.results.items():
        console.print(_table(name, result))
        for what, label in (
            ("notes", "note"),
            ("missed", "missed"),
            ("false alarms", "false alarm"),
            ("wrong turns", "wrong"),
        ):
            for one in result.get(what, ()):
                console.print(f"{label}: {one}", markup=False)
        if (measured := found.sets.get(name)) and measured.verdicts:
            print_verdicts(name, measured.verdicts)
    if len(found.sets) > 1:
        console.print(_overview({name: measured.result for name, measured in found.sets.items()}))
    for name, result in found.pages.items():
        print_extraction(name, result)
    for why in found.skipped:
        console.print(f"skipped: {why}", markup=False)


def print_verdicts(name: str, verdicts: Summary) -> None:
    """What careful readers' verdicts on a set's answers come to, and how old they are."""
    for line in verdicts.lines():
        print(f"{name}, by reading: {line}")


def _overview(results: Mapping[str, Result]) -> Table:
    """A line a set, and one for the mean of the foreign sets."""
    table = Table("set", *_OVERVIEW.values(), title="all sets")
    for name, result in results.items():
        table.add_row(escape(name), *(_number(result.get(figure)) for figure in _OVERVIEW))
    if mean := foreign_mean(results):
        cells = (f"{mean[figure]:.3f}" if figure in mean else "" for figure in _OVERVIEW)
        table.add_section()
        table.add_row(f"{FOREIGN_MEAN} ({', '.join(mean['sets'])})", *cells)
    return table


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
