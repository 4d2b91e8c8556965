"""The packaged embedding model in onnxruntime: no torch, whose import alone takes seconds.

The graph is packaged here without weights; the weights are read from the model's own file, so nothing is stored twice.
onnxruntime is imported at the first use.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

GRAPH = Path(__file__).parent / "minilm.onnx"  # python -m bot.train.encoder_graph
DIMENSION, LONGEST = 384, 256  # of a vector; tokens of a text that are read, special ones included
_LAYERS, _WIDE, _WORDS, _PLACES, _KINDS = 6, 1536, 30522, 512, 2
_BATCH_TOKENS = 4096  # padding included: what is read at once, some 40 MB

Floats = NDArray[np.float32]
Shape = tuple[int, ...]


def _layer_shapes(layer: int) -> dict[str, Shape]:
    d = DIMENSION
    shapes: dict[str, Shape] = {
        "attend": (d, 3 * d), "attend_bias": (3 * d,), "join": (d, d), "join_bias": (d,),
        "norm1": (d,), "norm1_bias": (d,), "widen": (d, _WIDE), "widen_bias": (_WIDE,),
        "narrow": (_WIDE, d), "narrow_bias": (d,), "norm2": (d,), "norm2_bias": (d,),
    }  # fmt: skip
    return {f"{layer}/{name}": shape for name, shape in shapes.items()}


# The graph's names of its weights, and their shapes; frozen with the graph.
WEIGHTS: Mapping[str, Shape] = {
    "embeddings/words": (_WORDS, DIMENSION),
    "embeddings/places": (_PLACES, DIMENSION),
    "embeddings/kinds": (_KINDS, DIMENSION),
    "embeddings/norm": (DIMENSION,),
    "embeddings/norm_bias": (DIMENSION,),
    **{name: shape for layer in range(_LAYERS) for name, shape in _layer_shapes(layer).items()},
}


class MiniLM:
    """The model, loaded. May be shared by threads, which then compute at the same time.

    Args:
        folder: Of the packaged model.
        threads: That one call computes with.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._tokenizer = open_tokenizer(folder / "tokenizer.json")
        self._tokenizer.enable_truncation(LONGEST)
        self._session = open_session(GRAPH.read_bytes(), threads, _weights(folder / "model.safetensors"))

    def encode(self, texts: Sequence[str]) -> list[tuple[list[tuple[int, int]], Floats]]:
        """For each text the offsets of its tokens, special ones included as empty ones, and their (t, d) states."""
        encodings = self._tokenizer.encode_batch(list(texts))
        found: list[tuple[list[tuple[int, int]], Floats]] = [([], np.empty(0, np.float32))] * len(texts)
        for rows in _batches(encodings):
            states = self._states([encodings[row] for row in rows])
            for row, own in zip(rows, states, strict=True):
                offsets = encodings[row].offsets
                found[row] = offsets, own[: len(offsets)]
        return found

    def _states(self, encodings: Sequence[Encoding]) -> Floats:
        longest = max(len(one.ids) for one in encodings)
        ids = np.zeros((len(encodings), longest), np.int32)
        mask = np.zeros_like(ids)
        for row, one in enumerate(encodings):
            ids[row, : len(one.ids)], mask[row, : len(one.ids)] = one.ids, 1
        inputs = {"ids": ids, "types": np.zeros_like(ids), "mask": mask}
        return np.asarray(self._session.run(["states"], inputs)[0], np.float32)


def open_tokenizer(file: Path) -> Tokenizer:
    """A tokenizer that neither pads nor cuts off, whatever its file says."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _batches(encodings: Sequence[Encoding]) -> list[list[int]]:
    """Rows that are read together: of similar lengths, so that little is padding."""
    order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
    found: list[list[int]] = []
    for row in order:
        if not found or (len(found[-1]) + 1) * len(encodings[row].ids) > _BATCH_TOKENS:
            found.append([])
        found[-1].append(row)
    return found


def open_session(graph: bytes, threads: int, weights: Mapping[str, Floats] | None = None) -> InferenceSession:
    """A network, to be run. weights: those that the graph names and does not hold."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the memory of the longest batch
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if weights:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
        options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _weights(file: Path) -> dict[str, Floats]:
    """The weights under the graph's names; matrices are stored the other way round there."""
    stored = read_safetensors(file)

    def matrix(name: str) -> Floats:
        return np.ascontiguousarray(stored[f"{name}.weight"].T)

    names = {"words": "word_embeddings", "places": "position_embeddings", "kinds": "token_type_embeddings"}
    found = {f"embeddings/{ours}": stored[f"embeddings.{theirs}.weight"] for ours, theirs in names.items()}
    found["embeddings/norm"] = stored["embeddings.LayerNorm.weight"]
    found["embeddings/norm_bias"] = stored["embeddings.LayerNorm.bias"]
    for layer in range(_LAYERS):
        here = f"encoder.layer.{layer}"
        three = [f"{here}.attention.self.{name}" for name in ("query", "key", "value")]
        found[f"{layer}/attend"] = np.concatenate([matrix(name) for name in three], axis=1)
        found[f"{layer}/attend_bias"] = np.concatenate([stored[f"{name}.bias"] for name in three])
        parts = {
            "join": f"{here}.attention.output.dense", "widen": f"{here}.intermediate.dense",
            "narrow": f"{here}.output.dense",
        }  # fmt: skip
        for ours, theirs in parts.items():
            found[f"{layer}/{ours}"] = matrix(theirs)
            found[f"{layer}/{ours}_bias"] = stored[f"{theirs}.bias"]
        for ours, theirs in {"norm1": f"{here}.attention.output", "norm2": f"{here}.output"}.items():
            found[f"{layer}/{ours}"] = stored[f"{theirs}.LayerNorm.weight"]
            found[f"{layer}/{ours}_bias"] = stored[f"{theirs}.LayerNorm.bias"]
    return found


def read_safetensors(file: Path) -> dict[str, Floats]:
    """The float32 arrays of a file in the safetensors format, mapped into memory rather than read.

    Raises:
        OSError, ValueError, KeyError: It is not such a file.
    """
    mapped = np.memmap(file, np.uint8, mode="r")
    size = int.from_bytes(mapped[:8].tobytes(), "little")
    header: dict[str, Any] = json.loads(mapped[8 : 8 + size].tobytes())
    body = mapped[8 + size :]
    return {
        name: body[slice(*about["data_offsets"])].view(np.float32).reshape(about["shape"])
        for name, about in header.items()
        if name != "__metadata__" and about["dtype"] == "F32"
    }
