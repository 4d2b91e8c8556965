"""A small network that reads each candidate sentence next to the question.

Every token of the question is aligned with the tokens of the sentence and compared with what it is aligned to, and
the other way round (Parikh et al., "A Decomposable Attention Model", EMNLP 2016), over the embedding model's own
token vectors, beside the features of the sentence. Three networks of 71,000 weights each, run with numpy.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.read.features import ReaderInput
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats
from ingest.errors import EmbedderError

WEIGHTS = Path(__file__).parent / "sentence_net.npz"
_LONGEST = 64  # tokens of a sentence, or of headings, that are looked at
_CLIP = 4.0  # standard deviations: a feature that training never saw so large says no more than this


@dataclass(frozen=True, slots=True)
class Batch:
    """A ReaderInput as arrays. tokens: (t, d), the token vectors of all passages, one after the other.

    own, head, near: (s, l) row numbers into tokens for each sentence, padded; *_mask: which count.
    features: (s, f); exact: (n, s, 4), both as in ReaderInput.
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


def batch(inputs: ReaderInput, chosen: Sequence[int] | None = None) -> Batch:
    """The inputs's sentences (or the chosen ones, by number) as padded arrays."""
    picked = [inputs.sentences[i] for i in (range(len(inputs.sentences)) if chosen is None else chosen)]
    offsets = np.cumsum([0, *(len(t) for t in inputs.texts)])
    own = _padded([s.own[:_LONGEST] + offsets[s.passage] for s in picked])
    head = _padded([inputs.heads[s.passage][:_LONGEST] + offsets[s.passage] for s in picked])
    near = _padded([s.context + offsets[s.passage] for s in picked])
    rows = list(range(len(inputs.sentences))) if chosen is None else list(chosen)
    tokens = np.concatenate(inputs.texts)
    return Batch(inputs.question, tokens, *own, *head, *near, inputs.features[rows], inputs.exact[:, rows])


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
    """The weights of one trained network, by the names they are stored under."""

    weights: Mapping[str, Floats]

    def logits(self, b: Batch) -> Floats:
        """(s,) one logit for each sentence; "none of them" has logit 0. Training computes the same sums."""
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
        summary = [y.sum(axis=1) / b.own_mask.sum(axis=1, keepdims=True), y.max(axis=1)]
        seen = np.clip((b.features - w["mean"]) / w["deviation"], -_CLIP, _CLIP)
        z = np.concatenate([(x * weight).sum(axis=0), *summary, seen, (best * weight).sum(axis=0)], axis=-1)
        z = _relu(z @ w["out1"] + w["out1_bias"])
        return np.asarray(z @ w["out2"] + w["out2_bias"], np.float32)


@dataclass(frozen=True, slots=True)
class SentenceNet:
    """Networks trained from different seeds, whose logits are averaged, and their calibration.

    embedder: name of the embedding model whose vectors they were trained on.
    """

    nets: tuple[Net, ...]
    calibration: Floats
    embedder: str

    def logits(self, inputs: ReaderInput) -> Floats:
        arrays = batch(inputs)
        return np.asarray(np.mean([net.logits(arrays) for net in self.nets], axis=0), np.float32)


@functools.lru_cache(maxsize=1)
def load_sentence_net(path: Path = WEIGHTS) -> SentenceNet:
    """Read the weights: arrays named `<net>/<weight>`, and `calibration`. Raises EmbedderError."""
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
        return SentenceNet(nets, file["calibration"].astype(np.float32), embedder)


def check_embedder(embedder: str) -> None:
    """Raises EmbedderError if the network was trained on another model's vectors."""
    trained = load_sentence_net().embedder
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
