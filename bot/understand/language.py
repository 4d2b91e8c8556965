"""Recognise a question in another language than the blog's, and reply to it in its own.

py3langid (a naive Bayes model over byte n-grams, Lui & Baldwin, "langid.py", ACL 2012) names the language, among
those with a reply in the table. On a few words no such model can be trusted that a question is *not* in the blog's
language ("sciatica piriformis?", "tai chi"), so it runs only if the words indicate another: by their script, or by
more function words of another language than words of the blog's own.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.text.tokens import WORD

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_TABLE = Path(__file__).parent / "languages.toml"
_SAMPLED = 40  # articles that are looked at for the blog's language
_SAMPLE = 400  # characters of each
_SURE = 2  # function words of a language that prove it without the model
_LONG = 3  # letters of one that proves it together with the model
_ENGLISH = 0.25  # share of English function words from which a text is taken for English


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which readers get a reply.

    Attributes:
        code: ISO 639-1.
        reply: To a question in it, with {language} for the name of the blog's language.
        words: Its function words that are no English words.
    """

    code: str
    reply: str
    words: frozenset[str]


@functools.lru_cache(maxsize=1)
def languages() -> Mapping[str, Language]:
    """The languages with a reply, by their code."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        code: Language(code, row["reply"], frozenset(row.get("words", "").split()))
        for code, row in rows.items()
    }


def reply_if_foreign(
    question: str,
    *,
    blog_language: Callable[[], str],
    vocabulary: Collection[str],
    is_common: Callable[[str], bool],
) -> str | None:
    """The reply to a question in another language than the blog's; None if it may be in the blog's.

    Args:
        question: Tidy text.
        blog_language: Gives the code of the blog's language; called only where there is a doubt.
        vocabulary: The blog's words, folded.
        is_common: Is a word (lower case) common in English?
    """
    words = [m[0].casefold() for m in WORD.finditer(question)]
    if not words or not (_other_script(question) or _hints(words, vocabulary)):
        return None
    own = blog_language()
    code = _likely(question)
    if not _other_script(question) and not (languages()[code].words - languages()[own].words) & set(words):
        # Without one of its own words the model guesses; several words of another language prove more.
        code = max(languages(), key=lambda c: len(_own_words(words, c, own)))
        if len(_own_words(words, code, own)) < _SURE:
            return None
    if code == own or own not in languages():
        return None
    if not _other_script(question) and not _outweighs(words, code, own, vocabulary, is_common):
        return None
    return languages()[code].reply.replace("{language}", _name_of(own, code))


def language_of(texts: Iterable[str]) -> str:
    """The language most texts are in, by their beginnings; English for none."""
    begun = [text[:_SAMPLE] for text, _ in zip(texts, range(_SAMPLED), strict=False) if text.strip()]
    words = [m[0].casefold() for text in begun for m in WORD.finditer(text)]
    if sum(w in languages()["en"].words for w in words) >= _ENGLISH * len(words):
        return "en"  # no need to load a model for what every fourth word says
    votes = Counter(_likely(text) for text in begun)
    return votes.most_common(1)[0][0] if votes else "en"


def _outweighs(
    words: list[str], code: str, own: str, vocabulary: Collection[str], is_common: Callable[[str], bool]
) -> bool:
    """Is there more evidence in the words for a language than for the blog's own?"""
    theirs, ours = languages()[code].words, languages()[own].words
    own_words = _own_words(words, code, own)
    if len(own_words) < _SURE and all(len(w) < _LONG and w.isascii() for w in own_words):
        return False
    theirs_weight = 1.5 * sum(w in own_words for w in words)
    ours_weight = sum(2.0 for w in words if w in ours and w not in theirs)
    for word in words:
        if word in theirs or word in ours or len(word) < 4:
            continue
        if word in vocabulary or (own == "en" and is_common(word)):
            ours_weight += 1.0
        else:
            theirs_weight += 0.5
    return theirs_weight > ours_weight


def _own_words(words: list[str], code: str, own: str) -> set[str]:
    """The function words of a language that a question has and that are none in the blog's language."""
    return set(words) & languages()[code].words - languages()[own].words


def _hints(words: list[str], vocabulary: Collection[str]) -> bool:
    """Is there a function word of another language? English ones prove nothing where the blog uses them."""
    english = languages()["en"].words
    return any(w in _function_words() and not (w in english and w in vocabulary) for w in words)


@functools.lru_cache(maxsize=1)
def _function_words() -> frozenset[str]:
    """Of all languages, English too: the blog need not be English."""
    return frozenset(word for one in languages().values() for word in one.words)


def _other_script(question: str) -> bool:
    """Are more of its letters outside the Latin script than in it? A Chinese character counts for two."""
    latin = other = 0
    for char in question:
        if char.isalpha():
            if unicodedata.name(char, "LATIN").startswith(("LATIN", "FULLWIDTH LATIN", "MODIFIER")):
                latin += 1
            else:
                other += 2 if char >= "\u2e80" else 1
    return other > latin


@functools.lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(languages()))
    return identifier


def _likely(text: str) -> str:
    code, _ = _identifier().classify(text.lower())
    return str(code)


def _name_of(code: str, inside: str) -> str:
    """A language's name in another language, spelt as within a sentence."""
    from babel import Locale

    return str(Locale.parse(inside).languages.get(code, code))
