"""Calibrate the probability of an answer: `python -m bot.train.calibrate` writes it beside the cross-encoder's weights.

A logistic regression (Platt 1999) from the signals of the sentences to whether a question is answered, fitted
on blogs that neither network was trained on. Every blog has the same weight, and in it answered and unanswered questions. How well one
calibration serves a blog that it has not seen is measured by leaving out one blog at a time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.eval.sets import SetSkipped, read_set
from bot.read import CrossEncoder, Reading, score_sentences
from bot.read.cross_encoder import ABOUT, FOLDER
from bot.read.reading import signals
from bot.retrieve import embed_plain, search
from bot.train.sentence_net import correct_question, memory_corpus
from ingest.embedder import Floats, SentenceTransformerEmbedder

BLOGS = tuple(Path("data/eval") / name for name in ("recipes", "diary", "clinic", "sample", "article"))
_PASSAGES = 12


@dataclass(frozen=True, slots=True)
class ReadSet:
    """A blog's questions as they were read. signals: (n, 2); answered: (n,) bool."""

    name: str
    signals: Floats
    answered: NDArray[np.bool_]


def read_blogs(folders: Sequence[Path], cross_encoder: CrossEncoder) -> Iterator[ReadSet]:
    """Read every blog's questions as the bot does; sets that are not on this machine are left out with a message."""
    embedder = SentenceTransformerEmbedder(threads=2)
    for folder in folders:
        try:
            found = read_set(folder)
        except SetSkipped as why:
            print(f"left out: {why}")
            continue
        corpus = memory_corpus(found.articles, embedder)
        cases = [case for case in found.cases if not case.kind and not case.history]
        queries = [correct_question(case.question, corpus.keywords, embedder) for case in cases]
        rows, answered = [], []
        for case, question in zip(cases, embed_plain(queries, embedder), strict=True):
            passages = search(question, corpus, k=_PASSAGES)
            reading = score_sentences(question, passages, corpus, cross_encoder=cross_encoder)
            if reading.sentences:  # without any the bot abstains
                rows.append(_signals(reading))
                answered.append(case.answerable)
        yield ReadSet(found.name, np.array(rows, np.float32), np.array(answered))


def _signals(reading: Reading) -> Floats:
    logits = np.array([one.logit for one in reading.sentences], np.float32)
    return np.array(signals(logits), np.float32)


def fit(blogs: Sequence[ReadSet]) -> Floats:
    """Fit the weights: of the signals, then the constant."""
    from sklearn.linear_model import LogisticRegression

    x, y, w = [], [], []
    for blog in blogs:
        share = float(blog.answered.mean())
        x.append(blog.signals)
        y.append(blog.answered)
        w.append(np.where(blog.answered, 0.5 / share, 0.5 / (1 - share)) / len(blog.answered))
    weight = np.concatenate(w)
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit(np.vstack(x), np.concatenate(y), sample_weight=weight * len(weight) / weight.sum())
    return np.array([*model.coef_[0], model.intercept_[0]], np.float32)


def balanced_accuracy(blog: ReadSet, calibration: Floats, threshold: float = 0.0) -> float:
    """The mean of the shares of answered and of unanswered questions that fall on their side."""
    says = blog.signals @ calibration[:-1] + calibration[-1] > threshold
    return float((says[blog.answered].mean() + (~says[~blog.answered]).mean()) / 2)


def best_accuracy(blog: ReadSet, calibration: Floats) -> float:
    """The same with the threshold that is best for this blog."""
    values = blog.signals @ calibration[:-1] + calibration[-1]
    return max(balanced_accuracy(blog, calibration, float(value) - 1e-6) for value in values)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description="Calibrate the probability of an answer.")
    parser.add_argument("--blogs", type=Path, nargs="*", default=list(BLOGS), help="question sets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="the cross-encoder's files")
    options = parser.parse_args()
    blogs = list(read_blogs(options.blogs, CrossEncoder(options.folder)))
    for blog in blogs:
        others = fit([other for other in blogs if other is not blog]) if len(blogs) > 1 else fit(blogs)
        reached, best = balanced_accuracy(blog, others), best_accuracy(blog, others)
        print(f"{blog.name}: balanced accuracy {reached:.3f} by the others' calibration, at best {best:.3f}")
    calibration = fit(blogs)
    print("calibration", calibration.round(3).tolist())
    file = options.folder / ABOUT
    about = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    about["calibration"] = [round(float(value), 5) for value in calibration]
    file.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
