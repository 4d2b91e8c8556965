"""From the parts of a question to one draft: what is answered, and what the blog does not say.

What this file does not know: how a part was answered (quote.py, metadata.py), or what asked it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Passage
from bot.cite import Line
from bot.notes import not_said


@dataclass(frozen=True, slots=True)
class Part:
    """One question and its lines; none if the blog does not say. passages: what was read for it."""

    question: str
    lines: tuple[Line, ...]
    answerable: float
    passages: tuple[Passage, ...] = ()

    @property
    def answered(self) -> bool:
        return any(line.evidence for line in self.lines)


def join(parts: Sequence[Part]) -> list[Line]:
    """The lines of all parts in their order; a part without an answer is named.

    If no part is answered, what they say of that; empty if nothing.
    """
    lines: list[Line] = []
    quoted: set[tuple[str, int, int]] = set()
    anything = any(part.answered for part in parts)
    for part in parts:
        spans = {(e.passage.chunk.article_id, e.start, e.end) for line in part.lines for e in line.evidence}
        if part.answered:
            # What another part has quoted already needs no second introduction.
            lines += [line for line in part.lines if line.evidence or not spans <= quoted]
            quoted |= spans
        elif part.lines:
            lines += part.lines
        elif anything:
            lines.append(Line("note", (), said=not_said(part.question)))
    return lines
