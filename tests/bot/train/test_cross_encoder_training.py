"""The cross-encoder's training: public sets, competing passages, a few steps, and the file that is written."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from bot.read.cross_encoder import NETWORK, CrossEncoder
from bot.train.competing import competing
from bot.train.public_sets import Row, read_rows
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, SentenceTransformerEmbedder, model_folder
from ingest.minilm import open_tokenizer, read_safetensors

KETTLE = "Kettles\nFill it with vinegar. Boil it twice; rinse."
SENTENCES = ((8, 29), (30, 51))


def row(question: str, text: str = KETTLE, *gold: bool) -> Row:
    right = gold or (True, False)
    places = SENTENCES if text == KETTLE else ((6, len(text)),)
    return Row("kettles", "g", "answered" if any(right) else "human", question, text, places, right)


class Planted:
    """Embeds a text as its first letter's number in one of four directions, near to the next one."""

    def embed_passages(self, texts: list[str]) -> Floats:
        made = np.zeros((len(texts), 4), np.float32)
        for place, text in enumerate(texts):
            made[place, ord(text[0].lower()) % 4] = 1.0
            made[place, (ord(text[0].lower()) + 1) % 4] = 0.5
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def test_a_public_set_is_read_with_its_answers(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    passage = "Fill it with vinegar. Boil it twice."
    lines = [
        {"question": "with what?", "title": "Kettles", "passage": passage, "answers": [[13, 20]], "group": "a", "licence": "MIT"},
        {"question": "with oil?", "title": "", "passage": passage, "answers": [], "group": "a", "neg": "delete"},
    ]  # fmt: skip
    with gzip.open(folder / "train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    first, second = list(read_rows(folder, "train"))
    assert first.text == f"Kettles\n{passage}" and first.gold == (True, False) and first.licence == "MIT"
    assert [first.text[a:b] for a, b in first.sentences] == ["Fill it with vinegar.", "Boil it twice."]
    assert second.text == passage and second.gold == (False, False) and second.kind == "delete"


def test_near_passages_compete_but_not_those_that_hold_the_answer() -> None:
    copy = "Kettle\nFill it with vinegar. And more."
    lamp, jug = "Lamps\nDust the shade.", "Jugs\nWash the jug in the sink."
    rows = [row("kettle how"), row("l", copy, False), row("l", lamp, False), row("j", jug, False)]
    groups = list(competing(rows, Planted(), random.Random(0)))  # type: ignore[arg-type]
    group = next(group for group in groups if group[0].question == "kettle how")
    assert group[0].gold == (True, False) and group[0].cosine == pytest.approx(1.0)
    others = group[1:]
    assert {other.text for other in others} <= {lamp, jug} and others
    assert all(other.question == "kettle how" and not any(other.gold) for other in others)
    assert [other.cosine for other in others] == sorted((other.cosine for other in others), reverse=True)


@pytest.mark.model
def test_a_few_steps_learn_and_what_is_written_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begun from the packaged embedding model, which is at hand, and smaller than the base that ships."""
    import torch

    from bot.train import base_model
    from bot.train.cross_encoder import TrainableCrossEncoder, tokenize_group, train
    from bot.train.export import export

    folder = model_folder(DEFAULT_EMBEDDER) or Path()
    tokenizer = open_tokenizer(folder / "tokenizer.json")
    stored = read_safetensors(folder / "model.safetensors")
    base = {
        k: torch.from_numpy(v.copy()) for k, v in stored.items() if k.startswith(("embeddings.", "encoder."))
    }
    base.pop("embeddings.position_ids", None)
    table = stored["embeddings.word_embeddings.weight"]
    scale = float(np.abs(table).max()) / 127
    coded = np.rint(table / scale + 128).astype(np.uint8)
    base["embeddings.word_embeddings.weight"] = torch.from_numpy(
        (coded - np.float32(128)) * np.float32(scale)
    )
    monkeypatch.setattr(base_model, "read_weights", lambda: dict(base))
    monkeypatch.setattr(base_model, "read_words", lambda: (coded, scale, 128.0))
    lamp = "Lamps\nDust the lamp's shade."
    groups = [
        [row("with what do I fill it"), row("with what do I fill it", lamp, False)],
        [row("how often do I boil it", KETTLE, False, True), row("how often do I boil it", lamp, False)],
    ]
    embedder = SentenceTransformerEmbedder(threads=1)
    examples = [tokenize_group(group, embedder, tokenizer) for group in groups] * 8
    assert [len(example.pairs) for example in examples[:2]] == [2, 2]
    net = train(examples, TrainableCrossEncoder(), seed=0, epochs=10, rate=1e-4)
    pairs = examples[1].pairs
    with torch.inference_mode():
        expected = net.logits(pairs).tolist()
    assert max(expected) == expected[1]
    export(net, tmp_path, {"here": {"questions": 2, "licence": "MIT"}})
    assert (tmp_path / NETWORK).stat().st_size < 13_000_000
    loaded = CrossEncoder(tmp_path)._ready()
    numbered = [pair for pair in pairs if pair is pairs[0]]
    found = loaded.logits(numbered)
    assert [found[0], found[1]] == pytest.approx(expected[:2], abs=0.6)
