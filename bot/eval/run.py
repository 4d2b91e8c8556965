"""Ask every question of every set through the real bot, and measure the answers.

Each set is ingested into an index of its own, as an owner would, and asked through Bot.ask. Plain methods answer the
same questions in the same run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import BotConfig, open_index
from bot.eval.followups import follow_up_rows
from bot.eval.index_cache import CachingEmbedder, cached_index
from bot.eval.measures.baselines import LANGCHAIN, baseline_answers, open_langchain_rag
from bot.eval.measures.figures import Result, result_of, rows_of
from bot.eval.measures.metrics import sentences_of
from bot.eval.measures.outcome import Outcome, ask
from bot.eval.measures.rows import Row
from bot.eval.sets.case import QuestionSet, SetSkipped
from bot.eval.sets.folder import VERDICTS, read_set
from bot.eval.sets.spreadsheet import read_sheet
from bot.eval.verdicts import FULLY, HALF, Summary, read_verdicts, store_path, summarise
from bot.pipeline import Bot
from bot.read import CrossEncoder, Reranker
from bot.retrieve import load_corpus
from bot.safety import load_classifier
from ingest.article import Article
from ingest.embedder import Embedder, open_embedder
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sync import Progress, silent

_NO_LANGCHAIN = f"“{LANGCHAIN}” is left out: its packages are not installed (pip install '.[bench]')."


@dataclass(frozen=True, slots=True)
class Measured:
    """A set, the outcome of each of its questions, and the figures.

    Attributes:
        question_set: What was asked.
        outcomes: One for each of its questions.
        result: The figures, those of the verdicts among them.
        verdict_file: Where careful readers' verdicts on its answers are kept.
        verdicts: What they come to; None if no answer has one.
    """

    question_set: QuestionSet
    outcomes: tuple[Outcome, ...]
    result: Result
    verdict_file: Path = Path(VERDICTS)
    verdicts: Summary | None = None

    @property
    def articles(self) -> dict[str, Article]:
        """By their ids."""
        return {article.id: article for article in self.question_set.articles}


def run(
    paths: Sequence[Path],
    config: BotConfig,
    *,
    cache: Path | None = None,
    baselines: bool = True,
    embedder: Embedder | None = None,
    progress: Progress = silent,
) -> tuple[dict[str, Measured], list[str]]:
    """Measure each set.

    Args:
        paths: A .csv, asked of the owner's index (config.index), or folders, asked of indexes of their own.
        config: How the bot is set up.
        cache: A folder where those indexes are kept for the next run.
        baselines: Measure plain methods, too.
        embedder: In place of the packaged model; without the packaged cross-encoder, then.
        progress: Called with the phase, how many are done and how many there are.

    Returns:
        Each set by its name, and the reasons why others were skipped.

    Raises:
        SourceError: A set is broken.
    """
    model = embedder or open_embedder(config.embedder, threads=2)
    cross_encoder = None if embedder else CrossEncoder()  # it is trained on the packaged model
    found: dict[str, Measured] = {}
    skipped: list[str] = []
    for path in paths:
        try:
            if path.suffix.lower() == ".csv":
                measured = _measure_spreadsheet(path, model, config, baselines, progress, cross_encoder)
            else:
                measured = measure(read_set(path), model, config, cache, baselines, progress, cross_encoder)
        except SetSkipped as why:
            skipped.append(str(why))
            continue
        name = measured.question_set.name
        found[name if name not in found else str(path)] = with_verdicts(measured, store_path(path, name))
    return found, skipped


def with_verdicts(measured: Measured, file: Path) -> Measured:
    """With the verdicts that the file holds now. Raises SourceError for a broken file."""
    summary = summarise(measured.outcomes, read_verdicts(file))
    result = measured.result
    if summary is not None:
        _, fully, half = summary.shares["all"]
        result = result | {FULLY: fully, HALF: half, "verdicts": summary.to_dict()}
    return replace(measured, verdict_file=file, verdicts=summary, result=result)


def measure(
    question_set: QuestionSet,
    embedder: Embedder,
    config: BotConfig,
    cache: Path | None = None,
    baselines: bool = True,
    progress: Progress = silent,
    cross_encoder: Reranker | None = None,
) -> Measured:
    """Ask a set's questions of an index of its own articles. Raises SourceError for an empty set."""
    if not question_set.articles or not question_set.cases:
        raise SourceError(f"{question_set.name}: there is nothing to ask, or nothing to ask it of.")
    with cached_index(question_set, embedder, config.index_config, cache) as (index, folder):
        return measure_on(index, folder, question_set, embedder, config, baselines, progress, cross_encoder)


def _measure_spreadsheet(
    path: Path,
    embedder: Embedder,
    config: BotConfig,
    baselines: bool,
    progress: Progress,
    cross_encoder: Reranker | None,
) -> Measured:
    index = open_index(config)
    try:
        with index.reading() as store:
            question_set = read_sheet(path, store.articles())
        return measure_on(index, None, question_set, embedder, config, baselines, progress, cross_encoder)
    finally:
        index.close()


def measure_on(
    index: Index,
    folder: Path | None,
    question_set: QuestionSet,
    embedder: Embedder,
    config: BotConfig,
    baselines: bool,
    progress: Progress,
    cross_encoder: Reranker | None = None,
) -> Measured:
    """Ask a set's questions of an index that holds its articles.

    folder: where the vectors of LangChain's pipeline are cached; None leaves that pipeline out.
    """
    cached = CachingEmbedder(embedder)
    # As open_bot builds it: the classifier of urgent messages goes with the packaged model, as the cross-encoder does.
    bot = Bot(index, cached, config, cross_encoder, load_classifier if cross_encoder else None)
    bot.warm()
    articles = {article.id: article for article in question_set.articles}
    outcomes = []
    for done, case in enumerate(question_set.cases):
        progress("asking", done, len(question_set.cases))
        outcomes.append(ask(bot, case, articles))
    rows: list[Row] = []
    notes = list(question_set.notes)
    if baselines:
        rows += follow_up_rows(bot, outcomes)
        outcomes, more = _add_baselines(index, folder, outcomes, cached)
        notes += more
    with index.reading() as store:
        stored = store.fingerprints()
    if missing := len(articles.keys() - stored.keys()):
        notes.append(f"{missing} articles hold nothing that can be indexed.")
    rows += rows_of(outcomes, articles, config.threshold)
    result = result_of(outcomes, rows)
    if notes:
        result["notes"] = notes
    return Measured(question_set, tuple(outcomes), result)


def _add_baselines(
    index: Index, folder: Path | None, outcomes: list[Outcome], embedder: Embedder
) -> tuple[list[Outcome], list[str]]:
    """The outcomes with the answers of plain methods to each question, and notes."""
    quotes = [len(sentences_of(o.answer.citations)) for o in outcomes if o.answered]
    most = max(1, round(sum(quotes) / len(quotes))) if quotes else 1
    with index.reading() as store, contextlib.ExitStack() as stacked_bar:
        corpus = load_corpus(store)
        pipeline = None
        if folder is not None:
            pipeline = stacked_bar.enter_context(
                open_langchain_rag(list(corpus.articles.values()), embedder, folder)
            )
        outcomes = [
            replace(o, baseline_answers=baseline_answers(o.case.question, corpus, embedder, pipeline, most))
            for o in outcomes
        ]
    return outcomes, [_NO_LANGCHAIN] if folder is not None and pipeline is None else []
