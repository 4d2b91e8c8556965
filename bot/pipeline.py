"""The whole sequence, from a question to an answer whose every citation is verified.

triage -> tidy -> small talk -> another language? -> spelling -> follow-up -> parts; for each: about the blog?
or retrieve -> read -> only what is named -> quote, or nothing; then abstain, or (if there is a chat model) write and
check, or footnote -> verify -> stream. Each step is a plain function elsewhere; this file only calls them in that
order and keeps what is costly to make: the loaded corpus of the generation that is live.

What this file does not know: HTTP, Gradio, the terminal.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

from bot.answer.about_post import about_the_blog
from bot.answer.citations import footnote, verify
from bot.answer.draft import Part, join
from bot.answer.lines import joined, tokens
from bot.answer.lists import named_list
from bot.answer.phrases import ABSTAIN, ABSTAIN_EMPTY, AFTER_URGENT
from bot.answer.quotes import compose
from bot.answer.suggestions import article_at, candidates
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
from bot.retrieve import Corpus, LiveCorpus, embed_question, search
from bot.safety import RedFlags, Urgent, UrgentClassifier, load_classifier, load_guide
from bot.types import NO_CONTEXT, Answer, Context, Event, Passage, Query, Question, Token, Turn
from bot.understand import Blog, Reply, query_of, question_of, understand, verbatim_query
from bot.write import ChatModel, open_chat_model, write
from ingest.article import Article, Chunk
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Embedder, SentenceTransformerEmbedder
from ingest.errors import FootnoteError
from ingest.index import Index

log = logging.getLogger("footnote")
PASSAGES = 12  # how many passages are read for a question
_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Health:
    """articles, chunks: how many the live generation holds; index: its name."""

    articles: int
    chunks: int
    index: str


class Bot:
    """Answers questions from an index. May be shared by threads.

    Raises ConfigError for a file of red flags that cannot be used.
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        config: BotConfig,
        cross_encoder: Reranker | None = None,
        classifier: Callable[[], UrgentClassifier] | None = None,
        writer: ChatModel | None = None,
    ) -> None:
        """cross_encoder: reads the best passages again; without it answers are less sure.
        classifier: loads the classifier of urgent messages; without it patterns alone find them.
        writer: the owner's chat model, which words answers (bot.llm.open_writer).
        """
        self.config = config
        self._cross_encoder = cross_encoder
        self._writer = writer
        guide = load_guide(config.triage_file, config.emergency)
        self._red_flags = RedFlags(guide, classifier, embedder)
        self._index = index
        self._embedder = embedder
        self._live = LiveCorpus(index)
        self._mutex = threading.Lock()
        self._corpus: Corpus | None = None
        self._asked: dict[tuple[str, str], bool] = {}
        self._blog: Blog | None = None

    @property
    def embedder(self) -> Embedder:
        """The model, for whoever re-ingests in the same process: it is loaded once."""
        return self._embedder

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """One whole answer. Raises what stream() raises."""
        answers = [event for event in self.stream(question, history) if isinstance(event, Answer)]
        return answers[-1]

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Tokens as they are ready, then the Answer; the tokens joined are its text.

        Raises QuestionError and QuestionTooLong before the first event, IndexMissing,
        IndexMismatch and IndexDamaged when there is no index to answer from, EmbedderError when
        the model does not load. An urgent message is told whatever else fails.
        """
        if urgent := self._red_flags.check(question, history[-self.config.max_history :]):
            yield from self._urgently(urgent, question, history)
        else:
            yield from self._from_the_blog(question, history)

    def _urgently(self, urgent: Urgent, question: str, history: Sequence[Turn]) -> Iterator[Event]:
        """The urgent message at once, then what the blog answers, if it does and that is fitting."""
        yield Token(urgent.message, urgent=True)
        said = Answer(question, question, urgent.message, (), "urgent", 0.0)
        if urgent.quotes:
            try:
                *tokens, answer = self._from_the_blog(question, history)
            except FootnoteError as error:
                log.warning("an urgent message stands alone: %s", error)
            else:
                if isinstance(answer, Answer) and answer.status == "answered":
                    lead = f"\n\n{AFTER_URGENT}\n\n"
                    yield Token(lead)
                    yield from tokens
                    said = replace(answer, text=urgent.message + lead + answer.text, status="urgent")
        yield said

    def _from_the_blog(self, question: str, history: Sequence[Turn]) -> Iterator[Event]:
        """An answer from the index; raises what stream() raises."""
        longest, latest = self.config.max_question, history[-self.config.max_history :]
        with self._reading() as (corpus, blog):
            query = understand(question, latest, blog, longest=longest)
            if isinstance(query, Reply):
                if query.status == "chat":
                    yield Token(query.text)
                    yield Answer(question, query.message, query.text, (), "chat", 0.0)
                else:
                    yield from self._abstain(question, query.message, (), 0.0, corpus, query.text)
                return
            standalone = query.standalone
            parts = self._parts(query, corpus)
            answerable = max(part.answerable for part in parts)
            readings = [p for part in parts for p in part.worded] if all(p.worded for p in parts) else []
            written = yield from write(
                self._writer, standalone, readings, corpus=corpus, embedder=self._embedder
            )
            text, citations = written.text, written.citations
            if not written.complete:
                lines, quoted = footnote(join(parts), corpus.articles, citations)
                told = bool(text)
                lines = [text, *lines] if told else lines
                text, citations = joined(lines), citations + quoted
                if not citations or not verify(text, citations, corpus.articles):
                    passages = [passage for part in parts for passage in part.passages]
                    said = "" if citations else text  # of quotes that did not pass nothing is shown
                    yield from self._abstain(question, standalone, passages, answerable, corpus, said)
                    return
                yield from islice(tokens(lines), int(told), None)
            yield Answer(question, standalone, text, citations, "answered", answerable)

    def passages(
        self, question: str, history: Sequence[Turn] = (), *, k: int = 5, verbatim: bool = False
    ) -> list[Passage]:
        """The k best passages for a question, best first, whether they answer it or not.

        verbatim: search for the words as they stand, without rewriting or correcting them. Raises
        what stream() raises.
        """
        longest, latest = self.config.max_question, history[-self.config.max_history :]
        with self._reading() as (corpus, blog):
            query = (
                verbatim_query(question) if verbatim else query_of(question, latest, blog, longest=longest)
            )
            asked = embed_question(query.whole, self._embedder, query.context)
            if query.context.earlier:  # reading ignores the conversation, and would undo what it found
                return search(asked, corpus, k=k)
            found = search(asked, corpus, k=max(k, PASSAGES))
            reading = score_sentences(asked, found[:PASSAGES], corpus, cross_encoder=self._cross_encoder)
            return rank_passages(found, reading)[:k]

    def article(self, article_id: str) -> Article:
        """A stored article. Raises NotInIndex."""
        with self._index.reading() as store:
            return store.article(article_id)

    def generation(self) -> str:
        """Name of the index's live generation, "" if there is none: cheap. Raises IndexDamaged."""
        return self._index.generation() or ""

    def examples(self, n: int = 3, page: str = "") -> tuple[str, ...]:
        """Up to n questions that this index answers, from different articles where it can.

        page: an address; the questions of the article that stands there come first.
        """
        with self._reading() as (corpus, blog):
            # The first section of each article that makes a question, then all others.
            english = blog.language == "en"
            made = list(candidates(corpus.chunks, corpus.articles, english=english))
            met: set[str] = set()
            first = []
            for candidate in made:
                if candidate[1].article_id not in met:
                    met.add(candidate[1].article_id)
                    first.append(candidate)
            here = article_at(page, corpus.articles.values())
            near = [c for c in made if here and c[1].article_id == here.id]
            pool = iter(dict.fromkeys([*near, *first, *made]))
            return self._verified(pool, n, corpus)

    def health(self) -> Health:
        """What the live generation holds. Raises what stream() raises while it cannot answer."""
        with self._index.reading() as store:
            articles, chunks = store.counts()
            return Health(articles, chunks, self._index.generation() or "")

    def warm(self) -> None:
        """Load the model and the corpus, so that the first reader does not wait for them."""
        check_embedder(self._embedder.name)
        self._embedder.embed_query("warm up")
        self._red_flags.warm()
        with self._reading() as (corpus, blog):
            self._read(question_of("what is this blog about"), corpus)
            _ = blog.language  # found at its first use

    @contextmanager
    def _reading(self) -> Iterator[tuple[Corpus, Blog]]:
        """The corpus of the live generation, and what understanding needs of it."""
        with self._live.open() as corpus:
            with self._mutex:
                if self._blog is None or self._corpus is not corpus:
                    self._corpus, self._blog, self._asked = corpus, self._blog_of(corpus), {}
                blog = self._blog
            yield corpus, blog

    def _blog_of(self, corpus: Corpus) -> Blog:
        return Blog(
            articles=corpus.articles,
            trails=[(piece.article_id, piece.path) for piece in corpus.chunks],
            vocabulary=corpus.keywords.vocabulary,
            adjacent=corpus.together,
            is_common=lambda word: self._embedder.count(word) == 1,
            english_only=self.config.embedder == DEFAULT_EMBEDDER and bool(corpus.chunks),
        )

    def _read(
        self, question: Question, corpus: Corpus, context: Context = NO_CONTEXT, reranked: int = RERANKED
    ) -> tuple[list[Passage], Reading]:
        """The passages that are found for a question, and what is read in them."""
        asked = embed_question(question, self._embedder, context)
        passages = search(asked, corpus, k=PASSAGES)
        return passages, read(asked, passages, corpus, cross_encoder=self._cross_encoder, reranked=reranked)

    def _parts(self, query: Query, corpus: Corpus) -> list[Part]:
        """Each question of the query separately; all together if none of them is answered so."""
        parts = [self._part(one, corpus, query.context) for one in query.parts]
        whole = len(parts) == 1 or any(part.answered for part in parts)
        return parts if whole else [self._part(query.whole, corpus, query.context)]

    def _part(self, asked: Question, corpus: Corpus, context: Context) -> Part:
        question = asked.text
        if about := about_the_blog(question, corpus.articles, corpus.chunks):
            return Part(question, tuple(about), float(any(line.evidence for line in about)))
        passages, reading = self._read(asked, corpus, context)
        answerable = reading.answerable
        if answerable < self.config.threshold and named_list(question, reading.sentences, corpus.articles):
            answerable = self.config.threshold  # a list that has the name asked for is what is asked for
        lines = compose(question, reading, corpus.articles) if answerable >= self.config.threshold else []
        near = tuple(
            (s.passage.chunk.article_id, s.sentence.start, s.sentence.end) for s in reading.sentences[:3]
        )
        words = dict.fromkeys(s.passage for s in reading.sentences) if lines else ()
        return Part(question, tuple(lines), answerable, tuple(passages), near, tuple(words))

    def _abstain(
        self,
        question: str,
        standalone: str,
        passages: Sequence[Passage],
        answerable: float,
        corpus: Corpus,
        said: str = "",
    ) -> Iterator[Event]:
        text = said or (ABSTAIN if corpus.chunks else ABSTAIN_EMPTY)
        yield Token(text)
        pieces = [p.chunk for p in passages] or corpus.chunks
        near = candidates(
            pieces,
            corpus.articles,
            asked=standalone,
            english=self._blog is not None and self._blog.language == "en",
        )
        offered = self._verified(near, _SUGGESTED, corpus)
        yield Answer(question, standalone, text, (), "abstained", answerable, offered)

    def _verified(self, pool: Iterator[tuple[str, Chunk]], n: int, corpus: Corpus) -> tuple[str, ...]:
        """The first n candidates that are answered when asked; each is asked once a generation."""
        good: list[str] = []
        for candidate, _ in pool:
            if len(good) == n:
                break
            key = (str(id(corpus)), candidate)
            if key not in self._asked:
                # It is made of one passage's heading: that one, and another, are enough to read again.
                reading = self._read(question_of(candidate), corpus, reranked=2)[1]
                self._asked[key] = reading.answerable >= self.config.threshold
            if self._asked[key]:
                good.append(candidate)
        return tuple(good)


def open_bot(config: BotConfig) -> Bot:
    """The bot as the command line and the server run it; reads the red flags, loads no embedding model or index yet.

    Raises ConfigError if the red flags or the owner's chat model cannot be used.
    """
    embedder = SentenceTransformerEmbedder(config.embedder, threads=config.threads)
    index = Index(config.index, config.index_config)
    return Bot(index, embedder, config, CrossEncoder(), load_classifier, _writer(config))


def _writer(config: BotConfig) -> ChatModel | None:
    """The owner's chat model, if there is one. Raises ConfigError if it cannot be used."""
    if not config.model:
        return None
    return open_chat_model(config.model, seconds=config.model_seconds)
