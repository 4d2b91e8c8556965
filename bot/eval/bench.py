"""`footnote bench`: speed, each figure beside its baseline from the same run.

Absolute times depend on the machine and on what else it does; the ratios are what to compare.
What this file does not know: whether answers are good (run.py).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.bot import Bot
from bot.config import BotConfig
from bot.eval.cases import read_set
from ingest.article import Article
from ingest.chunk import chunk, embedding_text
from ingest.config import IndexConfig
from ingest.embed import SentenceTransformerEmbedder
from ingest.generations import Index
from ingest.load import load
from ingest.sync import sync

Figures = dict[str, Any]
_SOURCES = ("data/articles", "data/guides")
_POSTS = 60


def bench_ask() -> Figures:
    """A warm answer beside the bare embedding of the same question, one thread, sample content."""
    embedder = SentenceTransformerEmbedder(threads=1)
    questions = [case.question for case in read_set(Path("data/eval/sample")).cases]
    with _index(embedder, _sample()) as index:
        bot = Bot(index, embedder, BotConfig())
        for question in questions[:5]:
            bot.ask(question)
        bare, whole, first = [], [], []
        for question in questions:
            bare.append(_seconds(lambda q=question: embedder.embed_query(q)))  # type: ignore[misc]
            whole.append(_seconds(lambda q=question: bot.ask(q)))  # type: ignore[misc]
            first.append(_seconds(lambda q=question: next(iter(bot.stream(q)))))  # type: ignore[misc]
    return {
        "questions": len(questions),
        "bare embedding of the question, median ms": _ms(statistics.median(bare)),
        "whole answer, median ms": _ms(statistics.median(whole)),
        "whole answer, p95 ms": _ms(statistics.quantiles(whole, n=20)[-1]),
        "first words, median ms": _ms(statistics.median(first)),
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
            "from ingest.embed import SentenceTransformerEmbedder as E\n"
            "E(threads=1).embed_query('how long do I hold the seated stretch?')"
        )
        whole = (
            "import dataclasses, pathlib\nfrom bot.bot import open_bot\nfrom bot.config import BotConfig\n"
            f"config = dataclasses.replace(BotConfig(), index=pathlib.Path({folder!r}))\n"
            "open_bot(config).ask('how long do I hold the seated stretch?')"
        )
        times: dict[str, list[float]] = {"bare": [], "whole": []}
        peaks: dict[str, float] = {}
        for _ in range(3):
            for name, code in (("bare", bare), ("whole", whole)):
                seconds, peak = _process(code)
                times[name].append(seconds)
                peaks[name] = max(peaks.get(name, 0.0), peak)
    return {
        "bare: model loaded and one question embedded, s": round(statistics.median(times["bare"]), 2),
        "first answer, s": round(statistics.median(times["whole"]), 2),
        "first answer / bare": round(statistics.median(times["whole"]) / statistics.median(times["bare"]), 2),
        "peak memory, bare, MB": round(peaks["bare"]),
        "peak memory, first answer, MB": round(peaks["whole"]),
    }


def bench_ingest() -> Figures:
    """A first ingest of made posts, and one with nothing changed, beside bare model.encode of the same texts."""
    from sentence_transformers import SentenceTransformer

    from ingest.embed import model_folder

    embedder = SentenceTransformerEmbedder(threads=2)
    embedder.embed_query("warm up")
    config = IndexConfig()
    articles = list(_made(_POSTS))
    texts = [
        embedding_text(a.title, c)[0]
        for a in articles
        for c in chunk(a, max_tokens=config.max_tokens, overlap=config.overlap, count=embedder.count)
    ]
    model = SentenceTransformer(str(model_folder(config.embedder)), device="cpu")
    model.encode(texts[:32])
    bare = _seconds(lambda: model.encode(texts, batch_size=32, show_progress_bar=False))
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        index = Index(Path(folder), config)

        def once() -> None:
            sync(
                ["made"],
                index=index,
                embedder=lambda: embedder,
                load=lambda source, *, url=None: iter(articles),
            )

        full, again = _seconds(once), _seconds(once)
        index.close()
    return {
        "posts": len(articles),
        "passages": len(texts),
        "bare model.encode, passages a second": round(len(texts) / bare, 1),
        "full ingest, passages a second": round(len(texts) / full, 1),
        "full ingest / bare (of its speed)": round(bare / full, 2),
        "nothing changed, s": round(again, 3),
        "nothing changed / full ingest": round(again / full, 4),
    }


def bench_crash() -> Figures:
    """kill -9 at random moments of syncs; what the index holds afterwards."""
    from bot.eval.crash import run

    report = run(60)
    return {"kills": report.rounds, "before": report.before, "after": report.after, "between": report.between}


BENCHES: dict[str, Callable[[], Figures]] = {
    "ask": bench_ask,
    "start": bench_start,
    "ingest": bench_ingest,
    "crash": bench_crash,
}


def print_bench(results: dict[str, Figures]) -> None:
    """A table a bench."""
    console = Console()
    for name, figures in results.items():
        table = Table("figure", "value", title=name)
        for label, value in figures.items():
            table.add_row(label, str(value))
        console.print(table)


def _sample() -> list[Article]:
    return [item for source in _SOURCES for item in load(source) if isinstance(item, Article)]


def _made(posts: int) -> Iterator[Article]:
    """Posts of the length of real ones: the sample's sections in ever new combinations."""
    sample = _sample()
    for number in range(posts):
        parts = [sample[(number * step) % len(sample)] for step in (1, 3, 5)]
        text = "\n".join(f"## Part {number}.{i}\n\n{part.text}" for i, part in enumerate(parts))
        yield Article(f"made/{number}.md", f"Post {number}: {parts[0].title}", text)


@contextmanager
def _index(embedder: SentenceTransformerEmbedder, articles: list[Article]) -> Iterator[Index]:
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        index = Index(Path(folder), IndexConfig())
        sync(
            ["sample"],
            index=index,
            embedder=lambda: embedder,
            load=lambda source, *, url=None: iter(articles),
        )
        yield index
        index.close()


def _process(code: str) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a new Python process."""
    report = "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, check=True)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return time.perf_counter() - began, int(done.stdout.split()[-1]) / unit


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
