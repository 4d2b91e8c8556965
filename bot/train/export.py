"""The trained cross-encoder as a file for onnxruntime, with weights of eight bits."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bot.read.cross_encoder import ABOUT, MARKS, NETWORK, WORDS
from bot.train import base_model

_HEADS = 12
_UNCALIBRATED = [0.5, 0.5, 0.0]  # until `python -m bot.train.calibrate` has run


def export(net: torch.nn.Module, folder: Path, origin: Mapping[str, Any]) -> None:
    """Write the network to a folder as ONNX, its layers fused, its matrices quantized.

    Weights use seven of their eight bits (`reduce_range`): processors with AVX2 alone add products of eight bits in
    sixteen, which would overflow.
    """
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.optimizer import optimize_model

    net.eval()
    folder.mkdir(parents=True, exist_ok=True)
    width = int(net.encoder.config.hidden_size)  # type: ignore[union-attr,arg-type]
    ones = torch.ones((2, 24), dtype=torch.long)
    words, marks = torch.zeros((2, 24, width)), torch.zeros((2, 24, MARKS))
    pool = torch.full((2, 3, 24), 1 / 24)
    with tempfile.TemporaryDirectory() as place:
        plain, fused = Path(place) / "plain.onnx", Path(place) / "fused.onnx"
        torch.onnx.export(
            net,
            (words, torch.zeros_like(ones), ones, marks, pool),
            str(plain),
            input_names=["words", "types", "mask", "marks", "pool"],
            output_names=["sentences"],
            dynamic_axes={
                **{name: {0: "b", 1: "t"} for name in ("words", "types", "mask", "marks")},
                "pool": {0: "b", 1: "s", 2: "t"},
                "sentences": {0: "b", 1: "s"},
            },
            opset_version=17,
            dynamo=False,
        )
        model = optimize_model(
            str(plain), model_type="bert", num_heads=_HEADS, hidden_size=width, opt_level=0
        )
        model.save_model_to_file(str(fused))
        quantize_dynamic(
            str(fused),
            str(folder / NETWORK),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    embeddings, scale, zero = base_model.read_words()
    np.save(folder / WORDS, embeddings)
    about = {
        "calibration": _UNCALIBRATED,
        "words": [scale, zero],
        "base": base_model.NAME,
        "trained on": dict(origin),
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
