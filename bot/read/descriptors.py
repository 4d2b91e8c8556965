"""The words with which a reader names one of several similar items: postures, aids, sides, places.

Readers say "on my back" where a blog says "lying", and "after sitting all day" names nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from bot.text.english import cardinals, either, ordinals
from bot.text.subjects import Subject
from bot.text.tokens import STOPWORDS, stem, words

_GENERIC = frozenset("one ones version variation variant type kind it position way".split())
_BETWEEN = frozenset(
    "while when done you do i i'm im is are be that which in on the a down up it if we being lying".split()
)
_LASTING = frozenset("all too for long hours around behind still most so much".split())  # "sitting all day"
_AFTER = frozenset("after from by before since than".split())  # "after sitting"
_JOINING = frozenset("down up and or the".split())  # "the seated and the lying stretch"
_ORDINALS = {**ordinals(6), "last": -1, "final": -1}
_COUNTS = frozenset([*cardinals(1, 7), "few"])


def all_postures(subject: Subject) -> frozenset[str]:
    return frozenset(subject.postures.values())


def content_words(text: str, subject: Subject) -> frozenset[str]:
    """Content stems; a posture in its one form."""
    found = words(_with_posture_words(text, subject))
    return frozenset(subject.postures.get(w) or stem(w) for w, _, _ in found if w not in STOPWORDS)


def _with_posture_words(text: str, subject: Subject) -> str:
    """The text with one word for each phrase that names a posture."""
    for phrase, word in subject.posture_phrases.items():
        text = phrase.sub(f" {word} ", text)
    return text


def postures(question: str, heads: set[str], subject: Subject) -> Iterator[str]:
    """The postures that name a thing ("the seated stretch"), not those that happen ("sitting all day")."""
    tokens = [w for w, _, _ in words(_with_posture_words(question, subject))]
    things = heads | {stem(w) for w in (*_GENERIC, *subject.items)}
    for i, word in enumerate(tokens):
        posture = subject.postures.get(word)
        ahead, behind = tokens[i + 1 : i + 5], tokens[max(0, i - 4) : i][::-1]
        if posture is None or (ahead[:1] and ahead[0] in _LASTING) or (behind[:1] and behind[0] in _AFTER):
            continue
        by_itself = behind[:1] == ["the"] and (not ahead or ahead[0] in ("down", "up"))
        if (
            by_itself
            or _reaches(ahead, things, lambda w: w not in STOPWORDS or w in _JOINING)
            or _reaches(behind, things, lambda w: w in _BETWEEN)
        ):
            yield posture


def _reaches(tokens: Sequence[str], things: set[str], passes: Callable[[str], bool]) -> bool:
    """Is one of the things the first of these words that does not just stand between?"""
    for word in tokens:
        if stem(word) in things:
            return True
        if not passes(word):
            return False
    return False


def ordinal(question: str, heads: set[str], subject: Subject) -> int:
    """The place asked for ("the second stretch", "stretch 2"), -1 for the last, 0 for none."""
    tokens = [w for w, _, _ in words(question)]
    things = heads | {stem(w) for w in (*(_GENERIC - {"it", "way", "kind", "type"}), *subject.items)}
    for i, word in enumerate(tokens):
        after = tokens[i + 1 : i + 3]
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
            and (stem(tokens[i - 1]) in things or tokens[i - 1] in ("number", "no"))
        ):
            return int(word)
    return 0


def aids(text: str, subject: Subject) -> set[str]:
    """The aids that are named ("with a towel"), each in one form."""
    plain = subject.no_aids.sub(" ", text)
    return {subject.aids[w] for w, _, _ in words(plain) if w in subject.aids}


@functools.lru_cache(maxsize=8)
def _sided(subject: Subject) -> re.Pattern[str]:
    parts = either(["side", *subject.sided_parts])
    return re.compile(rf"\b(left|right)[ -](?:hand )?{parts}s?\b", re.IGNORECASE)


def sides(text: str, subject: Subject) -> set[str]:
    """ "left", "right" where a text distinguishes sides ("the left leg")."""
    return {m[1].lower() for m in _sided(subject).finditer(text)}
