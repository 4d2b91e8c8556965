"""Which list a question asks for by its name: "the five exercises for a stiff neck", "what do I need for the soup?"."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from bot.text.english import CARDINALS, ORDINALS, either, negation
from bot.text.subjects import Subject
from bot.text.tokens import content_stems, stem

_PLACE = rf"(?:{either(ORDINALS)}|last|final)"
_ASKS_BY_NAME = re.compile(
    r"\b(?:wh(?:at|ich)(?: are)?(?: all)?(?: the| your| some| kinds? of| types? of)*|list(?: me)?(?: all)?(?: the| your)?"
    r"|name(?: all)?(?: the| your)?|any|how many)(?: [\w-]+){0,2}? (\w+s)\b"
    r"|^(?:the |your |all )?(?:[\w-]+ ){0,2}?(\w+s) (?:for|of|to|against|in)\b",
    re.IGNORECASE,
)
_ASKS_FOR_ONE = re.compile(
    rf"\b{_PLACE} (?!step\b)(\w+)|\b(exercise|tip|ingredient|sign|symptom|mistake|reason|rule|habit|way) (?:number |no\.? |#)?\d{{1,2}}\b",
    re.IGNORECASE,
)
_NEEDS = re.compile(
    r"\bwhat (?:do|will|would|did) (?:i|you|we) (?:all )?need (?:for|to (?:make|cook|bake|do|build))\b"
    r"|\bwhat (?:goes|do i put) in(?:to)?\b|\bwhat(?:['’]?s| is| are) needed (?:for|to)\b|\bshopping list\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"\bhow (?:do|does|to|can|should|would) (?:i |you |we |one )?(?:make|cook|bake|prepare)\b|\brecipe for\b",
    re.IGNORECASE,
)
# Words that readers and headings use for one kind of list.
_SAME = tuple(
    frozenset(map(stem, words.split()))
    for words in (
        "ingredients need needed materials equipment shopping",
        "causes reasons",
        "symptoms signs",
        "directions instructions steps method procedure",
    )
)
_NEEDED, _STEPS = _SAME[0], _SAME[-1]
_LIST_NAMES = frozenset(stem(w) for w in "steps tips ways benefits habits kinds types".split())
_NEUTRAL = frozenset(
    stem(w)
    for w in (
        *"recommend suggest best good bad great effective help try do describe mention show cover explain article"
        " blog post list name main different available everything exist give advise regular sore pain last final number"
        " against gone buy recipe simple easy cook bake build put".split(),
        *CARDINALS,
        *ORDINALS,
    )
)
_NEGATED = re.compile(negation("no", "without"), re.IGNORECASE)
_WHICH_OF = re.compile(r"\bwhich of\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedName:
    """A list's name in a question.

    Attributes:
        noun: As it was typed; "" if the question has none ("what do I need for the soup?").
        names: The stems that such a list goes by.
        rest: The stems of what else the question names: the list must be headed by all of them.
        usual: May it be any list of this name, where nothing else is named?
        counts: Is it asked how many there are?
    """

    noun: str
    names: frozenset[str]
    rest: frozenset[str]
    usual: bool = False
    counts: bool = False


@functools.lru_cache(maxsize=8)
def _item_stems(subject: Subject) -> frozenset[str]:
    """These words are names of one kind of list: a reader who wants stretches means exercises too."""
    return frozenset(stem(word) for word in [*subject.plural_items, *subject.items])


def asked_names(question: str, subject: Subject) -> list[AskedName]:
    """The names in a question that a list may go by, in order."""
    if _NEGATED.search(question) or _WHICH_OF.search(question):
        return []
    content = frozenset(w for w in content_stems(question) if not w.isdecimal()) - _NEUTRAL
    if _NEEDS.search(question):
        return [AskedName("", _NEEDED, content - _NEEDED)]
    if _MAKES.search(question):
        return [AskedName("", _STEPS, content - _STEPS)]
    found = []
    for pattern in (_ASKS_BY_NAME, _ASKS_FOR_ONE):
        for m in pattern.finditer(question):
            noun = next(group for group in m.groups() if group)
            name = stem(noun.lower())
            items = _item_stems(subject)
            names = items if name in items else next((s for s in _SAME if name in s), frozenset({name}))
            usual = pattern is _ASKS_BY_NAME and name in _LIST_NAMES | items
            counts = m[0].lower().startswith("how many")
            found.append(AskedName(noun, names, content - names, usual, counts))
    return found
