"""The answers that were given lately, each under a random id: what a vote may be about.

A vote names an id, so nobody can store a text of their own as an "answer". One server has its latest answers in memory; of
several, each gives ids that hold the answer, signed. Both find whether a cited post has changed since.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.server.feedback.signed_answers import DAYS, AnswerSigner
from bot.types import Answer, Citation
from ingest.article import Article
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.pipeline import Bot

MAX_ANSWERS = 2_000  # about 10 kB each
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """An answer under its id.

    Attributes:
        generation: The index's, when the answer was complete.
        about: Title, author and date of the articles that are cited without a quote, by article id.
    """

    id: str
    answer: Answer
    generation: str
    about: dict[str, tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """A post that has lost a quote, or is gone, since an answer cited it."""

    article_id: str
    title: str
    kind: Literal["changed", "gone"]


class RecentAnswers:
    """Thread-safe. The oldest answer is dropped when there are more than `most`.

    Args:
        bot: Gives the articles and the generation.
        signer: Makes ids that any server can read; then no answer is kept here.
    """

    def __init__(self, bot: Bot, most: int = MAX_ANSWERS, signer: AnswerSigner | None = None) -> None:
        self._bot = bot
        self._most = most
        self._signer = signer
        self._mutex = threading.Lock()
        self._answers: OrderedDict[str, RecentAnswer] = OrderedDict()
        self._compared: dict[str, tuple[str, tuple[Change, ...]]] = {}

    def remember(self, answer: Answer) -> str:
        """Returns an id for an answer, 24 characters that nobody can guess; signed, the answer follows them."""
        try:
            generation = self._bot.generation()
        except FootnoteError:  # urgent messages are sent without an index, too
            generation = ""
        recent = RecentAnswer(secrets.token_hex(_ID_BYTES), answer, generation, self._about_cited(answer))
        if self._signer is not None:
            return self._signer.write(recent)
        with self._mutex:
            self._answers[recent.id] = recent
            while len(self._answers) > self._most:
                gone, _ = self._answers.popitem(last=False)
                self._compared.pop(gone, None)
        return recent.id

    def find(self, answer_id: str, within: float = DAYS * 86_400) -> RecentAnswer | None:
        """The answer with this id; None if there never was one, it was dropped, or a signed one is older than some seconds."""
        if self._signer is not None:
            return self._signer.read(answer_id, within)
        with self._mutex:
            return self._answers.get(answer_id)

    def changes(self, ids: Iterable[str]) -> dict[str, tuple[Change, ...]]:
        """The posts that have changed or gone since these answers cited them, by answer id.

        Each answer is compared once a generation. Raises IndexError_ while there is no index to compare with.
        """
        now = self._bot.generation()
        found: dict[str, tuple[Change, ...]] = {}
        read: dict[str, Article | None] = {}
        for answer_id in ids:
            recent = self.find(answer_id)
            if recent is None:
                continue
            with self._mutex:
                compared = self._compared.get(recent.id)
            changes = compared[1] if compared and compared[0] == now else self._compare(recent, read)
            with self._mutex:
                if self._signer is not None or recent.id in self._answers:
                    self._compared[recent.id] = (now, changes)
                while len(self._compared) > self._most:
                    del self._compared[next(iter(self._compared))]
            if changes:
                found[answer_id] = changes
        return found

    def _compare(self, recent: RecentAnswer, read: dict[str, Article | None]) -> tuple[Change, ...]:
        cited: dict[str, list[Citation]] = {}
        for citation in recent.answer.citations:
            cited.setdefault(citation.passage.chunk.article_id, []).append(citation)
        found = []
        for article_id, citations in cited.items():
            if article_id not in read:
                read[article_id] = self._article(article_id)
            article, title = read[article_id], citations[0].passage.title
            if article is None:
                found.append(Change(article_id, title, "gone"))
            elif not _are_quoted(citations, article, recent.about.get(article_id)):
                found.append(Change(article_id, title, "changed"))
        return tuple(found)

    def _about_cited(self, answer: Answer) -> dict[str, tuple[str | None, ...]]:
        """Empty if the articles cannot be read just now: a complete answer is not lost for this."""
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


def _are_quoted(
    citations: Iterable[Citation], article: Article, about: tuple[str | None, ...] | None
) -> bool:
    """Whether each quote still appears somewhere in the article; spaces and line breaks do not matter."""
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
