"""`footnote eval`: ask every question of every set through the real bot, and count.

Each set is ingested into an index of its own, as an owner would, and asked through Bot.ask. What
plain methods make of the same questions is measured in the same run.

What this file does not know: how figures are defined (metrics.py), which there are (figures.py), how
they are shown (table.py, page.py), when they are bad enough to stop a release (gate.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import BotConfig
from bot.eval.followups import follow_up_rows
from bot.eval.indexed import Memo, indexed
from bot.eval.measures.baselines import LANGCHAIN, rivals, tutorial
from bot.eval.measures.figures import Result, Row, result_of, rows_of
from bot.eval.measures.metrics import sentences_of
from bot.eval.measures.outcome import Outcome, ask
from bot.eval.sets.case import Set, SetSkipped
from bot.eval.sets.read import read_set
from bot.eval.sets.spreadsheet import read_sheet
from bot.pipeline import Bot
from bot.read import CrossEncoder, Reranker
from bot.retrieve import load_corpus
from ingest.embedder import Embedder, SentenceTransformerEmbedder
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sync import Progress, silent

_NO_LANGCHAIN = f"“{LANGCHAIN}” is left out: its packages are not installed (pip install '.[bench]')."


@dataclass(frozen=True, slots=True)
class Measured:
    """A set, what came of each of its questions, and the figures."""

    asked: Set
    outcomes: tuple[Outcome, ...]
    result: Result


def run(
    paths: Sequence[Path],
    config: BotConfig,
    *,
    cache: Path | None = None,
    baselines: bool = True,
    embedder: Embedder | None = None,
    progress: Progress = silent,
) -> tuple[dict[str, Measured], list[str]]:
    """Each set by its name, and why others were skipped. Raises SourceError for a broken set.

    A .csv is asked of the owner's index (config.index), a folder of an index of its own. cache: a
    folder where those indexes are kept for the next run.
    """
    model = embedder or SentenceTransformerEmbedder(config.embedder, threads=2)
    cross_encoder = None if embedder else CrossEncoder()  # it reads what the packaged model made
    found: dict[str, Measured] = {}
    skipped: list[str] = []
    for path in paths:
        try:
            if path.suffix.lower() == ".csv":
                measured = _of_an_owner(path, model, config, baselines, progress, cross_encoder)
            else:
                measured = measure(read_set(path), model, config, cache, baselines, progress, cross_encoder)
        except SetSkipped as why:
            skipped.append(str(why))
            continue
        name = measured.asked.name
        found[name if name not in found else str(path)] = measured
    return found, skipped


def measure(
    asked: Set,
    embedder: Embedder,
    config: BotConfig,
    cache: Path | None = None,
    baselines: bool = True,
    progress: Progress = silent,
    cross_encoder: Reranker | None = None,
) -> Measured:
    """Ask a set's questions of an index of its own articles."""
    if not asked.articles or not asked.cases:
        raise SourceError(f"{asked.name}: there is nothing to ask, or nothing to ask it of.")
    with indexed(asked, embedder, config.index_config, cache) as (index, home):
        return measure_on(index, home, asked, embedder, config, baselines, progress, cross_encoder)


def _of_an_owner(
    path: Path,
    embedder: Embedder,
    config: BotConfig,
    baselines: bool,
    progress: Progress,
    cross_encoder: Reranker | None,
) -> Measured:
    index = Index(config.index, config.index_config)
    try:
        with index.reading() as store:
            asked = read_sheet(path, store.articles())
        return measure_on(index, None, asked, embedder, config, baselines, progress, cross_encoder)
    finally:
        index.close()


def measure_on(
    index: Index,
    home: Path | None,
    asked: Set,
    embedder: Embedder,
    config: BotConfig,
    baselines: bool,
    progress: Progress,
    cross_encoder: Reranker | None = None,
) -> Measured:
    """Ask a set's questions of an index that holds its articles.

    home: where what LangChain's pipeline needs is kept; None leaves that pipeline out.
    """
    memo = Memo(embedder)
    bot = Bot(index, memo, config, cross_encoder)
    bot.warm()
    articles = {article.id: article for article in asked.articles}
    outcomes = []
    for done, case in enumerate(asked.cases):
        progress("asking", done, len(asked.cases))
        outcomes.append(ask(bot, case, articles))
    rows: list[Row] = []
    notes = list(asked.notes)
    if baselines:
        rows += follow_up_rows(bot, outcomes)
        outcomes, told = _beside(index, home, outcomes, memo)
        notes += told
    with index.reading() as store:
        stored = store.fingerprints()
    if missing := len(articles.keys() - stored.keys()):
        notes.append(f"{missing} articles hold nothing that can be indexed.")
    rows += rows_of(outcomes, articles)
    result = result_of(outcomes, rows)
    if notes:
        result["notes"] = notes
    return Measured(asked, tuple(outcomes), result)


def _beside(
    index: Index, home: Path | None, outcomes: Sequence[Outcome], embedder: Embedder
) -> tuple[list[Outcome], list[str]]:
    """The outcomes with what plain methods make of each question, and what is to be said about that."""
    quotes = [len(sentences_of(o.answer.citations)) for o in outcomes if o.spoke]
    most = max(1, round(sum(quotes) / len(quotes))) if quotes else 1
    with index.reading() as store, contextlib.ExitStack() as stack:
        corpus = load_corpus(store)
        pipeline = None
        if home is not None:
            pipeline = stack.enter_context(tutorial(list(corpus.articles.values()), embedder, home))
        told = [
            replace(o, rivals=rivals(o.case.question, corpus, embedder, pipeline, most)) for o in outcomes
        ]
    return told, [_NO_LANGCHAIN] if home is not None and pipeline is None else []
