"""Does a message name anything that the blog can be asked about, or is the reader asked back?"""

from __future__ import annotations

import re

from bot.text.english import either
from bot.text.tokens import WORD, content_stems, fold, stem
from bot.understand.answer_type import answer_type_of
from bot.understand.blog_names import is_content_word, topic_stems
from bot.understand.follow_up import CORRECTS
from bot.understand.selection import only_selects
from bot.understand.substitution import ASKS, LEADS, PREPOSITIONS

_FULL_SENTENCE = 4  # words
_ASSERTION = 3  # words
_NOUNS = 2  # words with a meaning, in a message that may be a topic
_WHEN = frozenset(map(stem, ("before", "after")))  # name nothing by themselves
# "These" may be all that a blog has.
_POINTS = frozenset("it its that this them they one ones other others another".split())
# The "it" of the IT band, and that of "if it hurts", point at nothing.
_NO_POINTER = re.compile(
    r"\b(?:the|my|your) it\b"
    r"|\b(?:if|when|while|where|because) it (?:hurts?|aches?|pulls?|burns?|stings?|gets? worse|is (?:sore|painful))\b",
    re.IGNORECASE,
)
_ACTORS = frozenset("i we you it they one them he she".split())
_BEGINS_IN_THE_MIDDLE = re.compile(rf"^{either([*'and or but so'.split(), *PREPOSITIONS])}\b", re.IGNORECASE)
_STATES = re.compile(r"^(?:i|im|i['’]m|ive|i['’]ve|my|its|it['’]s|just|ugh|oh)\b", re.IGNORECASE)


def names_a_topic(message: str, standalone: str, known: frozenset[str]) -> bool:
    """Does a message name anything that can be looked up? If not, what is nearest to it is a random sentence.

    A question does with its conversation ("how long?"), and alone where it says what it wants to know ("how often should
    I do these"); a statement ("I'm so fed up") or the rest of a question ("before bed?") only with a word of its own that
    the blog writes; anything else ("best time of day") with any noun, or with two words that name nothing alone. What only
    points ("how long does it take") does with its conversation alone.

    Args:
        message: As typed, correctly spelt.
        standalone: Complete without the conversation.
        known: The stems of the blog's words.
    """
    if _STATES.match(message) and not message.rstrip().endswith("?") and not CORRECTS.search(message):
        return bool(known.intersection(topic_stems(message)) - _WHEN)
    if standalone == message and _only_points(message):
        return False
    if only_selects(message) and standalone.startswith(message):
        return False  # there is nothing to choose from
    if not ASKS.match(LEADS.sub("", message)):
        own = message if _asserts(message) else standalone
        named = set(topic_stems(own)) - _WHEN
        if _BEGINS_IN_THE_MIDDLE.match(message):
            return bool(known & named)
        return bool(named) or len(content_stems(message)) >= _NOUNS
    return bool(topic_stems(standalone)) or (
        len(message.split()) >= _FULL_SENTENCE and answer_type_of(message) is not None
    )


def _asserts(message: str) -> bool:
    """Is a message neither a question nor the rest of one ("just give me one"), so that its conversation names nothing for it?"""
    return (
        not message.rstrip().endswith("?") and not LEADS.match(message) and len(message.split()) >= _ASSERTION
    )


def _only_points(message: str) -> bool:
    """Does a message point at something and name at most what is done with it ("is it covered", "can I freeze it")?"""
    words = [m[0] for m in WORD.finditer(_NO_POINTER.sub(" ", message))]
    if not any(fold(word) in _POINTS and not is_content_word(word) for word in words):
        return False
    named = [place for place, word in enumerate(words) if set(topic_stems(word)) - _WHEN]
    return not named or (len(named) == 1 and named[0] > 0 and fold(words[named[0] - 1]) in _ACTORS)
