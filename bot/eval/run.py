"""`footnote eval`: ask every question of every set through the real bot, and count.

Each set is ingested into an index of its own, as an owner would, and asked through Bot.ask. Beside
each retrieval figure stand BM25 alone and the dense vectors alone, from the same run.

What this file does not know: how the figures are defined (metrics.py).
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.bot import Bot
from bot.config import BotConfig
from bot.eval.cases import Case, Set, SetSkipped, read_set
from bot.eval.metrics import auroc, found, interval, precision, recall_at, reciprocal_rank, share
from bot.retrieve import Corpus, load_corpus, retrieve_vector
from ingest.embed import Embedder, SentenceTransformerEmbedder
from ingest.generations import Index
from ingest.sync import sync

DEFAULT_SETS = (Path("data/eval/article"), Path("data/eval/article-heldout"), Path("data/eval/sample"))
Result = dict[str, Any]


def run(paths: Sequence[Path], *, threads: int) -> tuple[dict[str, Result], list[str]]:
    """Figures for each set, and why others were skipped. Raises SourceError for a broken set."""
    embedder = SentenceTransformerEmbedder(threads=threads)
    results: dict[str, Result] = {}
    skipped: list[str] = []
    for path in paths:
        try:
            asked = read_set(path)
        except SetSkipped as why:
            skipped.append(str(why))
            continue
        results[asked.name] = evaluate(asked, embedder)
    return results, skipped


def evaluate(asked: Set, embedder: Embedder) -> Result:
    """Ingest the set's articles into a fresh index and ask its questions."""
    config = BotConfig()
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        index = Index(Path(folder), config.index_config)
        by_name = {"set": asked.articles}
        sync(
            ["set"],
            index=index,
            embedder=lambda: embedder,
            load=lambda source, **_: iter(by_name[source]),
        )
        bot = Bot(index, embedder, config)
        result = _answers(asked.cases, bot)
        if any(case.documents for case in asked.cases):
            with index.reading() as store:
                result |= _retrieval(asked.cases, load_corpus(store), embedder)
        index.close()
        return result


def _answers(cases: Sequence[Case], bot: Bot) -> Result:
    answers = [(case, bot.ask(case.question[:1000])) for case in cases]
    graded = [(c, a) for c, a in answers if c.answerable and (c.any or c.all or c.says)]
    answered = [a.status == "answered" for c, a in answers if c.answerable]
    abstained = [a.status != "answered" for c, a in answers if not c.answerable]
    hits = [found(c, a.text, a.citations) for c, a in graded]
    given = [(c, a) for c, a in graded if a.status == "answered" and not c.says]
    return {
        "questions": len(cases),
        "gold among quotes": _figure(hits),
        "gold among quotes, of those answered": _figure(
            [h for h, (_, a) in zip(hits, graded, strict=True) if a.citations]
        ),
        "answered when it should": _figure(answered),
        "abstained when it should": _figure(abstained),
        "abstention AUROC": _round(
            auroc([a.answerable for _, a in answers], [c.answerable for c, _ in answers])
        ),
        "precision of quotes": _figure([precision(c, a.citations) for c, a in given]),
        "quotes an answer": _round(share([float(len(a.citations)) for _, a in given])),
    }


def _retrieval(cases: Sequence[Case], corpus: Corpus, embedder: Embedder) -> Result:
    rows: dict[str, list[tuple[float, float]]] = {"fused": [], "BM25 alone": [], "dense alone": []}
    for case in cases:
        if not case.documents:
            continue
        vector = embedder.embed_query(case.question)
        ranked = {
            "fused": [
                p.chunk.article_id for p in retrieve_vector(case.question, vector, corpus=corpus, k=30)
            ],
            "BM25 alone": [
                corpus.chunks[i].article_id for i in np.argsort(-corpus.keywords.scores(case.question))[:30]
            ],
            "dense alone": [c.article_id for c, _ in corpus.store.search(vector, 30)],
        }
        for name, ids in ranked.items():
            unique = list(dict.fromkeys(ids))
            rows[name].append((recall_at(unique, case.documents, 5), reciprocal_rank(unique, case.documents)))
    return {f"recall@5, {name}": _figure([r for r, _ in pairs]) for name, pairs in rows.items()} | {
        f"MRR@10, {name}": _figure([m for _, m in pairs]) for name, pairs in rows.items()
    }


def _figure(values: Sequence[bool | float]) -> list[float]:
    """[figure, low, high]: with its 95 % bootstrap interval."""
    numbers = [float(v) for v in values]
    return [_round(share(numbers)), *(_round(x) for x in interval(numbers))]


def _round(x: float) -> float:
    return x if math.isnan(x) else round(x, 3)


def print_results(results: dict[str, Result], skipped: Sequence[str]) -> None:
    """A table a set, and a line for each that was skipped."""
    console = Console()
    for name, result in results.items():
        table = Table("figure", "value", "95 % interval", title=f"{name} ({result['questions']} questions)")
        for label, value in result.items():
            if isinstance(value, list):
                table.add_row(label, f"{value[0]:.3f}", f"{value[1]:.3f} to {value[2]:.3f}")
            elif label != "questions":
                table.add_row(label, f"{value:.3f}", "")
        console.print(table)
    for why in skipped:
        console.print(f"skipped: {why}")
