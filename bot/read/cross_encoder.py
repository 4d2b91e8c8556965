"""A cross-encoder: question and passage read together, word by word, sentence by sentence.

ms-marco-MiniLM-L-12-v2, which learnt to rank passages for what people asked a search engine, trained further on which
sentence answers (Nogueira & Cho, "Passage Re-ranking with BERT", 2019). Each token is also marked with whether its stem is on
the other side (Chen et al., "Reading Wikipedia to Answer Open-Domain Questions", ACL 2017, section 3.2). Each sentence is
judged by the mean of its tokens' states, beside the state of the whole.

It runs in onnxruntime, its matrices and its embeddings of words in eight bits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.read.features import ReaderInput
from bot.text.tokens import STOPWORDS, stem, words
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, model_folder
from ingest.errors import EmbedderError
from ingest.minilm import open_session, open_tokenizer

FOLDER = Path(__file__).parent / "weights"
NETWORK, WORDS = "cross_encoder.onnx", "cross_encoder_words.npy"
ABOUT = "cross_encoder.json"  # calibration, scale and zero of the words, what it was trained on
MARKS = 3  # numbers each token is marked with: stem on the other side, stop word, heading
_TOGETHER = 256  # tokens of a batch, padding included: larger ones are slower, for what they pad and for a core's cache

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Question and passage as one sequence of n tokens. ids, types: (n,); marks: (n, MARKS).

    sentences: for each sentence its number in ReaderInput.sentences and the tokens [start, end) it has here.
    """

    ids: Ints
    types: Ints
    marks: Floats
    sentences: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as the tokeniser cuts it, without special tokens. ids, starts, ends: (n,)."""

    text: str
    ids: Ints
    starts: Ints
    ends: Ints


def cut(tokenizer: Any, text: str) -> Pieces:
    """A text as a `tokenizers.Tokenizer` cuts it."""
    tokens = tokenizer.encode(text, add_special_tokens=False)
    offsets = np.array(tokens.offsets, np.int64).reshape(-1, 2)
    return Pieces(text, np.array(tokens.ids, np.int64), offsets[:, 0], offsets[:, 1])


def pair(question: Pieces, passage: Pieces, inputs: ReaderInput, number: int) -> Pair:
    """A question and the passage `number` of its inputs as one sequence."""
    n, t = len(inputs.question), len(inputs.texts[number])
    of_question, of_passage = _stems(question), _stems(passage)
    content = {s for s, stop in of_question if s and not stop}
    anywhere = {stem(word) for word, _, _ in words(passage.text)}
    head = set(inputs.heads[number].tolist())
    left = [[float(s in anywhere), float(stop), 0.0] for s, stop in of_question[:n]]
    right = [
        [float(s in content), float(stop), float(i in head)] for i, (s, stop) in enumerate(of_passage[:t])
    ]
    plain = [[0.0] * MARKS]
    first = len(left) + 2
    ids = [101, *question.ids[: len(left)], 102, *passage.ids[: len(right)], 102]
    types = [0] * first + [1] * (len(right) + 1)
    places = tuple(
        (k, first + int(s.own[0]), first + int(s.own[-1]) + 1)
        for k, s in enumerate(inputs.sentences)
        if s.passage == number and int(s.own[-1]) < len(right)
    )
    marks = np.array(plain + left + plain + right + plain, np.float32)
    return Pair(np.array(ids, np.int64), np.array(types, np.int64), marks, places)


def _stems(pieces: Pieces) -> list[tuple[str, bool]]:
    """For each token the stem of the word it is part of ("" for punctuation), and if that is a stop word."""
    found = [("", False)] * len(pieces.ids)
    at = 0
    for word, start, end in words(pieces.text):
        while at < len(found) and pieces.ends[at] <= start:
            at += 1
        here = (stem(word), word in STOPWORDS)
        while at < len(found) and pieces.starts[at] < end:
            found[at] = here
            at += 1
    return found


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Pairs, padded to the longest.

    ids, types, mask: (b, t) int64. marks: (b, t, MARKS) float32. pool: (b, s, t) float32, each row the mean over a
    sentence's tokens, or zero where a pair has fewer sentences.
    """

    ids: Ints
    types: Ints
    mask: Ints
    marks: Floats
    pool: Floats


def batch_of(pairs: Sequence[Pair]) -> PairBatch:
    """Pairs of similar length in one batch."""
    longest, most = max(len(p.ids) for p in pairs), max(1, *(len(p.sentences) for p in pairs), 1)
    ids = np.zeros((len(pairs), longest), np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    marks = np.zeros((len(pairs), longest, MARKS), np.float32)
    pool = np.zeros((len(pairs), most, longest), np.float32)
    for row, p in enumerate(pairs):
        n = len(p.ids)
        ids[row, :n], types[row, :n], mask[row, :n], marks[row, :n] = p.ids, p.types, 1, p.marks
        for k, (_, start, end) in enumerate(p.sentences):
            pool[row, k, start:end] = 1.0 / (end - start)
    return PairBatch(ids, types, mask, marks, pool)


class CrossEncoder:
    """The network, loaded at its first use. May be shared by threads.

    Args:
        folder: Where its files are.
        threads: How many threads one reading may use; 0: as many as there are cores.
    """

    def __init__(self, folder: Path = FOLDER, *, threads: int = 1) -> None:
        self._folder, self._threads = folder, threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def logits(
        self, question: str, texts: Sequence[str], inputs: ReaderInput, chosen: Sequence[int]
    ) -> dict[int, float]:
        """For the sentences of the chosen passages (by number): the logit that each answers.

        texts: of every passage what was embedded (title, headings and body). A sentence that does
        not fit into what the model reads is left out. Raises EmbedderError if the weights are missing.
        """
        loaded = self._ready()
        asked = cut(loaded.tokenizer, question)
        pairs = [pair(asked, cut(loaded.tokenizer, texts[i]), inputs, i) for i in chosen]
        return loaded.logits([p for p in pairs if p.sentences])

    @property
    def calibration(self) -> Floats:
        """Weights of calibrated() for the mean of both readers' logits."""
        return self._ready().calibration

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder, self._threads)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Any
    words: NDArray[np.uint8]
    scale: float
    zero: float
    session: Any
    calibration: Floats

    def logits(self, pairs: Sequence[Pair]) -> dict[int, float]:
        found: dict[int, float] = {}
        for some in _batches(pairs):
            b = batch_of(some)
            words = (self.words[b.ids] - np.float32(self.zero)) * np.float32(self.scale)
            inputs = {"words": words, "types": b.types, "mask": b.mask}
            (scores,) = self.session.run(None, inputs | {"marks": b.marks, "pool": b.pool})
            for row, p in zip(scores, some, strict=True):
                found.update({k: float(row[place]) for place, (k, _, _) in enumerate(p.sentences)})
        return found


def _batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Pairs of similar length together."""
    order = sorted(pairs, key=lambda p: -len(p.ids))
    while order:
        size = max(1, _TOGETHER // len(order[0].ids))
        yield order[:size]
        del order[:size]


def _load(folder: Path, threads: int) -> _Loaded:
    model = model_folder(DEFAULT_EMBEDDER)
    if not all((folder / name).is_file() for name in (NETWORK, WORDS, ABOUT)) or model is None:
        raise EmbedderError(
            "The cross-encoder's weights are missing. Run `make train-cross-encoder` in a clone, or reinstall Footnote."
        )
    session = open_session((folder / NETWORK).read_bytes(), threads)
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    calibration = np.array(about["calibration"], np.float32)
    words = np.load(folder / WORDS, mmap_mode="r")
    tokenizer = open_tokenizer(model / "tokenizer.json")  # the same words, by the same numbers
    scale, zero = (float(value) for value in about["words"])
    return _Loaded(tokenizer, words, scale, zero, session, calibration)
