"""The index after a year of daily posts, and peak memory by the number of posts.

Texts are embedded by the fake embedder: the index is measured, not the vectors.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bot.bench.rig.fake_embedder import HashEmbedder
from bot.bench.rig.stopwatch import Figures, disk, measure_process, ms, seconds
from bot.bench.rig.synthetic_blog import SyntheticPost, synthetic_post, write_blog
from bot.config import BotConfig
from bot.lookup import PASSAGES
from bot.pipeline import Bot
from bot.read import CrossEncoder
from bot.retrieve import load_corpus, search_by_vector
from ingest.article import Article, Inventory, Item
from ingest.config import IndexConfig
from ingest.embedder import Embedder, open_embedder
from ingest.index import NOTHING_STORED, Index, StartFinisher, Stored, Subprocess, copies, finish
from ingest.sync import sync

_WORST_CASE = "the worst of all comparisons"


class _SyntheticBlog:
    """A synthetic blog in memory, as a Load, under the name of a folder."""

    def __init__(self, folder: Path, posts: int) -> None:
        self.folder = folder
        self._articles: dict[int, Article] = {}
        for number in range(posts):
            self.put(number)

    def put(self, number: int, edition: int = 0) -> None:
        post = synthetic_post(number, edition=edition)
        origin = (self.folder / post.file).as_uri()
        self._articles[number] = Article(post.file, post.title, post.text, published=post.date, origin=origin)

    def remove(self, number: int) -> None:
        del self._articles[number]

    def numbers(self) -> list[int]:
        return list(self._articles)

    def __call__(
        self, source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
    ) -> Iterator[Item]:
        assert source == str(self.folder) and url is None and known is not None
        yield Inventory(self.folder.as_uri() + "/", len(self._articles))
        yield from self._articles.values()


def measure_year(
    posts: int = 200, rounds: int = 365, looks: int = 5, start_finisher: StartFinisher = Subprocess
) -> Figures:
    """`rounds` syncs, each after one post was added and one edited or deleted, beside fresh indexes.

    looks: how often the aged index is compared with a fresh one of the same posts.
    """
    rng, embedder = random.Random(0), HashEmbedder()
    times: list[float] = []
    speeds: list[tuple[float, float]] = []
    sizes: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as place:
        blog = _SyntheticBlog(Path(place).resolve() / "posts", posts)
        blog.folder.mkdir()
        aged = Index(Path(place) / "aged", IndexConfig(), start_finisher=start_finisher)
        _sync(aged, blog, embedder)
        for day in range(1, rounds + 1):
            blog.put(posts + day)
            other = rng.choice(blog.numbers())
            blog.put(other, edition=day) if day % 2 else blog.remove(other)
            times.append(seconds(lambda: _sync(aged, blog, embedder)))
            if day * looks // rounds > (day - 1) * looks // rounds:
                fresh = Index(Path(place) / f"fresh-{day}", IndexConfig(), start_finisher=start_finisher)
                _sync(fresh, blog, embedder)
                speeds.append(
                    _queries(aged, fresh, [synthetic_post(n) for n in blog.numbers()[::3]], embedder)
                )
                sizes.append((disk(aged.path), disk(fresh.path)))
                aged.close()  # or it would keep the generation that it read from being removed
                fresh.close()
    slower, larger = ([a / b for a, b in pairs] for pairs in (speeds, sizes))
    edge = max(1, rounds // 10)
    return {
        "posts at first, syncs": f"{posts}, {rounds}",
        "query at the end, median ms": ms(speeds[-1][0]),
        "query, aged / fresh, at the end": round(slower[-1], 2),
        f"query, aged / fresh, {_WORST_CASE}": round(max(slower), 2),
        "disk at the end, MB": round(sizes[-1][0], 1),
        "disk, aged / fresh, at the end": round(larger[-1], 2),
        f"disk, aged / fresh, {_WORST_CASE}": round(max(larger), 2),
        "sync, median s": round(statistics.median(times), 2),
        "sync, last tenth / first tenth": round(
            statistics.median(times[-edge:]) / statistics.median(times[:edge]), 2
        ),
    }


def _sync(index: Index, blog: _SyntheticBlog, embedder: Embedder) -> None:
    sync([str(blog.folder)], index=index, embedder=lambda: embedder, load=blog)


def _queries(
    aged: Index, fresh: Index, posts: Sequence[SyntheticPost], embedder: Embedder
) -> tuple[float, float]:
    """Median seconds of a search in either, in turn, so that other load affects both."""
    with aged.reading() as one, fresh.reading() as other:
        corpora = [load_corpus(one), load_corpus(other)]
        took: tuple[list[float], list[float]] = ([], [])
        for turn, post in enumerate([posts[0], *posts, *posts]):
            (vector,), (asked,) = embedder.embed_tokens([post.question])
            for which in (0, 1) if turn % 2 else (1, 0):
                corpus = corpora[which]
                search = partial(
                    search_by_vector, post.question, vector, asked.vectors, corpus=corpus, k=PASSAGES
                )
                once = seconds(search)
                took[which].append(once)
    return statistics.median(took[0][1:]), statistics.median(took[1][1:])


def measure_memory(
    sizes: Sequence[int] = (250, 1000, 2000), served: tuple[int, int] = (10, 1000), *, real: bool = True
) -> Figures:
    """Peak memory of ingesting and of serving synthetic posts, each in a process of its own.

    Ingest uses the fake embedder, so no model is included. served: sizes of the indexes that the bot answers from.
    real: with the packaged model, as on a server.
    """
    figures: Figures = {}
    peaks: dict[str, list[float]] = {"ingest": [], "checking": [], "serving": []}

    def run(what: str, posts: int, call: str, name: str) -> None:
        peaks[what].append(measure_process(f"from bot.bench import index; index.{call}")[1])
        figures[f"{name} {posts} posts, peak MB"] = round(peaks[what][-1])

    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as place:
        for posts in sizes:
            folder = str(Path(place) / str(posts))
            run("ingest", posts, f"ingest_synthetic({folder!r}, {posts})", "ingest of")
            figures[f"index of {posts} posts on disk, MB"] = round(disk(Path(folder) / "index"))
            run("checking", posts, f"check_synthetic({folder!r})", "its search index written and checked,")
        for posts in served:
            folder = str(Path(place) / f"served-{posts}")
            ingest_synthetic(folder, posts)
            run("serving", posts, f"serve_synthetic({folder!r}, {real})", "bot that serves")
    for what, counts in (("ingest", sizes), ("checking", sizes), ("serving", served)):
        more = (peaks[what][-1] - peaks[what][0]) / (counts[-1] - counts[0]) * 1000
        figures[f"{what}: a thousand posts more, MB"] = round(more)
    return figures


def ingest_synthetic(place: str, posts: int) -> None:
    """Write synthetic posts into a new folder and ingest them with the fake embedder."""
    folder = Path(place) / "posts"
    write_blog(folder, posts)
    embedder = HashEmbedder()
    sync([str(folder)], index=Index(Path(place) / "index", IndexConfig()), embedder=lambda: embedder)


def check_synthetic(place: str) -> None:
    """Write and check the search index of a generation, as the process that finishes it does."""
    index = Index(Path(place) / "index", IndexConfig())
    live = index.path / str(index.generation())
    copies.reset_search_index(live)
    finish(live)


def serve_synthetic(place: str, real: bool) -> None:
    """Ask a bot questions about what ingest_synthetic() ingested. real: with the packaged model."""
    embedder: Embedder = open_embedder(threads=1) if real else HashEmbedder()
    cross_encoder = CrossEncoder() if real else None
    bot = Bot(Index(Path(place) / "index", IndexConfig()), embedder, BotConfig(), cross_encoder)
    for number in range(10):
        bot.ask(synthetic_post(number).question)
