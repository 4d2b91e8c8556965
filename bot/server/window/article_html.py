"""Articles in normal form and the Markdown of answers as HTML: headings, lists and tables, all text escaped.

The caller's `inline` turns each slice of text into HTML, so quotes can be marked there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise

from bot.text.markdown import unescape
from ingest.article import Block, blocks

Marker = Callable[[int], str | None]
Inline = Callable[[int, int], str]  # offsets into the text -> that slice as HTML

_DEEPEST = 5  # levels of nested lists; an article may have any number
_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_BOLD = re.compile(r"(?<!\\)\*\*")
_CELL = re.compile(r"(?<!\\)\|")
_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_RULER = re.compile(r"[|\s:-]+")


def escape(text: str, *, breaks: bool = False) -> str:
    """Text for HTML, on one line. breaks: keep line breaks as <br>, else they become spaces."""
    return _BREAK.sub("<br>" if breaks else " ", html.escape(text))


def render_blocks(text: str, found: Sequence[Block], inline: Inline) -> str:
    """Consecutive blocks in order."""
    parts = []
    for kind, same in groupby(found, _kind):
        group = list(same)
        if kind == "item":
            parts.append(_lists(text, group, inline))
        elif kind == "row":
            parts.extend(_table(text, rows, inline) for rows in _tables(text, group))
        else:
            tags = {"heading": ("h4", ""), "caption": ("p", ' class="fn-caption"')}
            tag, kinds = tags.get(kind, ("p", ""))
            parts.extend(f"<{tag}{kinds}>{inline(block.start, block.end)}</{tag}>" for block in group)
    return "".join(parts)


def _tables(text: str, rows: Sequence[Block]) -> list[list[Block]]:
    """Rows by table: an empty line separates two tables in a row."""
    tables: list[list[Block]] = []
    for row in rows:
        if not tables or "\n\n" in text[tables[-1][-1].end : row.line]:
            tables.append([])
        tables[-1].append(row)
    return tables


def _kind(block: Block) -> str:
    return "item" if block.is_item else block.kind


def _lists(text: str, items: Sequence[Block], inline: Inline, depth: int = 0) -> str:
    """Nested lists: an item contains the deeper items that follow it."""
    out, at, opened = "", 0, ""
    while at < len(items):
        item = items[at]
        below = at + 1
        while depth < _DEEPEST and below < len(items) and items[below].level > item.level:
            below += 1
        tag = "ol" if item.kind == "number" else "ul"
        if tag != opened:
            out += (f"</{opened}>" if opened else "") + f"<{tag}>"
            opened = tag
        number = re.match(r"\s*(\d{1,3})", text[item.line : item.start]) if tag == "ol" else None
        value = f' value="{int(number[1])}"' if number else ""
        inner = _lists(text, items[at + 1 : below], inline, depth + 1)
        out += f"<li{value}>{inline(item.start, item.end)}{inner}</li>"
        at = below
    return out + (f"</{opened}>" if opened else "")


def _table(text: str, rows: Sequence[Block], inline: Inline) -> str:
    """Rows of cells. A row followed by a ruler (`|---|`) is the head."""
    out = ""
    for number, row in enumerate(rows):
        if _RULER.fullmatch(text[row.start : row.end]):
            continue
        below = rows[number + 1] if number + 1 < len(rows) else None
        is_head = below is not None and _RULER.fullmatch(text[below.start : below.end]) is not None
        tag = "th" if is_head else "td"
        if is_head and not text[row.start : row.end].strip("| "):
            continue
        bars = [m.start() for m in _CELL.finditer(text, row.start, row.end)]
        cells = "".join(f"<{tag}>{inline(a + 1, b)}</{tag}>" for a, b in pairwise(bars))
        out += f"<tr>{cells}</tr>"
    return f'<div class="fn-table"><table><tbody>{out}</tbody></table></div>'


def render_text(text: str) -> str:
    """An article's text as HTML."""
    return render_blocks(text, list(blocks(text)), lambda start, end: escape(text[start:end], breaks=True))


def render_markdown(text: str, marker: Marker) -> str:
    """An answer's text as HTML. marker: the HTML of a footnote's number, or None to leave its text."""
    return render_blocks(text, list(blocks(text)), inline_markdown(text, marker))


def inline_markdown(text: str, marker: Marker) -> Inline:
    """A renderer of slices of an answer's text, with its bold words and footnotes."""

    def inline(start: int, end: int) -> str:
        out, at = "", start
        for found in _MARKER.finditer(text, start, end):
            if (made := marker(int(found[1]))) is not None:
                out += _styled(text[at : found.start()]) + made
                at = found.end()
        return out + _styled(text[at:end])

    return inline


def _styled(markdown: str) -> str:
    """Text with the two marks that answers use besides lists: bold, and escapes."""
    pieces = _BOLD.split(markdown)
    if len(pieces) % 2 == 0:  # the last mark is not closed, so it is text
        pieces[-2:] = ["**".join(pieces[-2:])]
    parts = [escape(unescape(part), breaks=True) for part in pieces]
    return "".join(f"<strong>{part}</strong>" if i % 2 else part for i, part in enumerate(parts))
