"""Two questions in one ("how long do I hold it, and how often?"), each as a question of its own.

Split only where a second question begins with a word that asks. What a part leaves unsaid it takes
from the one before it, in parentheses, as a follow-up takes it from the conversation (rewrite.py).

What this file does not know: the index, and what answers a part.
"""

from __future__ import annotations

import re

from bot.text.tokens import STOPWORDS, WORD, content_stems, fold

MOST = 3  # parts of one question that are looked up
_WH = r"(?:how|what|what['’]s|whats|why|when|where|who|who['’]s|whose|which)"
_AUX = r"(?:is|are|am|was|were|can|could|do|does|did|will|would|should|has|have|may|might|must)"
_WHO = r"(?:i|you|we|it|he|she|they|there|this|that|these|those|the|an?|my|your|our|their|its|his|her|any|some|one|anyone|people)"
_JOINT = r"(?:[,;]?\s+(?:and|but|also|plus|then)(?:\s+(?:also|then|if so|please))?,?\s+|[,;]\s+(?:then\s+|also\s+)?|\s+&\s+)"
_SEAM = re.compile(
    rf"[?]+[\s,;]*(?:(?:and|but|also|or|plus)\b[\s,]*)?(?=\S)|{_JOINT}(?={_WH}\b)|{_JOINT}(?={_AUX}\s+{_WHO}\b)",
    re.IGNORECASE,
)
_OPENING = r"(?:and|but|so|or|also|then|ok|okay|well|please|hi|hello|hey)"
_BEGINS = re.compile(
    rf"(?:\W*(?:{_OPENING}\b\W*)+)?(?:{_WH}|{_AUX})\b",  # one way only to share out what is between two words
    re.IGNORECASE,
)
_TELL_ME = re.compile(
    r"\b(?:tell|explain|show|know|wonder|wondering|ask|asking|say|curious|describe|list|give|understand)\b",
    re.I,
)
_ALONE = re.compile(
    rf"\W*{_WH}(?: (?:not|so|exactly|come|else|for))?\W*$", re.IGNORECASE
)  # "why?" asks of what was said
_CHOICE = re.compile(
    r"\b(?:better|best|worse|safer|difference|prefer|rather|between|versus|vs)\b", re.IGNORECASE
)
_POINTS = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|one|ones|he|she|him|her|there|same)\b", re.IGNORECASE
)
_TOPIC = 6  # words that a part takes from the one before
# Words that a question is asked with; they are about nothing yet.
_ASKING = frozenset(
    "long often many much time times help work safe good bad normal ok okay start stop use right wrong".split()
)
_BARE = frozenset(content_stems(" ".join(_ASKING) + " day week hold repeat hurt"))
_ASIDE = re.compile(r"\s*(\([^()]*\))\s*$")


def parts_of(question: str) -> tuple[str, ...]:
    """The questions in a question, each standing alone; itself if it is but one."""
    aside = _ASIDE.search(question)
    own = question[: aside.start()] if aside else question
    pieces = [p for p in _cut(own) if WORD.search(p)]
    if len(pieces) < 2 or len(pieces) > MOST:
        return (question,)
    topics = [_content(p) for p in pieces]
    given = _content(aside[1]) if aside else []
    if not any([given, *topics]):
        return (question,)
    whole = []
    for i, piece in enumerate(pieces):
        # What was just asked about says most; before the first part there is only the conversation, or what follows.
        before = [w for topic in [given, *topics[:i]] for w in topic]
        if not before and not _points(piece):
            before = [w for topic in topics[i + 1 :] for w in topic]
        mine = set(content_stems(piece))
        new = [
            w
            for w in dict.fromkeys(before)
            if (w not in piece if w == "IT" else not set(content_stems(w)) <= mine)
        ]
        added = new[-_TOPIC:]
        whole.append(f"{piece} ({' '.join(added)})" if added and _leans(piece) else piece)
    return tuple(whole)


def _cut(question: str) -> list[str]:
    """The pieces that each ask something; what only tells something stays with the next that asks."""
    pieces: list[str] = []
    at = 0
    for seam in _SEAM.finditer(question):
        before, after = question[at : seam.start()].strip(), question[seam.end() :].strip()
        if not _asks(before) or not _asks(after) or _ALONE.match(before) or _ALONE.match(after):
            continue
        if _relative(before, after) or (_CHOICE.search(before) and "?" not in seam[0]):
            continue
        pieces.append(before + "?")
        at = seam.end()
    return [*pieces, question[at:].strip()] if pieces else [question]


def _relative(before: str, after: str) -> bool:
    """Does the second clause go on with a clause of the first ("people who sit and who stand")?"""
    first = re.match(rf"{_WH}\b", after, re.IGNORECASE)
    return bool(first and re.search(rf"\w\W+{re.escape(first[0])}\b", before, re.IGNORECASE))


def _asks(piece: str) -> bool:
    """Does a piece ask by itself: begin with a word that asks, or have one after what is told?"""
    if _BEGINS.match(piece):
        return True
    clauses = re.split(r"[,;:.!…]\s+|\s[-–—]\s", piece)
    return any(_BEGINS.match(clause) for clause in clauses) or bool(
        _TELL_ME.search(piece) and re.search(rf"\b{_WH}\b", piece, re.IGNORECASE)
    )


def _leans(piece: str) -> bool:
    """Does a part say too little by itself? It points back, or has next to no words of its own."""
    own = [w for w in content_stems(piece) if w not in _BARE]
    return not own or (_points(piece) and len(own) < 3)


def _points(piece: str) -> bool:
    """Does it point at something said before? In capitals, IT is the band, or the trade."""
    return any(m[0] != "IT" for m in _POINTS.finditer(piece))


def _content(text: str) -> list[str]:
    """The words that say what a part is about, as they stand."""
    found = []
    for m in WORD.finditer(text):
        if m[0] == "IT" or not (_points(m[0]) or fold(m[0]) in STOPWORDS or fold(m[0]) in _ASKING):
            found.append(m[0])
    return found
