"""The whole sequence, from a question to an answer whose every citation is verified.

tidy -> small talk -> another language? -> rewrite -> spelling -> parts; for each: metadata? or retrieve -> read -> only what
is named -> quote, or nothing; then abstain, or footnote -> verify -> stream. Each step is a plain function elsewhere; this file only calls them in
that order and keeps what is costly to make: the loaded corpus of the generation that is live.

What this file does not know: HTTP, Gradio, the terminal.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot.answer import Answer, Event, Passage, Token, Turn
from bot.cite import footnote, verify
from bot.config import BotConfig
from bot.draft import Part, join
from bot.language import foreign, language_of
from bot.lists import named_list
from bot.metadata import about_the_blog
from bot.notes import ABSTAIN, ABSTAIN_EMPTY
from bot.parts import parts_of
from bot.quote import compose
from bot.reader import Reading, check_fits, read
from bot.retrieve import Corpus, load_corpus, retrieve_vector
from bot.rewrite import focus, plain_words, rewrite, tidy
from bot.siblings import only_asked
from bot.smalltalk import small_talk
from bot.spelling import correct
from bot.suggest import candidates
from ingest.article import Article, Chunk
from ingest.config import DEFAULT_EMBEDDER
from ingest.embed import Embedder, SentenceTransformerEmbedder
from ingest.generations import Index

PASSAGES = 12  # how many passages are read for a question
_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Health:
    """articles, chunks: how many the live generation holds; index: its name."""

    articles: int
    chunks: int
    index: str


class Bot:
    """Answers questions from an index. May be shared by threads."""

    def __init__(self, index: Index, embedder: Embedder, config: BotConfig) -> None:
        self.config = config
        self._index = index
        self._embedder = embedder
        self._mutex = threading.Lock()
        self._corpus: Corpus | None = None
        self._asked: dict[tuple[str, str], bool] = {}
        self._language: str | None = None

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
        the model does not load.
        """
        asked = tidy(question, longest=self.config.max_question)
        if reply := small_talk(asked):
            yield Token(reply)
            yield Answer(question, asked, reply, (), "chat", 0.0)
            return
        with self._reading() as corpus:
            if said := self._foreign(asked, corpus):
                yield from self._abstain(question, asked, (), 0.0, corpus, said)
                return
            standalone = self._standalone(asked, history, corpus)
            parts = self._parts(standalone, corpus)
            answerable = max(part.answerable for part in parts)
            lines, citations = footnote(join(parts), corpus.articles)
            text = _joined(lines)
            if not citations or not verify(text, citations, corpus.articles):
                passages = [passage for part in parts for passage in part.passages]
                yield from self._abstain(question, standalone, passages, answerable, corpus, text)
                return
            yield from _tokens(lines)
            yield Answer(question, standalone, text, citations, "answered", answerable)

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
            english = self._home(corpus) == "en"
            made = list(candidates(corpus.chunks, corpus.articles, english=english))
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
            self._home(corpus)

    @contextmanager
    def _reading(self) -> Iterator[Corpus]:
        """The corpus of the live generation; for each generation, what is new in it is read into memory."""
        with self._index.reading() as store:
            with self._mutex:
                if self._corpus is None or self._corpus.store is not store:
                    self._corpus = load_corpus(store, self._corpus)
                    self._asked, self._language = {}, None
                corpus = self._corpus
            yield corpus

    def _foreign(self, asked: str, corpus: Corpus) -> str | None:
        """What to say to a question in another language; None if the model may understand it."""
        if self.config.embedder != DEFAULT_EMBEDDER or not corpus.chunks:
            return None
        return foreign(
            asked,
            home=lambda: self._home(corpus),
            vocabulary=corpus.keywords.vocabulary,
            known=lambda word: self._embedder.count(word) == 1,
        )

    def _home(self, corpus: Corpus) -> str:
        """The blog's language, found once a generation."""
        if self._language is None:
            self._language = language_of(article.text for article in corpus.articles.values())
        return self._language

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
        reading = read(query, pooled[0], tokens[0], passages, corpus=corpus)
        return passages, only_asked(standalone, reading, corpus.articles)

    def _parts(self, standalone: str, corpus: Corpus) -> list[Part]:
        """Each question of the question by itself; all together if none of them is answered so."""
        parts = [self._part(one, corpus) for one in parts_of(standalone)]
        whole = len(parts) == 1 or any(part.answered for part in parts)
        return parts if whole else [self._part(standalone, corpus)]

    def _part(self, question: str, corpus: Corpus) -> Part:
        if about := about_the_blog(question, corpus.articles, corpus.chunks):
            return Part(question, tuple(about), float(any(line.evidence for line in about)))
        passages, reading = self._read(question, corpus)
        answerable = reading.answerable
        if answerable < self.config.threshold and named_list(question, reading.sentences, corpus.articles):
            answerable = self.config.threshold  # a list that has the name asked for is what is asked for
        lines = compose(question, reading, corpus.articles) if answerable >= self.config.threshold else []
        near = tuple(
            (s.passage.chunk.article_id, s.sentence.start, s.sentence.end) for s in reading.sentences[:3]
        )
        return Part(question, tuple(lines), answerable, tuple(passages), near)

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
        near = candidates(pieces, corpus.articles, asked=standalone, english=self._home(corpus) == "en")
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
    """The bot as the command line and the server run it; loads nothing yet."""
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
