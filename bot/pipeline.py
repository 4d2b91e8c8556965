"""The journey from a message to an answer whose every citation is verified.

    1 safety      is it urgent?
    2 understand  what is asked?
    3 retrieve    where might the answer be?   } bot.lookup, on the live generation
    4 read        is it there?                 }
    5 answer      quote it, or say that the blog does not say
    6 write       or let the owner's chat model word it, sentence by checked sentence

Each step is a room of its own. Not known here: HTTP, the chat window, the terminal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.answer import AFTER_URGENT, Draft, compose, compose_about, quote, wordable
from bot.config import BotConfig
from bot.lookup import Lookup
from bot.read import CrossEncoder, Reranker
from bot.retrieve import Corpus
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
from bot.types import Answer, Context, Event, Query, Question, Status, Token, Turn
from bot.understand import Reply, reply_to_small_talk, understand
from bot.write import ChatModel, open_chat_model, write
from ingest.embedder import Embedder, SentenceTransformerEmbedder
from ingest.errors import FootnoteError
from ingest.index import Index

log = logging.getLogger("footnote")


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
        super().__init__(index, embedder, config, cross_encoder)
        self._red_flags = RedFlags(
            load_guide(config.triage_file, config.emergency), load_classifier, embedder
        )
        self._model = model

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
        answer = self._from_the_blog(question, history[-self.config.max_history :], page)
        match self._red_flags.check(question, history):
            case Urgent() as urgent:
                yield from _urgently(urgent, question, answer)
            case HelpReported(text):
                yield Token(text)
                yield Answer(question, question, text, (), "chat", 0.0)
            case Reminder(line):
                yield from remind(line, answer)
            case None:
                yield from answer

    def _from_the_blog(self, message: str, history: Sequence[Turn], page: str) -> Iterator[Event]:
        longest = self.config.max_question
        if reply := reply_to_small_talk(message, longest=longest):
            yield Token(reply.text)
            yield Answer(message, reply.message, reply.text, (), "chat", 0.0)
            return
        with self.open() as (corpus, blog):
            query = understand(message, history, blog, longest=longest)
            if isinstance(query, Reply):
                foreign = Answer(message, query.message, query.text, (), "abstained", 0.0)
                yield from self.abstain(foreign, (), corpus, blog)
                return
            drafts = self._drafts(query, corpus, page)
            written = yield from write(
                self._model, query.standalone, wordable(drafts), corpus=corpus, embedder=self.embedder
            )
            quoted = quote(
                drafts,
                corpus.articles,
                shown=written.text,
                citations=written.citations,
                complete=written.complete,
            )
            status: Status = "answered" if quoted.citations else "abstained"
            answerable = max(draft.answerable for draft in drafts)
            answer = Answer(message, query.standalone, quoted.text, quoted.citations, status, answerable)
            if not quoted.citations:
                read = [passage for draft in drafts for passage in draft.passages]
                yield from self.abstain(answer, read, corpus, blog)
                return
            yield from map(Token, quoted.pieces)
            yield answer

    def _drafts(self, query: Query, corpus: Corpus, page: str) -> list[Draft]:
        """Each question of the query separately; all together if none of them is answered so."""
        drafts = [self._draft(question, corpus, query.context, page) for question in query.parts]
        if len(drafts) == 1 or any(draft.answered for draft in drafts):
            return drafts
        return [self._draft(query.whole, corpus, query.context, page)]

    def _draft(self, question: Question, corpus: Corpus, context: Context, page: str) -> Draft:
        if about := compose_about(question.text, page, corpus.articles, corpus.chunks):
            return about
        reading = self.read(question, corpus, context)
        threshold, subject = self.config.threshold, self.subject
        return compose(question.text, reading, corpus.articles, threshold=threshold, subject=subject)

    def warm(self, *, suggestions: bool = False) -> None:
        """Load the models and the corpus, so that the first reader does not wait for them.

        Args:
            suggestions: Also find the questions for an opened window.
        """
        super().warm(suggestions=suggestions)
        self._red_flags.warm()


def _urgently(urgent: Urgent, message: str, answer: Iterator[Event]) -> Iterator[Event]:
    """The urgent message at once, then what the blog answers, if it does and that is fitting."""
    yield Token(urgent.message, urgent=True)
    whole = Answer(message, message, urgent.message, (), "urgent", 0.0)
    if urgent.quotes:
        try:
            *tokens, last = answer
        except FootnoteError as error:
            log.warning("an urgent message is answered without quotes: %s", error)
        else:
            if isinstance(last, Answer) and last.status == "answered":
                lead = f"\n\n{AFTER_URGENT}\n\n"
                yield Token(lead)
                yield from tokens
                whole = replace(last, text=urgent.message + lead + last.text, status="urgent")
    yield whole


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
