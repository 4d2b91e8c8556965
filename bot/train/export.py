"""The trained reader as a file for onnxruntime, with weights of eight bits."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from bot.train.network import TrainableReader
from ingest.config import DEFAULT_EMBEDDER

NETWORK, ABOUT = "reader.onnx", "reader.json"  # the latter: the calibration, and what was trained on what
_HEADS = 12
_UNCALIBRATED = [0.0, 1.0, 0.0]  # until `python -m bot.train.calibrate` has run


def export(net: TrainableReader, folder: Path, origin: Mapping[str, Any]) -> None:
    """Write the network to a folder as ONNX, its layers fused, its matrices quantized.

    Weights use seven of their eight bits (`reduce_range`): processors with AVX2 alone add products of eight bits in
    sixteen, which would overflow.
    """
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.optimizer import optimize_model

    net.eval()
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.ones((2, 24), dtype=torch.long)
    pool = torch.full((2, 3, 24), 1 / 24)
    with tempfile.TemporaryDirectory() as place:
        plain, fused = Path(place) / "plain.onnx", Path(place) / "fused.onnx"
        torch.onnx.export(
            net,
            (ids, torch.zeros_like(ids), ids, pool),
            str(plain),
            input_names=["ids", "types", "mask", "pool"],
            output_names=["sentences", "none"],
            dynamic_axes={
                **{name: {0: "b", 1: "t"} for name in ("ids", "types", "mask")},
                "pool": {0: "b", 1: "s", 2: "t"},
                "sentences": {0: "b", 1: "s"},
                "none": {0: "b"},
            },
            opset_version=17,
            dynamo=False,
        )
        width = int(net.encoder.config.hidden_size)
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
    about = {"calibration": _UNCALIBRATED, "base": DEFAULT_EMBEDDER, "trained on": dict(origin)}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
