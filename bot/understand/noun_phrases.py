"""The words of a question that may name something, and a noun put where a pronoun was."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.text.tokens import STOPWORDS, WORD, fold, stem
from bot.understand.blog_names import GENERIC_STEMS, is_content_word, topic_stems

_PRONOUN = re.compile(
    r"\b(?P<it>it|they|them|that|those|these|this)\b(?!\s+(?P<next>one|ones)\b)", re.IGNORECASE
)
_WITH_PREPOSITION = re.compile(
    r"\b(?:the|an?|my) (?P<head>[\w'’-]+(?: [\w'’-]+)?)(?: out)? (?:for|of|from|against|with) (?:(?:the|an?|my) )?$",
    re.IGNORECASE,
)


def runs(text: str) -> Iterator[str]:
    """Runs of words that may name something: "seated stretch", "lower back"."""
    start = end = -1
    for m in WORD.finditer(text):
        is_part = is_content_word(m[0]) and stem(fold(m[0])) not in GENERIC_STEMS
        if is_part and start >= 0 and text[end : m.start()] in (" ", "-"):
            end = m.end()
            continue
        if start >= 0:
            yield text[start:end]
        start, end = (m.start(), m.end()) if is_part else (-1, -1)
    if start >= 0:
        yield text[start:end]


def with_article(text: str, noun: str) -> str:
    """The noun with "the" or "my", if it has one in the text."""
    if not noun:
        return ""
    m = re.search(rf"\b(?:(?:the|my) )?{re.escape(noun)}", text, re.IGNORECASE)
    return m[0] if m else noun


def lower_first(text: str) -> str:
    return text if text[1:2].isupper() else text[0].lower() + text[1:]


def pronoun_replaced(question: str, noun: str) -> str:
    """The question with the noun instead of its only pronoun; "" if it has none, or several."""
    found = [m for m in _PRONOUN.finditer(question) if m["it"] != "IT"]
    if len(found) != 1:
        return ""
    m = found[0]
    is_plural = (
        stem(fold(noun)) != fold(noun)
        and fold(noun).endswith("s")
        and not fold(noun).endswith(("ss", "is", "us"))
    )
    if (m["it"].lower() in ("they", "them", "these", "those") and not is_plural) or (
        m["it"].lower() == "it" and is_plural
    ):
        return ""
    after = WORD.match(question[m.end() :].lstrip())
    is_demonstrative = m["it"].lower() in ("this", "that", "these", "those")
    if (
        is_demonstrative
        and after
        and fold(after[0]) not in STOPWORDS
        and stem(fold(after[0])) not in GENERIC_STEMS
    ):
        # "this stretch" means the noun if that ends with the same word.
        if stem(fold(after[0])) != stem(fold(noun.rsplit(maxsplit=1)[-1])):
            return ""
        return question[: m.start()] + noun + question[m.end() :].lstrip()[after.end() :]
    return question[: m.start()] + noun + question[m.end() :]


def head_of(noun: str, text: str) -> str:
    """What the phrase of a noun is about: "splint" for "carpal tunnel" in "the splint for carpal tunnel", else the noun."""
    before = _WITH_PREPOSITION.search(text[: text.find(noun)]) if noun else None
    return before["head"] if before and topic_stems(before["head"]) else noun
