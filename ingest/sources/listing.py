"""Read one source to its end: what it lists, and the bodies of new and changed articles to a spool."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.article import Article, Inventory, Item, LeftOut, LoadFailure, Seen
from ingest.errors import SourceError
from ingest.index import Stored, disk_errors
from ingest.report import Progress
from ingest.sources.load import Load
from ingest.urls import is_web

_FAILING = 4  # if one in so many pages of a listing failed, the site is in trouble: believe nothing


@dataclass(frozen=True, slots=True)
class Listing:
    """All that one source gave. scope: as Inventory has it; what may vanish."""

    source: str
    scope: str | None
    found: tuple[Seen | LoadFailure | LeftOut, ...]

    @property
    def broken_off(self) -> bool:
        return any(isinstance(item, LoadFailure) and item.incomplete for item in self.found)

    @property
    def lists_nothing(self) -> bool:
        return not any(isinstance(item, Seen) for item in self.found)

    @property
    def trouble(self) -> str:
        """Why what this lists may not be complete; "" if it is."""
        pages = len(self.found)
        failed = sum(isinstance(item, LoadFailure) for item in self.found)
        gone = sum(isinstance(item, LeftOut) and item.gone for item in self.found)
        if self.broken_off:
            return f"{self.source} could not be read to its end"
        if self.is_web and failed * _FAILING >= pages > 1:
            return f"{failed} of the {pages} pages of {self.source} could not be read"
        if gone * 2 > pages > 1:
            return f"{gone} of the {pages} pages of {self.source} are gone all at once"
        return ""

    @property
    def is_web(self) -> bool:
        return self.scope is not None and not self.scope.startswith("file:")


def list_source(
    source: str,
    load: Load,
    url: str | None,
    *,
    spool: Spool,
    known: Mapping[str, Stored],
    progress: Progress,
) -> Listing:
    """Read a source; bodies of articles that are not known in this state go to the spool."""
    found: list[Seen | LoadFailure | LeftOut] = []
    scope = None
    for item in _items(source, load, url, known, progress):
        if isinstance(item, Inventory):
            scope = item.scope
        elif isinstance(item, Article):
            seen = Seen(item.id, item.fingerprint, item.origin)
            found.append(seen)
            if item.id not in known or known[item.id].fingerprint != seen.fingerprint:
                spool.put(item)
        else:
            found.append(item)
    path = Path(source)
    if scope is None and not is_web(source) and path.is_dir():
        scope = path.resolve().as_uri().rstrip("/") + "/"
    return Listing(source, scope, tuple(found))


def _items(
    source: str, load: Load, url: str | None, known: Mapping[str, Stored], progress: Progress
) -> Iterator[Item]:
    """What a source gives; a source that cannot be read at all is one failure among others."""
    phase, total, done = "fetching" if is_web(source) else "reading", None, 0
    progress(phase, 0, None)
    try:
        for item in load(source, url=url, known=known):
            if isinstance(item, Inventory):
                total = item.total
            else:
                done += 1
            progress(phase, done, total)
            yield _storable(item) if isinstance(item, Article) else item
    except SourceError as error:
        yield LoadFailure(source, source, str(error), incomplete=True)


def _storable(article: Article) -> Article | LoadFailure:
    """A failure for text that cannot be stored (half a character, from a file's name)."""
    shown = (article.id, article.title, article.text, article.url, article.author, *article.tags)
    try:
        "".join(part or "" for part in shown).encode()
    except UnicodeEncodeError:
        name = article.id.encode(errors="replace").decode()
        return LoadFailure(
            article.origin, name, "its name or text holds bytes that are no text; rename or re-save it"
        )
    return article


class Spool:
    """Articles in a temporary file without a name."""

    def __init__(self) -> None:
        with disk_errors(writing=True):
            self._file = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115  # __exit__ closes it
        self.ids: set[str] = set()

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, article: Article) -> None:
        self.ids.add(article.id)
        with disk_errors(writing=True):
            self._file.write(json.dumps(asdict(article)) + "\n")

    def articles(self, states: Mapping[str, str]) -> Iterator[Article]:
        """The first article with each of these ids and fingerprints."""
        left = dict(states)
        with disk_errors(writing=True):
            self._file.seek(0)
        for line in self._file:
            fields = json.loads(line)
            if fields["id"] in left:
                article = Article(**{**fields, "tags": tuple(fields["tags"])})
                if article.fingerprint == left[article.id]:
                    del left[article.id]
                    yield article
