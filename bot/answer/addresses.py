"""The articles of a blog by their addresses, however an address is spelt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from ingest.article import Article


@dataclass(frozen=True, slots=True)
class Addresses:
    """The articles of a generation by their addresses: by host and path, each with its query."""

    by_place: Mapping[tuple[str, str], Sequence[tuple[str, Article]]]

    def find(self, page: str) -> Article | None:
        """As article_at(), at the same cost for a blog of any size."""
        wanted = _place(page)
        if wanted is None:
            return None
        known = self.by_place.get(wanted[:2], ())
        exact = [article for query, article in known if query == wanted[2]]
        similar = [article for query, article in known if not (query and wanted[2])]
        return next((found[0] for found in (exact, similar) if len(found) == 1), None)


def addresses_of(articles: Iterable[Article]) -> Addresses:
    """Sort articles by their addresses."""
    found: dict[tuple[str, str], list[tuple[str, Article]]] = {}
    for article in articles:
        if article.url and (place := _place(article.url)):
            found.setdefault(place[:2], []).append((place[2], article))
    return Addresses(found)


def article_at(page: str, articles: Iterable[Article]) -> Article | None:
    """The article at an address, however that is spelt; None if there is none, or it is unclear.

    A query counts if an article's own address has one ("/?p=12"); else it is a campaign's mark.
    """
    return addresses_of(articles).find(page)


@lru_cache(maxsize=20_000)
def _place(address: str) -> tuple[str, str, str] | None:
    """Host, path and query of a web address without what does not tell pages apart."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:  # "https://[half", "https://host:port"
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    named = f"{host}:{port}" if port not in (None, 80, 443) else host
    return named, unquote(parts.path).rstrip("/"), parts.query
