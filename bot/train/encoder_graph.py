"""The graph of the packaged embedding model for onnxruntime, without its weights: `python -m bot.train.encoder_graph`.

BERT's encoder in onnxruntime's fused operators. The weights are named and shaped here, and taken from the packaged
model when it is loaded, so the file holds a few kilobytes.
"""

from __future__ import annotations

from typing import Any

from onnx import ModelProto, TensorProto, helper

from ingest.minilm import GRAPH, WEIGHTS, Shape

_FUSED = "com.microsoft"
_HEADS = 12
_EPSILON = 1e-12


def build_graph() -> ModelProto:
    """ids, types, mask: (b, t) int32. states: (b, t, 384) float32, what BERT's last layer gives."""
    nodes: list[Any] = []

    def add(kind: str, inputs: list[str], output: str, domain: str = _FUSED, **attributes: Any) -> str:
        outputs = [output, "unused"] if kind == "EmbedLayerNormalization" else [output]
        nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return output

    words, places, kinds = ("embeddings/words", "embeddings/places", "embeddings/kinds")
    norm = ["embeddings/norm", "embeddings/norm_bias"]
    x = add(
        "EmbedLayerNormalization", ["ids", "types", words, places, kinds, *norm], "embedded", epsilon=_EPSILON
    )
    layers = sorted({name.split("/")[0] for name in WEIGHTS if name[0].isdigit()}, key=int)
    for layer in layers:
        w = [f"{layer}/{name}" for name in ("attend", "attend_bias")]
        seen = add("Attention", [x, *w, "mask"], f"{layer}/seen", num_heads=_HEADS)
        seen = add("MatMul", [seen, f"{layer}/join"], f"{layer}/joined", domain="")
        norm = [f"{layer}/{name}" for name in ("norm1", "norm1_bias", "join_bias")]
        x = add("SkipLayerNormalization", [seen, x, *norm], f"{layer}/first", epsilon=_EPSILON)
        wide = add("MatMul", [x, f"{layer}/widen"], f"{layer}/wide", domain="")
        wide = add("BiasGelu", [wide, f"{layer}/widen_bias"], f"{layer}/active")
        narrow = add("MatMul", [wide, f"{layer}/narrow"], f"{layer}/narrowed", domain="")
        norm = [f"{layer}/{name}" for name in ("norm2", "norm2_bias", "narrow_bias")]
        output = "states" if layer == layers[-1] else f"{layer}/second"
        x = add("SkipLayerNormalization", [narrow, x, *norm], output, epsilon=_EPSILON)
    tokens = [
        helper.make_tensor_value_info(n, TensorProto.INT32, ["b", "t"]) for n in ("ids", "types", "mask")
    ]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["b", "t", WEIGHTS["0/join"][0]])
    weights = [_absent(name, shape) for name, shape in WEIGHTS.items()]
    graph = helper.make_graph(nodes, "encoder", tokens, [states], weights)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8)


def _absent(name: str, shape: Shape) -> TensorProto:
    """A weight that is added when the graph is loaded."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights")
    return tensor


def main() -> None:
    GRAPH.write_bytes(build_graph().SerializeToString())


if __name__ == "__main__":
    main()
