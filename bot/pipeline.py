"""The journey from a message to an answer whose every citation is verified.

    1 safety      is it urgent?
    2 understand  what is asked?
    3 retrieve    where might the answer be?
    4 read        is it there?
    5 answer      quote it, or say that the blog does not say
    6 write       or let the owner's chat model word it, sentence by checked sentence

Each step is a room of its own. Not known here: HTTP, the chat window, the terminal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bot.answer import (
    ABSTAIN,
    ABSTAIN_EMPTY,
    AFTER_URGENT,
    Draft,
    Quoted,
    Suggestions,
    compose,
    compose_about_blog,
    compose_about_page,
    quote,
)
from bot.config import BotConfig
from bot.read import (
    RERANKED,
    CrossEncoder,
    Reading,
    Reranker,
    check_embedder,
    rank_passages,
    read,
    score_sentences,
)
from bot.retrieve import Corpus, EmbeddedQuestion, LiveCorpus, SearchWatch, embed_question, search
from bot.safety import (
    HelpReported,
    RedFlags,
    Reminder,
    Urgent,
    UrgentClassifier,
    load_classifier,
    load_guide,
    remind,
)
from bot.text.subjects import load_subject
from bot.types import NO_CONTEXT, Answer, Context, Event, Health, Passage, Query, Question, Token, Turn
from bot.understand import Blog, Reply, blog_of, query_of, question_of, understand, verbatim_query
from bot.write import ChatModel, open_chat_model, write
from ingest.article import Article
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Embedder, SentenceTransformerEmbedder
from ingest.errors import FootnoteError
from ingest.index import Index

log = logging.getLogger("footnote")
PASSAGES = 12  # how many passages are read for a question
_RERANKED_FOR_SUGGESTIONS = 2  # one is made of one passage's heading: that one, and another
_PROBE = Question("what is this blog about", "what is this blog about")


class Bot:
    """Answers questions from an index. May be shared by threads.

    Args:
        index: What is answered from.
        embedder: The model that the index was built with.
        config: The settings.
        cross_encoder: Reads the best passages again; without it answers are less sure.
        load_classifier: Loads the classifier of urgent messages; without it patterns alone find them.
        model: The owner's chat model, which words answers.

    Raises:
        ConfigError: The file of red flags or of the subject cannot be used.
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        config: BotConfig,
        cross_encoder: Reranker | None = None,
        load_classifier: Callable[[], UrgentClassifier] | None = None,
        model: ChatModel | None = None,
    ) -> None:
        self.config = config
        self._index = index
        self._embedder = embedder
        self._cross_encoder = cross_encoder
        self._model = model
        guide = load_guide(config.triage_file, config.emergency)
        self._red_flags = RedFlags(guide, load_classifier, embedder)
        english_only = config.embedder == DEFAULT_EMBEDDER
        self._subject = subject = load_subject(config.subject)
        self._live = LiveCorpus(
            index, lambda corpus: blog_of(corpus, embedder, english_only=english_only, subject=subject)
        )
        self._watch = SearchWatch(index, self._probe)
        self._suggestions = Suggestions(self._open, self.generation, self._answers)

    @property
    def embedder(self) -> Embedder:
        """The model, for re-ingesting in the same process: it is loaded once."""
        return self._embedder

    def ask(self, question: str, history: Sequence[Turn] = (), *, page: str = "") -> Answer:
        """One whole answer. Takes and raises what stream() does."""
        answers = [event for event in self.stream(question, history, page=page) if isinstance(event, Answer)]
        return answers[-1]

    def stream(self, question: str, history: Sequence[Turn] = (), *, page: str = "") -> Iterator[Event]:
        """Answer a message in its conversation.

        Args:
            question: As the client sent it.
            history: The turns before it, oldest first; not to be trusted.
            page: Address of the page that the reader is on, "" if it is not known: what "this article" means.

        Yields:
            Tokens as they are ready, then the Answer; the tokens joined are its text. An urgent message is
            answered even where an error would be raised otherwise.

        Raises:
            QuestionError: Nothing in it is a question; before the first event.
            QuestionTooLong: It is longer than the settings allow; before the first event.
            IndexMissing, IndexMismatch, IndexDamaged: There is no index to answer from.
            EmbedderError: The model does not load.
        """
        latest = history[-self.config.max_history :]
        match self._red_flags.check(question, history):
            case Urgent() as urgent:
                yield from self._urgently(urgent, question, latest, page)
            case HelpReported(text):
                yield Token(text)
                yield Answer(question, question, text, (), "chat", 0.0)
            case Reminder(line):
                yield from remind(line, self._from_the_blog(question, latest, page))
            case None:
                yield from self._from_the_blog(question, latest, page)

    def _urgently(self, urgent: Urgent, message: str, history: Sequence[Turn], page: str) -> Iterator[Event]:
        """The urgent message at once, then what the blog answers, if it does and that is fitting."""
        yield Token(urgent.message, urgent=True)
        whole = Answer(message, message, urgent.message, (), "urgent", 0.0)
        if urgent.quotes:
            try:
                *tokens, answer = self._from_the_blog(message, history, page)
            except FootnoteError as error:
                log.warning("an urgent message is answered without quotes: %s", error)
            else:
                if isinstance(answer, Answer) and answer.status == "answered":
                    lead = f"\n\n{AFTER_URGENT}\n\n"
                    yield Token(lead)
                    yield from tokens
                    whole = replace(answer, text=urgent.message + lead + answer.text, status="urgent")
        yield whole

    def _from_the_blog(self, message: str, history: Sequence[Turn], page: str) -> Iterator[Event]:
        with self._open() as (corpus, blog):
            query = understand(message, history, blog, longest=self.config.max_question)
            if isinstance(query, Reply):
                yield from self._reply(message, query, corpus, blog)
                return
            drafts = self._drafts(query, corpus, page)
            answerable = max(draft.answerable for draft in drafts)
            all_wordable = all(draft.wordable for draft in drafts)
            passages = [p for draft in drafts for p in draft.wordable] if all_wordable else []
            written = yield from write(
                self._model, query.standalone, passages, corpus=corpus, embedder=self._embedder
            )
            quoted = Quoted((), written.text, written.citations)
            if not written.complete:
                quoted = quote(drafts, corpus.articles, shown=written.text, citations=written.citations)
            if not quoted.citations:
                read_passages = [passage for draft in drafts for passage in draft.passages]
                empty = Answer(message, query.standalone, quoted.text, (), "abstained", answerable)
                yield from self._abstain(empty, read_passages, corpus, blog)
                return
            yield from map(Token, quoted.pieces)
            yield Answer(message, query.standalone, quoted.text, quoted.citations, "answered", answerable)

    def _drafts(self, query: Query, corpus: Corpus, page: str) -> list[Draft]:
        """Each question of the query separately; all together if none of them is answered so."""
        drafts = [self._draft(question, corpus, query.context, page) for question in query.parts]
        if len(drafts) == 1 or any(draft.answered for draft in drafts):
            return drafts
        return [self._draft(query.whole, corpus, query.context, page)]

    def _draft(self, question: Question, corpus: Corpus, context: Context, page: str) -> Draft:
        if about := compose_about_page(question.text, page, corpus.articles, corpus.chunks):
            return about
        if about := compose_about_blog(question.text, corpus.articles, corpus.chunks):
            return about
        reading = self._read(question, corpus, context)
        return compose(
            question.text,
            reading,
            corpus.articles,
            threshold=self.config.threshold,
            subject=self._subject,
        )

    def _read(
        self, question: Question, corpus: Corpus, context: Context = NO_CONTEXT, reranked: int = RERANKED
    ) -> Reading:
        embedded, passages = self._search(question, corpus, context, PASSAGES)
        return read(
            embedded,
            passages,
            corpus,
            cross_encoder=self._cross_encoder,
            reranked=reranked,
            subject=self._subject,
        )

    def _search(
        self, question: Question, corpus: Corpus, context: Context, k: int
    ) -> tuple[EmbeddedQuestion, list[Passage]]:
        check_embedder(self._embedder.name)  # before a model is loaded that the readers do not fit
        embedded = embed_question(question, self._embedder, context)
        passages = search(embedded, corpus, k=k)
        self._watch.worked()
        return embedded, passages

    def _reply(self, message: str, reply: Reply, corpus: Corpus, blog: Blog) -> Iterator[Event]:
        answer = Answer(message, reply.message, reply.text, (), reply.status, 0.0)
        if reply.status == "abstained":
            yield from self._abstain(answer, (), corpus, blog)
            return
        yield Token(reply.text)
        yield answer

    def _abstain(
        self, answer: Answer, passages: Sequence[Passage], corpus: Corpus, blog: Blog
    ) -> Iterator[Event]:
        """Say that the blog does not say, in the answer's words if it has any, and suggest what it does say."""
        text = answer.text or (ABSTAIN if corpus.chunks else ABSTAIN_EMPTY)
        yield Token(text)
        suggestions = self._suggestions.after_miss(answer.standalone, passages, corpus, blog)
        yield replace(answer, text=text, suggestions=suggestions)

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
            FootnoteError: As stream() raises it.
        """
        longest, latest = self.config.max_question, history[-self.config.max_history :]
        with self._open() as (corpus, blog):
            query = (
                verbatim_query(question) if verbatim else query_of(question, latest, blog, longest=longest)
            )
            if query.context.earlier:  # reading ignores the conversation, and would undo what it found
                return self._search(query.whole, corpus, query.context, k)[1]
            embedded, found = self._search(query.whole, corpus, query.context, max(k, PASSAGES))
            reading = score_sentences(embedded, found[:PASSAGES], corpus, cross_encoder=self._cross_encoder)
            return rank_passages(found, reading)[:k]

    def article(self, article_id: str) -> Article:
        """A stored article. Raises NotInIndex."""
        with self._index.reading() as store:
            return store.article(article_id)

    def generation(self) -> str:
        """Name of the index's live generation, "" if there is none: cheap. Raises IndexDamaged."""
        return self._index.generation() or ""

    def examples(self, n: int = 3, page: str = "") -> tuple[str, ...]:
        """Up to n questions that are known to be answered, from different articles where possible.

        Reads nothing: what is not known yet is found in the background, for the next call.

        Args:
            n: How many.
            page: An address; the questions of the article at it come first.

        Returns:
            The questions, as a reader would ask them.

        Raises:
            FootnoteError: As stream() raises it.
        """
        return self._suggestions.opening(n, page)

    def health(self) -> Health:
        """What the live generation holds, and whether it can be searched. Raises what stream() raises."""
        return self._watch.health()

    def warm(self, *, suggestions: bool = False) -> None:
        """Load the models and the corpus, so that the first reader does not wait for them.

        Args:
            suggestions: Also find the questions for an opened window.
        """
        check_embedder(self._embedder.name)
        self._embedder.embed_query(_PROBE.plain)
        self._watch.loaded()
        self._red_flags.warm()
        with self._open() as (corpus, blog):
            self._read(_PROBE, corpus)
            _ = blog.language  # found at its first use
        if suggestions:
            self._suggestions.make()

    def _probe(self) -> None:
        with self._open() as (corpus, _):
            self._read(_PROBE, corpus)  # finding passages is not enough: their token vectors may be damaged

    def _answers(self, question: str, corpus: Corpus) -> bool:
        reading = self._read(question_of(question, self._subject), corpus, reranked=_RERANKED_FOR_SUGGESTIONS)
        return reading.answerable >= self.config.threshold

    @contextmanager
    def _open(self) -> Iterator[tuple[Corpus, Blog]]:
        """The live generation, and what understanding needs to know of it."""
        with self._watch.failures(), self._live.open() as opened:
            yield opened


def open_bot(config: BotConfig) -> Bot:
    """The bot as the command line and the server run it; loads no embedding model and no index yet.

    Args:
        config: Where the index is, and how the bot answers.

    Returns:
        A bot that threads may share.

    Raises:
        ConfigError: The red flags, the subject or the owner's chat model cannot be used.
    """
    embedder = SentenceTransformerEmbedder(config.embedder, threads=config.threads)
    index = Index(config.index, config.index_config)
    model = open_chat_model(config.model, seconds=config.model_seconds) if config.model else None
    return Bot(index, embedder, config, CrossEncoder(), load_classifier, model)
