"""Fit how sure the bot may be: `python -m bot.train.calibrate` writes the calibration into bot/read/cross_encoder.npz.

A logistic regression (Platt, 1999; reader.calibrated()) from what both readings say of a question, and from what
stands beside, to whether it is answered. Fitted on what the readers have not learnt: every sixth post of
data/train/reading, data/eval/article and data/eval/sample, and of the question sets in the BEIR layout those halves that
train_joint.py leaves out. Every set weighs the same, and in it answered and unanswered questions.

What this file does not know: the held-out questions, which it does not read.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.eval.sets.case import SetSkipped
from bot.eval.sets.folder import read_set
from bot.read import CrossEncoder, Reading, cross_encoder, score_sentences
from bot.read.reading import signals
from bot.retrieve import Corpus, embed_plain, search
from bot.train.cross_encoder import trained_on
from bot.train.sentence_net import DATA, FIRST, prepare, read_post, shelve
from ingest.embedder import Floats, SentenceTransformerEmbedder

OWN = (Path("data/eval/article"), Path("data/eval/sample"))
OTHERS = tuple(Path("../shared/eval") / name for name in ("clapnq-dev", "squad2-dev"))
_PASSAGES = 12


@dataclass(frozen=True, slots=True)
class Read:
    """A set's questions, read. signals: (n, 2 + signals of passages); answered: (n,) whether there is an answer."""

    name: str
    signals: Floats
    answered: Floats


def answers(
    questions: Sequence[tuple[str, bool]], corpus: Corpus, embedder: SentenceTransformerEmbedder, name: str
) -> Read:
    """Read every question of a corpus as the bot does. questions: text, and whether there is an answer."""
    reranker = CrossEncoder()
    queries = [prepare(question, corpus.keywords, embedder) for question, _ in questions]
    rows, kept = [], []
    for (_, answered), question in zip(questions, embed_plain(queries, embedder), strict=True):
        passages = search(question, corpus, k=_PASSAGES)
        reading = score_sentences(question, passages, corpus, cross_encoder=reranker)
        if reading.sentences:
            rows.append(_signals(reading))
            kept.append(float(answered))
    return Read(name, np.array(rows, np.float32), np.array(kept, np.float32))


def _signals(reading: Reading) -> Floats:
    logits = np.array([one.logit for one in reading.sentences], np.float32)
    return np.array([*signals(logits), *reading.passage_signals], np.float32)


def labelled(embedder: SentenceTransformerEmbedder) -> Iterator[Read]:
    """The questions to fit on, set by set; sets that are not on this machine are left out."""
    for path in sorted(DATA.glob(FIRST))[::6]:
        article, asked = read_post(path)
        yield answers(
            [(a.question, bool(a.gold)) for a in asked], shelve([article], embedder), embedder, "posts"
        )
    for folder in (*OWN, *OTHERS):
        try:
            found = read_set(folder)
        except SetSkipped as why:
            print(f"left out: {why}")
            continue
        cases = [c for c in found.cases if folder in OWN or not trained_on(c.id)]
        if not cases:
            print(f"left out: all of {found.name} was learnt")
            continue
        questions = [(c.question[:1000], c.answerable) for c in cases if not c.kind]
        yield answers(questions, shelve(found.articles, embedder), embedder, found.name)


def fit(reads: Sequence[Read]) -> Floats:
    """The weights for reader.calibrated(): of the signals, then the constant."""
    from sklearn.linear_model import LogisticRegression

    together: dict[str, list[Read]] = {}
    for one in reads:
        together.setdefault(one.name, []).append(one)
    x, y, w = [], [], []
    for mine in together.values():
        answered = np.concatenate([one.answered for one in mine])
        share = float(answered.mean())
        x.append(np.vstack([one.signals for one in mine]))
        y.append(answered)
        w.append(np.where(answered > 0, 0.5 / share, 0.5 / (1 - share)) / len(answered))
    signal, weight = np.vstack(x), np.concatenate(w)
    mean, deviation = signal.mean(0), signal.std(0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(
        (signal - mean) / deviation, np.concatenate(y), sample_weight=weight * len(weight) / weight.sum()
    )
    slopes = model.coef_[0] / deviation
    return np.array([*slopes, model.intercept_[0] - float(slopes @ mean)], np.float32)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description="Calibrate the reader.")
    parser.add_argument("--weights", type=Path, default=cross_encoder.WEIGHTS)
    given = parser.parse_args()
    weights = fit(list(labelled(SentenceTransformerEmbedder(threads=2))))
    print("calibration", weights.round(3).tolist())
    with np.load(given.weights) as file:
        arrays = {name: file[name] for name in file.files}
    np.savez_compressed(given.weights, **(arrays | {"calibration": weights}))


if __name__ == "__main__":
    main()
