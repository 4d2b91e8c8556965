"""Charts as inline SVG: no script, no font, no request; colours are the page's.

A chart holds numbers and fixed words only; labels are escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Point = tuple[float, float]
_WIDE, _HIGH = 320.0, 22.0  # of a bar
_SIDE, _LEFT, _BELOW = 240.0, 38.0, 34.0  # of a square picture: its plot, and room for what is written


def bar(value: float, low: float, high: float, *, label: str, others: Sequence[float] = ()) -> str:
    """A share from 0 to 1 as a bar, its interval as a whisker. others: values of others, as ticks."""
    x, a, b = (_WIDE * max(0.0, min(v, 1.0)) for v in (value, low, high))
    a, b = max(a, 1.0), min(b, _WIDE - 1.0)
    whisker = (
        f'<path class="whisker" d="M{a:.1f} 11H{b:.1f}M{a:.1f} 6v10M{b:.1f} 6v10"/>' if low < high else ""
    )
    parts = [
        f'<rect class="track" width="{_WIDE:.0f}" height="14" y="4" rx="3"/>',
        f'<rect class="fill" width="{x:.1f}" height="14" y="4" rx="3"/>',
        *(f'<path class="tick" d="M{max(1.5, min(_WIDE * v, _WIDE - 1.5)):.1f} 1v20"/>' for v in others),
        whisker,
    ]
    return _svg(_WIDE, _HIGH, label, parts, "bar")


def stacked_bar(counts: Sequence[tuple[str, int]], *, label: str) -> str:
    """How many of each kind, side by side. counts: (CSS class, number)."""
    total = sum(n for _, n in counts) or 1
    at, parts = 0.0, []
    for kind, n in counts:
        wide = _WIDE * n / total
        if n:
            parts.append(f'<rect class="{kind}" x="{at:.1f}" width="{max(wide - 1, 0.5):.1f}" height="22"/>')
        at += wide
    return _svg(_WIDE, _HIGH, label, parts, "bar")


def reliability_chart(bins: Sequence[tuple[float, float, int]], *, label: str) -> str:
    """How sure the bot was (across) against how often it was right to be (up); a dot a bin, as large as
    it holds questions; on the line, the two agree. bins: as metrics.reliability gives them.
    """
    most = max((n for _, _, n in bins), default=1)
    parts = [*_frame("how sure it was", "how often rightly"), _line("ideal", [(0, 0), (1, 1)])]
    parts.append(_line("ours", [(predicted, actual) for predicted, actual, _ in bins]))
    for predicted, actual, n in bins:
        radius = 3 + 7 * (n / most) ** 0.5
        parts.append(f'<circle class="dot" cx="{_x(predicted):.1f}" cy="{_y(actual):.1f}" r="{radius:.1f}"/>')
    return _square(label, parts)


def roc_chart(ours: Sequence[Point], here: Point, *, label: str) -> str:
    """Answered wrongly (across) against answered rightly (up), for every threshold; `here`: as shipped."""
    parts = [*_frame("answered though it should not", "answered when it should")]
    parts += [_line("ideal", [(0, 0), (1, 1)]), _line("ours", ours)]
    parts.append(f'<circle class="here" cx="{_x(here[0]):.1f}" cy="{_y(here[1]):.1f}" r="6"/>')
    return _square(label, parts)


def tradeoff_chart(
    answered: Sequence[Point], silent: Sequence[Point], threshold: float, *, label: str
) -> str:
    """What a higher threshold (across) costs and brings. answered, silent: (threshold, share rightly so)."""
    mark = f'<path class="here" d="M{_x(threshold):.1f} {_y(0):.1f}V{_y(1):.1f}"/>'
    frame = _frame("how sure it must be", "share that is right")
    return _square(label, [*frame, mark, _line("ours", answered), _line("second", silent)])


def _frame(across: str, up: str) -> list[str]:
    grid = "".join(
        f'<path class="grid" d="M{_x(0):.0f} {_y(v):.1f}H{_x(1):.0f}M{_x(v):.1f} {_y(0):.0f}V{_y(1):.0f}"/>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    # Zero is labelled once: both axes begin there.
    ticks = "".join(
        f'<text x="{_x(v):.0f}" y="{_y(0) + 12:.0f}" text-anchor="middle">{100 * v:.0f}%</text>'
        for v in (0, 0.5, 1)
    ) + "".join(
        f'<text x="{_x(0) - 4:.0f}" y="{_y(v) + 4:.0f}" text-anchor="end">{100 * v:.0f}%</text>'
        for v in (0.5, 1)
    )
    names = (
        f'<text x="{_x(0.5):.0f}" y="{_y(0) + 27:.0f}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="{_x(0):.0f}" y="10" text-anchor="start">{escape(up)} ↑</text>'
    )
    return [grid, ticks, names]


def _line(kind: str, points: Sequence[Point]) -> str:
    path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    return f'<polyline class="line {kind}" points="{path}"/>'


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return 18.0 + _SIDE * (1.0 - value)


def _square(label: str, parts: Sequence[str]) -> str:
    return _svg(_LEFT + _SIDE + 18, 18 + _SIDE + _BELOW, label, parts, "plot")


def _svg(wide: float, high: float, label: str, parts: Sequence[str], kind: str) -> str:
    """kind: "bar" fills the width it is given, whatever its shape; "plot" keeps its shape."""
    stretch = ' preserveAspectRatio="none"' if kind == "bar" else ""
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}"{stretch}'
    return f'<svg class="{kind}" {size} role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
