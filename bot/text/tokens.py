"""Words of a text: tokens with offsets, folded, stemmed with Snowball's English stemmer, and the stop words."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Words that carry no topic, and the words with which questions are asked: "how long should I
# hold it" is about holding; what kind of answer it wants is read elsewhere (reader.py).
STOPWORDS = frozenset(
    """a about again all also am an and any are aren't as at be been being both but by can can't could
    couldn't did didn't do does doesn't doing don't each far few for from get gets getting go goes going
    got had has have having he her here hers him his how how's i i'd i'll i'm i've if im in into is isn't
    it it's its just kind know let let's like made make makes making many may me might mine more most much
    must my need no nor not of often on once one ones only or other our ours over own please really same
    say says shall she should so some sort such tell than that that's the their theirs them then there
    there's these they thing things this those to too under up us use used very want was way ways we were
    what what's whats when where which who whom whose why will with won't would you you're your yours arent cant couldnt didnt
    doesnt dont hows id im isnt ive lets thats theres whats wheres whos wont youre""".split()
)
_lock = threading.Lock()


@functools.lru_cache(maxsize=1)
def _stemmer() -> object:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of one word as fold() leaves it."""
    with _lock:  # Snowball's stemmer keeps its state in itself
        return str(_stemmer().stemWord(word))  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """One word in lower case, without accents, curly apostrophes and the genitive s."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c)).removesuffix("'s").removesuffix("'")


def words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text, folded, each with its offsets."""
    return [(fold(m[0]), m.start(), m.end()) for m in WORD.finditer(text)]


def stems(text: str) -> list[str]:
    """The stems of all words of a text, stop words included."""
    return [stem(word) for word, _, _ in words(text)]


def content_stems(text: str) -> list[str]:
    """The stems of the words of a text that are no stop words."""
    return [stem(word) for word, _, _ in words(text) if word not in STOPWORDS]


def overlap(wanted: Iterable[str], having: Iterable[str]) -> float:
    """Share of the wanted stems that are among the others; 0 for none wanted."""
    unique = set(wanted)
    return len(unique & set(having)) / len(unique) if unique else 0.0
