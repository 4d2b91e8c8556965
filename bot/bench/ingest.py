"""The cost of ingest on a synthetic blog, beside baselines from the same run.

Baselines: a full ingest (the cost of a full rebuild), bare model.encode of the same texts, and LangChain's own
`index()` over a Chroma store with the same embedding model.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.bench.rig.stopwatch import Figures, seconds
from bot.bench.rig.synthetic_blog import write_blog, write_post
from bot.config import BotConfig
from bot.pipeline import Bot
from bot.read import Reranker
from ingest.article import Article, chunk, embedding_text
from ingest.config import IndexConfig
from ingest.embedder import Embedder
from ingest.index import Index
from ingest.sources import load, loader, memory_in
from ingest.sync import SyncReport, sync

_WORST_CASE = "the worst of all looks"


def measure_ingest(
    posts: int,
    embedder: Embedder,
    encode: Callable[[list[str]], object],
    edits: int = 5,
    cross_encoder: Reranker | None = None,
) -> Figures:
    """Full ingest, nothing changed, one post edited; encode: the bare model, for comparison."""
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as place:
        folder = Path(place) / "posts"
        write_blog(folder, posts)
        texts = _texts(folder, embedder)
        bare = seconds(lambda: encode(texts))
        blog = SyncedFolder(folder, Path(place) / "index", embedder)
        full = seconds(blog.sync)
        nothing = statistics.median(seconds(blog.sync) for _ in range(3))
        bot = Bot(Index(blog.index, IndexConfig()), embedder, BotConfig(), cross_encoder)
        bot.warm()
        edited = [_edit(blog, bot, number) for number in _spread(posts, edits)]
    synced, whole = (statistics.median(edit[at] for edit in edited) for at in (0, 1))
    return {
        "posts": posts,
        "passages": len(texts),
        "bare model.encode, passages a second": round(len(texts) / bare, 1),
        "full ingest, s": round(full, 2),
        "full ingest / bare (of its speed)": round(bare / full, 2),
        "nothing changed, s": round(nothing, 3),
        "full ingest / nothing changed": round(full / nothing),
        "one paragraph edited, sync, s": round(synced, 2),
        "one paragraph edited, to the next answer, s": round(whole, 2),
        "full ingest / one paragraph edited": round(full / whole, 1),
        "answers that quote the edit": f"{sum(edit[2] for edit in edited)} of {edits}",
        "passages embedded again, most": max(edit[3] for edit in edited),
    }


class SyncedFolder:
    """A folder of posts and the index of it, synced as `footnote ingest` does."""

    def __init__(self, folder: Path, index: Path, embedder: Embedder) -> None:
        self.folder = folder
        self.index = index
        self._embedder = embedder

    def sync(self) -> SyncReport:
        with loader(memory=memory_in(self.index)) as reads:
            index = Index(self.index, IndexConfig())
            return sync([str(self.folder)], index=index, embedder=lambda: self._embedder, load=reads)


def _texts(folder: Path, embedder: Embedder) -> list[str]:
    """What is embedded for all passages of a folder."""
    config = IndexConfig()
    return [
        embedding_text(article.title, piece)[0]
        for article in load(str(folder))
        if isinstance(article, Article)
        for piece in chunk(
            article, max_tokens=config.max_tokens, overlap=config.overlap, count=embedder.count
        )
    ]


def _edit(blog: SyncedFolder, bot: Bot, number: int) -> tuple[float, float, bool, int]:
    """Edit a post's fact: seconds of the sync, seconds to the answer, is it quoted, texts embedded."""
    post = write_post(blog.folder, number, edition=1)
    answers, reports = [], []
    synced = seconds(lambda: reports.append(blog.sync()))
    asked = seconds(lambda: answers.append(bot.ask(post.question)))
    return synced, synced + asked, post.fact in answers[0].text, reports[0].chunks_embedded


def _spread(posts: int, most: int) -> list[int]:
    return sorted({posts * (2 * at + 1) // (2 * most) for at in range(most)})


def measure_langchain(posts: int, embedder: Embedder, edits: int = 5) -> Figures:
    """The same steps with LangChain's index() over langchain-chroma; says so if it is not installed."""
    try:
        from bot.bench.langchain import LangChainIndex
    except ImportError:
        return {"LangChain's index()": "skipped: `pip install footnote-blog[bench]` brings what it needs"}
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as place:
        folder = Path(place) / "posts"
        write_blog(folder, posts)
        blog = LangChainIndex(folder, Path(place) / "store", embedder)
        full = seconds(blog.sync)
        passages = blog.embedded
        nothing = statistics.median(seconds(blog.sync) for _ in range(3))
        took, found, again = [], 0, []
        for number in _spread(posts, edits):
            post, before = write_post(folder, number, edition=1), blog.embedded
            took.append(seconds(blog.sync) + seconds(lambda: blog.search("warm up")))
            again.append(blog.embedded - before - 1)  # the question is embedded, too
            found += any(post.fact in text for text in blog.search(post.question))
    return {
        "LangChain: passages": passages,
        "LangChain: full, s": round(full, 2),
        "LangChain: nothing changed, s": round(nothing, 3),
        "LangChain: one paragraph edited, to the next search, s": round(statistics.median(took), 2),
        "LangChain: searches that find the edit": f"{found} of {len(took)}",
        "LangChain: passages embedded again, most": max(again),
    }
