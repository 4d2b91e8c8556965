"""Lists as answers: which list is asked for, and whether whole or which of its items."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answer.citations import Evidence, Line
from bot.answer.heading_questions import says_its_subject
from bot.answer.lists.members import counted
from bot.answer.lists.named import LONGEST, item_line, named_list, passage_of
from bot.answer.lists.places import places_asked
from bot.answer.phrases import source
from bot.read import ItemName, Reading, ScoredSentence, Selection
from bot.text.english import cardinals, either
from bot.text.subjects import Subject
from bot.text.tokens import content_stems, stems
from bot.types import Passage
from ingest.article import Article, Block, blocks, sentences

_MOST_NAMED = 3  # of similar items, whose lists are all quoted
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
_COUNT_FIRST = re.compile(
    rf"(?:There are )?{either([*cardinals(2, 6)])}\b(?: [^\s,;:()]+){{2,8}}\.$", re.IGNORECASE
)
_LISTED = (
    "tips ways benefits steps things signs symptoms kinds types reasons ingredients tools advantages habits mistakes"
).split()
_ONE = re.compile(
    r"\bhow (?:long|many|much|often|far|high|wide|deep|soon|quickly)\b|\bwhen\b|\bwho\b|^(?:is|are|can|could|do|does|did|will|should|would)\b",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=8)
def _asks_for_list(subject: Subject) -> re.Pattern[str]:
    return re.compile(
        r"\blist\b|\ball (?:the|of)\b|\bwhat are\b|\bevery(?:thing)?\b"
        rf"|\bwh(?:at|ich)\b.{{0,40}}\b{either([*_LISTED, *subject.plural_items])}\b"
        r"|\b(?:tips|benefits|steps|ways to|advantages|ingredients|pros and cons)\b|\bhow can i\b"
        r"|\bwhat (?:can|should|do) i\b(?! (?:really |actually |also )?need)",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=8)
def _item(subject: Subject) -> re.Pattern[str]:
    """Matches a word for what the blog describes one by one; it has none without a subject."""
    return re.compile(rf"\b{either(subject.items)}(?:e?s)?\b" if subject.items else r"(?!)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class List:
    """A list of one passage. scored: those of its items that were read.

    lead: where the line that introduces it ends ("Follow these tips:"), -1 if none does.
    """

    items: tuple[Block, ...]
    scored: tuple[ScoredSentence, ...]
    lead: int = -1

    @property
    def probability(self) -> float:
        return sum(s.probability for s in self.scored)

    @property
    def numbered(self) -> bool:
        return self.items[0].kind == "number"

    def stands_in(self, name: ItemName) -> bool:
        """Is it, as a whole, in the text that is about one of similar items?"""
        same = self.scored[0].passage.chunk.article_id == name.article_id
        return same and name.start <= self.items[0].start and self.items[-1].end <= name.end


def list_lines(
    question: str, scored: Sequence[ScoredSentence], articles: Mapping[str, Article], selection: Selection
) -> list[Line] | None:
    """The list that answers, or those of its items that are asked for; None if no list is wanted.

    Empty where a list is wanted by a place that it does not have ("the ninth step").
    """
    if lines := named_list(question, scored, articles, selection.subject):
        return lines
    whole = _whole_list(question, scored, articles, selection)
    if whole is not None:
        # "The second stretch" has been found by its heading; of its list all is wanted.
        own = _item(selection.subject).sub(" ", question) if selection.chosen else question
        lines = _lines(whole, _wanted(own, whole.items, selection.subject), articles)
        for other in _of_the_others(whole, scored, articles, selection):
            lines += _lines(other, _wanted(own, other.items, selection.subject), articles)
        return lines
    best = scored[0]
    return _introduced(question, best, articles[best.passage.chunk.article_id], selection.subject)


def _introduced(question: str, lead: ScoredSentence, article: Article, subject: Subject) -> list[Line] | None:
    """What the best sentence introduces, by a colon or by its number of things; None if it introduces nothing."""
    text = article.text[lead.sentence.start : lead.sentence.end]
    count = 0 if _ONE.search(question) else counted(text)
    after = _after(lead, article)
    if text.endswith(":"):
        if led := _led_to(lead, article):
            return _headed(_wanted(question, led, subject), lead.passage, article)
    elif not count or not after or after[0].kind == "paragraph" or len(after) != count:
        after = []
    first = Evidence(lead.passage, lead.sentence.start, lead.sentence.end, lead.probability)
    if after:
        return [Line("prose", (first,)), *_headed(_wanted(question, after, subject), lead.passage, article)]
    if count and _COUNT_FIRST.match(text):  # "Two fees change in May." and the two sentences that say how
        block = next(b for b in blocks(article.text) if b.end >= lead.sentence.end)
        rest = [
            span for span in sentences(article.text, block.start, block.end) if span[0] >= lead.sentence.end
        ]
        inside = [Evidence(lead.passage, *span) for span in rest[:count] if span[1] <= lead.passage.chunk.end]
        return [Line("prose", (first, *inside))] if inside else None
    return None


def without_other_steps(question: str, reading: Reading, articles: Mapping[str, Article]) -> Reading:
    """For a how-to: the reading without the steps of posts whose title and headings share no word with the question."""
    wanted = set(content_stems(_DO.sub(" ", question)))
    if not wanted or not _DO.search(question):
        return reading

    def is_of_others(one: ScoredSentence) -> bool:
        article = articles[one.passage.chunk.article_id]
        over = " ".join((article.title, *one.passage.chunk.path))
        return one.sentence.kind == "number" and not wanted & set(stems(over))

    return reading.only([one for one in reading.sentences if not is_of_others(one)])


def _wanted(question: str, items: Sequence[Block], subject: Subject) -> list[Block]:
    places = places_asked(question, len(items), subject)
    return list(items[:LONGEST]) if places is None else [items[i] for i in places]


def _whole_list(
    question: str, scored: Sequence[ScoredSentence], articles: Mapping[str, Article], selection: Selection
) -> List | None:
    """The list to quote as a whole, if a list is what is asked for and one answers."""
    lists = sorted(_lists(scored, articles, selection), key=lambda one: -one.probability)
    if not lists or len(lists[0].items) > LONGEST:
        return None
    best, total = lists[0], sum(s.probability for s in scored)
    share = best.probability / max(total, 1e-9)
    good = sum(s.probability >= 0.15 * scored[0].probability for s in best.scored)
    leads = [one for one in lists if scored[0] in one.scored]
    if introduced := [one for one in lists if one.lead == scored[0].sentence.end]:
        return introduced[0]
    if _ONE.search(question):
        return best if share >= 0.8 and good >= max(3, 0.6 * len(best.items)) else None
    if _DO.search(question) and leads:
        return leads[0]
    subject = selection.subject
    wants_list = _HOWTO.search(question) or _asks_for_list(subject).search(question)
    if wants_list or places_asked(question, 9, subject) is not None:
        return best if share >= 0.4 and good >= 2 else None
    return best if share >= 0.8 and good >= max(3, 0.6 * len(best.items)) else None


def _of_the_others(
    whole: List, scored: Sequence[ScoredSentence], articles: Mapping[str, Article], selection: Selection
) -> list[List]:
    """Where several of similar items are asked for, the lists of those that the first list is not about."""
    chosen = [whole]
    lists = sorted(_lists(scored, articles, selection), key=lambda one: -one.probability)
    for group in selection.chosen:
        for name in group.meant if 2 <= len(group.meant) <= _MOST_NAMED else ():
            mine = [one for one in lists if one.stands_in(name)]
            if mine and not any(one.stands_in(name) for one in chosen):
                chosen.append(next((one for one in mine if one.numbered == whole.numbered), mine[0]))
    return chosen[1:]


def _lists(
    scored: Sequence[ScoredSentence], articles: Mapping[str, Article], selection: Selection
) -> list[List]:
    """The lists (two items and more) of the passages that were read, without what is not meant."""
    by_passage: dict[str, list[ScoredSentence]] = {}
    for one in scored:
        by_passage.setdefault(one.passage.chunk.id, []).append(one)
    found = []
    for mine in by_passage.values():
        piece = mine[0].passage.chunk
        article = articles[piece.article_id]
        run: list[Block] = []
        lead = -1
        for block in [*blocks(article.text, piece.start, piece.end), None]:
            if block is not None and block.is_item:
                if selection.allows(article, piece.path, block.start, block.end):
                    run.append(block)
                continue
            if len(run) >= 2:
                starts = {b.start for b in run}
                found.append(List(tuple(run), tuple(s for s in mine if s.sentence.start in starts), lead))
            run = []
            lead = (
                block.end if block is not None and article.text[block.start : block.end].endswith(":") else -1
            )
    return [one for one in found if one.scored]


def _after(lead: ScoredSentence, article: Article) -> list[Block]:
    """The list, the table or the paragraph that a sentence introduces."""
    after: list[Block] = []
    for block in blocks(article.text, lead.sentence.end):
        if block.kind == "heading" or (
            after and (block.kind == "paragraph" or block.is_item != after[0].is_item)
        ):
            break
        after.append(block)
        if block.kind == "paragraph":
            break
    return after


def _led_to(best: ScoredSentence, article: Article) -> list[Block]:
    """The headings that the best sentence introduces ("Here are some effective stretches:")."""
    after = list(blocks(article.text, best.sentence.end))
    if not after or after[0].kind != "heading":
        return []
    level, led = after[0].level, []
    for block in after:
        if block.kind == "heading" and block.level < level:
            break
        if block.kind == "heading" and block.level == level:
            led.append(block)
    own = next(
        (
            b.level
            for b in reversed(list(blocks(article.text, 0, best.sentence.start)))
            if b.kind == "heading"
        ),
        0,
    )
    return led if level > own and len(led) >= 2 else []


def _headed(members: Sequence[Block], near: Passage, article: Article) -> list[Line]:
    """Members of a list that need not be in one passage: headings, each of its own section."""
    return [
        item_line(
            block, (Evidence(passage_of(article, near, block.start), block.start, block.end),), article.text
        )
        for block in members
    ]


def _lines(whole: List, items: Sequence[Block], articles: Mapping[str, Article]) -> list[Line]:
    passage = whole.scored[0].passage
    text = articles[passage.chunk.article_id].text
    lines = []
    heading = next((b for b in blocks(passage.chunk.text) if b.kind == "heading"), None)
    if items and heading is not None and not says_its_subject(passage.chunk.path[-1]):
        lines.append(Line("note", (), text=source(articles[passage.chunk.article_id], dated=False)))
    elif items and heading is not None:
        start = passage.chunk.start + heading.start
        lines.append(Line("label", (Evidence(passage, start, passage.chunk.start + heading.end),)))
    for block in items:
        lines.append(item_line(block, (Evidence(passage, block.start, block.end),), text))
    return lines
