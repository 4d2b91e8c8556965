"""What reading gives: sentences with the probability that they answer, and whether any does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bot.read.features import Sentence
from bot.types import Passage
from ingest.embedder import Floats


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence that was read.

    Attributes:
        passage: Where it is.
        sentence: Its place and kind.
        probability: That it answers; all of a question and "none of them" sum to 1.
        logit: Before the softmax, where "none of them" has 0.
    """

    passage: Passage
    sentence: Sentence
    probability: float
    logit: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for one question.

    Attributes:
        sentences: Best first.
        answerable: Calibrated probability, 0 to 1, that the passages answer.
        calibration: Weights of calibrated().
        passages: What was read, best first.
    """

    sentences: tuple[ScoredSentence, ...]
    answerable: float
    calibration: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    passages: tuple[Passage, ...] = ()

    def only(self, kept: Sequence[ScoredSentence]) -> Reading:
        """This reading as if only these of its sentences had been read."""
        if len(kept) == len(self.sentences):
            return self
        if not kept:
            return Reading((), 0.0, passages=self.passages)
        logits = np.array([s.logit for s in kept], np.float32)
        return replace(self, sentences=tuple(kept), answerable=calibrated(logits, self.calibration))


def calibrated(logits: Floats, calibration: Floats) -> float:
    """Logistic regression (Platt, 1999) on the signals of the sentences, then a constant. calibration: (3,)."""
    signal = np.array([*signals(logits), 1.0], np.float32)
    return float(1.0 / (1.0 + np.exp(-float(signal @ calibration))))


def signals(logits: Floats) -> tuple[float, float]:
    """The best sentence's logit, and that of "any of them" (log-sum-exp)."""
    top = float(logits.max())
    return top, top + float(np.log(np.exp(logits - top).sum()))
