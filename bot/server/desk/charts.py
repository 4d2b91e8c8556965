"""Bars for each day as an inline SVG, with a table of the same numbers beside them.

The picture is in the colours of the page's style sheet, and has a name and a legend; for owners who cannot see it, or want
the numbers, there is the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from babel.dates import format_date

_STEP, _BAR, _HEIGHT = (
    100,
    76,
    100,
)  # of the picture, which is stretched to the width and height that the page gives it


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of the bars. key: of the counts. name: in the legend."""

    key: str
    name: str


def day_bars(
    title: str,
    days: Sequence[date],
    counts: Mapping[str, Mapping[str, int]],
    series: Sequence[Series],
    *,
    locale: str,
    table: str,
    day: str,
) -> str:
    """A figure: bars of all series on top of each other, a legend with the sums, and the table.

    Args:
        title: The figure's heading.
        days: In order; each has a bar.
        counts: Day (ISO) -> series' key -> number.
        series: From the bottom up.
        locale: For dates.
        table: What opens the table.
        day: The heading of the table's first column.
    """  # fmt: skip
    rows = [[counts.get(each.isoformat(), {}).get(one.key, 0) for one in series] for each in days]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    legend = "".join(
        f'<li><span class="desk-key desk-s{n}"></span>{escape(one.name)}: <strong>{total}</strong></li>'
        for n, (one, total) in enumerate(zip(series, sums, strict=True))
    )
    spoken = ", ".join(f"{one.name}: {total}" for one, total in zip(series, sums, strict=True))
    return (
        f'<section class="desk-figure"><h2>{escape(title)}</h2><ul class="desk-legend">{legend}</ul>'
        + (_plot(f"{title}. {spoken}", days, rows, locale) if any(sums) else "")
        + f"<details><summary>{escape(table)}</summary>{_table(title, days, rows, series, locale, day)}</details></section>"
    )


def _plot(name: str, days: Sequence[date], rows: Sequence[Sequence[int]], locale: str) -> str:
    """The bars, between a scale and some of the days. Those are text of the page, so that a phone does not shrink them."""
    top = _scale(max((sum(row) for row in rows), default=0))
    ticks = (top, top // 2, 0) if top > 1 else (top, 0)
    bars = [
        f'<line class="desk-grid" x1="0" x2="{_STEP * len(days)}" y1="{y:g}" y2="{y:g}"/>'
        for y in (_HEIGHT - tick / top * _HEIGHT for tick in ticks)
    ]
    for place, row in enumerate(rows):
        x, below = place * _STEP + (_STEP - _BAR) / 2, float(_HEIGHT)
        for number, value in enumerate(row):
            height = value / top * _HEIGHT
            below -= height
            if value:
                bars.append(
                    f'<rect class="desk-s{number}" x="{x:g}" y="{below:.1f}" width="{_BAR}" height="{height:.1f}"/>'
                )
    shown = [days[place] for place in sorted({0, len(days) // 2, len(days) - 1})]
    labels = "".join(f"<span>{escape(format_date(one, 'd MMM', locale=locale))}</span>" for one in shown)
    scale = "".join(f"<span>{tick}</span>" for tick in ticks)
    return (
        f'<div class="desk-plot"><div class="desk-ticks" aria-hidden="true">{scale}</div>'
        f'<svg role="img" aria-label="{escape(name)}" viewBox="0 0 {_STEP * len(days)} {_HEIGHT}" '
        f'preserveAspectRatio="none">{"".join(bars)}</svg><div class="desk-days" aria-hidden="true">{labels}</div></div>'
    )


def _scale(most: int) -> int:
    """The top of the scale: 1, or a round even number that is not much more than the highest bar."""
    if most <= 1:
        return 1
    unit: int = 10 ** max(0, len(str(most)) - 2)
    steps = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
    return next(step * unit for step in steps if step * unit >= most)


def _table(
    name: str,
    days: Sequence[date],
    rows: Sequence[Sequence[int]],
    series: Sequence[Series],
    locale: str,
    day: str,
) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in (day, *(one.name for one in series)))
    body = "".join(
        f'<tr><th scope="row">{escape(format_date(each, "d MMM y", locale=locale))}</th>'
        + "".join(f"<td>{value}</td>" for value in row)
        + "</tr>"
        for each, row in reversed(list(zip(days, rows, strict=True)))
    )
    return f'<div class="desk-scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
