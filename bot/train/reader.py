"""Train the reader: `python -m bot.train.reader` writes its weights.

The packaged embedding model is fine-tuned on question and passage together (Nogueira & Cho, "Passage Re-ranking with
BERT", 2019). Each sentence is judged by the mean of its tokens' states, "none of them" by the first token's state, and
all of a passage compete in one softmax (as a span and "no answer" do in Devlin et al., "BERT", 2019, section 4.3).
The run writes checkpoints, resumes from the newest, and logs its curve. No question of data/eval is read.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bot.eval.measures.metrics import auroc
from bot.train.examples import Example, batches, batches_of_groups, by_group, tokenize
from bot.train.export import export
from bot.train.network import TrainableReader, scores
from bot.train.pairs import batch_of, load_tokenizer
from bot.train.reading_rows import Row, benchmark_rows, mixed, own_rows, read_rows
from bot.train.sentence_net import DATA
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import SentenceTransformerEmbedder, model_folder
from ingest.errors import EmbedderError

RATE = 1.5e-4
_DEV = 400  # questions of each set that the curve is measured on
_REPEATED = 2  # times that the halves of BEIR sets are taken: few, and nearest to what the bot reads
_OWN_NEGATIVES = 0.3  # share of the own rows without an answer that are taken
_FOUND = 5  # passages without an answer beside those with one, in the second round
_SECOND_RATE = RATE / 3


def loss_of(net: TrainableReader, batch: Sequence[Example]) -> Tensor:
    """Cross-entropy of the softmax over sentences and "none", plus a quarter of a binary one for each sentence."""
    b = batch_of([e.pair for e in batch])
    logits, none, real = scores(net, b)
    gold = torch.zeros_like(real)
    for row, example in enumerate(batch):
        gold[row, : len(example.gold)] = torch.tensor(example.gold)
    shares = torch.log_softmax(torch.cat([none[:, None], logits.masked_fill(~real, -1e4)], 1), 1)
    right = torch.cat([~gold.any(1, keepdim=True), gold], 1)
    choice = -torch.logsumexp(shares.masked_fill(~right, -1e4), 1)
    each = nn.functional.binary_cross_entropy_with_logits(
        logits - none[:, None], gold.float(), reduction="none"
    )
    return (choice + 0.25 * (each * real).sum(1) / real.sum(1)).mean()


def loss_together(net: TrainableReader, batch: Sequence[Example]) -> Tensor:
    """As loss_of(), with all passages of a question in one softmax: the passages that retrieval finds compete, too."""
    logits, none, real = scores(net, batch_of([e.pair for e in batch]))
    relative = logits - none[:, None]
    losses = []
    for rows in by_group(batch, range(len(batch))).values():
        values = torch.cat([relative[k][real[k]] for k in rows])
        gold = torch.tensor([answers for k in rows for answers in batch[k].gold])
        shares = torch.log_softmax(torch.cat([values, values.new_zeros(1)]), 0)
        losses.append(-(torch.logsumexp(shares[:-1][gold], 0) if gold.any() else shares[-1]))
    return torch.stack(losses).mean()


@torch.inference_mode()
def judge(net: TrainableReader, examples: Sequence[Example]) -> list[tuple[float, int]]:
    """For each example the logit that its passage answers, and the best sentence's place."""
    net.eval()
    found: list[tuple[float, int]] = [(0.0, 0)] * len(examples)
    order = sorted(range(len(examples)), key=lambda k: len(examples[k].pair.ids))
    for at in range(0, len(order), 32):
        some = order[at : at + 32]
        logits, none, real = scores(net, batch_of([examples[k].pair for k in some]))
        logits = logits.masked_fill(~real, -1e4)
        whether = torch.logsumexp(logits, 1) - none
        for k, value, best in zip(some, whether.tolist(), logits.argmax(1).tolist(), strict=True):
            found[k] = value, best
    net.train()
    return found


def figures(net: TrainableReader, examples: Sequence[Example]) -> dict[str, Any]:
    """AUROC of "is there an answer" by source and by kind, and how often the best sentence is gold."""
    judged = judge(net, examples)
    by: dict[str, list[tuple[Example, float, int]]] = defaultdict(list)
    for example, (value, best) in zip(examples, judged, strict=True):
        by[example.row.source].append((example, value, best))
    out: dict[str, Any] = {}
    for source, some in by.items():
        yes = [v for e, v, _ in some if any(e.gold)]
        no: dict[str, list[float]] = defaultdict(list)
        for e, v, _ in some:
            if not any(e.gold):
                no[e.row.kind].append(v)
        right = [e.gold[best] for e, _, best in some if any(e.gold)]
        out[source] = {
            "auroc": _auroc(yes, [v for vs in no.values() for v in vs]),
            "first": round(sum(right) / max(len(right), 1), 3),
        } | {kind: _auroc(yes, vs) for kind, vs in no.items() if len(vs) >= 20}
    return out


def _auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    return round(auroc([*yes, *no], [True] * len(yes) + [False] * len(no)), 4)


def train(
    net: TrainableReader,
    examples: Sequence[Example],
    dev: Sequence[Example],
    folder: Path,
    *,
    seed: int,
    epochs: int,
    rate: float = RATE,
    together: bool = False,
) -> None:
    """Train, with a checkpoint every ten minutes and a line of figures at each; resumes from what `folder` holds.

    together: the passages of a question compete, instead of each being judged alone.
    """
    torch.manual_seed(seed)
    arrange, loss = (batches_of_groups, loss_together) if together else (batches, loss_of)
    plan = [
        batch for epoch in range(epochs) for batch in arrange(examples, random.Random(1000 * seed + epoch))
    ]
    head = [p for n, p in net.named_parameters() if not n.startswith("encoder")]
    base = [p for p in net.encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": base}, {"params": head}], lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [rate, 5 * rate], total_steps=len(plan) + 1, pct_start=0.06, anneal_strategy="cos"
    )
    checkpoint, done = folder / "checkpoint.pt", 0
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        done = int(state["done"])
    folder.mkdir(parents=True, exist_ok=True)
    started = saved = time.monotonic()
    total, rows = [], 0
    net.train()
    for step in range(done, len(plan)):
        value = loss(net, plan[step])
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total.append(float(value.detach()))
        rows += len(plan[step])
        if (step + 1) % 100 == 0:
            now = time.monotonic()
            log = {"step": step + 1, "of": len(plan), "loss": round(float(np.mean(total[-100:])), 4)}
            print(json.dumps(log | {"rows_s": round(rows / (now - started), 1)}), flush=True)
        if time.monotonic() - saved > 600 or step + 1 == len(plan):
            state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "done": step + 1}
            state["schedule"] = schedule.state_dict()
            torch.save(state, folder / "checkpoint.tmp")
            (folder / "checkpoint.tmp").replace(checkpoint)
            line = json.dumps({"step": step + 1, "dev": figures(net, dev)})
            print(line, flush=True)
            saved = time.monotonic()


def rows_of(collection: Path | None, also: Sequence[Path], draw: random.Random) -> list[Row]:
    """Everything to train on: the project's own questions, a collection of public sets, halves of BEIR sets."""
    embedder = SentenceTransformerEmbedder(threads=2)
    own = [
        row for row in own_rows(DATA, embedder) if row.kind == "answered" or draw.random() < _OWN_NEGATIVES
    ]
    public = mixed(collection, draw) if collection else []
    halves = [row for folder in also for row in list(benchmark_rows(folder, embedder)) * _REPEATED]
    return [*own, *public, *halves]


def found_rows(also: Sequence[Path]) -> list[Row]:
    """Questions with the passages that retrieval finds for them, as the bot reads them."""
    embedder = SentenceTransformerEmbedder(threads=2)
    halves = [row for folder in also for row in benchmark_rows(folder, embedder, _FOUND)]
    return [*own_rows(DATA, embedder, _FOUND), *halves]


def dev_examples(collection: Path | None, tokenizer: Any) -> list[Example]:
    """Some of each public set's dev part, on which the curve is measured."""
    found: list[Example] = []
    for place in sorted(collection.iterdir()) if collection else []:
        if place.is_dir():
            rows = list(read_rows(place, "dev"))
            found += tokenize(random.Random(1).sample(rows, min(len(rows), _DEV)), tokenizer)
    return found


def main() -> None:
    """Train, and write the network that onnxruntime reads."""
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument(
        "--collection", type=Path, help="folder of public sets: question, title, passage, answers"
    )
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="question sets in the BEIR layout")
    parser.add_argument("--run", type=Path, default=Path("data/train/run"), help="checkpoints; resumed from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("data/train/run/reader"))
    options = parser.parse_args()
    draw = random.Random(options.seed)
    folder = model_folder(DEFAULT_EMBEDDER)
    if folder is None:
        raise EmbedderError("The packaged embedding model is missing; install Footnote's dependencies again.")
    tokenizer = load_tokenizer(folder)
    rows = rows_of(options.collection, options.also, draw)
    examples = tokenize(rows, tokenizer, draw)
    print(f"{len(examples)} questions with a passage each", flush=True)
    torch.set_num_threads(2)
    net = TrainableReader()
    dev = dev_examples(options.collection, tokenizer)
    train(net, examples, dev, options.run, seed=options.seed, epochs=options.epochs)
    found = tokenize(found_rows(options.also), tokenizer)
    second = options.run / "together"
    train(net, found, dev, second, seed=options.seed, epochs=1, rate=_SECOND_RATE, together=True)
    export(net, options.out, origin_of(rows))


def origin_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What was trained on: rows and licence of each source."""
    counts = Counter(row.source for row in rows)
    licences = {row.source: row.licence for row in rows}
    return {name: {"rows": counts[name], "licence": licences[name]} for name in sorted(counts)}


if __name__ == "__main__":
    main()
