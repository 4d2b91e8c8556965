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

from bot.text.tokens import WORD

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_TABLE = Path(__file__).parent / "languages.toml"
_SAMPLED = 40  # articles that are looked at for the blog's language
_SAMPLE = 400  # characters of each
_SURE = 2  # function words of a language that tell it by themselves
_TELLING = 3  # letters of one that tells it with the model
_ENGLISH = 0.25  # share of function words from which a text is taken for English


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
    if not said or not (_other_script(question) or _hints(said, vocabulary)):
        return None
    own = home()
    code = _likely(question)
    if not _other_script(question) and not (languages()[code].words - languages()[own].words) & set(said):
        # No word of its own is there: the model guesses. Several words of another know better.
        code = max(languages(), key=lambda c: len(_own_words(said, c, own)))
        if len(_own_words(said, code, own)) < _SURE:
            return None
    if code == own or own not in languages():
        return None
    if not _other_script(question) and not _outweighs(said, code, own, vocabulary, known):
        return None
    return languages()[code].says.replace("{language}", _name_of(own, code))


def language_of(texts: Iterable[str]) -> str:
    """The language most texts are in, by their beginnings; English for none."""
    begun = [text[:_SAMPLE] for text, _ in zip(texts, range(_SAMPLED), strict=False) if text.strip()]
    said = [m[0].casefold() for text in begun for m in WORD.finditer(text)]
    if sum(w in languages()["en"].words for w in said) >= _ENGLISH * len(said):
        return "en"  # no need to load a model for what every fourth word says
    votes = Counter(_likely(text) for text in begun)
    return votes.most_common(1)[0][0] if votes else "en"


def _outweighs(
    said: list[str], code: str, own: str, vocabulary: Collection[str], known: Callable[[str], bool]
) -> bool:
    """Do the words speak for a language rather than for the blog's own? In doubt they do not."""
    theirs, ours = languages()[code].words, languages()[own].words
    telling = _own_words(said, code, own)
    if len(telling) < _SURE and all(len(w) < _TELLING and w.isascii() for w in telling):
        return False
    there = 1.5 * sum(w in telling for w in said)
    here = sum(2.0 for w in said if w in ours and w not in theirs)
    for word in said:
        if word in theirs or word in ours or len(word) < 4:
            continue
        if word in vocabulary or (own == "en" and known(word)):
            here += 1.0
        else:
            there += 0.5
    return there > here


def _own_words(said: list[str], code: str, own: str) -> set[str]:
    """The function words of a language that stand in a question and are none of the blog's language."""
    return set(said) & languages()[code].words - languages()[own].words


def _hints(said: list[str], vocabulary: Collection[str]) -> bool:
    """Is there any word that only another language has? English ones tell nothing where the blog has them."""
    english = languages()["en"].words
    return any(w in _function_words() and not (w in english and w in vocabulary) for w in said)


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
