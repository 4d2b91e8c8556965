"""The groups of the gap list against the intents of made questions, and the time that a full list takes.

The thresholds of the grouping were chosen on one half of the intents (every second one); the figures are of the other half.
"""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.gaps import MAX_QUESTIONS, GapGroup, GapList, GapsFile, GapStore, group_vectors
from bot.gaps import store as store_module
from ingest.embedder import Embedder

SET = Path("data/eval/gaps/questions.csv")  # columns blog, intent, question
_STARTS, _ROUNDS = 10, 50  # of k-means
_NOISE = 0.02  # of each component of a made vector
Floats = npt.NDArray[np.float32]


def measure_gaps(embedder: Embedder) -> dict[str, float]:
    """Pairwise F1, precision and recall, beside k-means with the right k; seconds for 10,000 questions."""
    with SET.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    intents = list(dict.fromkeys((row["blog"], row["intent"]) for row in rows))
    truth = np.array([intents.index((row["blog"], row["intent"])) for row in rows])
    vectors = np.array([_unit(embedder.embed_query(row["question"])) for row in rows], np.float32)
    halves = {"half with the threshold": truth % 2 == 0, "other half": truth % 2 == 1, "all": truth >= 0}
    figures: dict[str, float] = {}
    for name, chosen in halves.items():
        ours = pairwise(_labels(group_vectors(vectors[chosen]), int(chosen.sum())), truth[chosen])
        k_means = pairwise(_k_means(vectors[chosen], len(set(truth[chosen]))), truth[chosen])
        for measure, value, plain in zip(("F1", "precision", "recall"), ours, k_means, strict=True):
            figures[f"{name}: {measure}"] = round(value, 3)
            figures[f"{name}: {measure}, k-means that knows k"] = round(plain, 3)
    return figures | _full_list(vectors)


def pairwise(found: npt.NDArray[np.int64], truth: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """F1, precision and recall over all pairs of questions: are both in one group?"""
    pairs = np.triu_indices(len(truth), 1)
    ours, theirs = ((labels[:, None] == labels[None, :])[pairs] for labels in (found, truth))
    right = float((ours & theirs).sum())
    precision, recall = right / max(int(ours.sum()), 1), right / max(int(theirs.sum()), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


def _full_list(vectors: Floats) -> dict[str, float]:
    """The store at its limit: what the desk waits for, and what happens in the background."""
    random = np.random.default_rng(1)
    made = vectors[random.integers(0, len(vectors), MAX_QUESTIONS)]
    made = made + random.normal(0, _NOISE, made.shape).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        store = GapStore(GapsFile(Path(folder) / "gaps.sqlite"))
        per_day, store_module.MAX_PER_DAY = store_module.MAX_PER_DAY, MAX_QUESTIONS
        try:
            add = _seconds(lambda: store.add("How long do I hold it?", "made", made[0]))
            store.add_many([(f"Question {n}?", "made", vector) for n, vector in enumerate(made[1:])])
        finally:
            store_module.MAX_PER_DAY = per_day
        known = store.vectors("made")
        began = time.perf_counter()
        groups = group_vectors(np.stack([known[one.id] for one in store.questions()]))
        grouped = time.perf_counter() - began
        shown = tuple(GapGroup(f"Question {n}?", len(group), (), "", "") for n, group in enumerate(groups))
        store.save_list(GapList(shown[:500], (), MAX_QUESTIONS))
        return {
            "questions kept": len(known),
            "storing one, ms": round(1000 * add, 1),
            "grouping all, in the background, s": round(grouped, 1),
            "reading the list, ms": round(1000 * _seconds(store.list), 1),
            "size of the file, MB": round(Path(store.tables.place).stat().st_size / 1e6, 1),
        }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _labels(groups: Sequence[Sequence[int]], count: int) -> npt.NDArray[np.int64]:
    labels = np.zeros(count, np.int64)
    for number, group in enumerate(groups):
        labels[list(group)] = number
    return labels


def _k_means(vectors: Floats, k: int) -> npt.NDArray[np.int64]:
    """Spherical k-means, the best of several starts (k-means++)."""
    runs = (_one_k_means(vectors, k, np.random.default_rng(seed)) for seed in range(_STARTS))
    return max(runs, key=lambda run: run[1])[0]


def _one_k_means(vectors: Floats, k: int, random: np.random.Generator) -> tuple[npt.NDArray[np.int64], float]:
    centres = vectors[random.integers(len(vectors))][None]
    while len(centres) < k:
        distance = np.clip(1 - (vectors @ centres.T).max(axis=1), 0, None).astype(np.float64)
        centres = np.vstack(
            [centres, vectors[random.choice(len(vectors), p=distance / distance.sum())][None]]
        )
    for _ in range(_ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        centres = np.array(
            [
                _unit(vectors[nearest == n].sum(axis=0)) if (nearest == n).any() else centres[n]
                for n in range(k)
            ]
        )
    return nearest, float((vectors * centres[nearest]).sum())


def _unit(vector: Floats) -> Floats:
    unit: Floats = np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
    return unit
