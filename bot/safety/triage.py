"""Red flags, before anything else: does this reader, or someone they tell of, need help now?

No model, no index: concepts and patterns (concepts.py) of a file that the owner may edit
(bot/safety/red_flags.toml, read by flags.py). Then what speaks against an alarm: a question about the matter
in general, with nobody affected; something long past; something that might happen one day.

History comes from the client and is not trusted; only what the reader is said to have written
counts. A red flag told before is repeated when the next question leans on it ("should I stretch
anyway?"), or completed when it comes in pieces ("my back hurts", "and I have a fever").

It is no diagnosis and can be wrong both ways; the figures are in data/eval/LOG.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.safety.normalize import words
from bot.safety.patterns import Found, Hit, match
from bot.safety.rules import Flag, Guide, packaged
from bot.types import Turn

LONGEST = 4000  # characters of a message that are read: its beginning
_LEANING = 14  # a follow-up that leans on what was said has no more words than this
_EARLIER = 2  # messages before this one that still count


@dataclass(frozen=True, slots=True)
class Urgent:
    """flag: its name in the file. message: what the reader is told. quotes: may the blog's own
    sentences follow? repeated: it was told in an earlier message."""

    flag: str
    message: str
    quotes: bool
    repeated: bool = False


def triage(question: str, history: Sequence[Turn] = (), *, guide: Guide | None = None) -> Urgent | None:
    """The red flag that matters most in a message and its conversation, or None.

    guide: the file of flags; None is the one that comes with Footnote.
    """
    guide = guide or packaged()
    now = guide.lexicon.find(words(question[:LONGEST], guide.lexicon.vocabulary))
    if flag := _flag(now, guide):
        return _urgent(flag, guide)
    before = [turn.content[:LONGEST] for turn in history if turn.role == "user"][-_EARLIER:]
    if not before or "all_clear" in now.hits:
        return None
    return _continued(question, now, before, guide)


def _continued(question: str, now: Found, before: Sequence[str], guide: Guide) -> Urgent | None:
    """A flag that was told before and is leant on, or that this message completes."""
    vocabulary = guide.lexicon.vocabulary
    earlier = [guide.lexicon.find(words(text, vocabulary)) for text in before]
    for found in reversed(earlier):
        if "all_clear" in found.hits:
            break
        if flag := _flag(found, guide):
            return _urgent(flag, guide, repeated=True) if _leans(now) else None
    if not ({*now.hits} & guide.adding) or _is_general(now):
        return None
    whole = guide.lexicon.find(words("\n".join([*before, question[:LONGEST]]), vocabulary))
    flag = _flag(whole, guide)
    return _urgent(flag, guide) if flag else None


def _leans(now: Found) -> bool:
    return len(now.words) <= _LEANING and "follow_up" in now.hits and "new_topic" not in now.hits


def _flag(found: Found, guide: Guide) -> Flag | None:
    """The first flag of the file that holds; the file's order says what matters most."""
    if not found.hits:
        return None
    for flag in guide.flags:
        for pattern in flag.patterns:
            places = match(pattern, found)
            if places and not _excused(flag, places, found):
                return flag
    return None


def _excused(flag: Flag, places: Sequence[Hit], found: Found) -> bool:
    places = [place for place in places if not any(_said(name, place, found) for name in flag.unless)]
    if flag.always:
        return not places
    return all(_is_general(found, place) or _is_unreal(place, found, flag) for place in places)


def _is_general(found: Found, place: Hit | None = None) -> bool:
    """A question about the matter as such: it begins as one, and nobody is said to be affected."""
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
    """Only imagined or, for most flags, long over, as the sentence it stands in says."""
    if _said("imagined", place, found) or (
        _said("others", place, found) and not _said("onset", place, found)
    ):
        return True
    over = _said("long_ago", place, found) or _said("healed", place, found)
    return over and not flag.ever and not _said("goes_on", place, found)


def _said(name: str, place: Hit, found: Found) -> bool:
    """Whether a concept stands in a sentence with what is at a place."""
    sentences = {found.words[place.start].sentence, found.words[place.end - 1].sentence}
    return any(found.words[h.start].sentence in sentences for h in found.hits.get(name, ()))


def _urgent(flag: Flag, guide: Guide, *, repeated: bool = False) -> Urgent:
    lead = guide.repeated + "\n\n" if repeated and guide.repeated else ""
    return Urgent(flag.name, lead + flag.message, flag.quotes, repeated)
