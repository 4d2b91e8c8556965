"""Bold paragraphs that serve as headings, as many editors have no others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.article import Piece, ends_sentence

_LONGEST_HEADING, _MOST_HEADING_WORDS = 100, 14


def bold_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """Short paragraphs that are only bold become headings, one level below the last real one."""
    out: list[Piece] = []
    level = 1
    for i, piece in enumerate(pieces):
        if piece.kind == "heading":
            level = piece.level
        if piece.strong and _heads(piece, pieces[i + 1 : i + 2], pieces[max(i - 1, 0) : i]):
            out.append(Piece("heading", piece.text.rstrip(": "), min(max(level + 1, 2), 6)))
        else:
            out.append(piece)
    return out


def _heads(piece: Piece, below: Sequence[Piece], above: Sequence[Piece]) -> bool:
    """Whether a bold paragraph is worded like a heading, and text follows that is none."""
    text = piece.text
    if len(text) > _LONGEST_HEADING or len(text.split()) > _MOST_HEADING_WORDS:
        return False
    if ends_sentence(text) and not text.endswith(("?", ":")):
        return False
    if not any(map(str.isalpha, text)) or any(p.strong for p in above) or _NO_HEADING.match(text):
        return False
    return bool(below) and below[0].kind != "heading" and not below[0].strong


_NO_HEADING = re.compile(r"[•●▪◦‣·*–\[(“\"-]|\S+\.\w{2,4}\Z")  # a typed item, an aside, an address
