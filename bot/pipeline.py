"""The journey from a message to an answer whose every citation is verified.

    1 safety      is it urgent?
    2 understand  what is asked?
    3 retrieve    where might the answer be?   } Lookup.read, on the live generation
    4 read        is it there?                 }
    5 answer      draft it from the blog's own sentences, or say that the blog does not say
    6 write       quote the draft, or let the owner's chat model word it, sentence by checked sentence

Each step is a room of its own. Not known here: HTTP, the chat window, the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bot.answer import compose, page_meant
from bot.answer_cache import AnswerCache, answer_key, with_question
from bot.config import BotConfig
from bot.lookup import Lookup
from bot.read import Reranker
from bot.retrieve import Corpus
from bot.safety import LoadClassifier, Urgent, open_red_flags
from bot.types import Answer, Event, Query, Status, Token, Turn
from bot.understand import Blog, load_replies, reply_to_small_talk, understand
from bot.write import ChatModel, write
from ingest.embedder import Embedder
from ingest.index import Index

_PREPARED = 6  # questions for an opened window whose answers are found beforehand


class Bot(Lookup):
    """Answers questions from an index. May be shared by threads.

    Args:
        index: What is answered from.
        embedder: The model that the index was built with.
        config: The settings.
        cross_encoder: Reranks the best passages; without it answers are less sure.
        load_classifier: Loads the classifier of urgent messages; without it patterns alone find them.
        model: The owner's chat model, which words answers.

    Raises:
        ConfigError: The file of red flags, of replies or of the subject cannot be used.
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        config: BotConfig,
        cross_encoder: Reranker | None = None,
        load_classifier: LoadClassifier | None = None,
        model: ChatModel | None = None,
    ) -> None:
        super().__init__(index, embedder, config, cross_encoder)
        self._load_classifier = load_classifier
        self._red_flags = open_red_flags(config, embedder, load_classifier)
        self._replies = load_replies(config.replies_file)
        self._model = model
        self.cache = AnswerCache(config.cache_bytes)

    def ask(self, question: str, history: Sequence[Turn] = (), *, page: str = "") -> Answer:
        """One whole answer. Takes and raises what stream() does."""
        answers = [event for event in self.stream(question, history, page=page) if isinstance(event, Answer)]
        return answers[-1]

    def urgent(self, message: str, history: Sequence[Turn] = ()) -> str:
        """What must be shown first for a message that is urgent; "" for any other. Needs no index.

        Args:
            message: As the client sent it.
            history: The turns before it.

        Returns:
            The message for the reader, as the answer to it would begin.
        """
        decision = self._red_flags.check(message, history)
        return decision.message if isinstance(decision, Urgent) else ""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        page: str = "",
        instead: Iterator[Event] | None = None,
    ) -> Iterator[Event]:
        """Answer a message in its conversation.

        Args:
            question: As the client sent it.
            history: The turns before it, oldest first; not to be trusted.
            page: Address of the page that the reader is on, "" if it is not known: what "this article" means.
            instead: The events for a message that is not urgent, in place of an answer.

        Yields:
            Tokens as they are ready, then the Answer; the tokens joined are its text. An urgent message is
            answered even where an error would be raised otherwise.

        Raises:
            QuestionError: Nothing in it is a question; before the first event.
            QuestionTooLong: It is longer than the settings allow; before the first event.
            IndexMissing, IndexMismatch, IndexDamaged: There is no index to answer from.
            EmbedderError: The model does not load.
        """
        answer = instead or self._answer(question, history[-self.config.max_history :], page, self._model)
        yield from self._red_flags.answer(question, history, answer)

    def quoted(self, question: str) -> Answer:
        """One whole answer in the blog's own sentences, without the chat model. Raises what stream() does."""
        events = self._red_flags.answer(question, (), self._answer(question, (), "", None))
        return [event for event in events if isinstance(event, Answer)][-1]

    def concerns_safety(self, message: str, history: Sequence[Turn]) -> bool:
        """Whether a message is urgent, or comes after one that was."""
        return self._red_flags.check(message, history) is not None

    def configure(self, config: BotConfig) -> None:
        """Take over what the owner changed while the server runs; the index, the models and the files stay."""
        before, self.config = self.config, config
        self.cache.limit = config.cache_bytes
        if self._model and self._model.budget:
            self._model.budget.limit = config.model_answers
        if config.emergency != before.emergency:
            self._red_flags = open_red_flags(config, self._embedder, self._load_classifier)

    def _answer(
        self, message: str, history: Sequence[Turn], page: str, model: ChatModel | None
    ) -> Iterator[Event]:
        """The events for a message that is not urgent."""
        longest = self.config.max_question
        if reply := reply_to_small_talk(message, self._replies, longest=longest):
            yield Token(reply.text)
            yield reply
            return
        with self.open() as (corpus, blog):
            query = understand(message, history, blog, self._replies, longest=longest)
            if isinstance(query, Answer):  # it needs no search, or is in a language that has none
                yield from self.suggestions.abstain(query, (), corpus, blog)
                return
            if not self.cache.limit:
                yield from self._written(message, query, page, model, corpus, blog)
                return
            scope = (corpus, self.config, self._replies)
            key = answer_key(
                query,
                page_meant(query, page, corpus.articles, corpus.keywords.vocabulary),
                date.today().isoformat(),
                is_worded=model is not None,
            )
            if (events := self.cache.find(scope, key)) is not None:
                yield from with_question(events, message)
                return
            made: list[Event] = []
            for event in self._written(message, query, page, model, corpus, blog):
                made.append(event)
                yield event
            self.cache.store(scope, key, made)

    def _written(
        self,
        message: str,
        query: Query,
        page: str,
        model: ChatModel | None,
        corpus: Corpus,
        blog: Blog,
    ) -> Iterator[Event]:
        """The events for a query: the blog is read for it."""
        drafts = compose(
            query,
            lambda question: self.read(question, corpus, query.context),
            corpus,
            page,
            threshold=self.config.threshold,
            subject=self.subject,
        )
        answerable = max(draft.answerable for draft in drafts)
        written = yield from write(model, query.standalone, drafts, corpus=corpus, embedder=self.embedder)
        text, citations = written.text, written.citations
        if citations:
            yield Answer(message, query.standalone, text, citations, "answered", answerable)
        else:
            passages = [passage for draft in drafts for passage in draft.passages]
            status: Status = "chat" if query.otherwise and not query.posts_only else "abstained"
            missed = Answer(message, query.standalone, text or query.otherwise, (), status, answerable)
            yield from self.suggestions.abstain(missed, passages, corpus, blog)

    def warm(self, *, suggestions: bool = False) -> None:
        """Load the models and the corpus, so that the first reader does not wait for them.

        Args:
            suggestions: Also find the questions for an opened window, and their answers.
        """
        super().warm(suggestions=suggestions)
        self._red_flags.warm()
        if suggestions and self.cache.limit and self._model is None:
            for question in self.examples(_PREPARED):
                self.ask(question)
