"""The lines of an answer as one text, and as the pieces in which it is streamed.

What this file does not know: what the lines say (cite.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.types import Token


def joined(lines: Sequence[str]) -> str:
    """The text of an answer: all its pieces."""
    return "".join(piece for piece in pieces(lines))


def tokens(lines: Sequence[str]) -> Iterator[Token]:
    """The pieces as they are streamed."""
    for piece in pieces(lines):
        yield Token(piece)


def pieces(lines: Sequence[str]) -> Iterator[str]:
    """The lines with what parts them: list items stand close, all else in paragraphs."""
    previous = ""
    for line in lines:
        if previous:
            yield "\n" if _listed(previous) and _listed(line) else "\n\n"
        yield line
        previous = line


def _listed(line: str) -> bool:
    return line.startswith("- ") or line.split(". ", 1)[0].isdigit()
