"""The pattern rules: which red flag a message and its conversation raise.

Against a match count a question about the subject in general, with nobody affected; something long
past; something only imagined. Signs that come in pieces ("my back hurts", "and I have a fever") are
read together; of the history only the reader's own messages count, which come from the client and
are not trusted. It is no diagnosis and can be wrong both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.safety.normalize import words
from bot.safety.patterns import Found, Hit, match
from bot.safety.rules import Flag, Guide
from bot.types import Turn

_LONGEST = 4000  # characters of a message that are read: its beginning
_EARLIER = 2  # messages before this one that may hold other signs


@dataclass(frozen=True, slots=True)
class Finding:
    """A red flag and where its signs were found: in the message, or in it and earlier ones together."""

    flag: Flag
    source: Literal["message", "together"]


def read(message: str, guide: Guide) -> Found:
    """The concepts of a message."""
    return guide.lexicon.find(words(message[:_LONGEST], guide.lexicon.vocabulary))


def triage(message: str, history: Sequence[Turn], guide: Guide) -> Finding | None:
    """The most urgent red flag of a message and its conversation, by the patterns of the guide."""
    now = read(message, guide)
    if flag := matching_flag(now, guide):
        return Finding(flag, "message")
    before = [turn.content[:_LONGEST] for turn in history if turn.role == "user"][-_EARLIER:]
    if not before or "all_clear" in now.hits or not ({*now.hits} & guide.signs) or _is_general(now):
        return None
    for found in (read(text, guide) for text in reversed(before)):
        if "all_clear" in found.hits:
            break
        if matching_flag(found, guide):
            return None  # an earlier message raised it already
    whole = words("\n".join([*before, message[:_LONGEST]]), guide.lexicon.vocabulary)
    flag = matching_flag(guide.lexicon.find(whole), guide)
    return Finding(flag, "together") if flag else None


def matching_flag(found: Found, guide: Guide) -> Flag | None:
    """The first flag of the guide that matches; the guide's order is the order of urgency."""
    if not found.hits:
        return None
    for flag in guide.flags:
        for pattern in flag.patterns:
            places = match(pattern, found)
            if places and not _excused(flag, places, found):
                return flag
    return None


def _excused(flag: Flag, places: Sequence[Hit], found: Found) -> bool:
    places = [p for p in places if not any(_in_sentence(name, p, found) for name in flag.unless)]
    if flag.always:
        return not places
    return all(_is_general(found, place) or _is_unreal(place, found, flag) for place in places)


def _is_general(found: Found, place: Hit | None = None) -> bool:
    """A question about the subject in general: it begins as one, and nobody is affected."""
    if "person" in found.hits or "onset" in found.hits:
        return False
    return any(
        (place is None or asks.start <= place.start) and _begins(found, asks.start)
        for asks in found.hits.get("asks_in_general", ())
    )


def _begins(found: Found, at: int) -> bool:
    """Whether a sentence begins at a word, or has only a greeting before it."""
    return at - found.words[at].opening <= 2


def _is_unreal(place: Hit, found: Found, flag: Flag) -> bool:
    """Only imagined or, for most flags, long past, by the sentence that the match is in."""
    if _in_sentence("imagined", place, found) or (
        _in_sentence("others", place, found) and not _in_sentence("onset", place, found)
    ):
        return True
    over = _in_sentence("long_ago", place, found) or _in_sentence("healed", place, found)
    return over and not flag.ever and not _in_sentence("goes_on", place, found)


def _in_sentence(name: str, place: Hit, found: Found) -> bool:
    """Whether a concept occurs in a sentence of the match."""
    sentences = {found.words[place.start].sentence, found.words[place.end - 1].sentence}
    return any(found.words[h.start].sentence in sentences for h in found.hits.get(name, ()))
