"""Split a message with several questions ("how long do I hold it, and how often?") into questions of their own.

A second question must begin with a question word. A part with too few words of its own gets those of the part before
it in parentheses, as a follow-up gets them from its conversation.
"""

from __future__ import annotations

import re

from bot.text.english import AUXILIARIES, QUESTION_WORDS, either
from bot.text.tokens import STOPWORDS, WORD, content_stems, fold

MOST = 3  # parts of one question that are looked up
_WH = either([*QUESTION_WORDS, "what['’]s", "whats", "who['’]s"])
_AUX = either(AUXILIARIES)
_WHO = r"(?:i|you|we|it|he|she|they|there|this|that|these|those|the|an?|my|your|our|their|its|his|her|any|some|one|anyone|people)"
_CONJUNCTION = r"(?:[,;]?\s+(?:and|but|also|plus|then)(?:\s+(?:also|then|if so|please))?,?\s+|[,;]\s+(?:then\s+|also\s+)?|\s+&\s+)"
_SEAM = re.compile(
    rf"[?]+[\s,;]*(?:(?:and|but|also|or|plus)\b[\s,]*)?(?=\S)|{_CONJUNCTION}(?={_WH}\b)|{_CONJUNCTION}(?={_AUX}\s+{_WHO}\b)",
    re.IGNORECASE,
)
_OPENING = r"(?:and|but|so|or|also|then|ok|okay|well|please|hi|hello|hey)"
_BEGINS = re.compile(
    rf"(?:\W*(?:{_OPENING}\b\W*)+)?(?:{_WH}|{_AUX})\b",  # one way only to share out what is between two words
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\b(?:tell|explain|show|know|wonder|wondering|ask|asking|say|curious|describe|list|give|understand)\b",
    re.I,
)
_QUESTION_WORD_ALONE = re.compile(
    rf"\W*{_WH}(?: (?:not|so|exactly|come|else|for))?\W*$", re.IGNORECASE
)  # "why?" is about the clause before it
_CHOICE = re.compile(
    r"\b(?:better|best|worse|safer|difference|prefer|rather|between|versus|vs)\b", re.IGNORECASE
)
# "What if I come late, do I still pay?" asks one thing.
_CONDITION = re.compile(rf"(?:\W*(?:{_OPENING}\b\W*)+)?what (?:if|when|happens (?:if|when))\b", re.IGNORECASE)
_POINTER = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|one|ones|he|she|him|her|there|same)\b", re.IGNORECASE
)
_MOST_ADDED = 6  # words that a part takes from the one before
# Words of questions that name no topic.
_TOPICLESS = frozenset(
    "long often many much time times help work safe good bad normal ok okay start stop use right wrong".split()
)
_WEAK_STEMS = frozenset(content_stems(" ".join(_TOPICLESS) + " day week hold repeat hurt"))
_ASIDE = re.compile(r"\s*(\([^()]*\))\s*$")


def parts_of(question: str) -> tuple[str, ...]:
    """The questions in a question, each complete without the others; itself if it is only one."""
    aside = _ASIDE.search(question)
    body = question[: aside.start()] if aside else question
    pieces = [p for p in _cut(body) if WORD.search(p)]
    if len(pieces) < 2 or len(pieces) > MOST:
        return (question,)
    topics = [_content(p) for p in pieces]
    from_aside = _content(aside[1]) if aside else []
    if not any([from_aside, *topics]):
        return (question,)
    parts = []
    for i, piece in enumerate(pieces):
        # The topic of the part just before comes last; before the first there is only the aside, or what follows.
        before = [w for topic in [from_aside, *topics[:i]] for w in topic]
        if not before and not _has_pointer(piece):
            before = [w for topic in topics[i + 1 :] for w in topic]
        own = set(content_stems(piece))
        new = [
            w
            for w in dict.fromkeys(before)
            if (w not in piece if w == "IT" else not set(content_stems(w)) <= own)
        ]
        added = new[-_MOST_ADDED:]
        parts.append(f"{piece} ({' '.join(added)})" if added and _is_incomplete(piece) else piece)
    return tuple(parts)


def _cut(question: str) -> list[str]:
    """The pieces that each ask something; a clause that asks nothing stays with the next that does."""
    pieces: list[str] = []
    at = 0
    for seam in _SEAM.finditer(question):
        before, after = question[at : seam.start()].strip(), question[seam.end() :].strip()
        if (
            not _asks(before)
            or not _asks(after)
            or _QUESTION_WORD_ALONE.match(before)
            or _QUESTION_WORD_ALONE.match(after)
        ):
            continue
        if _relative(before, after) or (_CHOICE.search(before) and "?" not in seam[0]):
            continue
        if seam[0].strip() == "," and _CONDITION.match(before):
            continue
        pieces.append(before + "?")
        at = seam.end()
    return [*pieces, question[at:].strip()] if pieces else [question]


def _relative(before: str, after: str) -> bool:
    """Does the second clause continue a relative clause of the first ("people who sit and who stand")?"""
    first = re.match(rf"{_WH}\b", after, re.IGNORECASE)
    return bool(first and re.search(rf"\w\W+{re.escape(first[0])}\b", before, re.IGNORECASE))


def _asks(piece: str) -> bool:
    """Is a piece a question: does it, or one of its clauses, begin with a question word, or request something?"""
    if _BEGINS.match(piece):
        return True
    clauses = re.split(r"[,;:.!…]\s+|\s[-–—]\s", piece)
    return any(_BEGINS.match(clause) for clause in clauses) or bool(
        _REQUEST.search(piece) and re.search(rf"\b{_WH}\b", piece, re.IGNORECASE)
    )


def _is_incomplete(piece: str) -> bool:
    """Does a part need the words of another: does it point back, or have next to no words of its own?"""
    own = [w for w in content_stems(piece) if w not in _WEAK_STEMS]
    return not own or (_has_pointer(piece) and len(own) < 3)


def _has_pointer(piece: str) -> bool:
    """Has it a pronoun that points back? In capitals, IT is the band, or the trade."""
    return any(m[0] != "IT" for m in _POINTER.finditer(piece))


def _content(text: str) -> list[str]:
    """The words that name what a part is about, as written."""
    found = []
    for m in WORD.finditer(text):
        if m[0] == "IT" or not (_has_pointer(m[0]) or fold(m[0]) in STOPWORDS or fold(m[0]) in _TOPICLESS):
            found.append(m[0])
    return found
