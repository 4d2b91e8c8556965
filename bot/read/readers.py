"""Does any of these passages answer this question, and which of its sentences do?

Two readers: a small network reads every sentence of every passage; a cross-encoder, which is slower, reads the
passages that look best to it again. The weighted mean of their logits is calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.read.disambiguate import disambiguate
from bot.read.features import ReaderInput, gather
from bot.read.reading import Reading, ScoredSentence, calibrated
from bot.read.sentence_net import check_embedder, load_sentence_net
from bot.retrieve import Corpus, EmbeddedQuestion
from bot.text.subjects import Subject
from bot.types import Passage
from ingest.embedder import Floats

RERANKED = 6  # passages that the cross-encoder reads, at most
CROSS_ENCODER_SHARE = 0.6  # of the mean of both, which is better than either alone
_HOPELESS = 4.0  # logits below the best passage's, from which on the cross-encoder does not read a passage
_RANK = 0.15  # what a place further down in retrieval costs a passage, in logits


class Reranker(Protocol):
    """What reads the best passages again: a CrossEncoder."""

    def logits(
        self, question: str, texts: Sequence[str], inputs: ReaderInput, chosen: Sequence[int]
    ) -> dict[int, float]: ...
    @property
    def calibration(self) -> Floats: ...


def read(
    question: EmbeddedQuestion,
    passages: Sequence[Passage],
    corpus: Corpus,
    *,
    cross_encoder: Reranker | None = None,
    reranked: int = RERANKED,
    subject: Subject,
) -> Reading:
    """Judge the sentences of the passages, without those about another item than the question names.

    Args:
        question: Embedded by the model that the weights were trained on.
        passages: Of the corpus, best first.
        corpus: The generation they are from.
        cross_encoder: Without one the small network judges alone, and is less sure.
        reranked: How many passages the cross-encoder reads.

    Raises:
        EmbedderError: The weights are missing, or were trained on another model.
    """
    reading = score_sentences(question, passages, corpus, cross_encoder=cross_encoder, reranked=reranked)
    return disambiguate(question.question.text, reading, corpus.articles, subject)


def score_sentences(
    question: EmbeddedQuestion,
    passages: Sequence[Passage],
    corpus: Corpus,
    *,
    cross_encoder: Reranker | None = None,
    reranked: int = RERANKED,
) -> Reading:
    """As read(), with the sentences about other items."""
    check_embedder(question.model)
    inputs = gather(question, passages, corpus=corpus)
    if not inputs.sentences:
        return Reading((), 0.0, passages=tuple(passages))
    net = load_sentence_net()
    first = net.logits(inputs)
    if cross_encoder is None:
        judged = dict(enumerate(map(float, first)))
    else:
        texts = [corpus.texts[corpus.numbers[p.chunk.id]] for p in passages]
        judged = rerank(question.text, texts, inputs, first, cross_encoder, reranked)
    if not judged:
        return Reading((), 0.0, passages=tuple(passages))
    return _reading(passages, inputs, judged, (cross_encoder or net).calibration)


def _reading(
    passages: Sequence[Passage],
    inputs: ReaderInput,
    judged: dict[int, float],
    calibration: Floats,
) -> Reading:
    """judged: sentence number -> logit."""
    numbers = sorted(judged, key=lambda k: -judged[k])
    logits = np.array([judged[k] for k in numbers], np.float32)
    shares = np.exp(logits) / (1.0 + np.exp(logits).sum())
    sentences = tuple(
        ScoredSentence(passages[inputs.sentences[k].passage], inputs.sentences[k], float(share), float(logit))
        for k, share, logit in zip(numbers, shares, logits, strict=True)
    )
    return Reading(sentences, calibrated(logits, calibration), calibration, tuple(passages))


def rerank(
    question: str,
    texts: Sequence[str],
    inputs: ReaderInput,
    first: Floats,
    cross_encoder: Reranker,
    most: int,
) -> dict[int, float]:
    """The cross-encoder on the best-looking passages: sentence number -> weighted mean of both logits.

    texts: of every passage what was embedded. first: (sentences,) logits of the small network.
    """
    best = np.full(len(texts), -np.inf)
    for logit, sentence in zip(first, inputs.sentences, strict=True):
        best[sentence.passage] = max(best[sentence.passage], float(logit))
    order = np.argsort(-(best - _RANK * np.arange(len(texts))), kind="stable")
    chosen = [int(i) for i in order[:most] if best[i] > best.max() - _HOPELESS]
    second = cross_encoder.logits(question, texts, inputs, chosen)
    share = CROSS_ENCODER_SHARE
    return {k: (1 - share) * float(first[k]) + share * logit for k, logit in second.items()}


def rank_passages(passages: Sequence[Passage], reading: Reading) -> list[Passage]:
    """The passages, best first by their best sentence and by where they were found.

    Those in which nothing was read come after the others, in the order in which they were found.
    """
    best: dict[str, float] = {}
    for one in reading.sentences:
        key = one.passage.chunk.id
        best[key] = max(best.get(key, -math.inf), one.logit)
    place = {p.chunk.id: n for n, p in enumerate(passages)}
    seen = [p for p in passages if p.chunk.id in best]
    seen.sort(key=lambda p: _RANK * place[p.chunk.id] - best[p.chunk.id])
    return [*seen, *(p for p in passages if p.chunk.id not in best)]
