"""The words with which a reader names one of several similar items: postures, aids, sides, places.

Readers say "on my back" where a blog says "lying", and "after sitting all day" names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from bot.text.english import cardinals, ordinals
from bot.text.tokens import STOPWORDS, stem, words

# Everyday words -> the posture they name. Two different ones contradict each other.
_POSTURES = {
    **dict.fromkeys(["sit", "sitting", "seated", "seat"], "sit"),
    **dict.fromkeys(["stand", "standing", "upright"], "stand"),
    **dict.fromkeys(["lie", "lying", "lay", "laying", "laid", "supine", "reclined", "reclining"], "lie"),
    **dict.fromkeys(["kneel", "kneeling"], "kneel"),
    **dict.fromkeys(["prone"], "prone"),
    **dict.fromkeys(["squat", "squatting"], "squat"),
}
_ON_BACK = re.compile(
    r"\b(?:(?:lying|lie|laying|lay|flat)(?: down)? )?on (?:my|your|the|one'?s) back\b", re.I
)
_ON_FRONT = re.compile(
    r"\b(?:(?:lying|lie|laying|lay|flat)(?: down)? )?on (?:my|your|the) (?:stomach|belly|front|tummy)\b", re.I
)
_AIDS = {
    **dict.fromkeys(["strap", "towel", "belt", "rope", "scarf", "band"], "strap"),
    **dict.fromkeys(["chair", "stool", "bench"], "chair"),
    **dict.fromkeys(["wall", "doorway", "door"], "wall"),
}
_GENERIC = frozenset(
    "one ones version variation variant type kind it stretch exercise pose position move way".split()
)
_BETWEEN = frozenset(
    "while when done you do i i'm im is are be that which in on the a down up it if we being lying".split()
)
_LASTING = frozenset("all too for long hours around behind still most so much".split())  # "sitting all day"
_AFTER = frozenset("after from by before since than".split())  # "after sitting"
_JOINING = frozenset("down up and or the".split())  # "the seated and the lying stretch"
_ORDINALS = {**ordinals(6), "last": -1, "final": -1}
_COUNTS = frozenset([*cardinals(1, 7), "few"])
ALL_POSTURES = frozenset(_POSTURES.values())


def content_words(text: str) -> frozenset[str]:
    """Content stems; a posture in its one form."""
    plain = _ON_FRONT.sub(" prone ", _ON_BACK.sub(" lying ", text))
    return frozenset(_POSTURES.get(w) or stem(w) for w, _, _ in words(plain) if w not in STOPWORDS)


def postures(question: str, heads: set[str]) -> Iterator[str]:
    """The postures that name a thing ("the seated stretch"), not those that happen ("sitting all day")."""
    plain = _ON_FRONT.sub(" prone ", _ON_BACK.sub(" lying ", question))
    said = [w for w, _, _ in words(plain)]
    things = heads | {stem(w) for w in _GENERIC}
    for i, word in enumerate(said):
        posture = _POSTURES.get(word)
        ahead, behind = said[i + 1 : i + 5], said[max(0, i - 4) : i][::-1]
        if posture is None or (ahead[:1] and ahead[0] in _LASTING) or (behind[:1] and behind[0] in _AFTER):
            continue
        by_itself = behind[:1] == ["the"] and (not ahead or ahead[0] in ("down", "up"))
        if (
            by_itself
            or _reaches(ahead, things, lambda w: w not in STOPWORDS or w in _JOINING)
            or _reaches(behind, things, lambda w: w in _BETWEEN)
        ):
            yield posture


def _reaches(said: Sequence[str], things: set[str], passes: Callable[[str], bool]) -> bool:
    """Is one of the things the first of these words that does not just stand between?"""
    for word in said:
        if stem(word) in things:
            return True
        if not passes(word):
            return False
    return False


def ordinal(question: str, heads: set[str]) -> int:
    """The place asked for ("the second stretch", "stretch 2"), -1 for the last, 0 for none."""
    said = [w for w, _, _ in words(question)]
    things = heads | {stem(w) for w in _GENERIC - {"it", "way", "kind", "type"}}
    for i, word in enumerate(said):
        after = said[i + 1 : i + 3]
        if (
            word in _ORDINALS
            and after
            and (
                (stem(after[0]) in things and not after[0].endswith("s"))
                or (len(after) > 1 and stem(after[1]) in things and stem(after[0]) not in _COUNTS)
            )
        ):
            return _ORDINALS[word]
        if (
            word.isdecimal()
            and i
            and 0 < int(word) < 30
            and (stem(said[i - 1]) in things or said[i - 1] in ("number", "no"))
        ):
            return int(word)
    return 0


def aids(text: str) -> set[str]:
    """The aids that are named ("with a towel"), each in one form; the IT band is none."""
    plain = re.sub(r"\b(?:IT|iliotibial|it|ITB)[ -]bands?\b", " ", text)
    return {_AIDS[w] for w, _, _ in words(plain) if w in _AIDS}


def sides(text: str) -> set[str]:
    """ "left", "right" where a text tells sides of the body apart."""
    part = r"(?:hand )?(?:side|leg|foot|arm|hand|knee|hip|shoulder|ankle|wrist|glute|hamstring|thigh|calf|elbow|heel|buttock)s?"
    return {m[1].lower() for m in re.finditer(rf"\b(left|right)[ -]{part}\b", text, re.IGNORECASE)}
