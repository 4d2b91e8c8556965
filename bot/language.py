"""A question in another language than the blog's gets one honest sentence in its own.

Which language it is, is told by py3langid (a naive Bayes model over byte n-grams, Lui & Baldwin,
"langid.py", ACL 2012), among those that languages.toml has a sentence for. On a few words no such
model can be trusted to say that a question is *not* in the blog's language ("sciatica piriformis?",
"tai chi"), so it is only asked if the words themselves say so: another script, or more function words
of another language than words the blog's own language has.

What this file does not know: how a question in the blog's language is answered.
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

from bot.keywords import WORD

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_TABLE = Path(__file__).parent / "languages.toml"
_SAMPLED = 40  # articles that are looked at for the blog's language
_SAMPLE = 400  # characters of each


@dataclass(frozen=True, slots=True)
class Language:
    """says: its sentence, with {language} for the blog's. words: function words that English has not."""

    code: str
    says: str
    words: frozenset[str]


@functools.lru_cache(maxsize=1)
def languages() -> Mapping[str, Language]:
    """Those of languages.toml, by their ISO 639-1 code."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        code: Language(code, row["says"], frozenset(row.get("words", "").split()))
        for code, row in rows.items()
    }


def foreign(
    question: str, *, home: Callable[[], str], vocabulary: Collection[str], known: Callable[[str], bool]
) -> str | None:
    """The sentence for a question in another language than the blog's; None if it may well be in that.

    home: the blog's language, called only if there is a doubt. vocabulary: the blog's words; known:
    is a word (lower case) common in the embedding model's language, English?
    """
    said = [m[0].casefold() for m in WORD.finditer(question)]
    if not said or not (_other_script(question) or _hints(said)):
        return None
    own = home()
    code = _likely(question)
    if not _other_script(question) and not languages()[code].words & set(said):
        # No word of it is there: the model guesses. The words themselves know better.
        code = max(languages(), key=lambda c: len(languages()[c].words & set(said)))
    if code == own or own not in languages():
        return None
    if not _other_script(question) and not _outweighs(said, code, own, vocabulary, known):
        return None
    return languages()[code].says.replace("{language}", _name_of(own, code))


def language_of(texts: Iterable[str]) -> str:
    """The language most texts are in, by their beginnings; English for none."""
    votes = Counter(
        _likely(text[:_SAMPLE]) for text, _ in zip(texts, range(_SAMPLED), strict=False) if text.strip()
    )
    return votes.most_common(1)[0][0] if votes else "en"


def _outweighs(
    said: list[str], code: str, own: str, vocabulary: Collection[str], known: Callable[[str], bool]
) -> bool:
    """Do the words speak for a language rather than for the blog's own? In doubt they do not."""
    theirs, ours = languages()[code].words, languages()[own].words
    there = sum(1.5 for w in said if w in theirs and w not in ours)
    here = sum(2.0 for w in said if w in ours and w not in theirs)
    for word in said:
        if word in theirs or word in ours or len(word) < 4:
            continue
        if word in vocabulary or (own == "en" and known(word)):
            here += 1.0
        else:
            there += 0.5
    return there > here and any(w in theirs for w in said)


def _hints(said: list[str]) -> bool:
    """Is there any word that only another language has?"""
    return any(word in _function_words() for word in said)


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
    """A language's name in another language, as a sentence has it in its middle."""
    from babel import Locale

    return str(Locale.parse(inside).languages.get(code, code))
