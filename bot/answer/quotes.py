"""Quote an answer: lines made of nothing but the sentences that were read.

A few sentences in reading order, or a list when a how-to or a list is asked for. Of sentences that fit about as well,
those that hold the kind of answer that is asked for (a time, a number ...) go first; if none of them does, the lines
say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.answer.citations import Evidence, Line
from bot.answer.definitions import defined, definition
from bot.answer.disagreements import disagreements
from bot.answer.lists import list_lines
from bot.answer.paragraphs import paragraphs
from bot.answer.phrases import lacks
from bot.answer.tables import Rows, with_tables
from bot.read import Reading, ScoredSentence, articles_of, select
from bot.text.subjects import Subject
from bot.text.tokens import stems
from bot.understand import AnswerType, answer_type_of
from ingest.article import Article

MAX_CHOSEN = 4  # sentences that are quoted for what they say
# A further sentence is quoted if its odds are at least this share of the best one's: in its post, beside it, in another post.
_RATIO, _RATIO_BESIDE, _RATIO_ELSEWHERE = 0.35, 0.15, 0.5
_FITS = {True: 4.0, False: 1.5}  # what holding the kind of answer multiplies odds with: strict kinds, others
# Speaks of the post or names a source, and says nothing of its subject.
_ASIDE = re.compile(
    r"(?:in )?(?:this|today['’]s) (?:article|post|guide|blog post|entry) (?:\w+ ){0,2}(?:dives?|explores?|covers?|looks?|explains?"
    r"|discuss(?:es)?|shares?|walks?|takes?|goes|outlines?|examines?|delves?)\b"
    r"|in this (?:article|post|guide|blog post|entry),? (?:we|you|i)\b"
    r"|(?:so,? )?(?:let['’]s|let us) (?:get (?:started|into)|dive|begin|jump|take a (?:closer )?look|look|explore|find out)\b"
    r"|(?:(?:so|now|just|please),? )?(?:read on|keep reading|continue reading|stay tuned|without further ado)\b"
    r"|(?:sources?|references?|photos?|image|picture|credits?|caption|figure \d+|fig\. ?\d+|further reading|literature"
    r"|bibliography)(?: by\b|\s*[:–—]|\W*$)",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"(?:yes|no|yep|nope|yeah|not really|of course|absolutely)(?: not)?[,.!:;–—]", re.IGNORECASE
)
_WANTS_MORE = re.compile(r"(?:(?:and|but|so|ok),? )*(?:why|how|what|which|when|where|who)\b", re.IGNORECASE)


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
    chosen = choose(question, reading.sentences, articles, kind)
    if (name := defined(question)) and (first := definition(name, reading.sentences, articles)):
        chosen = [first, *(one for one in chosen if not _before(one, first))][:MAX_CHOSEN]
    lines = paragraphs(question, chosen, articles)
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
    question: str, scored: Sequence[ScoredSentence], articles: Mapping[str, Article], kind: AnswerType | None
) -> list[ScoredSentence]:
    """The best sentences, none saying what another one already says; those of the kind wanted first."""
    weighed = sorted(
        (
            (_odds(one, articles, kind), one)
            for one in scored
            if _can_be_quoted(question, _words(one, articles), kind)
        ),
        key=lambda pair: -pair[0],
    )
    if not weighed:
        return []
    best, first = weighed[0]
    beside = _beside(first, scored)
    first_gives = kind is not None and kind.answer.search(_words(first, articles)) is not None
    kept: list[ScoredSentence] = []
    stems_kept: list[frozenset[str]] = []
    for odds, one in weighed:
        if len(kept) == MAX_CHOSEN or odds < _RATIO_BESIDE * best:
            break
        elsewhere = one.passage.chunk.article_id != first.passage.chunk.article_id
        if odds < (_RATIO_ELSEWHERE if elsewhere else _RATIO) * best and one not in beside:
            continue
        text = _words(one, articles)
        if kind and kind.strict and first_gives and not kind.answer.search(text):
            continue
        own = frozenset(stems(text))
        if own not in stems_kept:
            kept.append(one)
            stems_kept.append(own)
    return kept


def _beside(one: ScoredSentence, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """The sentences right before and after one in its passage."""
    passage = sorted(
        (other for other in scored if other.passage.chunk.id == one.passage.chunk.id),
        key=lambda other: other.sentence.start,
    )
    at = passage.index(one)
    return [*passage[max(0, at - 1) : at], *passage[at + 1 : at + 2]]


def _can_be_quoted(question: str, text: str, kind: AnswerType | None) -> bool:
    """Does a sentence say something that is no mere "yes", where more than that is asked?"""
    if text.rstrip().endswith(("?", ":")) or _ASIDE.match(text):  # asks, or introduces what is not quoted
        return False
    if not _YES_NO.match(text) or not _WANTS_MORE.match(question):
        return True
    return kind is not None and kind.strict and kind.answer.search(text) is not None


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
