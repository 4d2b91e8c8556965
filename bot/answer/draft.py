"""From the parts of a question to one draft: what is answered, and what the blog does not say.

What this file does not know: how a part was answered (quote.py, metadata.py), or what asked it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answer.citations import Line
from bot.answer.phrases import not_said
from bot.types import Passage

Span = tuple[str, int, int]  # article id, start, end


@dataclass(frozen=True, slots=True)
class Part:
    """One question and its lines; none if the blog does not say. passages: what was read for it.

    near: the sentences that came nearest to answering it. worded: the passages that a chat model may
    word the answer from, best first; none if it is about the blog itself.
    """

    question: str
    lines: tuple[Line, ...]
    answerable: float
    passages: tuple[Passage, ...] = ()
    near: tuple[Span, ...] = ()
    worded: tuple[Passage, ...] = ()

    @property
    def answered(self) -> bool:
        return any(line.evidence for line in self.lines)


def join(parts: Sequence[Part]) -> list[Line]:
    """The lines of all parts in their order; a part without an answer is named.

    What two parts quote stands under the later one, which asked for it by itself, unless nothing would
    be left of the earlier one. If no part is answered, what they say of that; empty if nothing.
    """
    told = [list(part.lines) for part in parts]
    for i in range(len(told)):
        for j in range(i + 1, len(told)):
            shorter = _without(told[i], _spans(told[j]))
            if any(line.evidence for line in shorter):
                told[i] = shorter
            else:
                told[j] = _without(told[j], _spans(told[i]))
    quoted = {span for lines in told for span in _spans(lines)}
    lines: list[Line] = []
    for part, mine in zip(parts, told, strict=True):
        lines += mine
        # Where the nearest to an answer is quoted for another part, the blog may well say it.
        if not part.lines and quoted and not quoted & set(part.near):
            lines.append(Line("note", (), said=not_said(part.question)))
    return lines


def _spans(lines: Sequence[Line]) -> set[Span]:
    return {(e.passage.chunk.article_id, e.start, e.end) for line in lines for e in line.evidence if e.end}


def _without(lines: Sequence[Line], quoted: set[Span]) -> list[Line]:
    """The lines without what is quoted elsewhere, and without notes that nothing follows."""
    kept: list[Line] = []
    for line in reversed(lines):
        rest = tuple(e for e in line.evidence if (e.passage.chunk.article_id, e.start, e.end) not in quoted)
        if rest or (not line.evidence and ((kept and kept[-1].kind != "note") or not _spans(lines))):
            kept.append(replace(line, evidence=rest))
    return kept[::-1]
