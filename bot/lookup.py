"""The live generation of a blog, looked up: its passages found and read, its health, the questions it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from bot.answer import Suggestions
from bot.config import BotConfig
from bot.read import (
    RERANKED,
    Reading,
    Reranker,
    check_embedder,
    rank_passages,
    read,
    score_sentences,
)
from bot.retrieve import Corpus, EmbeddedQuestion, LiveCorpus, SearchWatch, embed_question, search
from bot.text.subjects import load_subject
from bot.types import NO_CONTEXT, Context, Health, Passage, Question, Turn
from bot.understand import Blog, blog_of, query_of, question_of
from ingest.article import Article
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Embedder
from ingest.index import Head, Index
from ingest.sync import forget

PASSAGES = 12  # how many passages are read for a question
_RERANKED_FOR_SUGGESTIONS = 2  # one is made of one passage's heading: that one, and another
_PROBE = Question("what is this blog about", "what is this blog about")


class Lookup:
    """Looks questions up in an index. May be shared by threads.

    Args:
        index: What is looked up.
        embedder: The model that the index was built with.
        config: The settings.
        cross_encoder: Reranks the best passages; without it answers are less sure.

    Raises:
        ConfigError: The file of the subject cannot be used.
    """

    def __init__(
        self, index: Index, embedder: Embedder, config: BotConfig, cross_encoder: Reranker | None = None
    ) -> None:
        self.config = config
        self.subject = subject = load_subject(config.subject)
        self._index = index
        self._embedder = embedder
        self._cross_encoder = cross_encoder
        english_only = config.embedder == DEFAULT_EMBEDDER
        self._live = LiveCorpus(
            index, lambda corpus: blog_of(corpus, embedder, english_only=english_only, subject=subject)
        )
        self._watch = SearchWatch(index, self._probe)
        self.suggestions = Suggestions(self.open, self.generation, self._answers)

    @property
    def embedder(self) -> Embedder:
        """The model, for re-ingesting in the same process: it is loaded once."""
        return self._embedder

    @contextmanager
    def open(self) -> Iterator[tuple[Corpus, Blog]]:
        """The live generation, and what understanding needs to know of it."""
        with self._watch.failures(), self._live.open() as opened:
            yield opened

    def read(
        self, question: Question, corpus: Corpus, context: Context = NO_CONTEXT, reranked: int = RERANKED
    ) -> Reading:
        """Read the passages that are found for a question; `reranked` of them by the cross-encoder too."""
        embedded, passages = self._search(question, corpus, context, PASSAGES)
        return read(
            embedded,
            passages,
            corpus,
            cross_encoder=self._cross_encoder,
            reranked=reranked,
            subject=self.subject,
        )

    def _search(
        self, question: Question, corpus: Corpus, context: Context, k: int
    ) -> tuple[EmbeddedQuestion, list[Passage]]:
        check_embedder(self._embedder.name)  # before a model is loaded that the readers do not fit
        embedded = embed_question(question, self._embedder, context)
        passages = search(embedded, corpus, k=k)
        self._watch.worked()
        return embedded, passages

    def passages(
        self, question: str, history: Sequence[Turn] = (), *, k: int = 5, verbatim: bool = False
    ) -> list[Passage]:
        """The k best passages for a question, best first, whether they answer it or not.

        Args:
            question: As the client sent it.
            history: The turns before it.
            k: How many.
            verbatim: Search for its words as they are, without rewriting or correcting them.

        Returns:
            At most k passages; their scores are reciprocal rank fusion's.

        Raises:
            FootnoteError: As Bot.stream() raises it.
        """
        longest, latest = self.config.max_question, history[-self.config.max_history :]
        with self.open() as (corpus, blog):
            query = query_of(question, latest, blog, longest=longest, verbatim=verbatim)
            if query.context.earlier:  # reading ignores the conversation, and would undo what it found
                return self._search(query.whole, corpus, query.context, k)[1]
            embedded, found = self._search(query.whole, corpus, query.context, max(k, PASSAGES))
            reading = score_sentences(embedded, found[:PASSAGES], corpus, cross_encoder=self._cross_encoder)
            return rank_passages(found, reading)[:k]

    def similarities(self, question: str, k: int = 100) -> dict[str, float]:
        """Cosine similarity, -1 to 1, of the k passages nearest to a question by their vectors alone, by chunk id."""
        with self.open() as (corpus, _):
            return dict(corpus.store.nearest(self._embedder.embed_query(question), k))

    def article(self, article_id: str) -> Article:
        """A stored article. Raises NotInIndex."""
        with self._index.reading() as store:
            return store.article(article_id)

    def stored_articles(self) -> Mapping[str, Article]:
        """All stored articles by their ids. Raises what Bot.stream() raises."""
        with self.open() as (corpus, _):
            return corpus.articles

    def heads(self) -> list[Head]:
        """The stored articles without their texts, the latest first. Raises as Bot.stream() does."""
        with self._index.reading() as store:
            return store.heads()

    def forget(self, article_id: str) -> None:
        """Take one article out of the index. Raises NotInIndex, IndexMissing, IndexBusy or another IndexError_."""
        forget(self._index, article_id)

    def generation(self) -> str:
        """Name of the index's live generation, "" if there is none: cheap. Raises IndexDamaged."""
        return self._index.generation() or ""

    def language(self) -> str:
        """The ISO 639-1 code of the language that most articles are in. Raises what Bot.stream() raises."""
        with self.open() as (_, blog):
            return blog.language

    def examples(self, n: int = 3, page: str = "") -> tuple[str, ...]:
        """Up to n questions that are known to be answered, from different articles where possible.

        Reads nothing: what is not known yet is found in the background, for the next call.

        Args:
            n: How many.
            page: An address; the questions of the article at it come first.

        Returns:
            The questions, as a reader would ask them.

        Raises:
            FootnoteError: As Bot.stream() raises it.
        """
        return self.suggestions.opening(n, page)

    def health(self) -> Health:
        """What the live generation holds, and whether it can be searched. Raises what Bot.stream() raises."""
        return self._watch.health()

    def warm(self, *, suggestions: bool = False) -> None:
        """Load the models and the corpus, so that the first reader does not wait for them.

        Args:
            suggestions: Also find the questions for an opened window.
        """
        check_embedder(self._embedder.name)
        self._embedder.embed_query(_PROBE.plain)
        self._watch.loaded()
        with self.open() as (corpus, blog):
            self.read(_PROBE, corpus)
            _ = blog.language  # found at its first use
        if suggestions:
            self.suggestions.make()

    def _probe(self) -> None:
        with self.open() as (corpus, _):
            self.read(_PROBE, corpus)  # finding passages is not enough: their token vectors may be damaged

    def _answers(self, question: str, corpus: Corpus) -> bool:
        reading = self.read(question_of(question, self.subject), corpus, reranked=_RERANKED_FOR_SUGGESTIONS)
        return reading.answerable >= self.config.threshold
