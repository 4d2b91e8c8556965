"""A folder of small posts, a loader for it, and what the tests of the index share.

The loader stands in for ingest.load: it reads `Title`, a blank line, then text in normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from conftest import FakeEmbedder

from ingest.article import Article, LoadFailure
from ingest.config import IndexConfig
from ingest.embedder import Embedder
from ingest.errors import SourceError
from ingest.index import Generations, Index, finish
from ingest.sync import SyncReport, sync

CONFIG = IndexConfig(embedder="fake", max_tokens=40)


class InProcess:
    """A Finisher without a process of its own: a third of a second instead of one."""

    def __call__(self, directory: Path) -> None:
        finish(directory)

    def stop(self) -> None:
        pass


def load(source: str, *, url: str | None = None, known: object = None) -> Iterator[Article | LoadFailure]:
    """Every .md file of a folder, or one file. A file whose title is BROKEN fails to load."""
    path = Path(source)
    if not path.exists():
        raise SourceError(f"{source} does not exist")
    for file in sorted(path.rglob("*.md")) if path.is_dir() else [path]:
        title, _, text = file.read_text().partition("\n\n")
        origin = file.resolve().as_uri()
        if title == "BROKEN":
            yield LoadFailure(origin, file.name, "it is broken")
            continue
        address, _, name = title.rpartition(" | ")  # "https://… | Title" gives a post an address
        found = url or address or None
        yield Article(found or f"{file.parent.name}/{file.name}", name, text, url=found, origin=origin)


def post(folder: Path, name: str, title: str, *paragraphs: str) -> Path:
    """Write a post with a section per paragraph."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(f"## Part {n}\n\n{words}" for n, words in enumerate(paragraphs, 1))
    file = folder / f"{name}.md"
    file.write_text(f"{title}\n\n{text}")
    return file


def two_posts(folder: Path) -> Path:
    """A folder with a post of two paragraphs and one of one."""
    post(folder, "kettles", "Kettles", "Descale the kettle every month.", "Vinegar works.")
    post(folder, "lamps", "Lamps", "Dust the lamp with a dry cloth.")
    return folder


def index_at(
    path: Path,
    config: IndexConfig = CONFIG,
    *,
    lock_timeout: float = 600,
    generations: Generations | None = None,
) -> Index:
    return Index(path, config, start_finisher=InProcess, lock_timeout=lock_timeout, generations=generations)


def ingest(
    index: Index,
    *sources: Path,
    embedder: Embedder | None = None,
    prune: bool = False,
    rebuild: bool = False,
    url: str | None = None,
    load: Callable[..., Iterator[Article | LoadFailure]] = load,
) -> SyncReport:
    """sync() with the stand-ins."""
    model = embedder or FakeEmbedder()
    names = [str(source) for source in sources]
    return sync(names, index=index, embedder=lambda: model, prune=prune, rebuild=rebuild, url=url, load=load)


def ask(index: Index, question: str, k: int = 1) -> list[str]:
    """Texts of the chunks found for a question."""
    with index.reading() as store:
        return [piece.text for piece, _ in store.search(FakeEmbedder().embed_query(question), k)]


def ids(index: Index) -> list[str]:
    with index.reading() as store:
        return sorted(store.fingerprints())
