"""A cross-encoder: question and passage read together, word by word, sentence by sentence.

The embedding model's own six layers, trained further, over question and passage at once (Nogueira & Cho, "Passage
Re-ranking with BERT", 2019), so that every word of one is read in the light of the other. Each token is also marked
with whether its stem is on the other side and how near it comes to anything there (late interaction); such marks
make little training data go far (Chen et al., "Reading Wikipedia to Answer Open-Domain Questions", ACL 2017, section
3.2). Each sentence is judged by the mean of its tokens' states, beside the state of the whole.

Stored is only what training changed: differences to the packaged weights, as int8 with one scale a row. torch is
imported at the first use.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.read.features import ReaderInput
from bot.text.tokens import STOPWORDS, stem, words
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, model_folder, prepare_torch
from ingest.errors import EmbedderError
from ingest.minilm import open_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WEIGHTS = Path(__file__).parent / "cross_encoder.npz"
MARKS = (
    4  # numbers each token is marked with: stem on the other side, nearest cosine there, stop word, heading
)
_UNLIKE = 0.3  # cosine that is assumed for a token that has no vector
_FEWEST = 8  # passages with fewer tokens than this are padded

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
    """A text as transformers' tokeniser cuts it."""
    tokens = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    offsets = np.array(tokens["offset_mapping"], np.int64).reshape(-1, 2)
    return Pieces(text, np.array(tokens["input_ids"], np.int64), offsets[:, 0], offsets[:, 1])


def pair(question: Pieces, passage: Pieces, inputs: ReaderInput, number: int) -> Pair:
    """A question and the passage `number` of its inputs as one sequence."""
    vectors = inputs.texts[number]
    n, t = len(inputs.question), len(vectors)
    near = inputs.question @ vectors.T if n and t else np.full((max(n, 1), max(t, 1)), _UNLIKE, np.float32)
    of_question, of_passage = _stems(question), _stems(passage)
    content = {s for s, stop in of_question if s and not stop}
    anywhere = {stem(word) for word, _, _ in words(passage.text)}
    head = set(inputs.heads[number].tolist())
    left = [_mark(s in anywhere, near[i].max(), stop, False) for i, (s, stop) in enumerate(of_question[:n])]
    right = [
        _mark(s in content, near[:, i].max(), stop, i in head) for i, (s, stop) in enumerate(of_passage[:t])
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


def _mark(shared: bool, nearest: float, stop: bool, heading: bool) -> list[float]:
    return [float(shared), float(nearest), float(stop), float(heading)]


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


def _cut(tokenizer: Tokenizer, text: str) -> Pieces:
    """As cut(), by a tokenizer that has no state, so that threads may share it."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
    return Pieces(text, np.array(encoding.ids, np.int64), offsets[:, 0], offsets[:, 1])


class CrossEncoder:
    """The network, loaded at its first use. Calls from several threads compute at the same time."""

    def __init__(self, weights: Path = WEIGHTS, *, threads: int = 1) -> None:
        """threads: CPU threads of one call, for all that torch computes in this process."""
        self._path = weights
        self._threads = threads
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
        asked = _cut(loaded.tokenizer, question)
        pairs = [pair(asked, _cut(loaded.tokenizer, texts[i]), inputs, i) for i in chosen]
        return loaded.logits([p for p in pairs if p.sentences])

    @property
    def calibration(self) -> Floats:
        """Weights of calibrated() for the mean of both readers' logits."""
        return self._ready().calibration

    def _ready(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._path, self._threads)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    encoder: Any
    head: dict[str, Any]
    calibration: Floats
    half: bool

    def logits(self, pairs: Sequence[Pair]) -> dict[int, float]:
        import torch

        if not pairs:
            return {}
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            states = encode(self.encoder, self.head["marks"], pairs).float()
        found: dict[int, float] = {}
        with torch.inference_mode():
            pieces = [(row, a, b) for row, p in enumerate(pairs) for _, a, b in p.sentences]
            scores = sentence_logits(states, pieces, self.head).tolist()
        numbers = [k for p in pairs for k, _, _ in p.sentences]
        found.update(zip(numbers, scores, strict=True))
        return found


def encode(encoder: Any, marks: Any, pairs: Sequence[Pair]) -> Any:
    """The states of all tokens: (pairs, longest, d) torch tensor. marks: (MARKS, d) tensor."""
    import torch

    n = max([_FEWEST, *(len(p.ids) for p in pairs)])
    ids = torch.zeros((len(pairs), n), dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    marked = torch.zeros((len(pairs), n, MARKS))
    for row, p in enumerate(pairs):
        size = len(p.ids)
        ids[row, :size], types[row, :size] = torch.from_numpy(p.ids), torch.from_numpy(p.types)
        marked[row, :size], mask[row, :size] = torch.from_numpy(p.marks), 1
    embedded = encoder.embeddings.word_embeddings(ids) + marked @ marks
    return encoder(inputs_embeds=embedded, token_type_ids=types, attention_mask=mask).last_hidden_state


def sentence_logits(states: Any, pieces: Sequence[tuple[int, int, int]], head: Any) -> Any:
    """(len(pieces),) logits of sentences, each given as row, start, end of its tokens' states.

    The pieces are in order of their rows. head: tensors out1 (3 d, h), out2 (h, 1) and their biases, and
    in training a dropout.
    """
    import torch

    drop = head.get("drop", lambda x: x)

    t = torch.tensor(pieces)
    place = torch.arange(states.shape[1])
    inside = ((place >= t[:, 1:2]) & (place < t[:, 2:3])).float()
    inside = inside / inside.sum(1, keepdim=True)
    each = torch.bincount(t[:, 0], minlength=len(states)).tolist()
    mean = torch.cat(
        [share @ row for share, row in zip(torch.split(inside, each), states, strict=True) if len(share)]
    )
    whole = states[t[:, 0], 0]
    seen = torch.cat([mean, whole, mean * whole], -1)
    hidden = drop(torch.relu(drop(seen) @ head["out1"] + head["out1_bias"]))
    return (hidden @ head["out2"] + head["out2_bias"])[:, 0]


def _load(path: Path, threads: int) -> _Loaded:
    if not path.is_file():
        raise EmbedderError(
            f"The cross-encoder's weights ({path.name}) are missing. Run `make train`, or reinstall."
        )
    folder = model_folder(DEFAULT_EMBEDDER)
    prepare_torch()
    import torch
    from transformers import AutoModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    assert folder is not None
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    encoder = AutoModel.from_pretrained(str(folder), local_files_only=True)
    encoder.requires_grad_(False)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    weights = encoder.state_dict()
    for name, change in unpacked(arrays).items():
        weights[name] += torch.from_numpy(change)
    head = {
        name.removeprefix("head/"): torch.from_numpy(array.astype(np.float32))
        for name, array in arrays.items()
        if name.startswith("head/")
    }
    return _Loaded(tokenizer, encoder.eval(), head, arrays["calibration"].astype(np.float32), _fast_half())


def _fast_half() -> bool:
    """Does this processor multiply bfloat16 itself? Elsewhere that would be slower than float32."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def packed(changes: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """Differences of weights as int8, each row scaled to its peak: arrays for np.savez."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, change in changes.items():
        peak = np.abs(change).max(axis=-1, keepdims=True)
        scale = np.maximum(peak, 1e-12) / 127.0
        arrays[f"change/{name}"] = np.rint(change / scale).astype(np.int8)
        arrays[f"scale/{name}"] = scale.astype(np.float32)
    return arrays


def unpacked(arrays: dict[str, NDArray[Any]]) -> dict[str, Floats]:
    """What packed() packed, by the same names."""
    return {
        name.removeprefix("change/"): small.astype(np.float32)
        * arrays["scale/" + name.removeprefix("change/")]
        for name, small in arrays.items()
        if name.startswith("change/")
    }
