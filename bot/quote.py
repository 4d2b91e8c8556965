"""The default answerer: from the sentences that were read to a draft made of nothing else.

A few sentences in reading order, or the whole list when a how-to or a list is asked for. A
sentence that leans on the one before it ("It often results from …") brings that one along.

What this file does not know: how a sentence was judged (reader.py), and how it is printed (cite.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.cite import Evidence, Line
from bot.evidence import spans
from bot.keywords import stems
from bot.named import asked_list
from bot.reader import Reading, Scored
from bot.suggest import speaks
from ingest.article import Article
from ingest.blocks import Block, blocks

MOST = 4  # sentences that are quoted for what they say
ROOM = 5  # sentences in all, with those that come along because the others lean on them
_LONGEST_LIST = 25
_LEADING = 8  # the sentences whose articles are looked at for a list asked for by name
_FOLLOW = 2  # leaning sentences that may come after a quoted one
_RATIO = 0.05  # a further sentence is quoted if its odds are at least this share of the best one's
_HOWTO = re.compile(
    r"\bhow (?:do|to|can|should|would|could|does)\b|\bsteps?\b|\binstructions?\b|\bwalk me through\b|\bshow me\b"
    r"|\bguide me\b|\bwhat(?:'s| is) the (?:technique|method|correct way|right way)\b|\bexplain\b|^how (?!long|many|much|often|far|come)",
    re.IGNORECASE,
)
_DO = re.compile(
    r"\bhow (?:do|to|can|should|would|could) (?:i|you|we|one)?\s*(?:do|perform|make|set up|get into|try)?\b"
    r"|\bsteps?\b|\binstructions?\b|\bwalk me through\b|\bshow me\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\blist\b|\ball (?:the|of)\b|\bwhat are\b|\bevery(?:thing)?\b|\bwh(?:at|ich)\b.{0,40}\b(?:tips|ways|benefits|exercises|stretches"
    r"|steps|things|signs|symptoms|kinds|types|reasons|ingredients|tools|advantages|habits|mistakes|moves|poses)\b"
    r"|\b(?:tips|benefits|steps|ways to|advantages|ingredients|pros and cons)\b|\bhow can i\b|\bwhat (?:can|should|do) i\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\bhow (?:long|many|much|often|far|high|wide|deep|soon|quickly)\b|\bwhen\b|\bwho\b|^(?:is|are|can|could|do|does|did|will|should|would)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"(?:it|its|this|that|these|those|they|their|he|she|such|both|the (?:former|latter|same)|here|there)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _List:
    """A list of one passage. scored: what the reader said of those of its items that it read.

    lead: where the line that introduces it ends ("Follow these tips:"), -1 if none does.
    """

    items: tuple[Block, ...]
    scored: tuple[Scored, ...]
    lead: int = -1

    @property
    def probability(self) -> float:
        return sum(s.probability for s in self.scored)


def compose(question: str, reading: Reading, articles: Mapping[str, Article]) -> list[Line]:
    """A draft of what answers the question; empty if nothing was read."""
    if not reading.sentences:
        return []
    if lines := _named_list(question, reading.sentences, articles):
        return lines
    whole = _whole_list(question, reading.sentences, articles)
    if whole is not None:
        return _list_lines(whole, articles)
    return _prose_lines(_chosen(reading.sentences, articles), articles)


def _named_list(question: str, scored: Sequence[Scored], articles: Mapping[str, Article]) -> list[Line]:
    """The list that is asked for by name, from the best article that has one."""
    for article_id in dict.fromkeys(one.passage.chunk.article_id for one in scored[:_LEADING]):
        members = asked_list(question, articles[article_id])
        if members:
            passages = {
                s.passage.chunk.start: s.passage for s in scored if s.passage.chunk.article_id == article_id
            }
            lines = []
            for member in members[:_LONGEST_LIST]:
                near = max((at for at in passages if at <= member.start), default=min(passages))
                lines.append(Line("bullet", (Evidence(passages[near], member.start, member.end),)))
            return lines
    return []


def _whole_list(question: str, scored: Sequence[Scored], articles: Mapping[str, Article]) -> _List | None:
    """The list to quote as a whole, if a list is what is asked for and one answers."""
    lists = sorted(_lists(scored, articles), key=lambda one: -one.probability)
    if not lists or len(lists[0].items) > _LONGEST_LIST:
        return None
    best, total = lists[0], sum(s.probability for s in scored)
    share = best.probability / max(total, 1e-9)
    good = sum(s.probability >= 0.15 * scored[0].probability for s in best.scored)
    leads = [one for one in lists if scored[0] in one.scored]
    if _ONE.search(question):
        return best if share >= 0.8 and good >= max(3, 0.6 * len(best.items)) else None
    if _DO.search(question) and leads:
        return leads[0]
    if introduced := [one for one in lists if one.lead == scored[0].sentence.end]:
        return introduced[0]
    if _HOWTO.search(question) or _LIST.search(question):
        return best if share >= 0.4 and good >= 2 else None
    return best if share >= 0.8 and good >= max(3, 0.6 * len(best.items)) else None


def _lists(scored: Sequence[Scored], articles: Mapping[str, Article]) -> list[_List]:
    """The lists (two items and more) of the passages that were read."""
    by_passage: dict[str, list[Scored]] = {}
    for one in scored:
        by_passage.setdefault(one.passage.chunk.id, []).append(one)
    found = []
    for mine in by_passage.values():
        piece = mine[0].passage.chunk
        text = articles[piece.article_id].text
        run: list[Block] = []
        lead = -1
        for block in [*blocks(text, piece.start, piece.end), None]:
            if block is not None and block.is_item:
                run.append(block)
                continue
            if len(run) >= 2:
                starts = {b.start for b in run}
                found.append(_List(tuple(run), tuple(s for s in mine if s.sentence.start in starts), lead))
            run = []
            lead = block.end if block is not None and text[block.start : block.end].endswith(":") else -1
    return [one for one in found if one.scored]


def _list_lines(whole: _List, articles: Mapping[str, Article]) -> list[Line]:
    passage = whole.scored[0].passage
    text = articles[passage.chunk.article_id].text
    lines = []
    heading = next((b for b in blocks(passage.chunk.text) if b.kind == "heading"), None)
    if heading is not None and speaks(passage.chunk.path[-1]):
        start = passage.chunk.start + heading.start
        lines.append(Line("label", (Evidence(passage, start, passage.chunk.start + heading.end),)))
    for block in whole.items:
        evidence = (Evidence(passage, block.start, block.end),)
        if block.kind == "number":
            number = int(re.match(r"\d+", text[block.line : block.start].strip())[0])  # type: ignore[index]
            lines.append(Line("number", evidence, number))
        else:
            lines.append(Line("bullet", evidence))
    return lines


def _chosen(scored: Sequence[Scored], articles: Mapping[str, Article]) -> list[Scored]:
    """The best sentences, none saying what another one already says."""
    best = scored[0].probability
    kept: list[Scored] = []
    said: list[frozenset[str]] = []
    for one in scored:
        if len(kept) == MOST or one.probability < _RATIO * best:
            break
        text = articles[one.passage.chunk.article_id].text[one.sentence.start : one.sentence.end]
        if text.rstrip().endswith("?"):
            continue
        told = frozenset(stems(text))
        if not any(told == other for other in said):
            kept.append(one)
            said.append(told)
    return kept or list(scored[:1])


def _prose_lines(chosen: Sequence[Scored], articles: Mapping[str, Article]) -> list[Line]:
    """Paragraph for paragraph in reading order; the section of the best sentence first."""
    sections: dict[tuple[str, tuple[str, ...]], list[Scored]] = {}
    for one in chosen:
        sections.setdefault((one.passage.chunk.article_id, one.passage.chunk.path), []).append(one)
    lines: list[Line] = []
    room = ROOM
    for mine in sections.values():
        mine.sort(key=lambda one: one.sentence.start)
        evidence = {(e.start, e.end): e for one in mine for e in _with_neighbours(one, articles)}
        wanted = {(one.sentence.start, one.sentence.end) for one in mine}
        # What was chosen goes in first; what only comes along fills the room that is left.
        order = sorted(evidence, key=lambda span: (span not in wanted, span))[: max(room, 0)]
        room -= len(order)
        kept = [evidence[span] for span in sorted(order)]
        if len(kept) > 1 and all(one.sentence.kind != "paragraph" for one in mine):
            lines += [Line("bullet", (e,)) for e in kept]
        elif kept:
            lines.append(Line("prose", tuple(kept)))
    return lines


def _with_neighbours(one: Scored, articles: Mapping[str, Article]) -> list[Evidence]:
    """The sentence, the one before it in its paragraph if it leans on that, and up to two after it
    that lean on it: "Another issue is X." says little without "It often results from ...".
    """
    passage, sentence = one.passage, one.sentence
    text = articles[passage.chunk.article_id].text
    if sentence.kind != "paragraph":
        return [Evidence(passage, sentence.start, sentence.end, one.probability)]
    paragraph = next(b for b in blocks(text, passage.chunk.start, passage.chunk.end) if b.end >= sentence.end)
    around = [(s, e) for s, e, _ in spans(text, paragraph.line, paragraph.end)]
    here = around.index((sentence.start, sentence.end))
    first = here - 1 if here and _leans(text, around[here]) else here
    last = here
    while last + 1 < len(around) and last < here + _FOLLOW and _leans(text, around[last + 1]):
        last += 1
    return [Evidence(passage, s, e, one.probability) for s, e in around[first : last + 1]]


def _leans(text: str, span: tuple[int, int]) -> bool:
    return bool(_LEANS.match(text[span[0] : span[1]]))
