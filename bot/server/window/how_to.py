"""Which lists of an answer are the steps of a how-to, to be shown as cards.

A list is a how-to if it is quoted completely from one post, word for word and in the post's order, and
either it is numbered and the question asks for a how-to or a step has a hold time or repetitions, or it
is a list of commands of which one has ("Hold for 30 seconds"). Tips and causes stay plain lists.
Items that are no action ("This stretch helps the hips.", "Do this every day.") are notes: inside the list
they belong to the step before them, at its end they follow the steps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.server.window.hold_times import (
    HoldTime,
    Repetitions,
    find_hold_time,
    find_repetitions,
    is_for_both_sides,
)
from bot.text.markdown import unescape
from bot.types import Answer, Citation
from ingest.article import Block

_MARKER = re.compile(r"\s?(?<!\\)\[(\d{1,3})\]")
_ASKS = re.compile(
    r"\bhow (?:do|to|can|should|would|could|does|is)\b|\bsteps?\b|\binstructions?\b|\bwalk me\b|\bshow me\b|\bguide me\b"
    r"|\btechnique\b|\bproperly\b|\bcorrectly\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"(?:then |now )?(?:hold|stay|keep|remain|repeat|do|perform|pause|squeeze)\b", re.IGNORECASE
)
_IS_STATEMENT = re.compile(
    r"(?:(?:this|these|that|it|they|doing (?:this|so)|regular)\b|the (?:\w+ ){0,3}?(?:stretch|exercise|pose|movement|move)e?s?\b)"
    r"[^.;:!?]*?\b(?:helps?|improves?|strengthens?|relieves?|reduces?|lengthens?|increases?|eases?|targets?|works?|opens?"
    r"|loosens?|releases?|supports?|prevents?|builds?|keeps?|makes?|gives?|is|are|can|will|may|should|also)\b",
    re.IGNORECASE,
)
_IS_FREQUENCY = re.compile(
    r"\b(?:daily|every (?:other |single )?(?:day|morning|evening|night|week)|(?:times|once|twice) (?:a|per|each|every) (?:day|week))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its block, the blocks of its sub-items and notes, its first citation, hold time, repetitions."""

    block: Block
    below: tuple[Block, ...]
    citation: int
    hold_time: HoldTime | None
    repetitions: Repetitions | None


def find_how_tos(answer: Answer, found: Sequence[Block]) -> dict[int, tuple[Step, ...]]:
    """The how-tos among the blocks of an answer's text, by the offset of their first block."""
    if answer.status != "answered":
        return {}
    out: dict[int, tuple[Step, ...]] = {}
    for run in _runs(found):
        if steps := _steps(answer, run):
            out[run[0].start] = steps
    return out


def _runs(found: Sequence[Block]) -> list[list[Block]]:
    """Consecutive items of one list: a bulleted list ends where a numbered one begins."""
    runs: list[list[Block]] = []
    before: Block | None = None
    for block in found:
        if block.is_item:
            ends = before is None or not before.is_item
            if ends or (block.kind == "number" and runs[-1][0].kind == "bullet"):
                runs.append([])
            runs[-1].append(block)
        before = block
    return runs


def _steps(answer: Answer, run: Sequence[Block]) -> tuple[Step, ...]:
    cited = {citation.number: citation for citation in answer.citations}
    quotes = [_quote(answer.text, block, cited) for block in run]
    complete = [quote for quote in quotes if quote is not None]
    if len(complete) < len(run) or not _in_one_section(complete):
        return ()
    steps = _group(run, complete)
    timed = [step for step in steps if step.hold_time or step.repetitions]
    if run[0].kind == "number":
        is_how_to = bool(timed) or _ASKS.search(answer.standalone or answer.question) is not None
    else:
        is_how_to = any(_COMMAND.match(cited[step.citation].quote.strip()) for step in timed)
    return tuple(steps) if is_how_to and len(steps) > 1 else ()


def _group(run: Sequence[Block], quotes: Sequence[Citation]) -> list[Step]:
    """The items of a list as steps, each with its sub-items and notes; notes at the end are left out."""
    starts = [
        at
        for at, block in enumerate(run)
        if block.kind == run[0].kind and (at == 0 or not _is_note(quotes[at]))
    ]
    end = len(run)
    while end > starts[-1] + 1 and run[end - 1].kind == run[0].kind:
        end -= 1  # the notes after the last step
    steps: list[Step] = []
    for start, stop in pairwise([*starts, end]):
        texts = [quote.quote for quote in quotes[start:stop]]
        hold_time = next(filter(None, map(find_hold_time, texts)), None)
        if hold_time and any(is_for_both_sides(quote.quote) for quote in quotes[stop:end]):
            hold_time = replace(hold_time, sides=2)  # "5. Change legs."
        repetitions = next(filter(None, map(find_repetitions, texts)), None)
        below = tuple(run[start + 1 : stop])
        steps.append(Step(run[start], below, quotes[start].number, hold_time, repetitions))
    return steps


def _is_note(citation: Citation) -> bool:
    text = citation.quote.strip()
    if find_hold_time(text) or find_repetitions(text):
        return False
    return bool(_IS_STATEMENT.match(text) or _IS_FREQUENCY.search(text))


def _quote(text: str, block: Block, cited: dict[int, Citation]) -> Citation | None:
    """The citation that this item quotes word for word, or None if it holds anything else."""
    markers = _MARKER.findall(text, block.start, block.end)
    citation = cited.get(int(markers[0])) if len(markers) == 1 else None
    if citation is None or not citation.quote:
        return None
    words = unescape(_MARKER.sub("", text[block.start : block.end])).split()
    return citation if words == citation.quote.split() else None


def _in_one_section(quotes: Sequence[Citation]) -> bool:
    """Whether all come from one section of one post, in the post's order."""
    places = [(c.passage.chunk.article_id, c.passage.chunk.path) for c in quotes]
    return len(set(places)) == 1 and all(a.start < b.start for a, b in pairwise(quotes))
