"""Choose from what an answer lists: "the second one", "step 3", "the last", "and the other one?"."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.text.english import either, ordinals
from bot.text.subjects import Subject
from bot.text.tokens import content_stems
from bot.understand.blog_names import BlogNames, listed_items, topic_stems
from ingest.article import Article

_ITEMS = "one ones condition habit item point tip kind type option way benefit reason step cause".split()
_POSITIONS = {**{word: n - 1 for word, n in ordinals(6).items()}, "last": -1}
_NUMBER = re.compile(r"\b(?:step|number|no\.?|point|tip) ?#?(?P<n>\d{1,2})\b", re.IGNORECASE)
_PLACE = either([*_POSITIONS, "latest", "newest", "oldest"])
_PLACE_ALONE = re.compile(
    rf"^(?:(?:and|or|but|so|then|ok(?:ay)?|what about|how about)\b[,.]?\s*)*(?:the |that |your )?(?P<place>{_PLACE})(?: ones?)?\W*$",
    re.IGNORECASE,
)
_PLACE_OF = re.compile(rf"\b(?P<place>{_PLACE})(?= [a-z])", re.IGNORECASE)
_ONLY = re.compile(
    r"^(?:(?:and|or|but|so|then|ok(?:ay)?|what|how|about|for|with|on|in|of),?\s*)*$", re.IGNORECASE
)
_FOR_IT = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|please|can you|could you)\b\W*)*(?:(?:tell|say|show|give)(?: me)?(?: (?:some |a bit )?more)?|explain|describe|read|more|what)?"
    r"(?: (?:about|on|is|was))?\s*$",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:how(?! about)|why|when|where|who)\b", re.IGNORECASE)
_LONGEST_LABEL = 4  # words


@dataclass(frozen=True, slots=True)
class Choice:
    """What a question chooses from a list.

    Attributes:
        item: As the blog has it: a name or a sentence.
        before: The words of the question before "the second one".
        after: Those after it.
    """

    item: str
    before: str
    after: str

    @property
    def alone(self) -> bool:
        """Does the question say nothing else ("and the second?")?"""
        return bool(_ONLY.match(self.before)) and not any(c.isalnum() for c in self.after)

    @property
    def asks_more(self) -> bool:
        """Does the question ask something of the item, and not just for it ("tell me more about the third")?"""
        if _OPEN.search(self.before):
            return True
        return bool(content_stems(self.before + self.after)) and not _FOR_IT.match(self.before)


@functools.lru_cache(maxsize=8)
def _nth(subject: Subject) -> re.Pattern[str]:
    """Matches "the second one" and "the second stretch"."""
    items = either([*_ITEMS, *subject.items])
    return re.compile(
        rf"\b(?:the|that|your) (?P<nth>{'|'.join(_POSITIONS)})"
        rf"(?: {items}\b|(?=\W*$)|(?= (?:for|hurt|help|do|work|again)\b))",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=8)
def _other(subject: Subject) -> re.Pattern[str]:
    """Matches "the other one" and "the other stretch"."""
    items = either([*_ITEMS, *subject.items])
    return re.compile(rf"\b(?:the )?other(?:s| {items})?(?=\W*$| (?:for|hurt|help|do|work)\b)", re.IGNORECASE)


def place_replaced(question: str, before: str) -> str:
    """ "and the second?" after "how was the first race?": "how was the second race?"; "" if there is no place to replace."""
    mine = _PLACE_ALONE.match(question)
    theirs = list(_PLACE_OF.finditer(before))
    if not mine or len(theirs) != 1:
        return ""
    return f"{before[: theirs[0].start()]}{mine['place']}{before[theirs[0].end() :]}"


def only_selects(question: str) -> bool:
    """Does a question ask for an item by its place alone ("the second one")?"""
    return _PLACE_ALONE.match(question) is not None


def choice(
    question: str,
    answers: Sequence[str],
    asked_before: str,
    *,
    names: BlogNames,
    articles: Mapping[str, Article],
    subject: Subject,
) -> Choice | None:
    """What a question chooses from the latest list of the answers that has it; None if nothing.

    Args:
        question: As it was asked.
        answers: The assistant's turns, as the client sent them, oldest first.
        asked_before: The question before it, complete; what it names is not "the other one".
        names: What the blog has names for.
        articles: By id.
        subject: Its "second stretch" is an item.
    """
    nth, other = (pattern(subject).search(question) for pattern in (_nth, _other))
    number = _NUMBER.search(question)
    span = nth or number or (other if asked_before else None)
    for answer in reversed(answers if span else ()):
        offer = listed_items(answer, names, articles)
        if len(offer) < 2:
            continue
        if nth or number:
            at = _POSITIONS[nth["nth"].lower()] if nth else int(number["n"]) - 1 if number else 0
            chosen = offer[at] if -1 <= at < len(offer) else ""
        else:
            already = set(topic_stems(asked_before))
            rest = [one for one in offer if one and not set(topic_stems(one)) <= already]
            chosen = rest[0] if len(rest) == 1 else ""
        if chosen and span:
            return Choice(chosen, question[: span.start()], question[span.end() :])
    return None


def label_of(item: str) -> str:
    """What a list item calls itself before its colon: "Type 2" of "Type 2: the labrum has come away"; "" if nothing."""
    label, colon, _ = item.partition(":")
    return label.strip() if colon and len(label.split()) <= _LONGEST_LABEL else ""
