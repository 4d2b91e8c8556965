"""Questions that a blog is known to answer, to offer when a window opens and when a question found nothing.

They are found once a generation, in the background and within a bound; opening a window costs no reading.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import islice

from bot.answer.addresses import Addresses, addresses_of
from bot.answer.heading_questions import heading_questions
from bot.answer.phrases import ABSTAIN, ABSTAIN_EMPTY
from bot.retrieve import Corpus
from bot.types import Answer, Event, Passage, Token
from bot.understand import Blog
from ingest.article import Article, Chunk
from ingest.errors import FootnoteError

log = logging.getLogger("footnote")
KEPT = 6  # questions for an opened window
MAX_READ = 24  # candidates that are read for them; each takes about 0.1 s of one core
MAX_READ_FOR_PAGE = 4  # candidates that are read for the article of one page
MAX_READ_FOR_PAGES = 120  # the same for all pages of a generation
OFFERED = 3  # questions after one that found nothing
MAX_READ_AFTER_MISS = 8  # candidates that are read for them
MAX_READ_BESIDE = 2  # the same where those of an opened window can take the places of what is not read

OpenBlog = Callable[[], AbstractContextManager[tuple[Corpus, Blog]]]
_OPENING = ""  # in the queue of what is to be found; else the id of an article


@dataclass(slots=True)
class _Found:
    """What is known of one generation.

    Attributes:
        generation: Its name.
        articles: By id.
        addresses: Their addresses.
        of_page: Candidates of an article, for those whose pages were opened.
        answered: Candidate -> does the blog answer it? For those that were read.
        opening: Questions for an opened window.
        left_for_pages: How many candidates may still be read for pages.
    """

    generation: str
    articles: Mapping[str, Article]
    addresses: Addresses
    of_page: dict[str, tuple[str, ...]] = field(default_factory=dict)
    answered: dict[str, bool] = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    left_for_pages: int = MAX_READ_FOR_PAGES


class Suggestions:
    """The suggestions of the live generation. May be shared by threads.

    Args:
        open_blog: Opens the live generation.
        generation: Gives its name, "" for none; cheap.
        answers: Does the blog answer this question? Reads.
    """

    def __init__(
        self, open_blog: OpenBlog, generation: Callable[[], str], answers: Callable[[str, Corpus], bool]
    ) -> None:
        self._open_blog = open_blog
        self._generation = generation
        self._answers = answers
        self._making = threading.Lock()
        self._lock = threading.Lock()  # of what follows
        self._queue: dict[str, None] = {}
        self._maker: threading.Thread | None = None
        self._found: _Found | None = None
        self._read: tuple[Mapping[str, Article], dict[str, bool]] = ({}, {})  # before any were found
        self._problem: tuple[str, FootnoteError] | None = None

    def opening(self, n: int, page: str = "") -> tuple[str, ...]:
        """Up to n questions that are known to be answered, from different articles where possible.

        What is not known yet is found in the background for the next call.

        Args:
            n: How many.
            page: An address; the questions of the article at it come first.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged, EmbedderError: The last try to find some failed.
        """
        generation = self._generation()
        if not generation:
            with self._open_blog():  # raises IndexMissing
                return ()
        found = self._found
        if found is None or found.generation != generation:
            self._enqueue(_OPENING)
            if self._problem is not None and self._problem[0] == generation:
                raise self._problem[1]
            return ()
        here = found.addresses.find(page) if page else None
        if here is None:
            return found.opening[:n]
        own = found.of_page.get(here.id)
        is_unread = own is None or any(question not in found.answered for question in own)
        if found.left_for_pages > 0 and is_unread:
            self._enqueue(here.id)
        known = [question for question in own or () if found.answered.get(question)]
        return tuple(dict.fromkeys([*known, *found.opening]))[:n]

    def make(self) -> None:
        """Find the questions of the live generation unless they are found.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged, EmbedderError: The blog cannot be read.
        """
        with self._making:
            generation = self._generation()
            if self._found is not None and self._found.generation == generation:
                return
            try:
                self._found = self._find_opening(generation)
            except FootnoteError as error:
                self._problem = generation, error
                raise

    def _find_opening(self, generation: str) -> _Found:
        with self._open_blog() as (corpus, blog):
            found = _Found(
                generation,
                corpus.articles,
                addresses_of(corpus.articles.values()),
                answered=self._known(corpus),
            )
            pool = islice(_spread(_candidates(corpus.chunks, corpus, blog)), MAX_READ)
            found.opening = tuple(islice(self._answered(pool, corpus, found.answered), KEPT))
            return found

    def abstain(
        self, answer: Answer, passages: Sequence[Passage], corpus: Corpus, blog: Blog
    ) -> Iterator[Event]:
        """Say that the blog does not say, in the answer's words if it has any, and suggest what it does say.

        Args:
            answer: Without citations.
            passages: What was found for it.
            corpus: The live generation.
            blog: The same.
        """
        text = answer.text or (ABSTAIN if corpus.chunks else ABSTAIN_EMPTY)
        yield Token(text)
        yield replace(
            answer, text=text, suggestions=self.after_miss(answer.standalone, passages, corpus, blog)
        )

    def after_miss(
        self, asked: str, passages: Sequence[Passage], corpus: Corpus, blog: Blog
    ) -> tuple[str, ...]:
        """Up to three questions near one that found nothing, then some of an opened window.

        Args:
            asked: The question, which is not offered again.
            passages: What was found for it; without any, those for an opened window are offered.
            corpus: The live generation.
            blog: The same.
        """
        found = self._found
        if found is not None and found.articles is not corpus.articles:
            found = None
        if not passages and found is not None:
            return found.opening[:OFFERED]
        pieces = [passage.chunk for passage in passages] or corpus.chunks
        near = heading_questions(
            pieces, corpus.articles, subject=blog.subject, asked=asked, english=blog.language == "en"
        )
        pool = (question for question, _ in islice(near, MAX_READ_AFTER_MISS))
        if found is None:
            return tuple(islice(self._answered(pool, corpus, self._known(corpus)), OFFERED))
        most = MAX_READ_BESIDE if found.opening else MAX_READ_AFTER_MISS
        offered = [*islice(self._answered(pool, corpus, found.answered, most), OFFERED), *found.opening]
        return tuple(dict.fromkeys(question for question in offered if question != asked))[:OFFERED]

    def _known(self, corpus: Corpus) -> dict[str, bool]:
        """What was read of a generation whose suggestions are not found yet."""
        if self._read[0] is not corpus.articles:
            self._read = corpus.articles, {}
        return self._read[1]

    def _answered(
        self, pool: Iterable[str], corpus: Corpus, answered: dict[str, bool], most: int = MAX_READ
    ) -> Iterator[str]:
        """Those of the pool that are answered; each is read once a generation, and at most `most` now."""
        for question in pool:
            if question not in answered:
                if most < 1:
                    continue
                most -= 1
                answered[question] = self._answers(question, corpus)
            if answered[question]:
                yield question

    def _enqueue(self, wanted: str) -> None:
        """Have something found in the background, by one thread at a time."""
        with self._lock:
            self._queue[wanted] = None
            if self._maker is None:
                self._maker = threading.Thread(target=self._work, name="suggestions", daemon=True)
                self._maker.start()

    def _work(self) -> None:
        try:
            while (wanted := self._next()) is not None:
                self._find(wanted)
        finally:
            with self._lock:
                if self._maker is threading.current_thread():
                    self._maker = None

    def _next(self) -> str | None:
        with self._lock:
            wanted = next(iter(self._queue), None)
            if wanted is None:
                self._maker = None
            else:
                del self._queue[wanted]
            return wanted

    def _find(self, wanted: str) -> None:
        try:
            self.make()
            if wanted != _OPENING:
                self._find_for_article(wanted)
        except FootnoteError as error:
            log.warning("no suggestions could be made: %s", error)

    def _find_for_article(self, article_id: str) -> None:
        with self._making, self._open_blog() as (corpus, blog):
            found = self._found
            if found is None or found.articles is not corpus.articles:
                return
            own = _candidates(corpus.chunks.of(article_id), corpus, blog)
            candidates = islice(own, MAX_READ_FOR_PAGE)
            found.of_page[article_id] = tuple(question for question, _ in candidates)
            for question in found.of_page[article_id]:
                if question not in found.answered and found.left_for_pages > 0:
                    found.left_for_pages -= 1
                    found.answered[question] = self._answers(question, corpus)


def _candidates(pieces: Iterable[Chunk], corpus: Corpus, blog: Blog) -> Iterator[tuple[str, Chunk]]:
    return heading_questions(pieces, corpus.articles, subject=blog.subject, english=blog.language == "en")


def _spread(candidates: Iterable[tuple[str, Chunk]]) -> Iterator[str]:
    """The first question of each article, then all others, article by article."""
    others: dict[str, list[str]] = {}
    for question, piece in candidates:
        if piece.article_id in others:
            others[piece.article_id].append(question)
        else:
            others[piece.article_id] = []
            yield question
    for questions in others.values():
        yield from questions
