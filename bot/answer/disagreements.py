"""Posts that disagree: other numbers, or yes against no, about the same thing.

A reader should see both, with their dates. Sentences of different posts disagree if they fit a question about equally
well, share words, and give values of one kind that do not overlap, or if one negates what the other says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, zip_longest

from bot.answer.citations import Evidence, Line
from bot.answer.phrases import DIFFER, age, source
from bot.read import ScoredSentence, differ_in_item
from bot.text.english import AUXILIARIES, CARDINALS, either, negation
from bot.text.quantities import Quantity, quantities
from bot.text.subjects import Subject
from bot.text.tokens import content_stems
from bot.understand import AnswerType
from ingest.article import Article

_NEAR = 0.03  # odds from which a sentence counts as fitting about as well as the best one
_SHARED_WORDS = 0.5  # share of the content words of the shorter sentence that the other has, too
_MAX_POSTS = 3  # posts
_YESNO = re.compile(rf"(?:\W*\w+\W+){{0,2}}?{either(AUXILIARIES)}\b", re.IGNORECASE)
_NOT = re.compile(negation("no longer", "cannot", "avoid", "skip", "stop", "without"), re.IGNORECASE)
_NUMBER_WORDS = frozenset(CARDINALS) | {"half", "once", "twice"}
_DAY, _MONTH = 86_400.0, 2_592_000.0  # seconds; a month of thirty days
_ADJACENT = 2  # characters between "three times" and "a week"; with more, it may be three times per leg
Value = tuple[str, float, float]  # what is measured, from, to


def disagreements(
    question: str,
    kind: AnswerType | None,
    scored: Sequence[ScoredSentence],
    articles: Mapping[str, Article],
    subject: Subject,
) -> list[Line]:
    """The sentences of posts that differ, newest first, each under its post's title and date; [] if none do."""
    if not scored or (not (kind and kind.name in _READERS) and not _YESNO.match(question)):
        return []
    near = [s for s in scored if s.probability >= _NEAR * scored[0].probability]
    first: dict[str, ScoredSentence] = {}
    for one in near:
        if kind is None or values(kind, _text(one, articles)):
            first.setdefault(one.passage.chunk.article_id, one)
    against = [
        (a, b) for a, b in combinations(first.values(), 2) if _differ(question, kind, a, b, articles, subject)
    ]
    involved = list(dict.fromkeys(one.passage.chunk.article_id for pair in against for one in pair))
    if not involved or near[0].passage.chunk.article_id not in involved:
        return []
    lines = [Line("note", (), text=DIFFER)]
    for article_id in sorted(involved[:_MAX_POSTS], key=lambda i: age(articles[i].published)):
        one = first[article_id]
        lines.append(Line("note", (), text=source(articles[article_id])))
        lines.append(
            Line("prose", (Evidence(one.passage, one.sentence.start, one.sentence.end, one.probability),))
        )
    return lines


def values(kind: AnswerType, text: str) -> list[Value]:
    """The values of the kind that a text gives: times in seconds, rates per day, counts by what is counted."""
    reader = _READERS.get(kind.name)
    return list(reader(quantities(text))) if reader else []


def _differ(
    question: str,
    kind: AnswerType | None,
    a: ScoredSentence,
    b: ScoredSentence,
    articles: Mapping[str, Article],
    subject: Subject,
) -> bool:
    one, other = _text(a, articles), _text(b, articles)
    if differ_in_item(a, b, articles, subject) or not _same_thing(question, a, b, articles):
        return False
    if kind is not None and kind.name in _READERS:
        mine, yours = values(kind, one), values(kind, other)
        pairs = [(x, y) for x in mine for y in yours if x[0] == y[0]]
        return bool(pairs) and all(x[2] < y[1] or y[2] < x[1] for x, y in pairs)
    return bool(_NOT.search(one)) != bool(_NOT.search(other)) and _shared(one, other) >= _SHARED_WORDS + 0.1


def _same_thing(question: str, a: ScoredSentence, b: ScoredSentence, articles: Mapping[str, Article]) -> bool:
    """Do both speak of the same words of the question, and share words beside?"""
    wanted = set(content_stems(question))
    covers = [
        wanted & set(content_stems(" ".join((s.passage.title, *s.passage.chunk.path, _text(s, articles)))))
        for s in (a, b)
    ]
    similar = _shared(_text(a, articles), _text(b, articles)) >= _SHARED_WORDS
    return similar and len(covers[0] ^ covers[1]) <= len(wanted) // 3


def _shared(one: str, other: str) -> float:
    mine, yours = (
        {w for w in content_stems(t) if not w.isdecimal() and w not in _NUMBER_WORDS} for t in (one, other)
    )
    return len(mine & yours) / max(min(len(mine), len(yours)), 1)


def _text(one: ScoredSentence, articles: Mapping[str, Article]) -> str:
    return articles[one.passage.chunk.article_id].text[one.sentence.start : one.sentence.end]


def _times(found: Sequence[Quantity]) -> Iterator[Value]:
    for one in found:
        if one.kind in ("time", "months"):
            size = _MONTH if one.kind == "months" else 1.0
            yield "time", one.low * size, one.high * size


def _rates(found: Sequence[Quantity]) -> Iterator[Value]:
    for number, one in enumerate(found):
        if one.kind != "per":
            continue
        period = one.low if one.low > 0 else -one.low * _MONTH
        before = found[number - 1] if number else None
        counted = before is not None and before.kind in ("times", "count") and _adjacent(before, one)
        low, high = (before.low, before.high) if before is not None and counted else (1.0, 1.0)
        yield "rate", low * _DAY / period, high * _DAY / period


def _counts(found: Sequence[Quantity]) -> Iterator[Value]:
    for one, after in zip_longest(found, found[1:]):
        if after is not None and after.kind == "per" and _adjacent(one, after):
            continue  # "twice a day" says how often
        if one.kind == "times" or one.noun == "round":
            yield "times", one.low, one.high
        elif one.kind == "count" and one.noun.isalpha() and len(one.noun) > 2:  # no "17th"
            yield one.noun, one.low, one.high


def _amounts(found: Sequence[Quantity]) -> Iterator[Value]:
    yield from _times(found)
    for one in found:
        if one.kind not in ("time", "months", "per", "one", "count") and not one.kind.startswith("few"):
            yield one.kind, one.low, one.high
    yield from _counts([one for one in found if one.kind == "count"])


def _adjacent(one: Quantity, after: Quantity) -> bool:
    return after.start - one.end <= _ADJACENT


_READERS = {"duration": _times, "frequency": _rates, "count": _counts, "amount": _amounts}
