"""Articles on disk between reading and writing, so that memory does not grow with the number of posts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from ingest.article import Article
from ingest.index import disk_errors


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
