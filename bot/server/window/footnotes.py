"""Footnotes as the window numbers them: the heading above a quoted list and the header of a table have none.

An answer cites everything that it quotes, and so its headings, too. To a reader the first footnote is the
first sentence or row; the heading is in the trail of each source anyway, the header in its table.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.types import Answer, Citation

_MARKER = re.compile(r"\s?(?<!\\)\[(\d{1,3})\]")
_HEADING_LINE = re.compile(r"^\*\*[^\n]*\*\*((?:\s?\[\d{1,3}\])+)$", re.M)
_HEADER_ROW = re.compile(r"^\|[^\n]*?((?:\s?\[\d{1,3}\])+) \|\n\|(?:---\|)+$", re.M)


def without_heading_footnotes(answer: Answer) -> Answer:
    """The answer without citations of headings that are bold lines and of headers, the others renumbered from 1.

    An answer that cites nothing else stays as it is.
    """
    marked = {int(n) for line in _HEADING_LINE.finditer(answer.text) for n in _MARKER.findall(line[1])}
    headers = {int(n) for row in _HEADER_ROW.finditer(answer.text) for n in _MARKER.findall(row[1])}
    headings = headers | {c.number for c in answer.citations if c.number in marked and _is_heading(c)}
    kept = [c for c in answer.citations if c.number not in headings]
    if not headings or not kept:
        return answer
    numbers = {c.number: n for n, c in enumerate(kept, 1)}

    def renumber(found: re.Match[str]) -> str:
        number = int(found[1])
        if number in headings:
            return ""
        return found[0].replace(f"[{number}]", f"[{numbers.get(number, number)}]")

    citations = tuple(replace(c, number=numbers[c.number]) for c in kept)
    return replace(answer, text=_MARKER.sub(renumber, answer.text), citations=citations)


def _is_heading(citation: Citation) -> bool:
    quote = citation.quote.lstrip("#").strip()
    return bool(quote) and quote in citation.passage.chunk.path
