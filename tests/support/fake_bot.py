"""A bot with scripted answers: for the tests of the HTTP interface and the chat window.

It has articles and citations with true offsets, streams word by word, and raises what the real
bot raises. A question is matched by the words in SCRIPT. What it does not do: retrieve, read.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from patience import PATIENCE

from bot.answer.phrases import ABSTAIN
from bot.answer_cache import AnswerCache
from bot.config import BotConfig
from bot.safety import packaged_guide
from bot.types import Answer, Citation, Event, Health, Passage, Status, Token, Turn
from bot.understand import load_replies
from ingest.article import Article, Chunk, sections
from ingest.errors import (
    EmbedderError,
    FootnoteError,
    IndexMissing,
    NotInIndex,
    QuestionError,
    QuestionTooLong,
)
from ingest.index import Head

STRETCHES = Article(
    id="https://blog.example/post/hamstring-stretches?x=1",
    title="Hamstring stretches for a sore lower back",
    url="https://blog.example/post/hamstring-stretches?x=1",
    author="Ada Writer",
    published="2025-06-23T09:00:00+00:00",
    text="""Tight hamstrings pull on the pelvis. That flattens the lower back and makes it ache after sitting.

## Standing hamstring stretch

Stand up straight and put one heel on a low step.

### How to do it

1. Keep the raised leg straight, but do not lock the knee.
2. Hinge forward from the hips until you feel a stretch at the back of the thigh.
3. Hold for 30 seconds and breathe slowly.
   - Shorter is fine at first.
4. Change legs.

| Level | Hold |
|---|---|
| Beginner | 15 seconds |
| Practised | 30 seconds |

![A woman rests her heel on a step]

## When to stop

Stop if the pain shoots down the leg. See a doctor when numbness does not go away.
""",
)
HOSTILE = Article(
    id="notes/odd characters.md",
    title='<img src=x onerror=alert(1)> & "quotes"',
    text="## <script>alert(1)</script>\n\n"
    "Use $x^2$ and $$y$$ with *stars*, `code`, ![p](http://evil.example/p.png) <b>b</b> ${alert(1)} {{x}}."
    "\n\n## Verweis\n\nמתיחה 😀 [link](http://evil.example/) \\(z\\) &lt;i&gt;.\n",
)
EXAMPLES = (
    "How long should I hold a hamstring stretch?",
    "Why do tight hamstrings make my back ache?",
    "When should I stop stretching?",
)
OPENING = (
    "Tight hamstrings pull on the pelvis.",
    "That flattens the lower back and makes it ache after sitting.",
)
STEPS = tuple(re.findall(r"^\d\. (.*)", STRETCHES.text, re.M))
URGENT = "Please get medical help now: call your local emergency number.\n\nThese signs need a doctor today."


def cite(article: Article, number: int, quote: str) -> Citation:
    """A citation of a sentence, in its section."""
    start = article.text.index(quote)
    ordinal, section = next((i, s) for i, s in enumerate(sections(article.text)) if s.start <= start < s.end)
    text = article.text[section.start : section.end]
    chunk = Chunk(article.id, ordinal, section.path, text, section.start, section.end)
    link = f"{article.url}#:~:text={quote.split(maxsplit=1)[0]}" if article.url else None
    passage = Passage(chunk, article.title, article.url, 0.5)
    return Citation(number, passage, quote, start, start + len(quote), link)


Scripted = tuple[Status, str, tuple[Citation, ...], tuple[str, ...]]


def _quoted(article: Article, *quotes: str, numbered: bool = False) -> Scripted:
    citations = tuple(cite(article, n, quote) for n, quote in enumerate(quotes, 1))
    cited = [f"{f'{c.number}. ' if numbered else ''}{c.quote} [{c.number}]" for c in citations]
    return "answered", ("\n" if numbered else " ").join(cited), citations, ()


def _author() -> Scripted:
    passage = Passage(
        Chunk(STRETCHES.id, 0, (), OPENING[0], 0, len(OPENING[0])), STRETCHES.title, STRETCHES.url, 1
    )
    return "answered", "Ada Writer [1]", (Citation(1, passage, "", 0, 0, STRETCHES.url),), ()


def _stroke() -> str:
    """What the real one says: the window knows it in other languages."""
    return next(flag.message for flag in packaged_guide().flags if flag.name == "stroke")


SCRIPT: tuple[tuple[str, Callable[[], Scripted]], ...] = (
    ("numb.*legs", lambda: ("urgent", URGENT, (), ())),
    ("slurred", lambda: ("urgent", _stroke(), (), ())),
    ("hello", lambda: ("chat", load_replies().texts["greeting"], (), ())),
    ("odd", lambda: _quoted(HOSTILE, *(HOSTILE.text.strip().split("\n\n")[i] for i in (1, 3)))),
    ("who wrote", _author),
    ("how (do|is)", lambda: _quoted(STRETCHES, *STEPS, numbered=True)),
    ("stretch|hold", lambda: _quoted(STRETCHES, STEPS[2], "Stop if the pain shoots down the leg.")),
    ("back|why", lambda: _quoted(STRETCHES, *OPENING)),
    ("", lambda: ("abstained", ABSTAIN, (), EXAMPLES)),
)


def _scripted(question: str) -> Scripted:
    return next(say() for words, say in SCRIPT if re.search(words, question, re.I))


@dataclass
class FakeBot:
    """Nobody's rate is limited, unless config says so. error: raised by everything. gate: when set to an Event, streaming waits for it after a word."""

    config: BotConfig = field(default_factory=lambda: BotConfig(rate=(), rate_total=()))
    error: Exception | None = None
    late_error: Exception | None = None
    gate: threading.Event | None = None
    pause: float = 0.0
    articles: tuple[Article, ...] = (STRETCHES, HOSTILE)
    live: str = "gen-1"
    broken: str = ""  # what health() says is wrong
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    cache: AnswerCache = field(default_factory=lambda: AnswerCache(0))

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        page: str = "",
        instead: Iterator[Event] | None = None,
    ) -> Iterator[Event]:
        self.pages.append(page)
        self.asked.append((question, tuple(history)))
        self._fail()
        if not question.strip() or "\0" in question:
            raise QuestionError("Please type a question in plain text.")
        if len(question) > self.config.max_question:
            raise QuestionTooLong(f"Please ask in at most {self.config.max_question} characters.")
        status, text, citations, suggestions = _scripted(question)
        if instead is not None and status != "urgent":
            yield from instead
            return
        try:
            for number, word in enumerate(re.findall(r"\S+\s*", text)):
                yield Token(word, urgent=status == "urgent", citations=citations)
                if number == 0 and self.late_error:
                    raise self.late_error
                if self.gate is not None:
                    self.gate.wait(PATIENCE)
                if self.pause:
                    threading.Event().wait(self.pause)
        finally:
            self.closed.set()
        yield Answer(question, question, text, citations, status, 0.93456 if citations else 0.1, suggestions)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        *_, last = self.stream(question, history)
        assert isinstance(last, Answer)
        return last

    def quoted(self, question: str) -> Answer:
        return self.ask(question)

    def concerns_safety(self, message: str, history: Sequence[Turn]) -> bool:
        return any(_scripted(text)[0] == "urgent" for text in (message, *(t.content for t in history)))

    def configure(self, config: BotConfig) -> None:
        self.config = config

    def urgent(self, message: str, history: Sequence[Turn] = ()) -> str:
        status, text, _, _ = _scripted(message)
        return text if status == "urgent" else ""

    def passages(
        self, question: str, history: Sequence[Turn] = (), *, k: int = 5, verbatim: bool = False
    ) -> list[Passage]:
        self._fail()
        if not question.strip() or "\0" in question:
            raise QuestionError("Please type a question in plain text.")
        return [
            c.passage for a in self.articles for c in (cite(a, 1, a.text[:20]), cite(a, 2, a.text[-20:-1]))
        ][:k]

    def article(self, article_id: str) -> Article:
        self._fail()
        for article in self.articles:
            if article.id == article_id:
                return article
        raise NotInIndex(f"No article {article_id} in /srv/secret/index.")

    def stored_articles(self) -> dict[str, Article]:
        self._fail()
        return {article.id: article for article in self.articles}

    def heads(self) -> list[Head]:
        self._fail()
        return [Head(a.id, a.title, a.url, a.published, a.origin) for a in self.articles]

    def forget(self, article_id: str) -> None:
        self.article(article_id)
        self.articles = tuple(a for a in self.articles if a.id != article_id)

    def generation(self) -> str:
        self._fail()
        return self.live

    def language(self) -> str:
        self._fail()
        return "en"

    def examples(self, n: int = 3, page: str = "") -> tuple[str, ...]:
        self._fail()
        here = [
            f"What does “{a.title}” say?"
            for a in self.articles
            if page and (a.url or "").split("?")[0] == page
        ]
        return (*here, *EXAMPLES)[:n]

    def health(self) -> Health:
        self._fail()
        return Health(2, 5, self.live, ready=not self.broken, problem=self.broken)

    def warm(self, *, suggestions: bool = False) -> None:
        self._fail()

    def reset(self) -> None:
        """As it was made, for the next test over the same server; lets a question go on that waits at the gate."""
        if self.gate is not None:
            self.gate.set()
        self.error = self.late_error = self.gate = None
        self.pause, self.broken = 0.0, ""
        self.articles, self.live = (STRETCHES, HOSTILE), "gen-1"
        self.asked.clear()
        self.closed.clear()

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


ERRORS: dict[str, FootnoteError] = {
    "missing": IndexMissing("No index at /srv/secret/index."),
    "model": EmbedderError("Cannot load /srv/secret/model."),
}
