"""Train the classifier of urgent messages: `python -m bot.train.safety_classifier`.

It is trained on messages written for this project, each "red", "selfharm" or "ordinary", and on plain
questions to a blog, which are ordinary. The threshold is chosen on scores of messages that were not
trained on (five folds): at most FALSE_ALARMS of the ordinary ones, most of which were written to mislead,
may reach it. data/eval/triage-heldout is not read. Some minutes on
two cores.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.eval.urgent_messages import UrgencyCase, read_cases
from bot.safety import classifier, packaged_guide
from bot.safety.triage import triage
from bot.train.sentence_net import DATA as READERS
from bot.train.sentence_net import read_post
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, SentenceTransformerEmbedder

DATA = (Path("data/eval/triage"), Path("data/train/safety"))
EVERYDAY = Path("data/train/safety/everyday.jsonl")  # ordinary messages that are not misleading
FALSE_ALARMS = 0.06  # share of the misleading ordinary messages that may be found urgent in cross-validation
COST, WIDTH, WORD_COST = 10.0, 1.5, 30.0  # of the SVM, of its kernel, of the regression
FOLDS = 5
PLAIN = 3000  # questions to a blog that are learnt as ordinary messages

Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Examples:
    """Messages as numbers. terms: (n, BUCKETS) sparse; vectors: (n, d); red, self_harm: (n,)."""

    terms: Any
    vectors: Floats
    red: Labels
    self_harm: Labels

    def rows(self, numbers: NDArray[np.int64]) -> Examples:
        return Examples(
            self.terms[numbers], self.vectors[numbers], self.red[numbers], self.self_harm[numbers]
        )


def examples(cases: Sequence[UrgencyCase], vectors: Floats) -> Examples:
    """Cases with their vectors; the terms are counted, not yet weighted."""
    from scipy.sparse import csr_matrix

    counts = [classifier.counted(case.text) for case in cases]
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in counts)])
    terms = csr_matrix(
        (np.concatenate([v for _, v in counts]), np.concatenate([n for n, _ in counts]), ends),
        shape=(len(cases), classifier.BUCKETS),
    )
    kinds = [case.kind for case in cases]
    return Examples(
        terms, vectors, np.array([k != "ordinary" for k in kinds]), np.array([k == "selfharm" for k in kinds])
    )


@dataclass(frozen=True, slots=True)
class Fitted:
    """One regression and one SVM for each of "urgent" and "self-harm"."""

    idf: Floats
    words: Floats
    bias: Floats
    vectors: Floats
    pull: Floats
    pull_bias: Floats

    def scores(self, data: Examples) -> tuple[Floats, Floats]:
        """(2, n) raw scores by wording and by meaning."""
        wording = weighted(data.terms, self.idf) @ self.words.T + self.bias
        near = np.exp(-WIDTH * (2.0 - 2.0 * (data.vectors @ self.vectors.T)))
        return np.asarray(wording.T, np.float32), np.asarray(
            (near @ self.pull.T + self.pull_bias).T, np.float32
        )


def weighted(terms: Any, idf: Floats) -> Any:
    """tf-idf of unit length."""
    from sklearn.preprocessing import normalize

    return normalize(terms.multiply(idf[None, :]).tocsr())


def fit(data: Examples) -> Fitted:
    """Fit regressions and SVMs."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    seen = np.bincount(data.terms.indices, minlength=classifier.BUCKETS)
    idf = (np.log((1 + len(data.red)) / (1 + seen)) + 1).astype(np.float32)
    terms = weighted(data.terms, idf)
    regressions = [
        LogisticRegression(C=WORD_COST, class_weight="balanced", max_iter=2000).fit(terms, labels)
        for labels in (data.red, data.self_harm)
    ]
    machines = [
        SVC(C=COST, gamma=WIDTH, class_weight="balanced").fit(data.vectors, labels)
        for labels in (data.red, data.self_harm)
    ]
    support = np.unique(np.concatenate([machine.support_ for machine in machines]))
    pull = np.zeros((2, len(support)), np.float32)
    for row, machine in enumerate(machines):
        pull[row, np.searchsorted(support, machine.support_)] = machine.dual_coef_[0]
    return Fitted(
        idf,
        np.vstack([r.coef_[0] for r in regressions]).astype(np.float32),
        np.array([r.intercept_[0] for r in regressions], np.float32),
        data.vectors[support],
        pull,
        np.array([m.intercept_[0] for m in machines], np.float32),
    )


def unseen_scores(data: Examples) -> tuple[Floats, Floats]:
    """(2, n) out-of-fold scores of every message."""
    from sklearn.model_selection import StratifiedKFold

    wording, meaning = np.zeros((2, len(data.red)), np.float32), np.zeros((2, len(data.red)), np.float32)
    labels = data.red.astype(int) + data.self_harm
    for known, new in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels):
        wording[:, new], meaning[:, new] = fit(data.rows(known)).scores(data.rows(new))
    return wording, meaning


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description="Train the classifier of urgent messages.")
    parser.add_argument("--data", type=Path, nargs="+", default=list(DATA))
    parser.add_argument("--out", type=Path, default=classifier.WEIGHTS)
    options = parser.parse_args()
    cases = [
        case for folder in options.data for case in dict.fromkeys(read_cases(folder)) if not case.history
    ]
    easy = {json.loads(line)["text"] for line in EVERYDAY.read_text(encoding="utf-8").splitlines()}
    misleading = np.array([case.text not in easy for case in cases] + [False] * PLAIN)
    cases += plain(PLAIN)
    embedder = SentenceTransformerEmbedder(threads=2)
    data = examples(cases, embedder.embed_passages([case.text for case in cases]))
    wording, meaning = unseen_scores(data)
    scale = np.array([[s[0].mean(), s[0].std()] for s in (wording, meaning)], np.float32)
    wording, meaning = ((s - m) / d for s, (m, d) in zip((wording, meaning), scale, strict=True))
    matched = np.array([_matched(case.text) for case in cases])
    total = wording + meaning + classifier.MATCHED * matched
    hard = ~data.red & misleading[: len(cases)]
    threshold = float(np.quantile(total[0, hard], 1 - FALSE_ALARMS))
    thresholds = [threshold, _between(total[1, data.red], data.self_harm[data.red])]
    print(f"{len(cases)} messages, {int(data.red.sum())} urgent; threshold {threshold:.2f}")
    recall = (total[0, data.red] > threshold).mean()
    print(f"unseen: recall {recall:.3f}, of patterns {matched[data.red].mean():.3f}")
    write(options.out, data, fit(data), scale, thresholds)


def write(path: Path, data: Examples, fitted: Fitted, scale: Floats, thresholds: Sequence[float]) -> None:
    """Write the weights; the names of the arrays are those that load_classifier reads."""
    used = np.flatnonzero(np.bincount(data.terms.indices, minlength=classifier.BUCKETS))
    peak = np.abs(fitted.vectors).max(axis=1, keepdims=True)
    np.savez_compressed(
        path, used=used.astype(np.int32), words=fitted.words[:, used].astype(np.float16),
        idf=fitted.idf[used].astype(np.float16), idf_unknown=fitted.idf.max(), bias=fitted.bias,
        vectors=np.rint(fitted.vectors / peak * 127).astype(np.int8), pull=fitted.pull.astype(np.float16),
        pull_bias=fitted.pull_bias, width=WIDTH, scale=scale, bars=thresholds, embedder=np.array(DEFAULT_EMBEDDER),
    )  # fmt: skip


def plain(most: int) -> list[UrgencyCase]:
    """Readers' everyday questions that no pattern matches."""
    asked = {a.question for path in sorted(READERS.glob("*.json")) for a in read_post(path)[1]}
    ordinary = [question for question in sorted(asked) if not _matched(question)]
    chosen = random.Random(0).sample(ordinary, min(most, len(ordinary)))
    return [UrgencyCase(question, "ordinary") for question in chosen]


def _matched(message: str) -> bool:
    return triage(message, (), packaged_guide()) is not None


def _between(scores: Floats, is_harm: Labels) -> float:
    """The threshold that separates self-harm from other red flags with the fewest mistakes."""
    tries = np.unique(scores)
    wrong = [int((scores[is_harm] <= t).sum() + (scores[~is_harm] > t).sum()) for t in tries]
    return float(tries[int(np.argmin(wrong))])


if __name__ == "__main__":
    main()
