"""Two things compared: what the blog says of each, side by side, and which of the two it does not speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.answer.citations import Evidence, Line
from bot.answer.definitions import definition
from bot.answer.phrases import not_found
from bot.read import Reading, ScoredSentence
from bot.text.markdown import escape
from bot.text.tokens import content_stems, stems
from bot.types import Question
from ingest.article import Article

_AND, _VS = r"(?:and|vs\.?|versus|from|or|to)", r"(?:vs\.?|v\.?|versus|compared (?:to|with))"
_SIDES = tuple(
    re.compile(pattern + r"\W*", re.IGNORECASE)
    for pattern in (
        rf".*\bdifferen(?:ce|ces|t) (?:is there )?between (?P<a>.+?) {_AND} (?P<b>.+?)",
        r".*\b(?:how|in what way|why) (?:is|are|does|do) (?P<a>.+?) (?:different|differ) (?:from|to|than) (?P<b>.+?)",
        r"\W*(?:please )?compare (?P<a>.+?) (?:and|to|with|vs\.?) (?P<b>.+?)",
        r"\W*(?:is|are) (?P<a>.+?) (?:really )?(?:just )?the same(?: thing)? as (?P<b>.+?)",
        r"\W*(?:is|are) (?P<a>.+?) and (?P<b>.+?) (?:really )?the same(?: thing)?",
        rf"\W*(?:(?:what about|how about|so) )?(?P<a>\w[^?!.:;,]{{0,40}}?) {_VS} (?P<b>[^?!.:;,]{{1,40}}?)(?:[,:;] ?what.*)?",
    )
)
_ARTICLE = re.compile(r"^(?:an?|the|your|my|having)\s+", re.IGNORECASE)
_MOST = 2  # sentences of each
_GOOD = 0.3  # share of the best one's probability that the second has at the least
_NEAR = 0.05  # the same for sentences that speak of both


def sides(question: str) -> tuple[str, str] | None:
    """The two things that a question compares; None if it compares none, or numbers ("week 4 and week 5")."""
    for pattern in _SIDES:
        if m := pattern.fullmatch(question):
            a, b = (_ARTICLE.sub("", m[side].strip(" '\"“”")) for side in "ab")
            own = [set(content_stems(a)), set(content_stems(b))]
            if all(own) and own[0] != own[1] and not any(c.isdigit() for c in a + b):
                return a, b
    return None


def compared(
    question: str,
    read: Callable[[Question], Reading],
    articles: Mapping[str, Article],
    threshold: float,
) -> tuple[list[Line], float]:
    """The lines that compare two things, none if a question compares none or if the blog speaks of neither.

    Args:
        question: As it was asked.
        read: Reads the passages that are found for a question.
        articles: By id.
        threshold: Probability from which on the blog counts as answering.

    Returns:
        The lines, and the probability that the blog answers.
    """
    pair = sides(question)
    if pair is None:
        return [], 0.0
    whole = read(Question(question, question))
    both = _of_both(pair, whole.sentences, articles)
    sure = [threshold, whole.answerable]
    lines: list[Line] = []
    missing: list[Line] = []
    for name, other in (pair, pair[::-1]):
        full = _completed(name, other)
        reading = read(Question(f"What is {full}?", f"what is {full}"))
        found = _of_one(full, other, reading, articles, 2.0 if both else threshold)
        if not found and full != name:
            found = _of_one(name, other, reading, articles, 2.0 if both else threshold)
        if found:
            lines.append(Line("note", (), text=f"**{escape(name[:1].upper() + name[1:])}**"))
            lines.append(Line("prose", tuple(_evidence(one) for one in found)))
            sure.append(reading.answerable)
        elif not both:
            missing.append(Line("note", (), text=not_found(name)))
    shown = {e for line in lines for e in line.evidence}
    if direct := tuple(e for e in map(_evidence, both) if not any(e.start == s.start for s in shown)):
        lines.append(Line("prose", direct))
    return ([*lines, *missing], max(sure)) if lines else ([], 0.0)


def _completed(name: str, other: str) -> str:
    """A name with the words that it shares with the other: "the carpal and the cubital tunnel"."""
    mine, yours = name.split(), other.split()
    return " ".join([*mine, *yours[len(mine) :]])


def _of_both(
    pair: tuple[str, str], scored: Sequence[ScoredSentence], articles: Mapping[str, Article]
) -> list[ScoredSentence]:
    """The best sentences that name both, in reading order."""
    wanted = set(content_stems(" ".join(pair)))
    found = [
        one
        for one in scored
        if one.probability >= _NEAR * scored[0].probability and wanted <= set(stems(_text(one, articles)))
    ][:_MOST]
    return sorted(found, key=lambda one: (one.passage.chunk.article_id, one.sentence.start))


def _of_one(
    name: str, other: str, reading: Reading, articles: Mapping[str, Article], threshold: float
) -> list[ScoredSentence]:
    """What defines a thing, or the best of what is said of it; [] if the blog does not speak of it."""
    wanted = set(content_stems(name))
    others = set(content_stems(other)) - wanted
    about = [
        one
        for one in reading.sentences
        if one.sentence.kind == "paragraph"
        and wanted <= set(stems(f"{_over(one)} {_text(one, articles)}"))
        and not others <= set(stems(_over(one)))
        and not _text(one, articles).rstrip().endswith((":", "?"))
    ]
    best = definition(name, about, articles)
    titled = [one for one in about if wanted <= set(stems(_over(one)))]
    if best is None:
        good = titled or (about if about and reading.only(about).answerable >= threshold else [])
        if not good:
            return []
        best = good[0]
    following = [
        one
        for one in about
        if one.passage.chunk.id == best.passage.chunk.id
        and one is not best
        and one.probability >= _GOOD * best.probability
    ]
    return sorted([best, *following[: _MOST - 1]], key=lambda one: one.sentence.start)


def _over(one: ScoredSentence) -> str:
    return " ".join((one.passage.title, *one.passage.chunk.path))


def _text(one: ScoredSentence, articles: Mapping[str, Article]) -> str:
    return articles[one.passage.chunk.article_id].text[one.sentence.start : one.sentence.end]


def _evidence(one: ScoredSentence) -> Evidence:
    return Evidence(one.passage, one.sentence.start, one.sentence.end, one.probability)
