"""The rest of a conversation after a red flag: which one it was, and what a later message means for it.

History comes from the client. An urgent message of ours in it is recognized by its beginning; a reader's
message is read by the patterns once more. One that was made up adds a line about safety, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.safety.patterns import Found
from bot.safety.rules import ByKind, Guide
from bot.safety.triage import matching_flag, read
from bot.types import Turn

SELF_HARM = "self_harm"  # a flag of red_flags.toml
_READ = 12  # turns that are read by the patterns: the latest; of ours all are looked at
_OPENING = 60  # characters of a message of ours by which it is recognized
_READ_LONGEST = 1000  # characters of an earlier message, or of a report of help, that are read
_PARTS = re.compile(r"[.!?;,\n]")
_LONGEST_REPORT = 24  # words of "I called them, they said …"
_LONGEST_DEPENDENT = 14  # words of a question that depends on the messages before it
# With one of these, help was not called yet: "I don't want to go to hospital", "should I call them?"
_NOT_YET = frozenset(
    "not no never nobody none cannot refuse without until unless before if would might maybe want need later "
    "tomorrow should shall can could which how why".split()
)
# A message with one of these is about the red flag before it, also where it denies: "I can't get an appointment".
_ABOUT_HELP = frozenset(
    "call ring phone ambulance appointment doctor gp hospital nurse afraid frightened scare scared worried worry panic joke "
    "joking kidding".split()
)
# "what shoes should I buy" asks for a thing of its own; "what should I do" does not.
_OWN_TOPIC = re.compile(
    r"(?:(?:ok|okay|and|so|but|well|then|hi|hello)[\s,]+)*(?:what|which|where|who|when)(?:'s|’s)?\s+"
    r"(?!(?:should|shall|can|could|do|does|is|are|now|then|else|if|about|will|would|happens)\b)\w",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A red flag earlier in the conversation. helped: the reader has called or seen somebody since."""

    kind: Literal["medical", "crisis"]
    helped: bool


def earlier_flag(history: Sequence[Turn], guide: Guide, confirmed: Callable[[str], bool]) -> Earlier | None:
    """The latest red flag of a conversation.

    Args:
        history: The turns before the message.
        guide: The rules.
        confirmed: Whether a message that a pattern matches was taken for urgent.
    """
    openings = _openings(guide)
    earlier = None
    for number, turn in enumerate(history):
        if turn.role == "assistant":
            kind = next((kind for opening, kind in openings if opening in turn.content), None)
            earlier = Earlier(kind, bool(earlier and earlier.helped)) if kind else earlier
        elif number >= len(history) - _READ:
            text = turn.content[:_READ_LONGEST]
            flag = matching_flag(read(text, guide), guide)
            if flag and confirmed(text):
                earlier = Earlier("crisis" if flag.name == SELF_HARM else "medical", helped=False)
            elif earlier and begins_with_help(text, guide):
                earlier = Earlier(earlier.kind, helped=True)
    return earlier


def reports_help(message: str, guide: Guide) -> bool:
    """Whether the reader tells that somebody was called or seen: "I rang 111", "ok, I'm at A&E"."""
    found = read(message, guide)
    return (
        "got_help" in found.hits
        and "?" not in message
        and len(found.words) <= _LONGEST_REPORT
        and not any(word.text in _NOT_YET for word in found.words)
    )


def begins_with_help(message: str, guide: Guide) -> bool:
    """Whether a part of the message reports help and another asks: "saw my doctor, can I stretch now?"."""
    return any(reports_help(part, guide) for part in _PARTS.split(message[:_READ_LONGEST])[:_READ])


def depends(message: str, found: Found) -> bool:
    """Whether a message is about the red flag before it: "should I stretch anyway?", "it can wait"."""
    return (
        len(found.words) <= _LONGEST_DEPENDENT
        and (
            bool(found.hits.keys() & {"follow_up", "all_clear", "got_help"})
            or any(word.text in _ABOUT_HELP for word in found.words)
        )
        and "new_topic" not in found.hits
        and not _OWN_TOPIC.match(message.strip())
    )


def text_of(texts: ByKind, earlier: Earlier) -> str:
    """The text for the kind of red flag that came before."""
    return texts.crisis if earlier.kind == "crisis" else texts.medical


def _openings(guide: Guide) -> list[tuple[str, Literal["medical", "crisis"]]]:
    """The beginnings of our own messages."""
    crisis = [flag.message for flag in guide.flags if flag.name == SELF_HARM]
    medical = [flag.message for flag in guide.flags if flag.name != SELF_HARM]
    crisis += [guide.repeated.crisis, guide.reminder.crisis]
    medical += [guide.unsure, guide.repeated.medical, guide.reminder.medical]
    return [
        *((text[:_OPENING], "crisis") for text in crisis if text),
        *((text[:_OPENING], "medical") for text in medical if text),
    ]
