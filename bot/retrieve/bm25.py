"""BM25 over texts, and how rare a word is among them.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with k1 = 1.2, b = 0.75
and the idf that is never negative.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.text.tokens import WORD, content_stems, fold, stem, stems, words

K1, B = 1.2, 0.75
_AT_ONCE = 1 << 18  # entries whose weights are computed together

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Postings(Mapping[str, tuple[Ints, Floats]]):
    """Stem -> (the numbers of the texts that have it, in order; its weight in each). About 9 bytes a stem of a text.

    Attributes:
        ids: Stem -> its number.
        ends: (stems,), where the entries of each end.
        numbers: (entries,), of the texts.
        counts: How often the stem occurs there.
        weights: Its BM25 weight there, without the idf.
    """

    ids: Mapping[str, int]
    ends: NDArray[np.int64]
    numbers: Ints
    counts: NDArray[np.unsignedinteger]
    weights: Floats

    def __getitem__(self, stemmed: str) -> tuple[Ints, Floats]:
        at = self.ids[stemmed]
        here = slice(int(self.ends[at - 1]) if at else 0, int(self.ends[at]))
        return self.numbers[here], self.weights[here]

    def __contains__(self, stemmed: object) -> bool:
        return stemmed in self.ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Keywords:
    """An inverted index over n texts.

    Attributes:
        postings: Of each stem.
        lengths: (n,), the words of each text.
        uses: Folded word -> how many texts have it.
        vocabulary: These words.
    """

    postings: Postings = field(repr=False)
    lengths: Ints = field(repr=False)
    uses: Mapping[str, int] = field(repr=False)
    vocabulary: frozenset[str] = field(repr=False)

    @property
    def size(self) -> int:
        """How many texts there are."""
        return len(self.lengths)

    def idf(self, stemmed: str) -> float:
        """ln(1 + (n - df + 0.5) / (df + 0.5)): 0 to ln(2n + 2), high for a rare word."""
        posting = self.postings.get(stemmed)
        df = 0 if posting is None else len(posting[0])
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))

    def scores(self, question: str, weights: Mapping[str, float] | None = None) -> Floats:
        """BM25 of each text for the question's content words (all its words if it has none).

        weights: of other stems that count too; the question's own weigh 1.
        """
        totals = np.zeros(self.size, np.float32)
        own = dict.fromkeys(content_stems(question) or stems(question), 1.0)
        for stemmed, weight in {**(weights or {}), **own}.items():
            if (posting := self.postings.get(stemmed)) is not None:
                totals[posting[0]] += weight * self.idf(stemmed) * posting[1]
        return totals

    def best(self, question: str, k: int, weights: Mapping[str, float] | None = None) -> list[int]:
        """The numbers of the k texts with the highest scores above 0, highest first; of equal ones the first."""
        scores = self.scores(question, weights)
        found = np.flatnonzero(scores > 0)
        if len(found) > k:
            least = np.partition(scores[found], len(found) - k)[len(found) - k]
            found = found[scores[found] >= least]
        best: list[int] = found[np.argsort(-scores[found], kind="stable")[:k]].tolist()
        return best


def build(texts: Iterable[str]) -> Keywords:
    """Index the texts."""
    listed = list(texts)
    return update(_NOTHING, np.full(len(listed), -1, np.int32), listed, ())


def update(previous: Keywords, kept: Ints, fresh: Sequence[str], gone: Iterable[str]) -> Keywords:
    """Index texts of which most are in an index already; scores as an index made from nothing.

    Args:
        previous: That index.
        kept: (n,), for each text its number there, -1 for one that is not there.
        fresh: The texts that are not, in order.
        gone: The texts that are there and are not kept.
    """
    old, counted = previous.postings, _Counted(dict(previous.postings.ids))
    for number, text in zip(np.flatnonzero(kept < 0).tolist(), fresh, strict=True):
        counted.add(number, text)
    moved = np.full(previous.size, -1, np.int32)
    moved[kept[kept >= 0]] = np.flatnonzero(kept >= 0)
    owners = moved[old.numbers]
    stays = owners >= 0
    of_old = np.repeat(np.arange(len(old.ids), dtype=np.int32), np.diff(old.ends, prepend=0))
    stem_numbers = np.concatenate([of_old[stays], np.frombuffer(counted.stems, np.int32)])
    owners = np.concatenate([owners[stays], np.frombuffer(counted.owners, np.int32)])
    counts = np.concatenate([old.counts[stays], np.frombuffer(counted.counts, np.uint32)])
    # Merges what is in order already, which is nearly all.
    order = np.argsort(stem_numbers.astype(np.int64) * max(len(kept), 1) + owners, kind="stable")
    sizes = np.bincount(stem_numbers, minlength=len(counted.ids))
    lengths = np.bincount(owners, counts, len(kept)).astype(np.int32)
    present = {stemmed: at for stemmed, at in counted.ids.items() if sizes[at]}
    uses = _used(previous.uses, counted.uses, gone)
    same = uses.keys() == previous.uses.keys()  # then what is made for a vocabulary need not be made again
    return Keywords(
        _postings(list(present), sizes[list(present.values())], owners[order], counts[order], lengths),
        lengths,
        uses,
        previous.vocabulary if same else frozenset(uses),
    )


class _Counted:
    """The stems of some texts: whose they are, which, and how often. ids: of all stems so far. uses: of words, by texts."""

    def __init__(self, ids: dict[str, int]) -> None:
        self.ids = ids
        self.uses: Counter[str] = Counter()
        self._known: dict[
            str, tuple[str, int]
        ] = {}  # a word as it is written -> folded, and the number of its stem
        self.owners, self.stems, self.counts = array("i"), array("i"), array("I")

    def add(self, number: int, text: str) -> None:
        written = Counter(WORD.findall(text))
        for one in written:
            if one not in self._known:
                word = fold(one)
                self._known[one] = word, self.ids.setdefault(stem(word), len(self.ids))
        here: dict[int, int] = {}
        for one, count in written.items():
            stemmed = self._known[one][1]
            here[stemmed] = here.get(stemmed, 0) + count
        self.uses.update({self._known[one][0] for one in written})
        self.owners.extend([number] * len(here))
        self.stems.extend(here.keys())
        self.counts.extend(here.values())


def _used(before: Mapping[str, int], more: Mapping[str, int], gone: Iterable[str]) -> dict[str, int]:
    """Words and how many texts have them, with those of other texts, without those of the texts that are gone."""
    uses = dict(before)
    for word, count in more.items():
        uses[word] = uses.get(word, 0) + count
    for text in gone:
        for word in {word for word, _, _ in words(text)}:
            uses[word] -= 1
    return {word: count for word, count in uses.items() if count}


def _postings(
    listed: Sequence[str],
    sizes: NDArray[np.int64],
    numbers: Ints,
    counts: NDArray[np.unsignedinteger],
    lengths: Ints,
) -> Postings:
    """listed: the stems, in the order of their entries. sizes: how many entries each has."""
    mean = float(lengths.astype(np.float32).mean()) if len(lengths) else 1.0
    norm = K1 * (1 - B + B * lengths.astype(np.float32) / max(mean, 1.0))
    weights = np.empty(len(counts), np.float32)
    for at in range(0, len(counts), _AT_ONCE):
        here = slice(at, at + _AT_ONCE)
        weights[here] = counts[here] * (K1 + 1) / (counts[here] + norm[numbers[here]].astype(np.float64))
    small = counts.astype(np.min_scalar_type(int(counts.max(initial=0))))
    return Postings({one: at for at, one in enumerate(listed)}, np.cumsum(sizes), numbers, small, weights)


_NOTHING = Keywords(
    Postings(
        {}, np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.float32)
    ),
    np.zeros(0, np.int32),
    {},
    frozenset(),
)
