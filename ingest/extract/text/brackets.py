"""Opening brackets that nothing closes: escaped where there are many, since each costs the Markdown parser a search."""

from __future__ import annotations

import re

_SIGN = re.compile(r"\\.|[\[\]]|\n[ \t]*\n", re.S)
_MOST = 1000  # unclosed ones that a document may have; more are no text that anybody wrote
_DEEPEST = 60  # brackets inside of each other


def with_few_unclosed(text: str) -> str:
    """The text with a backslash before each `[` that is not closed in its paragraph, if there are very many.

    Such a bracket opens no link, so what the reader sees is the same.
    """
    open_ones: list[int] = []
    unclosed: list[int] = []
    for m in _SIGN.finditer(text):
        if m[0] == "[":
            (open_ones if len(open_ones) < _DEEPEST else unclosed).append(m.start())
        elif m[0] == "]" and open_ones:
            open_ones.pop()
        elif m[0][0] == "\n":
            unclosed += open_ones
            open_ones = []
    places = sorted((*unclosed, *open_ones))
    if len(places) <= _MOST:
        return text
    parts = (text[start:end] for start, end in zip((0, *places), (*places, len(text)), strict=True))
    return "\\".join(parts)
