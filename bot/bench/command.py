"""`footnote bench`: speed, each figure beside its baseline from the same run.

Absolute times depend on the machine and on what else it does; the ratios are what to compare.
What this file does not know: whether answers are good (run.py).
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.bench.crowd import measure_crowd
from bot.bench.index import measure_memory, measure_year
from bot.bench.ingest import measure_ingest, measure_langchain
from bot.bench.rig.stopwatch import Figures, ms, process, seconds
from bot.bench.rig.synthetic_blog import made_post, write_blog
from bot.bench.widget import bench_widget
from bot.config import BotConfig
from bot.eval.sets.folder import read_set
from bot.pipeline import Bot
from bot.read import CrossEncoder
from bot.safety import load_classifier
from ingest.article import Article
from ingest.config import IndexConfig
from ingest.embedder import SentenceTransformerEmbedder
from ingest.index import Index
from ingest.sources import load
from ingest.sync import sync

_SOURCES = ("data/articles", "data/guides")


def bench_ask() -> Figures:
    """A warm answer beside the bare embedding of the same question, one thread, sample content."""
    embedder = SentenceTransformerEmbedder(threads=1)
    questions = [case.question for case in read_set(Path("data/eval/sample")).cases]
    with _index(embedder, _sample()) as index:
        return _asked(index, embedder, questions)


def bench_large(posts: int = 1000) -> Figures:
    """The same on an index of 1,000 made posts, the sample's among them: its questions and those of made posts."""
    embedder = SentenceTransformerEmbedder(threads=1)
    questions = [case.question for case in read_set(Path("data/eval/sample")).cases]
    questions += [made_post(number).question for number in range(0, posts, posts // 50)]
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        write_blog(Path(folder), posts)
        made = [item for item in load(folder) if isinstance(item, Article)]
        with _index(embedder, [*_sample(), *made]) as index:
            return {"posts": len(made)} | _asked(index, embedder, questions)


def _asked(index: Index, embedder: SentenceTransformerEmbedder, questions: list[str]) -> Figures:
    """Whole answers by the bot as it is served, and the bare embedding of each question beside it."""
    bot = Bot(index, embedder, BotConfig(), CrossEncoder(), load_classifier)
    bot.warm()
    for question in questions[:5]:
        bot.ask(question)
    bare, whole, first = [], [], []
    for question in questions:
        bare.append(seconds(lambda q=question: embedder.embed_query(q)))  # type: ignore[misc]
        whole.append(seconds(lambda q=question: bot.ask(q)))  # type: ignore[misc]
        first.append(seconds(lambda q=question: next(iter(bot.stream(q)))))  # type: ignore[misc]
    return {
        "questions": len(questions),
        "bare embedding of the question, median ms": ms(statistics.median(bare)),
        "whole answer, median ms": ms(statistics.median(whole)),
        "whole answer, p95 ms": ms(statistics.quantiles(whole, n=20)[-1]),
        "first words, median ms": ms(statistics.median(first)),
        "whole answer / bare embedding": round(statistics.median(whole) / statistics.median(bare), 2),
    }


def bench_start() -> Figures:
    """A new process to its first answer, beside a process that only embeds the question."""
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        embedder = SentenceTransformerEmbedder(threads=2)
        index = Index(Path(folder), IndexConfig())
        sync(list(_SOURCES), index=index, embedder=lambda: embedder)
        index.close()
        bare = (
            "from ingest.embedder import SentenceTransformerEmbedder as E\n"
            "E(threads=1).embed_query('how long do I hold the seated stretch?')"
        )
        whole = (
            "import dataclasses, pathlib\nfrom bot.pipeline import open_bot\nfrom bot.config import BotConfig\n"
            f"config = dataclasses.replace(BotConfig(), index=pathlib.Path({folder!r}))\n"
            "open_bot(config).ask('how long do I hold the seated stretch?')"
        )
        times: dict[str, list[float]] = {"bare": [], "whole": []}
        peaks: dict[str, float] = {}
        for _ in range(3):
            for name, code in (("bare", bare), ("whole", whole)):
                took, peak = process(code)
                times[name].append(took)
                peaks[name] = max(peaks.get(name, 0.0), peak)
    return {
        "bare: model loaded and one question embedded, s": round(statistics.median(times["bare"]), 2),
        "first answer, s": round(statistics.median(times["whole"]), 2),
        "first answer / bare": round(statistics.median(times["whole"]) / statistics.median(times["bare"]), 2),
        "peak memory, bare, MB": round(peaks["bare"]),
        "peak memory, first answer, MB": round(peaks["whole"]),
    }


def bench_ingest(posts: int = 1000) -> Figures:
    """A made blog: full ingest, nothing changed, one paragraph edited; beside bare encode and LangChain."""
    from sentence_transformers import SentenceTransformer

    from ingest.embedder import model_folder

    embedder = SentenceTransformerEmbedder(threads=2)
    embedder.embed_query("warm up")
    model = SentenceTransformer(str(model_folder(embedder.name)), device="cpu")
    model.encode(["warm up"])
    figures = measure_ingest(
        posts,
        embedder,
        lambda texts: model.encode(texts, batch_size=32, show_progress_bar=False),
        cross_encoder=CrossEncoder(),
    )
    return figures | measure_langchain(posts, embedder)


def bench_crash(kills: int = 200) -> Figures:
    """kill -9 at random moments of syncs; what the index holds afterwards."""
    from bot.bench.crash import run

    report = run(kills)
    return {"kills": report.rounds, "before": report.before, "after": report.after, "between": report.between}


BENCHES: dict[str, Callable[[], Figures]] = {
    "ask": bench_ask,
    "large": bench_large,
    "start": bench_start,
    "ingest": bench_ingest,
    "crash": bench_crash,
    "memory": measure_memory,
    "year": measure_year,
    "crowd": measure_crowd,
    "widget": bench_widget,
}
# The year takes as long as all others, the crowd needs the machine for itself, the widget a browser.
DEFAULT = tuple(name for name in BENCHES if name not in ("year", "crowd", "widget"))


def print_bench(results: dict[str, Figures]) -> None:
    """A table a bench; and one for each of its figures that is a table itself, a column for each key."""
    console = Console()
    for name, figures in results.items():
        table = Table("figure", "value", title=name)
        for label, value in figures.items():
            if isinstance(value, dict):
                console.print(_columns(label, value))
            else:
                table.add_row(label, str(value))
        if table.rows:
            console.print(table)


def _columns(title: str, given: dict[str, dict[str, object]]) -> Table:
    table = Table(title, *given)
    for row in dict.fromkeys(row for column in given.values() for row in column):
        table.add_row(row, *(str(column.get(row, "-")) for column in given.values()))
    return table


def _sample() -> list[Article]:
    return [item for source in _SOURCES for item in load(source) if isinstance(item, Article)]


@contextmanager
def _index(embedder: SentenceTransformerEmbedder, articles: list[Article]) -> Iterator[Index]:
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        index = Index(Path(folder), IndexConfig())
        sync(
            ["sample"],
            index=index,
            embedder=lambda: embedder,
            load=lambda source, **_: iter(articles),
        )
        yield index
        index.close()
