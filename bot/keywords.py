"""Words: a tokeniser with stemming, BM25 over chunks, and how telling a word is.

BM25 as in Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
with k1 = 1.2, b = 0.75 and the idf that is never negative. Case, accents and punctuation do not
matter; words are stemmed with Snowball's English stemmer.

What this file does not know: vectors, articles, and where the texts come from.
"""

from __future__ import annotations

import functools
import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75
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


@dataclass(frozen=True, slots=True)
class Keywords:
    """An inverted index over n texts. postings: stem -> (text numbers, their term weights)."""

    size: int
    postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]
    vocabulary: frozenset[str] = field(repr=False)

    def idf(self, stemmed: str) -> float:
        """ln(1 + (n - df + 0.5) / (df + 0.5)): 0 to ln(2n + 2), high for a rare word."""
        posting = self.postings.get(stemmed)
        df = 0 if posting is None else len(posting[0])
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 of each text for the question's content words (all its words if it has none)."""
        totals = np.zeros(self.size, np.float32)
        for stemmed in dict.fromkeys(content_stems(question) or stems(question)):
            if (posting := self.postings.get(stemmed)) is not None:
                totals[posting[0]] += self.idf(stemmed) * posting[1]
        return totals


def build(texts: Sequence[str]) -> Keywords:
    """Index the texts; word order is lost, and so is nothing else."""
    counts: list[Counter[str]] = []
    vocabulary: set[str] = set()
    for text in texts:
        found = [word for word, _, _ in words(text)]
        vocabulary.update(found)
        counts.append(Counter(stem(word) for word in found))
    lengths = np.array([c.total() for c in counts], np.float32)
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()) if counts else 1.0, 1.0))
    lists: dict[str, tuple[list[int], list[float]]] = {}
    for number, count in enumerate(counts):
        for stemmed, tf in count.items():
            at, weight = lists.setdefault(stemmed, ([], []))
            at.append(number)
            weight.append(tf * (K1 + 1) / (tf + float(norm[number])))
    postings = {s: (np.array(at, np.int32), np.array(w, np.float32)) for s, (at, w) in lists.items()}
    return Keywords(len(texts), postings, frozenset(vocabulary))


def overlap(wanted: Iterable[str], having: Iterable[str]) -> float:
    """Share of the wanted stems that are among the others; 0 for none wanted."""
    unique = set(wanted)
    return len(unique & set(having)) / len(unique) if unique else 0.0
