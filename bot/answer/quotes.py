"""Quote an answer: lines made of nothing but the sentences that were read.

A few sentences in reading order, or a list when a how-to or a list is asked for. Of sentences that fit about as well,
those that hold the kind of answer that is asked for (a time, a number ...) go first; if none of them does, the lines
say so. A sentence that refers to the one before it ("It often results from …") brings that one along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.answer.citations import Evidence, Line
from bot.answer.definitions import defined, definition
from bot.answer.disagreements import disagreements
from bot.answer.lists import list_lines
from bot.answer.phrases import lacks
from bot.answer.tables import Rows, with_tables
from bot.read import Reading, ScoredSentence, articles_of, select, spans
from bot.text.quantities import quantities
from bot.text.subjects import Subject
from bot.text.tokens import stems
from bot.understand import AnswerType, answer_type_of
from ingest.article import Article, blocks

MAX_CHOSEN = 4  # sentences that are quoted for what they say
MAX_QUOTED = 5  # sentences in all, with those that come along because the others refer to them
_RATIO = 0.05  # a further sentence is quoted if its odds are at least this share of the best one's
_ELSEWHERE = 0.15  # the same for one of another passage than the best one's
_FITS = {True: 4.0, False: 1.5}  # what holding the kind of answer multiplies odds with: strict kinds, others
# "Do not exceed 40 mg.", "Stop if it hurts.": what a dose or a number before it must not be read without.
_LIMIT = re.compile(
    r"(?:please |but |and )?(?:stop|do not|don['’]t|never|avoid)\b.*"
    r"\b(?:if|when|unless|until|after|without|exceed|more|longer|above|over|beyond)\b"
    r"|.*\b(?:(?:no|not) (?:more|longer) than|at (?:the )?most|maximum|upper limit|exceed)\b",
    re.IGNORECASE,
)
_REFERS_BACK = re.compile(
    r"(?:it|its|this|that|these|those|they|their|he|she|such|both|the (?:former|latter|same)|here|there)\b",
    re.IGNORECASE,
)


def quote_lines(
    question: str,
    reading: Reading,
    articles: Mapping[str, Article],
    subject: Subject,
    tables: Sequence[Rows] = (),
) -> list[Line]:
    """The lines that answer the question; empty if nothing was read. tables: those that were read."""
    if not reading.sentences:
        return []
    lines = _lines(question, reading, articles, subject, is_row_sure=any(rows.sure for rows in tables))
    return with_tables(lines, tables, reading.sentences[0])


def _lines(
    question: str,
    reading: Reading,
    articles: Mapping[str, Article],
    subject: Subject,
    *,
    is_row_sure: bool,
) -> list[Line]:
    selection = select(question, articles_of(reading, articles), subject)
    listed = None if is_row_sure else list_lines(question, reading.sentences, articles, selection)
    if listed is not None:
        return listed
    kind = answer_type_of(question)
    if differ := disagreements(question, kind, reading.sentences, articles, subject):
        return differ
    chosen = choose(reading.sentences, articles, kind)
    if (name := defined(question)) and (first := definition(name, reading.sentences, articles)):
        chosen = [first, *(one for one in chosen if not _before(one, first))][:MAX_CHOSEN]
    lines = _prose_lines(chosen, articles)
    if (
        kind
        and kind.strict
        and not is_row_sure
        and not any(one.sentence.kind == "row" for one in chosen)  # its column says what it is
        and not any(kind.answer.search(_text(e, articles)) for one in lines for e in one.evidence)
    ):
        return [Line("note", (), text=lacks(kind.missing)), *lines]
    return lines


def choose(
    scored: Sequence[ScoredSentence], articles: Mapping[str, Article], kind: AnswerType | None
) -> list[ScoredSentence]:
    """The best sentences, none saying what another one already says; those of the kind wanted first."""
    weighed = sorted(((_odds(one, articles, kind), one) for one in scored), key=lambda pair: -pair[0])
    best = weighed[0][0]
    first_gives = kind is not None and kind.answer.search(_words(weighed[0][1], articles)) is not None
    kept: list[ScoredSentence] = []
    stems_kept: list[frozenset[str]] = []
    for odds, one in weighed:
        if len(kept) == MAX_CHOSEN or odds < _RATIO * best:
            break
        if odds < _ELSEWHERE * best and one.passage.chunk.id != weighed[0][1].passage.chunk.id:
            continue
        text = _words(one, articles)
        if text.rstrip().endswith(("?", ":")):  # asks, or introduces what is not quoted
            continue
        if kind and kind.strict and first_gives and not kind.answer.search(text):
            continue
        own = frozenset(stems(text))
        if own not in stems_kept:
            kept.append(one)
            stems_kept.append(own)
    return kept or [weighed[0][1]]


def _before(one: ScoredSentence, other: ScoredSentence) -> bool:
    """Is a sentence the other one, or before it in the same passage?"""
    return one.passage.chunk.id == other.passage.chunk.id and one.sentence.start <= other.sentence.start


def _odds(one: ScoredSentence, articles: Mapping[str, Article], kind: AnswerType | None) -> float:
    if kind is None or not kind.answer.search(_words(one, articles)):
        return one.probability
    return one.probability * _FITS[kind.strict]


def _words(one: ScoredSentence, articles: Mapping[str, Article]) -> str:
    return articles[one.passage.chunk.article_id].text[one.sentence.start : one.sentence.end]


def _text(evidence: Evidence, articles: Mapping[str, Article]) -> str:
    return articles[evidence.passage.chunk.article_id].text[evidence.start : evidence.end]


def _prose_lines(chosen: Sequence[ScoredSentence], articles: Mapping[str, Article]) -> list[Line]:
    """Paragraph for paragraph in reading order; the section of the best sentence first."""
    sections: dict[tuple[str, tuple[str, ...]], list[ScoredSentence]] = {}
    for one in chosen:
        sections.setdefault((one.passage.chunk.article_id, one.passage.chunk.path), []).append(one)
    lines: list[Line] = []
    room = MAX_QUOTED
    for mine in sections.values():
        mine.sort(key=lambda one: one.sentence.start)
        evidence = {
            (e.start, e.end): e
            for one in mine
            for e in _with_neighbours(one, articles, after=one is chosen[0])
        }
        wanted = {(one.sentence.start, one.sentence.end) for one in mine}
        # What was chosen goes in first; what only comes along fills the room that is left.
        order = sorted(evidence, key=lambda span: (span not in wanted, span))[: max(room, 0)]
        room -= len(order)
        items = {(one.sentence.start, one.sentence.end) for one in mine if one.sentence.kind != "paragraph"}
        prose = tuple(evidence[span] for span in sorted(order) if span not in items)
        lines += [Line("prose", prose)] if prose else []
        lines += [
            Line("bullet" if len(order) > 1 else "prose", (evidence[span],))
            for span in sorted(order)
            if span in items
        ]
    return lines


def _with_neighbours(one: ScoredSentence, articles: Mapping[str, Article], *, after: bool) -> list[Evidence]:
    """The sentence, the one before it in its paragraph if it refers to that, and, after the best
    sentence, one that refers to it: "Another issue is X." says little without "It often results from ...".
    An amount brings the limit that the next sentence sets.
    """
    passage, sentence = one.passage, one.sentence
    text = articles[passage.chunk.article_id].text
    if sentence.kind != "paragraph":
        return [Evidence(passage, sentence.start, sentence.end, one.probability)]
    paragraph = next(b for b in blocks(text, passage.chunk.start, passage.chunk.end) if b.end >= sentence.end)
    around = [(s, e) for s, e, _ in spans(text, paragraph.line, paragraph.end)]
    here = around.index((sentence.start, sentence.end))
    first = here - 1 if here and _refers_back(text, around[here]) else here
    last = here
    if here + 1 < len(around):
        follows = around[here + 1]
        limited = quantities(text[slice(*around[here])]) and _LIMIT.match(text[slice(*follows)])
        last += bool(limited or (after and _refers_back(text, follows)))
    return [Evidence(passage, s, e, one.probability) for s, e in around[first : last + 1]]


def _refers_back(text: str, span: tuple[int, int]) -> bool:
    return bool(_REFERS_BACK.match(text[span[0] : span[1]]))
