"""Question and passage as one sequence of tokens, in batches, as the reader takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Floats

MOST_TOKENS = 256  # of a pair; a passage is cut at the end, a question at QUESTION_TOKENS
QUESTION_TOKENS = 64
_CLS, _SEP = 101, 102

Ints = NDArray[np.int64]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Question and passage as one sequence of n tokens.

    ids, types: (n,) int64. sentences: for each sentence that was read its number among those given, and the
    tokens [start, end) it has here.
    """

    ids: Ints
    types: Ints
    sentences: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Padded pairs.

    ids, types, mask: (b, t) int64. pool: (b, s, t) float32, each row the mean over a sentence's tokens, or zero
    where a pair has fewer sentences. real: (b, s) bool, false for the padding.
    """

    ids: Ints
    types: Ints
    mask: Ints
    pool: Floats
    real: NDArray[np.bool_]


def pair_of(tokenizer: Any, question: str, text: str, sentences: Sequence[Place]) -> Pair:
    """A question and a passage in the order of BERT's second task: [CLS] question [SEP] passage [SEP].

    Args:
        tokenizer: A `tokenizers.Tokenizer` of the reader's vocabulary.
        question: As it is understood.
        text: The passage, its title and headings first.
        sentences: Start and end of each sentence in `text`; one that is cut off is left out.
    """
    asked = tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
    read = tokenizer.encode(text, add_special_tokens=False)
    room = MOST_TOKENS - len(asked) - 3
    ids = [_CLS, *asked, _SEP, *read.ids[:room], _SEP]
    first = len(asked) + 2
    types = [0] * first + [1] * (len(ids) - first)
    offsets = np.array(read.offsets, np.int64).reshape(-1, 2)
    places = []
    for number, (start, end) in enumerate(sentences):
        a, b = np.searchsorted(offsets[:, 1], start, "right"), np.searchsorted(offsets[:, 0], end, "left")
        if a < b <= room:
            places.append((number, first + int(a), first + int(b)))
    return Pair(np.array(ids, np.int64), np.array(types, np.int64), tuple(places))


def batch_of(pairs: Sequence[Pair]) -> PairBatch:
    """Pairs of similar length, padded to the longest."""
    longest, most = max(len(p.ids) for p in pairs), max(1, *(len(p.sentences) for p in pairs), 1)
    ids = np.zeros((len(pairs), longest), np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    pool = np.zeros((len(pairs), most, longest), np.float32)
    real = np.zeros((len(pairs), most), np.bool_)
    for row, p in enumerate(pairs):
        n = len(p.ids)
        ids[row, :n], types[row, :n], mask[row, :n] = p.ids, p.types, 1
        for k, (_, start, end) in enumerate(p.sentences):
            pool[row, k, start:end] = 1.0 / (end - start)
            real[row, k] = True
    return PairBatch(ids, types, mask, pool, real)


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model's folder, which cuts and pads nothing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
