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

_WIDTH, _HEIGHT, _LEFT, _BELOW = 720, 200, 36, 22


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
        + (_svg(f"{title}. {spoken}", days, rows, locale) if any(sums) else "")
        + f"<details><summary>{escape(table)}</summary>{_table(days, rows, series, locale, day)}</details></section>"
    )


def _svg(name: str, days: Sequence[date], rows: Sequence[Sequence[int]], locale: str) -> str:
    top = _nice(max((sum(row) for row in rows), default=0))
    step = (_WIDTH - _LEFT) / max(1, len(days))
    plot = _HEIGHT - _BELOW
    parts = []
    for value in (0, top // 2, top) if top > 1 else (0, top):
        y = plot - value / top * (plot - 10)
        parts.append(f'<line class="desk-grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="desk-axis" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
        )
    for place, row in enumerate(rows):
        x, below = _LEFT + place * step + step * 0.12, float(plot)
        for number, value in enumerate(row):
            height = value / top * (plot - 10)
            below -= height
            if value:
                parts.append(
                    f'<rect class="desk-s{number}" x="{x:.1f}" y="{below:.1f}" width="{step * 0.76:.1f}" '
                    f'height="{height:.1f}"/>'
                )
    for place in sorted({0, len(days) // 2, len(days) - 1}) if days else ():
        anchor = "start" if place == 0 else "end" if place == len(days) - 1 else "middle"
        x = _LEFT + place * step + step * {"start": 0.12, "middle": 0.5, "end": 0.88}[anchor]
        label = escape(format_date(days[place], "d MMM", locale=locale))
        parts.append(
            f'<text class="desk-axis" x="{x:.1f}" y="{_HEIGHT - 5}" text-anchor="{anchor}">{label}</text>'
        )
    return (
        f'<svg role="img" aria-label="{escape(name)}" viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(parts)}</svg>'
    )


def _nice(most: int) -> int:
    """The top of the scale: 1, or a round even number that is not much more than the highest bar."""
    if most <= 1:
        return 1
    unit = int(10 ** (len(str(most)) - 1))
    return next(value for value in (unit * 2, unit * 4, unit * 6, unit * 8, unit * 10) if value >= most)


def _table(
    days: Sequence[date], rows: Sequence[Sequence[int]], series: Sequence[Series], locale: str, day: str
) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in (day, *(one.name for one in series)))
    body = "".join(
        f'<tr><th scope="row">{escape(format_date(each, "d MMM y", locale=locale))}</th>'
        + "".join(f"<td>{value}</td>" for value in row)
        + "</tr>"
        for each, row in reversed(list(zip(days, rows, strict=True)))
    )
    return f'<div class="desk-scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
