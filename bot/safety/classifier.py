"""A classifier of urgent messages, for those that no pattern matches ("my foot is floppy").

It was trained on urgent and ordinary messages written for this project: a logistic regression on
tf-idf of words, pairs of words and parts of words, and a support-vector machine with a Gaussian
kernel on the embedding model's vector (Cortes & Vapnik, 1995). The first knows slips of the finger,
the second meaning; their standardized scores are added. The same message always gets the same score.
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Floats
from ingest.errors import EmbedderError

WEIGHTS = Path(__file__).parent / "classifier.npz"
BUCKETS = 2**17  # parts of a message share numbers by a hash; with about 60,000 of them few collide
MATCHED = 0.8  # what a matching pattern adds to both scores
_CLEAR = 0.5  # where a pattern matches, a wording score of this needs no vector
_LONGEST = 2000  # characters of a message that are read
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """urgent: somebody needs help now. self_harm: the reason is self-harm."""

    urgent: bool
    self_harm: bool


@dataclass(frozen=True, slots=True)
class UrgentClassifier:
    """The trained weights; row 0 of a pair is "urgent", row 1 "self-harm".

    Attributes:
        words: (2, BUCKETS) weights of the parts of a message.
        idf: (BUCKETS,).
        bias: (2,).
        vectors: (n, d) support vectors, unit length.
        pull: (2, n) dual coefficients of the support vectors.
        pull_bias: (2,).
        width: Gamma of the Gaussian kernel.
        scale: (2, 2) mean and deviation of the wording and the meaning score on unseen messages.
        threshold: A sum above it is urgent.
        harm_threshold: A sum above it is self-harm.
        embedder: Name of the model that made the vectors.
    """

    words: Floats
    idf: Floats
    bias: Floats
    vectors: Floats
    pull: Floats
    pull_bias: Floats
    width: float
    scale: Floats
    threshold: float
    harm_threshold: float
    embedder: str

    def verdict(self, message: str, matched: bool, embed: Callable[[str], Floats]) -> Verdict:
        """Whether a message is urgent.

        Args:
            message: As the reader wrote it.
            matched: Whether a pattern matches it.
            embed: Text to vector (d,), unit length; called only where the wording does not decide.
        """
        score = self.wording(message) + (MATCHED if matched else 0.0)
        if matched and score[0] >= MATCHED + _CLEAR:
            return Verdict(True, bool(score[1] > self.harm_threshold))
        score = score + self.meaning(embed(message))
        return Verdict(bool(score[0] > self.threshold), bool(score[1] > self.harm_threshold))

    def wording(self, message: str) -> Floats:
        """(2,) scores by words alone; needs no model."""
        numbers, weights = weighted(message, self.idf)
        raw = self.words[:, numbers] @ weights + self.bias
        return np.asarray((raw - self.scale[0, 0]) / self.scale[0, 1], np.float32)

    def meaning(self, vector: Floats) -> Floats:
        """(2,) scores of a message's vector (d,), unit length."""
        near = np.exp(-self.width * (2.0 - 2.0 * (self.vectors @ vector)))
        raw = self.pull @ near + self.pull_bias
        return np.asarray((raw - self.scale[1, 0]) / self.scale[1, 1], np.float32)


def grams(message: str) -> Iterator[str]:
    """Words, pairs of words, and parts of two to five letters of each word with its edges."""
    text = message[:_LONGEST].casefold().replace("’", "'")
    words = [m[0] for m in _WORD.finditer(text)]
    yield from (f"w {word}" for word in words)
    yield from (f"p {a} {b}" for a, b in pairwise(words))
    for word in words:
        edged = f" {word} "
        for size in (2, 3, 4, 5):
            yield from (edged[i : i + size] for i in range(max(len(edged) - size + 1, 0)))


def counted(message: str) -> tuple[Ints, Floats]:
    """The numbers of a message's parts, each once, and 1 + ln of how often each occurs."""
    counts = Counter(zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS for gram in grams(message))
    numbers = np.fromiter(counts, np.int64, len(counts))
    return numbers, (1.0 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))).astype(np.float32)


def weighted(message: str, idf: Floats) -> tuple[Ints, Floats]:
    """The parts of a message as sparse tf-idf of unit length: numbers and values."""
    numbers, values = counted(message)
    values = values * idf[numbers]
    return numbers, np.asarray(values / max(float(np.linalg.norm(values)), 1e-9), np.float32)


@functools.lru_cache(maxsize=1)
def load_classifier(path: Path = WEIGHTS) -> UrgentClassifier:
    """Read the trained weights. Raises EmbedderError if they are missing."""
    if not path.is_file():
        raise EmbedderError(f"The urgent-message classifier ({path.name}) is missing. Reinstall Footnote.")
    with np.load(path) as file:
        words = np.zeros((2, BUCKETS), np.float32)
        idf = np.full(BUCKETS, float(file["idf_unknown"]), np.float32)
        words[:, file["used"]] = file["words"].astype(np.float32)
        idf[file["used"]] = file["idf"].astype(np.float32)
        vectors = file["vectors"].astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        thresholds = [float(x) for x in file["bars"]]
        return UrgentClassifier(
            words, idf, file["bias"], vectors, file["pull"].astype(np.float32), file["pull_bias"],
            float(file["width"]), file["scale"], thresholds[0], thresholds[1], str(file["embedder"]),
        )  # fmt: skip
