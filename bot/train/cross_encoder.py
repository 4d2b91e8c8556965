"""Train the cross-encoder: `python -m bot.train.cross_encoder` writes its weights from data/train/reading.

ms-marco-MiniLM-L-12-v2 is trained further on question and passage together, in one pass over a mix: questions about the
posts of data/train/reading, half of each question set in the BEIR layout that `--also` names (the questions whose id has an
even SHA-1, so that the other half can be used for evaluation), and the public question sets that `--collection` names; then
in a short one, most of it of data/train/reading; and in a last one over the blogs of data/train/blogs. All sentences of a
question's passages and "none of them" compete in one softmax. About two hours on two cores with amx. No question of
data/eval is read.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bot.eval.sets import read_set
from bot.read import cross_encoder
from bot.read.features import MOST_QUESTION_TOKENS, ReaderInput, Sentence
from bot.read.sentence_net import load_sentence_net
from bot.retrieve import embed_plain
from bot.train import base_model
from bot.train.blogs import BLOGS, blog_examples
from bot.train.competing import competing
from bot.train.export import export
from bot.train.public_sets import Row, read_rows
from bot.train.sentence_net import (
    DATA,
    LATER_POSTS,
    Example,
    TrainingQuestion,
    correct_question,
    example_in,
    examples,
    loss,
    memory_corpus,
)
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import SentenceTransformerEmbedder, model_folder
from ingest.minilm import open_tokenizer

_PASSAGES = 12
_NEGATIVES = 2  # passages without an answer for each question and epoch
_OWN = 1700  # questions about the posts of data/train/reading
_AGAIN_OWN, _AGAIN = 1300, 200  # of them, and of public sets, in the short second pass
_BESIDE_OWN, _BESIDE = 900, 550  # the same, beside the blogs in the last pass
_RATE, _LATER_RATE = 5e-5, 3e-5
_NOTHING = np.zeros((0, 0), np.float32)
# Without dropout inside and with plain attention a step takes a sixth of the time.
_CHEAP: dict[str, Any] = {
    "attn_implementation": "eager",
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout_prob": 0.0,
}
_SIZE: dict[str, Any] = {"vocab_size": 30522, "hidden_size": 384, "intermediate_size": 1536}
_BATCH = 8  # questions per step; sequences of similar length share a pass


@dataclass(frozen=True, slots=True)
class TokenizedExample:
    """A question and its passages as token sequences.

    gold: for each sentence of a pair, does it answer? hard: for each pair, the best logit that the sentence network
    gives to any of its sentences.
    """

    pairs: tuple[cross_encoder.Pair, ...]
    gold: tuple[tuple[bool, ...], ...]
    hard: tuple[float, ...]


def tokenize(found: Sequence[Example], cutter: Any) -> list[TokenizedExample]:
    """Examples as token sequences, made once for all epochs."""
    made = []
    first = load_sentence_net()
    for example in found:
        asked = cross_encoder.cut(cutter, example.query)
        logits = first.logits(example.inputs)
        pairs, gold, hard = [], [], []
        for number, text in enumerate(example.texts):
            one = cross_encoder.pair(asked, cross_encoder.cut(cutter, text), example.inputs, number)
            if one.sentences:
                pairs.append(one)
                gold.append(tuple(k in example.answers for k, _, _ in one.sentences))
                hard.append(max(float(logits[k]) for k, _, _ in one.sentences))
        made.append(TokenizedExample(tuple(pairs), tuple(gold), tuple(hard)))
    return made


def read_benchmark(folder: Path, embedder: SentenceTransformerEmbedder) -> list[Example]:
    """The training half of a question set in the BEIR layout."""
    asked_set = read_set(folder)
    corpus = memory_corpus(asked_set.articles, embedder)
    cases = [c for c in asked_set.cases if trained_on(c.id) and c.answerable == bool(c.any or c.all)]
    queries = [correct_question(case.question, corpus.keywords, embedder) for case in cases]
    made = (
        example_in(corpus, TrainingQuestion(folder.name, question.text, ()), question, {*case.any, *case.all})
        for case, question in zip(cases, embed_plain(queries, embedder), strict=True)
    )
    return [example for example in made if example]


def trained_on(question_id: str) -> bool:
    """Is a benchmark's question in the training half?"""
    return int(hashlib.sha1(question_id.encode()).hexdigest(), 16) % 2 == 0


class TrainableCrossEncoder(nn.Module):
    """The cross-encoder with dropout and trainable parameters. The embeddings of words stay as they were."""

    def __init__(self, h: int = 128, drop: float = 0.1) -> None:
        super().__init__()
        from transformers import BertConfig, BertModel

        weights = base_model.read_weights()
        layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
        config = BertConfig(num_hidden_layers=layers, **_SIZE, **_CHEAP)
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.encoder.load_state_dict(weights)
        self.encoder.embeddings.requires_grad_(False)
        d = self.encoder.config.hidden_size
        self.marks = nn.Parameter(torch.randn(cross_encoder.MARKS, d) * 0.02)
        self.out1, self.out2 = nn.Linear(3 * d, h), nn.Linear(h, 1)
        self.drop = nn.Dropout(drop)

    def forward(self, words: Tensor, types: Tensor, mask: Tensor, marks: Tensor, pool: Tensor) -> Tensor:
        """(b, s) logits of sentences. words: (b, t, d), embeddings of the tokens; the others as in PairBatch."""
        states = self.encoder(
            inputs_embeds=words + marks @ self.marks, token_type_ids=types, attention_mask=mask
        ).last_hidden_state.float()
        mean = pool @ states
        whole = states[:, :1].expand_as(mean)
        seen = torch.cat([mean, whole, mean * whole], -1)
        return torch.as_tensor(self.out2(self.drop(torch.relu(self.out1(self.drop(seen)))))[..., 0])

    def logits(self, pairs: Sequence[cross_encoder.Pair]) -> Tensor:
        """The logits of all sentences of the pairs, in their order."""
        b = cross_encoder.batch_of(pairs)
        types, mask, marks, pool = (torch.from_numpy(x) for x in (b.types, b.mask, b.marks, b.pool))
        words = self.encoder.embeddings.word_embeddings(torch.from_numpy(b.ids))
        with torch.autocast("cpu", torch.bfloat16, enabled=bool(torch.cpu._is_amx_tile_supported())):
            found = self(words, types, mask, marks, pool).float()
        return torch.cat([row[: len(p.sentences)] for row, p in zip(found, pairs, strict=True)])


def train(
    data: Sequence[TokenizedExample], net: TrainableCrossEncoder, *, seed: int, epochs: int, rate: float
) -> TrainableCrossEncoder:
    """Train a network; shuffles and draws by the seed."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    mine = [p for name, p in net.named_parameters() if not name.startswith("encoder") and p.requires_grad]
    base = [p for p in net.encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": base, "lr": rate}, {"params": mine, "lr": 10 * rate}], weight_decay=0.01
    )
    steps = epochs * (len(data) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [rate, 10 * rate], total_steps=steps + 1, pct_start=0.1
    )
    started = time.monotonic()
    for epoch in range(epochs):
        order = draw.sample(list(data), len(data))
        total = 0.0
        for at in range(0, len(order) - _BATCH + 1, _BATCH):
            mean = torch.stack(step_losses(net, order[at : at + _BATCH], draw)).mean()
            optimiser.zero_grad()
            mean.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(mean.detach())
        spent = time.monotonic() - started
        print(f"epoch {epoch + 1}/{epochs} loss {total * _BATCH / len(order):.3f}, {spent:.0f} s", flush=True)
    return net.eval()


def step_losses(
    net: TrainableCrossEncoder, batch: Sequence[TokenizedExample], draw: random.Random
) -> list[Tensor]:
    """The loss of each question; pairs of similar length share a forward pass."""
    picked = [(number, k) for number, example in enumerate(batch) for k in choose(example, draw)]
    picked.sort(key=lambda one: len(batch[one[0]].pairs[one[1]].ids))
    logits: list[Tensor] = []
    owner: list[int] = []
    gold: list[bool] = []
    for at in range(0, len(picked), _BATCH):
        some = picked[at : at + _BATCH]
        logits.append(net.logits([batch[number].pairs[k] for number, k in some]))
        for number, k in some:
            owner += [number] * len(batch[number].gold[k])
            gold += batch[number].gold[k]
    predicted, owners, right = torch.cat(logits), torch.tensor(owner), torch.tensor(gold)
    return [
        loss(predicted[owners == number], right[owners == number])
        for number in range(len(batch))
        if bool((owners == number).any())
    ]


def choose(example: TokenizedExample, draw: random.Random) -> list[int]:
    """Up to three passages with gold and some without, the hardest most often."""
    holds = [k for k, gold in enumerate(example.gold) if any(gold)]
    others = sorted((k for k in range(len(example.pairs)) if k not in holds), key=lambda k: -example.hard[k])[
        :5
    ]
    wanted = _NEGATIVES if holds else _NEGATIVES + 1
    picked: list[int] = []
    while others and len(picked) < wanted:
        picked.append(others.pop(min(int(draw.expovariate(0.8)), len(others) - 1)))
    return holds[:3] + picked


def main() -> None:
    """Train and write the network, with a placeholder for the calibration."""
    parser = argparse.ArgumentParser(description="Train the cross-encoder.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--blogs", type=Path, default=BLOGS)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="question sets in the BEIR layout")
    parser.add_argument("--collection", type=Path, help="folder of public sets (docs/reader.md)")
    parser.add_argument("--out", type=Path, default=cross_encoder.FOLDER)
    given = parser.parse_args()
    embedder = SentenceTransformerEmbedder(threads=2)
    tokenizer = open_tokenizer((model_folder(DEFAULT_EMBEDDER) or Path()) / "tokenizer.json")
    own = tokenize([*examples(given.data, embedder), *examples(given.data, embedder, LATER_POSTS)], tokenizer)
    also = tokenize([e for folder in given.also for e in read_benchmark(folder, embedder)], tokenizer)
    draw = random.Random(0)
    public, origin = read_public(given.collection, embedder, tokenizer, draw)
    mix = [*draw.sample(own, min(_OWN, len(own))), *also, *public]
    print(f"{len(mix)} questions, {len(public)} of them of public sets")
    net = train(mix, TrainableCrossEncoder(), seed=0, epochs=1, rate=_RATE)
    again = [*draw.sample(own, min(_AGAIN_OWN, len(own))), *draw.sample(public, min(_AGAIN, len(public)))]
    net = train(again, net.train(), seed=5, epochs=1, rate=_LATER_RATE)
    blogs = tokenize(list(blog_examples(given.blogs, embedder)), tokenizer)
    beside = [*draw.sample(own, min(_BESIDE_OWN, len(own))), *draw.sample(public, min(_BESIDE, len(public)))]
    net = train([*blogs, *beside], net.train(), seed=11, epochs=1, rate=_LATER_RATE)
    counts = {"questions": min(_OWN, len(own)), "second pass": min(_AGAIN_OWN, len(own))}
    written = {
        "data/train/reading": counts | {"licence": "MIT"},
        "data/train/blogs": {"questions": len(blogs), "licence": "MIT"},
    }
    export(net, given.out, written | origin)


def read_public(
    collection: Path | None, embedder: SentenceTransformerEmbedder, tokenizer: Any, draw: random.Random
) -> tuple[list[TokenizedExample], dict[str, Any]]:
    """The questions of public sets, each with other passages of its set; and how many of each set, by what licence."""
    made, origin = [], {}
    for place in sorted(place for place in collection.iterdir() if place.is_dir()) if collection else []:
        groups = list(competing(list(read_rows(place, "train")), embedder, draw))
        licence = groups[0][0].licence if groups else ""
        origin[place.name] = {"questions": len(groups), "licence": licence}
        made += [tokenize_group(group, embedder, tokenizer) for group in groups]
    return [example for example in made if example.pairs], origin


def tokenize_group(
    group: Sequence[Row], embedder: SentenceTransformerEmbedder, tokenizer: Any
) -> TokenizedExample:
    """A question's rows as token sequences, the nearest first."""
    question = group[0].question
    _, (asked, *read) = embedder.embed_tokens([question, *(row.text for row in group)])
    vectors = asked.vectors[:MOST_QUESTION_TOKENS]
    pieces = cross_encoder.cut(tokenizer, question)
    pairs, gold, hard = [], [], []
    for row, tokens in zip(group, read, strict=True):
        sentences = [
            (Sentence(0, start, end, "paragraph", own, own), right)
            for (start, end), right in zip(row.sentences, row.gold, strict=True)
            if len(own := np.flatnonzero((tokens.starts >= start) & (tokens.starts < end)))
        ]
        head = np.flatnonzero(tokens.starts < row.sentences[0][0])
        inputs = ReaderInput(
            vectors, (tokens.vectors,), (head,), tuple(s for s, _ in sentences), _NOTHING, _NOTHING
        )
        one = cross_encoder.pair(pieces, cross_encoder.cut(tokenizer, row.text), inputs, 0)
        right = tuple(sentences[k][1] for k, _, _ in one.sentences)
        if one.sentences and any(right) == any(row.gold):
            pairs.append(one)
            gold.append(right)
            hard.append(row.cosine)
    return TokenizedExample(tuple(pairs), tuple(gold), tuple(hard))


if __name__ == "__main__":
    main()
