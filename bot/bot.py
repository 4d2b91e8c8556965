"""The whole sequence, from a question to an answer whose every citation is verified.

triage -> tidy -> small talk -> rewrite -> spelling -> metadata? -> retrieve -> read -> abstain, or quote ->
footnote -> verify -> stream. Each step is a plain function elsewhere; this file only calls them in
that order and keeps what is costly to make: the loaded corpus of the generation that is live.

What this file does not know: HTTP, Gradio, the terminal.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot import metadata
from bot.answer import Answer, Event, Passage, Token, Turn
from bot.cite import footnote, metadata_citation, verify
from bot.config import BotConfig
from bot.flags import load_guide
from bot.quote import compose
from bot.reader import Reading, check_fits, read
from bot.retrieve import Corpus, load_corpus, retrieve_vector
from bot.rewrite import focus, plain_words, rewrite, tidy
from bot.smalltalk import small_talk
from bot.spelling import correct
from bot.suggest import candidates
from bot.triage import Urgent, triage
from ingest.article import Article, Chunk
from ingest.embed import Embedder, SentenceTransformerEmbedder
from ingest.errors import FootnoteError
from ingest.generations import Index

PASSAGES = 12  # how many passages are read for a question
ABSTAIN = "I looked, but this blog does not seem to say, and I would rather not guess."
ABSTAIN_EMPTY = "There is nothing on this blog yet that I could answer from."
AFTER_URGENT = "Once that is seen to, this is what the blog says:"
_SUGGESTED = 3

log = logging.getLogger("footnote")


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

    def __init__(self, index: Index, embedder: Embedder, config: BotConfig) -> None:
        self.config = config
        self._guide = load_guide(config.triage_file, config.emergency)
        self._index = index
        self._embedder = embedder
        self._mutex = threading.Lock()
        self._corpus: Corpus | None = None
        self._asked: dict[tuple[str, str], bool] = {}

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
        if urgent := triage(question, history[-self.config.max_history :], guide=self._guide):
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
        asked = tidy(question, longest=self.config.max_question)
        if reply := small_talk(asked):
            yield Token(reply)
            yield Answer(question, asked, reply, (), "chat", 0.0)
            return
        with self._reading() as corpus:
            standalone = self._standalone(asked, history, corpus)
            if about := metadata.wanted(asked):
                yield from self._from_metadata(question, standalone, about, corpus)
                return
            passages, reading = self._read(standalone, corpus)
            if reading.answerable < self.config.threshold:
                yield from self._abstain(question, standalone, passages, reading.answerable, corpus)
                return
            lines, citations = footnote(compose(standalone, reading, corpus.articles), corpus.articles)
            text = _joined(lines)
            if not citations or not verify(text, citations, corpus.articles):
                yield from self._abstain(question, standalone, passages, reading.answerable, corpus)
                return
            yield from _tokens(lines)
            yield Answer(question, standalone, text, citations, "answered", reading.answerable)

    def passages(self, question: str, *, k: int = 5) -> list[Passage]:
        """The k best passages for a question, best first, whether they answer it or not."""
        asked = tidy(question, longest=self.config.max_question)
        with self._reading() as corpus:
            query = plain_words(focus(self._standalone(asked, (), corpus)))
            return retrieve_vector(query, self._embedder.embed_query(query), corpus=corpus, k=k)

    def article(self, article_id: str) -> Article:
        """A stored article. Raises NotInIndex."""
        with self._index.reading() as store:
            return store.article(article_id)

    def examples(self, n: int = 3) -> tuple[str, ...]:
        """Up to n questions that this index answers, from different articles where it can."""
        with self._reading() as corpus:
            # The first section of each article that makes a question, then all others.
            made = list(candidates(corpus.chunks, dict(corpus.articles)))
            met: set[str] = set()
            first = []
            for candidate in made:
                if candidate[1].article_id not in met:
                    met.add(candidate[1].article_id)
                    first.append(candidate)
            pool = iter([*first, *(c for c in made if c not in first)])
            return self._verified(pool, n, corpus)

    def health(self) -> Health:
        """What the live generation holds. Raises what stream() raises while it cannot answer."""
        with self._index.reading() as store:
            articles, chunks = store.counts()
            return Health(articles, chunks, self._index.generation() or "")

    def warm(self) -> None:
        """Load the model and the corpus, so that the first reader does not wait for them."""
        check_fits(self._embedder.name)
        self._embedder.embed_query("warm up")
        with self._reading() as corpus:
            self._read("what is this blog about", corpus)

    @contextmanager
    def _reading(self) -> Iterator[Corpus]:
        """The corpus of the live generation; for each generation, what is new in it is read into memory."""
        with self._index.reading() as store:
            with self._mutex:
                if self._corpus is None or self._corpus.store is not store:
                    self._corpus = load_corpus(store, self._corpus)
                    self._asked = {}
                corpus = self._corpus
            yield corpus

    def _standalone(self, asked: str, history: Sequence[Turn], corpus: Corpus) -> str:
        latest = history[-self.config.max_history :]
        return correct(
            rewrite(asked, latest),
            vocabulary=corpus.keywords.vocabulary,
            known=lambda word: self._embedder.count(word) == 1,
        )

    def _read(self, standalone: str, corpus: Corpus) -> tuple[list[Passage], Reading]:
        check_fits(self._embedder.name)
        query = plain_words(focus(standalone))
        pooled, tokens = self._embedder.embed_tokens([query])
        passages = retrieve_vector(query, pooled[0], corpus=corpus, k=PASSAGES)
        return passages, read(query, pooled[0], tokens[0], passages, corpus=corpus)

    def _from_metadata(self, question: str, standalone: str, about: str, corpus: Corpus) -> Iterator[Event]:
        passages, _ = self._read(standalone, corpus)
        for passage in passages:
            if said := metadata.sentence(corpus.articles[passage.chunk.article_id], about, standalone):
                text = f"{said} [1]"
                yield Token(text)
                yield Answer(question, standalone, text, (metadata_citation(passage),), "answered", 1.0)
                return
        yield from self._abstain(question, standalone, passages, 0.0, corpus)

    def _abstain(
        self, question: str, standalone: str, passages: Sequence[Passage], answerable: float, corpus: Corpus
    ) -> Iterator[Event]:
        text = ABSTAIN if corpus.chunks else ABSTAIN_EMPTY
        yield Token(text)
        near = candidates((p.chunk for p in passages), dict(corpus.articles))
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
                self._asked[key] = self._read(candidate, corpus)[1].answerable >= self.config.threshold
            if self._asked[key]:
                good.append(candidate)
        return tuple(good)


def open_bot(config: BotConfig) -> Bot:
    """The bot as the command line and the server run it; reads the red flags, loads no model or index yet."""
    embedder = SentenceTransformerEmbedder(config.embedder, threads=config.threads)
    return Bot(Index(config.index, config.index_config), embedder, config)


def _joined(lines: Sequence[str]) -> str:
    return "".join(piece for piece in _pieces(lines))


def _tokens(lines: Sequence[str]) -> Iterator[Token]:
    for piece in _pieces(lines):
        yield Token(piece)


def _pieces(lines: Sequence[str]) -> Iterator[str]:
    """The lines with what parts them: list items stand close, all else in paragraphs."""
    previous = ""
    for line in lines:
        if previous:
            yield "\n" if _listed(previous) and _listed(line) else "\n\n"
        yield line
        previous = line


def _listed(line: str) -> bool:
    return line.startswith("- ") or line.split(". ", 1)[0].isdigit()
