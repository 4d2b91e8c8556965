"""Items that a source yields besides articles: its inventory, what is left out, what has not changed.

Item = Article | LoadFailure | LeftOut | Seen | Inventory
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.article.article import Article, LoadFailure


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that a source lists; it comes before the first of it is read.

    scope: beginning of the origins of everything it lists; what is stored under it and is not
    listed has vanished. None: the source shows only a part (a feed), so nothing is missed.
    total: how many are listed, None if that is not known.
    """

    scope: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something listed that is no article for readers: a draft, a list of posts, a page that is gone.

    It is no failure, and what is stored from there goes. origin: as the article's would be. name:
    how the report calls it. reason: a few words ("a password protects it").
    gone: it is not there (any more), as a page that answers 404.
    """

    origin: str
    name: str
    reason: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """An article without its body: as a source lists it, or as it was when it was last read."""

    id: str
    fingerprint: str
    origin: str


Item = Article | LoadFailure | LeftOut | Seen | Inventory
