"""The answers that this server has given lately, each under a random id: what a vote may be about.

Only in memory, and only the latest: a vote names an id, so nobody can store a text of their own as an
"answer". The same memory tells whether a cited post has changed since.

What this file does not know: what is done with a vote (feedback.py), and HTTP.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.types import Answer, Citation
from ingest.article import Article
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.pipeline import Bot

MOST = 2_000  # answers; about 10 kB each
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Given:
    """generation: the index's, when the answer was complete. about: who wrote the articles that are
    cited without a quote, and so on, by article id."""

    id: str
    answer: Answer
    generation: str
    about: dict[str, tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a post since an answer cited it: it lacks a quote now, or is gone."""

    article_id: str
    title: str
    kind: Literal["changed", "gone"]


class Memory:
    """May be shared by threads. The oldest answer goes when there are more than `most`."""

    def __init__(self, bot: Bot, most: int = MOST) -> None:
        self._bot = bot
        self._most = most
        self._mutex = threading.Lock()
        self._given: OrderedDict[str, Given] = OrderedDict()
        self._looked: dict[str, tuple[str, tuple[Change, ...]]] = {}

    def remember(self, answer: Answer) -> str:
        """Keep an answer; its id, 24 characters that nobody can guess."""
        try:
            generation = self._bot.generation()
        except FootnoteError:  # an urgent message is told without an index, too
            generation = ""
        given = Given(secrets.token_hex(_ID_BYTES), answer, generation, self._about_cited(answer))
        with self._mutex:
            self._given[given.id] = given
            while len(self._given) > self._most:
                gone, _ = self._given.popitem(last=False)
                self._looked.pop(gone, None)
        return given.id

    def find(self, answer_id: str) -> Given | None:
        """The answer with this id, None if it was never given or is forgotten."""
        with self._mutex:
            return self._given.get(answer_id)

    def changes(self, ids: Iterable[str]) -> dict[str, tuple[Change, ...]]:
        """What became of the posts that these answers cite; nothing for those that stand as they were.

        Each answer is compared once a generation. Raises IndexError_ while there is no index to compare with.
        """
        now = self._bot.generation()
        found: dict[str, tuple[Change, ...]] = {}
        read: dict[str, Article | None] = {}
        for answer_id in ids:
            with self._mutex:
                given, looked = self._given.get(answer_id), self._looked.get(answer_id)
            if given is None:
                continue
            changes = looked[1] if looked and looked[0] == now else self._compare(given, read)
            with self._mutex:
                if answer_id in self._given:
                    self._looked[answer_id] = (now, changes)
            if changes:
                found[answer_id] = changes
        return found

    def _compare(self, given: Given, read: dict[str, Article | None]) -> tuple[Change, ...]:
        cited: dict[str, list[Citation]] = {}
        for citation in given.answer.citations:
            cited.setdefault(citation.passage.chunk.article_id, []).append(citation)
        found = []
        for article_id, citations in cited.items():
            if article_id not in read:
                read[article_id] = self._article(article_id)
            article, title = read[article_id], citations[0].passage.title
            if article is None:
                found.append(Change(article_id, title, "gone"))
            elif not _stand(citations, article, given.about.get(article_id)):
                found.append(Change(article_id, title, "changed"))
        return tuple(found)

    def _about_cited(self, answer: Answer) -> dict[str, tuple[str | None, ...]]:
        """Nothing of what cannot be read just now: an answer that is complete is not lost for this."""
        bare = {c.passage.chunk.article_id for c in answer.citations if not c.quote}
        try:
            return {a.id: _about(a) for one in bare if (a := self._article(one)) is not None}
        except FootnoteError:
            return {}

    def _article(self, article_id: str) -> Article | None:
        try:
            return self._bot.article(article_id)
        except NotInIndex:
            return None


def _stand(citations: Iterable[Citation], article: Article, about: tuple[str | None, ...] | None) -> bool:
    """Whether each quote still stands somewhere in the article; spaces and line breaks do not matter."""
    text = ""
    for c in citations:
        if not c.quote:
            if about is not None and about != _about(article):
                return False
        elif article.text[c.start : c.end] != c.quote:
            text = text or " ".join(article.text.split())
            if " ".join(c.quote.split()) not in text:
                return False
    return True


def _about(article: Article) -> tuple[str | None, ...]:
    return article.title, article.author, article.published
