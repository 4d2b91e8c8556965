"""Train the second net for red flags: `python -m bot.train.safety_classifier` writes bot/safety/classifier.npz.

From data/eval/triage and data/triage: messages that were written for this project, each "red", "selfharm" or "ordinary".
Where the bar lies is found on scores of messages that were not learnt (five folds): at most ALARMS of
the ordinary ones, most of which were written to be mistaken, may reach it. Beside them it learns that plain questions
to a blog (of data/reader, tired and cross ones among them) are ordinary. Needs scikit-learn, which
sentence-transformers brings along. Some minutes.

What this file does not know: data/eval/triage-heldout, which nothing here reads.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.eval.triage import TriageCase, read_cases
from bot.safety import classifier as alarm
from bot.safety.triage import triage
from bot.train.sentence_net import DATA as READERS
from bot.train.sentence_net import read_post
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, SentenceTransformerEmbedder

DATA = (Path("data/eval/triage"), Path("data/triage"))
ALARMS = 0.06  # share of ordinary messages, hard ones, that may raise an alarm in cross-validation
COST, WIDTH, WORD_COST = 10.0, 1.5, 30.0  # of the machine, of its kernel, of the regression
FOLDS = 5
PLAIN = 3000  # questions of data/reader that are learnt as ordinary ones

Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Learnt:
    """Messages as numbers. terms: (n, BUCKETS) sparse; vectors: (n, d); red, self_harm: (n,)."""

    terms: Any
    vectors: Floats
    red: Labels
    self_harm: Labels

    def some(self, rows: NDArray[np.int64]) -> Learnt:
        return Learnt(self.terms[rows], self.vectors[rows], self.red[rows], self.self_harm[rows])


def learnt(cases: Sequence[TriageCase], vectors: Floats) -> Learnt:
    """Cases with their vectors; the terms are counted, not yet weighed."""
    from scipy.sparse import csr_matrix

    counts = [alarm.counted(case.text) for case in cases]
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in counts)])
    terms = csr_matrix(
        (np.concatenate([v for _, v in counts]), np.concatenate([n for n, _ in counts]), ends),
        shape=(len(cases), alarm.BUCKETS),
    )
    kinds = [case.kind for case in cases]
    return Learnt(
        terms, vectors, np.array([k != "ordinary" for k in kinds]), np.array([k == "selfharm" for k in kinds])
    )


@dataclass(frozen=True, slots=True)
class Fitted:
    """One regression and one machine for each of "urgent" and "self-harm"."""

    idf: Floats
    words: Floats
    bias: Floats
    vectors: Floats
    pull: Floats
    pull_bias: Floats

    def scores(self, data: Learnt) -> tuple[Floats, Floats]:
        """(2, n) by wording and by meaning, as they come."""
        wording = weighed(data.terms, self.idf) @ self.words.T + self.bias
        near = np.exp(-WIDTH * (2.0 - 2.0 * (data.vectors @ self.vectors.T)))
        return np.asarray(wording.T, np.float32), np.asarray(
            (near @ self.pull.T + self.pull_bias).T, np.float32
        )


def weighed(terms: Any, idf: Floats) -> Any:
    """tf-idf of unit length."""
    from sklearn.preprocessing import normalize

    return normalize(terms.multiply(idf[None, :]).tocsr())


def fit(data: Learnt) -> Fitted:
    """Learn from messages."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    seen = np.bincount(data.terms.indices, minlength=alarm.BUCKETS)
    idf = (np.log((1 + len(data.red)) / (1 + seen)) + 1).astype(np.float32)
    terms = weighed(data.terms, idf)
    regressions = [
        LogisticRegression(C=WORD_COST, class_weight="balanced", max_iter=2000).fit(terms, labels)
        for labels in (data.red, data.self_harm)
    ]
    machines = [
        SVC(C=COST, gamma=WIDTH, class_weight="balanced").fit(data.vectors, labels)
        for labels in (data.red, data.self_harm)
    ]
    kept = np.unique(np.concatenate([machine.support_ for machine in machines]))
    pull = np.zeros((2, len(kept)), np.float32)
    for row, machine in enumerate(machines):
        pull[row, np.searchsorted(kept, machine.support_)] = machine.dual_coef_[0]
    return Fitted(
        idf,
        np.vstack([r.coef_[0] for r in regressions]).astype(np.float32),
        np.array([r.intercept_[0] for r in regressions], np.float32),
        data.vectors[kept],
        pull,
        np.array([m.intercept_[0] for m in machines], np.float32),
    )


def unlearnt_scores(data: Learnt) -> tuple[Floats, Floats]:
    """(2, n) scores of every message by a net that had not learnt it."""
    from sklearn.model_selection import StratifiedKFold

    wording, meaning = np.zeros((2, len(data.red)), np.float32), np.zeros((2, len(data.red)), np.float32)
    labels = data.red.astype(int) + data.self_harm
    for known, new in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels):
        wording[:, new], meaning[:, new] = fit(data.some(known)).scores(data.some(new))
    return wording, meaning


def main() -> None:
    """Train and write alarm.npz."""
    parser = argparse.ArgumentParser(description="Train the second net for red flags.")
    parser.add_argument("--data", type=Path, nargs="+", default=list(DATA))
    parser.add_argument("--out", type=Path, default=alarm.WEIGHTS)
    given = parser.parse_args()
    cases = [case for folder in given.data for case in dict.fromkeys(read_cases(folder)) if not case.history]
    marked = len(cases)
    cases += plain(PLAIN)
    embedder = SentenceTransformerEmbedder(threads=2)
    data = learnt(cases, embedder.embed_passages([case.text for case in cases]))
    wording, meaning = unlearnt_scores(data)
    scale = np.array([[s[0].mean(), s[0].std()] for s in (wording, meaning)], np.float32)
    wording, meaning = ((s - m) / d for s, (m, d) in zip((wording, meaning), scale, strict=True))
    fired = np.array([triage(case.text) is not None for case in cases])
    total = wording + meaning + alarm.PATTERN * fired
    hard = ~data.red & (np.arange(len(cases)) < marked)
    bar = float(np.quantile(total[0, hard], 1 - ALARMS))
    harm = data.self_harm[data.red]
    bars = [bar, _between(total[1, data.red], harm)]
    print(f"{len(cases)} messages, {int(data.red.sum())} urgent; bar {bar:.2f}")
    print(
        f"not learnt: recall {(total[0, data.red] > bar).mean():.3f}, of patterns {fired[data.red].mean():.3f}"
    )
    whole = fit(data)
    used = np.flatnonzero(np.bincount(data.terms.indices, minlength=alarm.BUCKETS))
    peak = np.abs(whole.vectors).max(axis=1, keepdims=True)
    np.savez_compressed(
        given.out, used=used.astype(np.int32), words=whole.words[:, used].astype(np.float16),
        idf=whole.idf[used].astype(np.float16), idf_unknown=whole.idf.max(), bias=whole.bias,
        vectors=np.rint(whole.vectors / peak * 127).astype(np.int8), pull=whole.pull.astype(np.float16),
        pull_bias=whole.pull_bias, width=WIDTH, scale=scale, bars=bars, embedder=np.array(DEFAULT_EMBEDDER),
    )  # fmt: skip


def plain(most: int) -> list[TriageCase]:
    """Readers' everyday questions on which no pattern fires."""
    asked = {a.question for path in sorted(READERS.glob("*.json")) for a in read_post(path)[1]}
    calm = [question for question in sorted(asked) if triage(question) is None]
    return [
        TriageCase(question, "ordinary") for question in random.Random(0).sample(calm, min(most, len(calm)))
    ]


def _between(scores: Floats, is_harm: Labels) -> float:
    """The bar that tells self-harm from other red flags with the fewest mistakes."""
    tries = np.unique(scores)
    wrong = [int((scores[is_harm] <= t).sum() + (scores[~is_harm] > t).sum()) for t in tries]
    return float(tries[int(np.argmin(wrong))])


if __name__ == "__main__":
    main()
