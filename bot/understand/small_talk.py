"""Greetings, thanks and good-byes: a short human reply, and nothing else counts as one.

Only a message that is nothing but such words is small talk; "hi, does sitting hurt?" is a question.
"""

from __future__ import annotations

import re

_HELLO = r"(?:hi+|hello+|hey+|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|yo)"
_THANKS = (
    r"(?:thanks?(?: you)?|thank u|thx|ty|cheers|much appreciated|great|perfect|awesome|lovely|brilliant|nice)"
)
_BYE = r"(?:bye+(?: bye)?|good ?bye|see you(?: later)?|see ya|good night|take care|ciao)"
_FILLER = r"(?: (?:there|all|everyone|team|so much|very much|a lot|a bunch|again|for (?:the|your) help|for that|that helps?|ok(?:ay)?|mate|bot|footnote))*"
_HOW = r"(?:how are you(?: doing)?(?: today)?|how'?s it going|what'?s up)"
_WHO = r"(?:who are you|what are you|what (?:can|do) you do|help|are you (?:a )?(?:bot|robot|human|real|ai|doctor)|what is this)"


def _whole(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(parts)}){_FILLER}", re.IGNORECASE)


_REPLIES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_whole(rf"{_HELLO}(?: {_HOW})?", _HOW), "Hello! Ask me anything about what this blog says."),
    (_whole(rf"(?:ok(?:ay)? )?{_THANKS}(?: {_THANKS})*"), "You're welcome. Ask away if there is more."),
    (_whole(rf"(?:{_THANKS} )?{_BYE}"), "Good-bye, and take care."),
    (
        _whole(rf"(?:{_HELLO} )?{_WHO}"),
        "I look things up in this blog and answer with its own sentences, each with a footnote to where it "
        "stands. If the blog does not say, I tell you so. I am a program, not a doctor.",
    ),
)


def small_talk(message: str) -> str | None:
    """A reply to a greeting, thanks, a good-bye or "who are you?"; None for anything else."""
    bare = " ".join(re.sub(r"[^\w' ]+", " ", message.replace("’", "'")).split())
    return next((reply for pattern, reply in _REPLIES if pattern.fullmatch(bare)), None)
