"""Posts that disagree: other numbers, or yes against no, about the same thing.

A reader should see both, with their dates. Sentences of different posts disagree if they fit a question about equally
well, share words, and give values of one kind that do not overlap, or if one negates what the other says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from bot.answer.citations import Evidence, Line
from bot.answer.phrases import DIFFER, age, source
from bot.read import ScoredSentence, differ_in_item
from bot.text.english import AUXILIARIES, CARDINALS, either, negation
from bot.text.subjects import Subject
from bot.text.tokens import content_stems
from bot.understand import AnswerType
from ingest.article import Article

_NEAR = 0.03  # odds from which a sentence counts as fitting about as well as the best one
_SHARED_WORDS = 0.5  # share of the content words of the shorter sentence that the other has, too
_MAX_POSTS = 3  # posts
_YESNO = re.compile(rf"(?:\W*\w+\W+){{0,2}}?{either(AUXILIARIES)}\b", re.IGNORECASE)
_NOT = re.compile(negation("no longer", "cannot", "avoid", "skip", "stop", "without"), re.IGNORECASE)
_WORDS: dict[str, float] = {**CARDINALS, "a": 1.0, "an": 1.0, "half": 0.5, "once": 1.0, "twice": 2.0}
_N = rf"(?:\d+(?:[.,]\d+)?|{'|'.join(_WORDS)})"
_SECONDS = {
    "sec": 1.0,
    "min": 60.0,
    "hour": 3600.0,
    "hr": 3600.0,
    "day": 86400.0,
    "week": 604800.0,
    "month": 2.6e6,
    "year": 3.2e7,
}
_SPAN = rf"\b({_N})(?:\s*(?:to|-|–|—|or)\s*({_N}))?"
_TIME = re.compile(rf"{_SPAN}[\s-]*(?:full )?(sec|min|hour|hr|day|week|month|year)", re.IGNORECASE)
_RATE = re.compile(
    rf"{_SPAN}(?: times?)?,? (?:a|per|each|every) (day|week|month|year)\b|\b(every|each) (other )?(day|week|month|morning|night|hour)\b"
    r"|\b(dai|week|month|hour)ly\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"{_SPAN}\s*(times|reps?|repetitions?|sets?|rounds?|[a-z]+s)\b|\b(once|twice)\b", re.IGNORECASE
)
_OTHER = re.compile(
    rf"{_SPAN}\s*(%|percent|mm|cm|m|km|kg|g|l|ml|inch(?:es)?|feet|foot|miles?|degrees?|[a-z]+s)",
    re.IGNORECASE,
)
_PER_DAY = {
    "hour": 24.0,
    "day": 1.0,
    "dai": 1.0,
    "morning": 1.0,
    "night": 1.0,
    "week": 1 / 7,
    "month": 1 / 30,
    "year": 1 / 365,
}
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
    return list(reader(text)) if reader else []


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
        {w for w in content_stems(t) if not w.isdecimal() and w not in _WORDS} for t in (one, other)
    )
    return len(mine & yours) / max(min(len(mine), len(yours)), 1)


def _text(one: ScoredSentence, articles: Mapping[str, Article]) -> str:
    return articles[one.passage.chunk.article_id].text[one.sentence.start : one.sentence.end]


def _number(word: str) -> float:
    return _WORDS[word.lower()] if word.lower() in _WORDS else float(word.replace(",", "."))


def _span(m: re.Match[str], factor: float = 1.0) -> tuple[float, float]:
    low = _number(m[1]) * factor
    return (low, _number(m[2]) * factor) if m[2] else (low, low)


def _times(text: str) -> list[Value]:
    return [("time", *_span(m, _SECONDS[m[3].lower()])) for m in _TIME.finditer(text)]


def _rates(text: str) -> list[Value]:
    found: list[Value] = []
    for m in _RATE.finditer(text):
        if m[1]:
            found.append(("rate", *_span(m, _PER_DAY[m[3].lower()])))
        else:
            rate = _PER_DAY[(m[6] or m[7]).lower()] / (2 if m[5] else 1)
            found.append(("rate", rate, rate))
    return found


def _counts(text: str) -> list[Value]:
    bare = _RATE.sub(" ", _TIME.sub(" ", text))
    found: list[Value] = []
    for m in _COUNT.finditer(bare):
        if m[4]:
            found.append(("times", _number(m[4]), _number(m[4])))
        else:
            unit = "times" if re.match(r"times|rep|round", m[3], re.IGNORECASE) else m[3].lower()
            found.append((unit, *_span(m)))
    return found


def _amounts(text: str) -> list[Value]:
    return [("time" if m[3].lower() in _SECONDS else m[3].lower(), *_span(m)) for m in _OTHER.finditer(text)]


_READERS = {"duration": _times, "frequency": _rates, "count": _counts, "amount": _amounts}
