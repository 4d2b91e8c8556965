"""Any text as Markdown that reads exactly like it, tables included, and Markdown as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|$]")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_BOLD = re.compile(r"(?<!\\)\*\*")
_BAR = re.compile(r"(?<!\\)\|")
_TABLE = re.compile(r"^(\|.*\|)\n\|(?:---\|)+((?:\n\|.*\|)+)$", re.MULTILINE)
_MARKERS = re.compile(r"(?:\s?(?<!\\)\[\d{1,3}\])+$")
_LINE_START = re.compile(r"^(#{1,6}|[-+=]+|\d+[.)])(?=\s|$)")


def escape(text: str) -> str:
    """Text as Markdown that reads exactly like it: nothing in a quote may act as markup or marker."""
    flat = re.sub(r"[\n\r]", " ", text).strip()
    safe = _SPECIAL.sub(lambda m: "\\" + m[0], flat)
    return _LINE_START.sub(lambda m: m[1][:-1] + "\\" + m[1][-1], safe)


def unescape(markdown: str) -> str:
    """escape() undone, to show the text by other means than Markdown."""
    return _ESCAPED.sub(lambda m: m[1], markdown)


def cells(row: str) -> tuple[str, ...]:
    """The cells of a row of a table without the space around them."""
    bars = [m.start() for m in _BAR.finditer(row)]
    return tuple(row[a + 1 : b].strip() for a, b in pairwise(bars))


def table_row(cells_: Sequence[str], marker: str = "") -> str:
    """Cells of any text as a row of a table, with a marker in the last of them."""
    last = f" {marker}" if marker else ""
    return f"| {' | '.join(escape(unescape(cell)) for cell in cells_)}{last} |"


def plain(markdown: str) -> str:
    """Markdown of an answer as plain text: tables row by row, each cell after its column's name."""
    return unescape(_BOLD.sub("", _TABLE.sub(_plain_table, markdown)))


def _plain_table(table: re.Match[str]) -> str:
    header, rows = cells(table[1]), table[2].strip("\n").split("\n")
    columns = [_MARKERS.sub("", name) for name in header]
    above = "".join(m[0] for name in header for m in [_MARKERS.search(name)] if m)
    lines = []
    for row in rows:
        found = cells(row)
        marker = "".join(m[0] for cell in found for m in [_MARKERS.search(cell)] if m)
        texts = [_MARKERS.sub("", cell) for cell in found]
        key = f"{columns[0]} {texts[0]}" if texts[0][:1].isdigit() and columns[0] else texts[0]
        pairs = (
            " ".join(filter(None, pair)) for pair in zip(columns[1:], texts[1:], strict=False) if pair[1]
        )
        lines.append(": ".join(filter(None, (key, ", ".join(pairs)))) + above + marker)
        above = ""
    return "\n".join(f"- {line}" for line in lines)
