"""Which lists of an answer are the steps of a how-to, to be shown as cards: an Answer in, Steps out.

A list is one if it is quoted whole from one post, word for word and in the post's order, and either
it is numbered and a how-to was asked for or a step tells how long or how often, or it is a list of
commands of which one does ("Hold for 30 seconds"). Tips and causes are lists like any other.

What this file does not know: how a hold time is found (steps.py), and how cards look (render.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.server.window.hold_times import Hold, Repetitions, hold, repetitions
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


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its block, those of the points under it, and what its quotes tell."""

    block: Block
    below: tuple[Block, ...]
    number: int  # of its first citation
    hold: Hold | None
    repetitions: Repetitions | None


def howtos(given: Answer, found: Sequence[Block]) -> dict[int, tuple[Step, ...]]:
    """The how-tos among the blocks of an answer's text, by where their first block begins."""
    if given.status != "answered":
        return {}
    out: dict[int, tuple[Step, ...]] = {}
    for run in _runs(found):
        if steps := _steps(given, run):
            out[run[0].start] = steps
    return out


def _runs(found: Sequence[Block]) -> list[list[Block]]:
    """Neighbouring items that belong to one list: a bulleted list ends where a numbered one begins."""
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


def _steps(given: Answer, run: Sequence[Block]) -> tuple[Step, ...]:
    cited = {citation.number: citation for citation in given.citations}
    quotes = [_quote(given.text, block, cited) for block in run]
    whole = [quote for quote in quotes if quote is not None]
    if len(whole) < len(run) or not _stand_together(whole):
        return ()
    steps: list[Step] = []
    for at, block in enumerate(run):
        if block.kind != run[0].kind:
            continue
        end = next((n for n in range(at + 1, len(run)) if run[n].kind == block.kind), len(run))
        texts = [quote.quote for quote in whole[at:end]]
        how_long = next(filter(None, map(hold, texts)), None)
        how_often = next(filter(None, map(repetitions, texts)), None)
        steps.append(Step(block, tuple(run[at + 1 : end]), whole[at].number, how_long, how_often))
    told = [one for one in steps if one.hold or one.repetitions]
    if run[0].kind == "number":
        wanted = bool(told) or _ASKS.search(given.standalone or given.question) is not None
    else:
        wanted = any(_COMMAND.match(cited[one.number].quote.strip()) for one in told)
    return tuple(steps) if wanted and len(steps) > 1 else ()


def _quote(text: str, block: Block, cited: dict[int, Citation]) -> Citation | None:
    """The one citation whose words this item is, if it is nothing else."""
    markers = _MARKER.findall(text, block.start, block.end)
    citation = cited.get(int(markers[0])) if len(markers) == 1 else None
    if citation is None or not citation.quote:
        return None
    said = unescape(_MARKER.sub("", text[block.start : block.end]))
    return citation if said.split() == citation.quote.split() else None


def _stand_together(quotes: Sequence[Citation]) -> bool:
    """All in one section of one post, in the post's own order."""
    places = [(c.passage.chunk.article_id, c.passage.chunk.path) for c in quotes]
    return len(set(places)) == 1 and all(a.start < b.start for a, b in pairwise(quotes))
