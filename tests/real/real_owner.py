"""What the tests against real software share: an owner with an index, and the sample's secrets."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from conftest import FakeEmbedder

from ingest.article import Article
from ingest.config import IndexConfig
from ingest.index import Index, finish
from ingest.sources import loader, memory_in
from ingest.sync import SyncReport, sync

HERE = Path(__file__).parent
SECRETS = ("marmalade", "gooseberry", "elderflower", "rhubarb", "quince", "tamarind")
"""A word in each sample post that is not for everybody."""


class InProcess:
    """A Finisher without a process of its own."""

    def __call__(self, directory: Path) -> None:
        finish(directory)

    def stop(self) -> None:
        pass


class Owner:
    """Who runs `footnote ingest`, with one index and one memory."""

    def __init__(self, folder: Path) -> None:
        config = IndexConfig(embedder="fake", max_tokens=40)
        self.index = Index(folder / "index", config, start_finisher=InProcess)
        self.memory = memory_in(folder / "index")

    def ingest(self, *sources: str, prune: bool = False) -> SyncReport:
        with loader(memory=self.memory, allow_private=True) as load:
            return sync(sources, index=self.index, embedder=FakeEmbedder, prune=prune, load=load)

    def articles(self) -> dict[str, Article]:
        with self.index.reading() as store:
            return {article.id: article for article in store.articles()}

    def ids(self) -> set[str]:
        return set(self.articles())


def changes(report: SyncReport) -> dict[str, set[str]]:
    """What a report says was done; what was unchanged is not in it."""
    done = {"added": report.added, "updated": report.updated, "removed": report.removed}
    failed = {one.name for one in report.failed}
    return {name: set(of) for name, of in done.items() if of} | ({"failed": failed} if failed else {})


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/", timeout=20):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
