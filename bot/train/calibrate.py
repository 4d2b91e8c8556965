"""Calibrate the probability of an answer: `python -m bot.train.calibrate` writes it into the cross-encoder's weights.

A logistic regression (Platt 1999) from the signals of both networks and of the passages to whether the question is
answered. It is fitted on what the networks were not trained on: every sixth post of data/train/reading,
data/eval/article, data/eval/sample, and the other halves of the question sets that `--also` names. Every set has the
same weight, and in it answered and unanswered questions. Held-out questions are not read.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.eval.sets import SetSkipped, read_set
from bot.read import CrossEncoder, Reading, cross_encoder, score_sentences
from bot.read.reading import signals
from bot.retrieve import Corpus, embed_plain, search
from bot.train.cross_encoder import trained_on
from bot.train.sentence_net import DATA, FIRST_POSTS, correct_question, memory_corpus, read_post
from ingest.embedder import Floats, SentenceTransformerEmbedder

OWN = (Path("data/eval/article"), Path("data/eval/sample"))
_PASSAGES = 12


@dataclass(frozen=True, slots=True)
class ReadSet:
    """The signals of a set's questions. signals: (n, 2 + those of passages); answered: (n,), 1 if there is an answer."""

    name: str
    signals: Floats
    answered: Floats


def read_questions(
    questions: Sequence[tuple[str, bool]], corpus: Corpus, embedder: SentenceTransformerEmbedder, name: str
) -> ReadSet:
    """Read every question of a corpus as the bot does. questions: text, and whether there is an answer."""
    reranker = CrossEncoder()
    queries = [correct_question(question, corpus.keywords, embedder) for question, _ in questions]
    rows, labels = [], []
    for (_, answered), question in zip(questions, embed_plain(queries, embedder), strict=True):
        passages = search(question, corpus, k=_PASSAGES)
        reading = score_sentences(question, passages, corpus, cross_encoder=reranker)
        if reading.sentences:
            rows.append(_signals(reading))
            labels.append(float(answered))
    return ReadSet(name, np.array(rows, np.float32), np.array(labels, np.float32))


def _signals(reading: Reading) -> Floats:
    logits = np.array([one.logit for one in reading.sentences], np.float32)
    return np.array([*signals(logits), *reading.passage_signals], np.float32)


def labelled_sets(embedder: SentenceTransformerEmbedder, also: Sequence[Path]) -> Iterator[ReadSet]:
    """The questions to fit on, set by set; sets that are not on this machine are left out with a message."""
    for path in sorted(DATA.glob(FIRST_POSTS))[::6]:
        article, asked = read_post(path)
        yield read_questions(
            [(a.question, bool(a.gold)) for a in asked], memory_corpus([article], embedder), embedder, "posts"
        )
    for folder in (*OWN, *also):
        try:
            found = read_set(folder)
        except SetSkipped as why:
            print(f"left out: {why}")
            continue
        cases = [c for c in found.cases if folder in OWN or not trained_on(c.id)]
        if not cases:
            print(f"left out: all of {found.name} was trained on")
            continue
        questions = [(c.question[:1000], c.answerable) for c in cases if not c.kind]
        yield read_questions(questions, memory_corpus(found.articles, embedder), embedder, found.name)


def fit(reads: Sequence[ReadSet]) -> Floats:
    """Fit the weights: of the signals, then the constant."""
    from sklearn.linear_model import LogisticRegression

    together: dict[str, list[ReadSet]] = {}
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
    parser = argparse.ArgumentParser(description="Calibrate the probability of an answer.")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="question sets in the BEIR layout")
    parser.add_argument("--weights", type=Path, default=cross_encoder.WEIGHTS)
    given = parser.parse_args()
    weights = fit(list(labelled_sets(SentenceTransformerEmbedder(threads=2), given.also)))
    print("calibration", weights.round(3).tolist())
    with np.load(given.weights) as file:
        arrays = {name: file[name] for name in file.files}
    np.savez_compressed(given.weights, **(arrays | {"calibration": weights}))


if __name__ == "__main__":
    main()
