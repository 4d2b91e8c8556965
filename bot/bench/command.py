"""The benches by name: run them, keep their figures, print them."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.bench.crowd import measure_crowd
from bot.bench.gaps import measure_gaps
from bot.bench.index import measure_memory, measure_year
from bot.bench.ingest import measure_ingest, measure_langchain
from bot.bench.protocols import measure_protocols
from bot.bench.record import circumstances, keep
from bot.bench.reingest import measure_reingest
from bot.bench.rig.stopwatch import Figures, measure_process, ms, seconds
from bot.bench.rig.synthetic_blog import synthetic_post, write_blog
from bot.bench.scale import measure_scale
from bot.bench.widget import Packages, bench_widget
from bot.config import BotConfig
from bot.eval.sets import read_set
from bot.pipeline import Bot
from bot.read import CrossEncoder, Reranker
from bot.safety import LoadClassifier, load_classifier
from ingest.article import Article
from ingest.config import IndexConfig
from ingest.embedder import Embedder, open_embedder
from ingest.errors import ConfigError
from ingest.index import Index
from ingest.sources import load
from ingest.sync import sync

_SOURCES = ("data/articles", "data/guides")


def bench_ask(engine: Engine | None = None) -> Figures:
    """A warm answer beside the bare embedding of the same question, one thread, sample content."""
    return _asked(engine or Engine(), _sample(), _sample_questions())


def bench_large(posts: int = 1000, engine: Engine | None = None) -> Figures:
    """The same on an index of synthetic posts and the sample, with questions about both."""
    questions = [
        *_sample_questions(),
        *(synthetic_post(n).question for n in range(0, posts, posts // 50 or 1)),
    ]
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        write_blog(Path(folder), posts)
        made = [item for item in load(folder) if isinstance(item, Article)]
    return {"posts": len(made)} | _asked(engine or Engine(), [*_sample(), *made], questions)


@dataclass(frozen=True, slots=True)
class Engine:
    """The models of a bot that is measured: by default those that are packaged, with one thread."""

    embedder: Embedder = field(default_factory=lambda: open_embedder(threads=1))
    cross_encoder: Reranker | None = field(default_factory=CrossEncoder)
    load_classifier: LoadClassifier | None = load_classifier

    def bot(self, index: Index) -> Bot:
        """A bot without a cache of answers."""
        config = BotConfig(answer_cache=0)
        return Bot(index, self.embedder, config, self.cross_encoder, self.load_classifier)


def _asked(engine: Engine, articles: list[Article], questions: list[str]) -> Figures:
    """Whole answers by the bot as it is served, and the bare embedding of each question."""
    with _index(engine.embedder, articles) as index:
        bot = engine.bot(index)
        bot.warm(suggestions=True)
        return _timed(bot, questions)


def _timed(bot: Bot, questions: list[str]) -> Figures:
    for question in questions[:5]:
        bot.ask(question)
    bare, whole, first = [], [], []
    for question in questions:
        bare.append(seconds(lambda q=question: bot.embedder.embed_query(q)))  # type: ignore[misc]
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


def bench_start(rounds: int = 3) -> Figures:
    """A new process to its first answer, beside a process that only embeds the question."""
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        embedder = open_embedder(threads=2)
        index = Index(Path(folder), IndexConfig())
        sync(list(_SOURCES), index=index, embedder=lambda: embedder)
        index.close()
        bare = (
            "from ingest.embedder import SentenceTransformerEmbedder as E\n"
            "E(threads=1).embed_query('how long do I hold the seated stretch?')"
        )
        whole = (
            "import dataclasses, pathlib\nfrom bot.startup import open_bot\nfrom bot.config import BotConfig\n"
            f"config = dataclasses.replace(BotConfig(), index=pathlib.Path({folder!r}))\n"
            "open_bot(config).ask('how long do I hold the seated stretch?')"
        )
        times: dict[str, list[float]] = {"bare": [], "whole": []}
        peaks: dict[str, float] = {}
        for _ in range(rounds):
            for name, code in (("bare", bare), ("whole", whole)):
                took, peak = measure_process(code)
                times[name].append(took)
                peaks[name] = max(peaks.get(name, 0.0), peak)
    return {
        "bare: sentence-transformers imported, model loaded, one question embedded, s": round(
            statistics.median(times["bare"]), 2
        ),
        "first answer, s": round(statistics.median(times["whole"]), 2),
        "first answer / bare": round(statistics.median(times["whole"]) / statistics.median(times["bare"]), 2),
        "peak memory, bare, MB": round(peaks["bare"]),
        "peak memory, first answer, MB": round(peaks["whole"]),
    }


def bench_ingest(posts: int = 1000) -> Figures:
    """A synthetic blog: full ingest, nothing changed, one paragraph edited; beside bare encode and LangChain."""
    from sentence_transformers import SentenceTransformer

    from ingest.embedder import model_folder

    embedder = open_embedder(threads=2)
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
    """kill -9 at random moments of syncs, and the state of the index afterwards."""
    from bot.bench.crash import run as kill_syncs

    report = kill_syncs(kills)
    return {"kills": report.rounds, "before": report.before, "after": report.after, "between": report.between}


def bench_reingest(rounds: int = 100) -> Figures:
    """The bot as it is served, on a blog whose post changes again and again; it answers whatever it is asked."""
    embedder = open_embedder(threads=1)

    def open_bot(folder: Path) -> Bot:
        config = BotConfig(index=folder, threshold=0.0, answer_cache=0)
        return Bot(Index(folder, config.index_config), embedder, config, CrossEncoder(), load_classifier)

    return measure_reingest(open_bot, rounds)


def bench_protocols() -> Figures:
    """MCP, OpenAI's form and NLWeb beside /api/ask, sample content, no answers from memory."""
    embedder = open_embedder(threads=1)
    questions = _sample_questions()[::2]
    with _index(embedder, _sample()) as index:

        def open_bot() -> Bot:
            config = BotConfig(answer_cache=0, rate=(), rate_total=(), feedback="off")
            bot = Bot(index, embedder, config, CrossEncoder(), load_classifier)
            bot.warm()
            return bot

        return measure_protocols(open_bot, questions)


BENCHES: dict[str, Callable[[], Figures]] = {
    "ask": bench_ask,
    "large": bench_large,
    "start": bench_start,
    "ingest": bench_ingest,
    "crash": bench_crash,
    "reingest": bench_reingest,
    "protocols": bench_protocols,
    "memory": measure_memory,
    "year": measure_year,
    "scale": measure_scale,
    "crowd": measure_crowd,
    "widget": bench_widget,
    "gaps": lambda: measure_gaps(open_embedder(threads=1)),
}
# Year and scale take as long as all others, the crowd needs an idle machine, the widget a browser.
DEFAULT = tuple(name for name in BENCHES if name not in ("year", "scale", "crowd", "widget"))


NO_PACKAGES = Packages()


def run(
    name: str | None, folder: Path, packages: Packages = NO_PACKAGES, *, every: bool = False
) -> dict[str, Figures]:
    """Run one bench, the default ones, or every one.

    Args:
        name: Of the bench; None: the default ones.
        folder: Each bench's figures are written there as soon as it ends, one JSON file per bench.
        packages: Other widgets, for the bench of widgets.
        every: All that there are, when no name is given.

    Raises:
        ConfigError: There is no such bench.
    """
    if name is not None and name not in BENCHES:
        raise ConfigError(f"There is no bench {name!r}; there are {', '.join(BENCHES)}.")
    results: dict[str, Figures] = {}
    for each in [name] if name else BENCHES if every else DEFAULT:
        measured = circumstances()
        results[each] = bench_widget(packages) if each == "widget" else BENCHES[each]()
        keep(folder, each, results[each], measured)
    return results


def print_results(results: Mapping[str, Figures]) -> None:
    """A table per bench, and one for each figure that is itself a table, with a column for each key."""
    console = Console()
    for name, figures in results.items():
        table = Table("figure", "value", title=name)
        for label, value in figures.items():
            if isinstance(value, dict) and value and all(isinstance(one, dict) for one in value.values()):
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


def _sample_questions() -> list[str]:
    return [case.question for case in read_set(Path("data/eval/sample")).cases]


def _sample() -> list[Article]:
    return [item for source in _SOURCES for item in load(source) if isinstance(item, Article)]


@contextmanager
def _index(embedder: Embedder, articles: list[Article]) -> Iterator[Index]:
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
