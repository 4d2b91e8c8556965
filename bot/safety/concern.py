"""Whether a message that no pattern matches may be urgent at all; the classifier decides only then."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bot.safety.normalize import Vocabulary, words

CONCERN_WORDS = Path(__file__).parent / "concern_words.toml"
_LONGEST = 4000  # characters of a message that are read: its beginning
_AS_WRITTEN = Vocabulary(())
_LEAST = 3  # words beside those that only ask; a message of fewer names a topic


@dataclass(frozen=True, slots=True)
class ConcernWords:
    """concern: about the body, illness, harm or mood. context: those that are none without another.

    asking: of questions. person: who is affected.
    """

    concern: Vocabulary
    context: frozenset[str]
    asking: frozenset[str]
    person: frozenset[str]


@functools.lru_cache(maxsize=1)
def concern_words() -> ConcernWords:
    """The packaged word lists."""
    tables = tomllib.loads(CONCERN_WORDS.read_text(encoding="utf-8"))
    concern = Vocabulary(word for text in tables["concern"].values() for word in text.split())
    topic = {name: frozenset(text.split()) for name, text in tables["topic"].items()}
    context = frozenset(concern.base[word] for word in topic["context"])
    return ConcernWords(concern, context, topic["asking"], topic["person"])


def may_be_urgent(message: str, vocabulary: Vocabulary) -> bool:
    """Whether a message has a word of concern and says more than the name of a topic.

    Args:
        message: As the reader wrote it.
        vocabulary: Of the red-flag rules; it corrects misspelled words.
    """
    lists, text = concern_words(), message[:_LONGEST]
    corrected = [word.text for word in words(text, vocabulary)]
    if sum(word not in lists.asking for word in corrected) < _LEAST and not lists.person & set(corrected):
        return False
    found = {lists.concern.base[word] for word in corrected if word in lists.concern.base}
    found |= _written(text, vocabulary, lists.concern)
    return bool(found - lists.context)


def _written(text: str, vocabulary: Vocabulary, concern: Vocabulary) -> set[str]:
    """The words of concern as they are written or misspelled; a word of the rules ("weeks") is no misspelling."""
    found = set()
    for word in words(text, _AS_WRITTEN):
        if word.text in concern.base:
            found.add(concern.base[word.text])
        elif word.text not in vocabulary.base and (base := concern.lookup(word.text)) in concern.base:
            found.add(base)
    return found
