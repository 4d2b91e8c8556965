"""Does this passage answer this question, and which of its sentences do?

Read twice. A small network (three times 71,000 weights, in reader.npz, run with numpy) reads each candidate
sentence next to the question: every token of the question is aligned with the tokens of the
sentence and compared with what it is aligned to, and the other way round (Parikh et al., "A
Decomposable Attention Model", EMNLP 2016), over the embedding model's own token vectors; beside
that it is given the features of evidence.py. All sentences of a question and "none of them"
compete in one softmax, so the same numbers rank sentences and say whether there is an answer. The
passages that look best to it are read again by a larger one (joint.py), which is slow; what both say
is averaged.

Trained by bot/train/sentence_net.py and train_joint.py on data/train/reading/, posts and questions written for this
project. What this file does not know: how an answer is put together (quote.py).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.read.features import NAMES, Matter, Sentence, gather
from bot.retrieve import Corpus
from bot.types import Passage
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, TokenVectors
from ingest.errors import EmbedderError

WEIGHTS = Path(__file__).parent / "sentence_net.npz"
_LONGEST = 64  # tokens of a sentence, or of headings, that are looked at
AGAIN = 6  # passages that are read a second time
SHARE = 0.4  # of the second reading in the mean: alone it knows better whether, the first one where
_RANK = 0.15  # what a place further down in retrieval costs a passage then, in logits
_MANY = 600  # articles from which on what stands beside counts in full
BESIDE = ("passage cosine",)
_CLIP = 4.0  # standard deviations: a feature that training never saw so large says no more than this


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence that was read. probability: that it answers; all of a question and "none" sum to 1.

    logit: before the softmax, where "none of them" has 0.
    """

    passage: Passage
    sentence: Sentence
    probability: float
    logit: float


@dataclass(frozen=True, slots=True)
class Reading:
    """sentences: best first. answerable: calibrated probability that the passages answer.

    beside: what else speaks for that (see beside()); calibration: how all of it is weighed.
    """

    sentences: tuple[Scored, ...]
    answerable: float
    beside: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    calibration: Floats = field(default_factory=lambda: np.zeros(0, np.float32))

    def only(self, kept: Sequence[Scored]) -> Reading:
        """This reading as if only these of its sentences had been read."""
        if len(kept) == len(self.sentences):
            return self
        if not kept:
            return Reading((), 0.0)
        logits = np.array([s.logit for s in kept], np.float32)
        sure = calibrated(logits, self.beside, self.calibration)
        return Reading(tuple(kept), sure, self.beside, self.calibration)


class Rereader(Protocol):
    """What reads the best passages again: bot.joint.JointReader."""

    def logits(
        self, question: str, texts: Sequence[str], matter: Matter, chosen: Sequence[int]
    ) -> dict[int, float]: ...
    @property
    def calibration(self) -> Floats: ...


def read(
    question: str,
    vector: Floats,
    tokens: TokenVectors,
    passages: Sequence[Passage],
    *,
    corpus: Corpus,
    second: Rereader | None = None,
    most: int = AGAIN,
) -> Reading:
    """Judge every sentence of the passages. vector (d,) and tokens are the question's embedding.

    second: reads the `most` best passages again; without one the first reading stands, and is less sure.
    """
    matter = gather(question, vector, tokens, passages, corpus=corpus)
    if not matter.sentences:
        return Reading((), 0.0)
    reader = load_reader()
    texts = [corpus.texts[corpus.numbers[p.chunk.id]] for p in passages]
    first = reader.logits(matter)
    judged = (
        again(question, texts, matter, first, second, most) if second else dict(enumerate(map(float, first)))
    )
    if not judged:
        return Reading((), 0.0)
    numbers = sorted(judged, key=lambda k: -judged[k])
    logits = np.array([judged[k] for k in numbers], np.float32)
    shares = np.exp(logits) / (1.0 + np.exp(logits).sum())
    scored = tuple(
        Scored(passages[matter.sentences[k].passage], matter.sentences[k], float(share), float(logit))
        for k, share, logit in zip(numbers, shares, logits, strict=True)
    )
    weights = (second or reader).calibration
    seen = beside(matter, len(corpus.articles))
    return Reading(scored, calibrated(logits, seen, weights), seen, weights)


def beside(matter: Matter, articles: int) -> Floats:
    """What of the passages as wholes speaks for an answer: how near the nearest is by its vector. On a blog of few
    posts everything is near, and that says nothing: it counts by the logarithm of the number of articles, which
    stands last. (len(BESIDE) + 1,).
    """
    share = math.log1p(articles) / math.log1p(_MANY)
    best = [float(matter.features[:, NAMES.index(name)].max()) for name in BESIDE]
    return np.array([share * x for x in [*best, 1.0]], np.float32)


def again(
    question: str, texts: Sequence[str], matter: Matter, first: Floats, second: Rereader, most: int
) -> dict[int, float]:
    """Read the best-looking passages together with the question: sentence number -> weighted mean of both logits.

    texts: of every passage what was embedded. first: (sentences,) logits of the first reading.
    """
    best = np.full(len(texts), -np.inf)
    for logit, sentence in zip(first, matter.sentences, strict=True):
        best[sentence.passage] = max(best[sentence.passage], float(logit))
    order = np.argsort(-(best - _RANK * np.arange(len(texts))), kind="stable")
    chosen = [int(i) for i in order[:most] if np.isfinite(best[i])]
    said = second.logits(question, texts, matter, chosen)
    return {k: (1 - SHARE) * float(first[k]) + SHARE * logit for k, logit in said.items()}


def ranked(passages: Sequence[Passage], reading: Reading) -> list[Passage]:
    """The passages, best first by what their best sentence says and where they were found.

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


@dataclass(frozen=True, slots=True)
class Batch:
    """A Matter as arrays. tokens: (t, d), all passages' token vectors, one after the other.

    own, head, near: (s, l) row numbers into tokens for each sentence, padded; *_mask: which count.
    features: (s, f); exact: (n, s, 4), both as in Matter.
    """

    question: Floats
    tokens: Floats
    own: NDArray[np.int64]
    own_mask: NDArray[np.bool_]
    head: NDArray[np.int64]
    head_mask: NDArray[np.bool_]
    near: NDArray[np.int64]
    near_mask: NDArray[np.bool_]
    features: Floats
    exact: Floats


def batch(matter: Matter, chosen: Sequence[int] | None = None) -> Batch:
    """The matter's sentences (or the chosen ones, by number) as padded arrays."""
    picked = [matter.sentences[i] for i in (range(len(matter.sentences)) if chosen is None else chosen)]
    offsets = np.cumsum([0, *(len(t) for t in matter.texts)])
    own = _padded([s.own[:_LONGEST] + offsets[s.passage] for s in picked])
    head = _padded([matter.heads[s.passage][:_LONGEST] + offsets[s.passage] for s in picked])
    near = _padded([s.context + offsets[s.passage] for s in picked])
    rows = list(range(len(matter.sentences))) if chosen is None else list(chosen)
    tokens = np.concatenate(matter.texts)
    return Batch(matter.question, tokens, *own, *head, *near, matter.features[rows], matter.exact[:, rows])


def _padded(rows: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    width = max(1, max((len(r) for r in rows), default=1))
    index = np.zeros((len(rows), width), np.int64)
    mask = np.zeros((len(rows), width), np.bool_)
    for i, row in enumerate(rows):
        index[i, : len(row)] = row
        mask[i, : len(row)] = True
    return index, mask


@dataclass(frozen=True, slots=True)
class Net:
    """The weights of one trained network, by the names that train.py gives them."""

    weights: Mapping[str, Floats]

    def logits(self, b: Batch) -> Floats:
        """(s,) one logit for each sentence; "none of them" has logit 0. train.py trains the same sums."""
        w = self.weights
        question, tokens = b.question @ w["project"], b.tokens @ w["project"]
        plain = b.question @ b.tokens.T
        learned = _unit(question) @ _unit(tokens).T
        best = np.stack(
            [
                np.where(mask, cosine[:, index], -1.0).max(axis=-1)
                for cosine in (plain, learned)
                for index, mask in ((b.own, b.own_mask), (b.head, b.head_mask), (b.near, b.near_mask))
            ],
            axis=-1,
        )
        best = np.concatenate([best, b.exact], axis=-1)  # (n, s, 10)
        own, sharp = tokens[b.own], w["sharpness"] * learned[:, b.own]  # (s, l, k), (n, s, l)
        to_text = _softmax(np.where(b.own_mask, sharp, -1e4), axis=-1)
        aligned = np.einsum("nsl,slk->nsk", to_text, own, optimize=True)
        asked = np.broadcast_to(question[:, None], aligned.shape)
        x = np.concatenate([asked, aligned, asked * aligned, best], axis=-1)
        x = _relu(_relu(x @ w["ask1"] + w["ask1_bias"]) @ w["ask2"] + w["ask2_bias"])
        weight = _softmax(b.question @ w["importance"], axis=0)[:, None, None]
        to_question = np.einsum("nsl,nk->slk", _softmax(sharp, axis=0), question, optimize=True)
        y = np.concatenate(
            [own, to_question, own * to_question, plain[:, b.own].max(axis=0)[..., None]], axis=-1
        )
        y = _relu(y @ w["tell"] + w["tell_bias"]) * b.own_mask[..., None]
        told = [y.sum(axis=1) / b.own_mask.sum(axis=1, keepdims=True), y.max(axis=1)]
        seen = np.clip((b.features - w["mean"]) / w["deviation"], -_CLIP, _CLIP)
        z = np.concatenate([(x * weight).sum(axis=0), *told, seen, (best * weight).sum(axis=0)], axis=-1)
        z = _relu(z @ w["out1"] + w["out1_bias"])
        return np.asarray(z @ w["out2"] + w["out2_bias"], np.float32)


@dataclass(frozen=True, slots=True)
class Reader:
    """Networks trained from different seeds, whose logits are averaged, and their calibration."""

    nets: tuple[Net, ...]
    calibration: Floats
    embedder: str

    def logits(self, matter: Matter) -> Floats:
        arrays = batch(matter)
        return np.asarray(np.mean([net.logits(arrays) for net in self.nets], axis=0), np.float32)


def calibrated(logits: Floats, beside: Floats, calibration: Floats) -> float:
    """Logistic regression (Platt, 1999) on what the best sentence and all together say, and on what
    stands beside; a calibration of three weights knows nothing of the latter.
    """
    beside = beside[: len(calibration) - 3]
    signal = np.array([*signals(logits), *beside, 1.0], np.float32)
    return float(1.0 / (1.0 + np.exp(-float(signal @ calibration))))


def signals(logits: Floats) -> tuple[float, float]:
    """The best sentence's logit, and that of "any of them" (log-sum-exp)."""
    top = float(logits.max())
    return top, top + float(np.log(np.exp(logits - top).sum()))


@functools.lru_cache(maxsize=1)
def load_reader(path: Path = WEIGHTS) -> Reader:
    """Read reader.npz: arrays named `<net>/<weight>`, and `calibration`. Raises EmbedderError."""
    if not path.is_file():
        raise EmbedderError(
            "The reader's weights (bot/read/sentence_net.npz) are missing. Run `make train`, or reinstall."
        )
    with np.load(path) as file:
        names = sorted({key.split("/")[0] for key in file.files if "/" in key})
        nets = tuple(
            Net({k.split("/")[1]: file[k].astype(np.float32) for k in file.files if k.startswith(f"{name}/")})
            for name in names
        )
        embedder = str(file["embedder"]) if "embedder" in file.files else DEFAULT_EMBEDDER
        return Reader(nets, file["calibration"].astype(np.float32), embedder)


def check_fits(embedder: str) -> None:
    """Raises EmbedderError if the reader was trained on another model's vectors."""
    trained = load_reader().embedder
    if trained != embedder:
        raise EmbedderError(
            f"The reader was trained for the embedding model {trained!r}, not {embedder!r}. Train it with "
            f"`python -m bot.train.sentence_net --embedder {embedder}`, or unset FOOTNOTE_EMBEDDER."
        )


def _unit(matrix: Floats) -> Floats:
    return np.asarray(matrix / np.maximum(np.linalg.norm(matrix, axis=-1, keepdims=True), 1e-6), np.float32)


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0.0)


def _softmax(x: Floats, *, axis: int) -> Floats:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True), np.float32)
