"""What kind of answer a question wants (a time, a number, how often ...), and whether a text holds one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.text.english import cardinals

_NUMBER = rf"(?:\d[\d.,/]*|an?|{'|'.join(cardinals(1, 90))}|half|few|several|couple of|dozen)"
_TIME = r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|years?|breaths?|nights?)"
_LENGTH = r"(?:mm|cm|centimet\w+|met(?:er|re)s?|km|inch(?:es)?|in|feet|foot|ft|yards?|miles?)"


@dataclass(frozen=True, slots=True)
class AnswerType:
    """A kind of answer.

    Attributes:
        name: Of the kind.
        question: Matches questions that want it.
        answer: Matches texts that hold it.
        missing: What is reported to be missing where no sentence that was found holds it. Without
            one, a sentence that does not hold it is only less likely to be the answer.
    """

    name: str
    question: re.Pattern[str]
    answer: re.Pattern[str]
    missing: str = ""

    @property
    def strict(self) -> bool:
        """Can a sentence that does not hold it not be the answer?"""
        return bool(self.missing)


def _type(name: str, question: str, answer: str, missing: str = "") -> AnswerType:
    return AnswerType(name, re.compile(question, re.IGNORECASE), re.compile(answer, re.IGNORECASE), missing)


# The first whose pattern matches a question is its type.
ANSWER_TYPES = (
    _type(
        "frequency",
        r"\bhow (?:often|frequent\w*|regular\w*)\b|\bhow many times (?:a|per|each|every|in a) (?:day|week|month|year)\b"
        r"|\bhow many (?:days|times) (?:a|per|each) (?:day|week|month|year)\b",
        r"\b(?:dai|week|hour|month|night|year)ly\b|\b(?:every|each|per) (?:other |single |few |\d+ |two )?"
        r"(?:days?|mornings?|evenings?|nights?|hours?|weeks?|months?|years?|times?|sessions?|workouts?)\b|\b(?:once|twice)\b"
        rf"|\btimes (?:a|per|each)\b|\bregular(?:ly)?\b|\broutine\b|\b{_NUMBER} {_TIME} (?:a|per) \w+",
        "how often",
    ),
    _type(
        "duration",
        rf"\bhow (?:long|many {_TIME})\b|\bduration\b|\bhold(?:ing)? time\b|\bhow much time\b|\btime to hold\b",
        rf"\b{_NUMBER}(?:[- ]?(?:to|[-–—]|or)[- ]?{_NUMBER})?[- ]?(?:more |full )?{_TIME}\b|\bovernight\b|\bforever\b"
        rf"|\b{_NUMBER}[- ]?{_LENGTH}\b",
        "how long",
    ),
    _type(
        "count",
        r"\bhow many\b|\bnumber of\b|\breps?\b|\brepetitions?\b|\bsets? of\b",
        rf"\d|\b(?:{'|'.join(cardinals(1, 90))}|once|twice|thrice"
        r"|several|couple|pair|dozen|hundreds?|thousands?|both|single)\b",
        "how many",
    ),
    _type(
        "amount",
        r"\bhow much\b(?! (?:better|worse|longer|more))|\bwhat percent\w*\b|\bhow (?:far|high|wide|deep|tall|heavy|hot|cold|old)\b",
        rf"\d|\b(?:half|third|quarter|most|percent|double|twice|{'|'.join(cardinals(1, 10))}|hip-width|shoulder-width|as \w+ as)\b",
    ),
    _type(
        "side",
        r"\b(?:which|what|each|both|either) (?:side|leg|foot|arm|hand|knee)s?\b",
        r"\b(?:left|right|both|each|either|other|one|opposite|same|affected|switch|change|alternate)\b",
    ),
    _type(
        "why",
        r"\bwhy\b|\bhow come\b|\breasons?\b|\bwhat(?:'s|’s)? (?:makes|causes|leads|brings)\b",
        r"\b(?:because|due to|caus\w+|lead(?:s|ing)?|result\w*|since|so that|therefore|when|forc\w+|pull\w*|drag\w*"
        r"|reduc\w+|prevent\w*|helps?|puts?|mak(?:es|ing)|affects?|from)\b",
    ),
    _type(
        "who",
        r"\bwho\b|\bwhich people\b|\bwhat (?:kind|sort|type)s? of (?:people|person)\b",
        r"\b(?:people|person|anyone|everyone|those who|someone|men|women|adults?|children|kids|athletes?|runners?"
        r"|beginners?|seniors?|\w+(?:ers|ists|ors))\b|[A-Z]\w+ [A-Z]\w+",
    ),
    _type(
        "when",
        r"\bwhen\b|\bwhat time\b",
        r"\b(?:when|while|before|after|during|until|once|morning|night|evening|noon|in \d{4}|\d+)\b",
    ),
)  # fmt: skip


def answer_type_of(question: str) -> AnswerType | None:
    """What kind of answer a question wants; None if it does not show."""
    return next((one for one in ANSWER_TYPES if one.question.search(question)), None)
