"""A bot with one fixed answer at a fixed pace, for measuring the display of answers.

It serves our window, and its text the stand-ins for other widgets' back ends, so that all wait for the same.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

from bot.config import BotConfig
from bot.types import Answer, Citation, Event, Passage, Token, Turn
from ingest.article import Article, Chunk
from ingest.errors import NotInIndex

QUESTION = "How long do I hold it?"
SENTENCES = (
    "Ordinarily half a minute on each side is enough, breathing slowly and letting the shoulders sink.",
    "Whoever is new to it begins with ten seconds and adds five in every week that passes without pain.",
    "Two or three rounds a day do more than one long one, and a warm room makes all of them easier.",
)
FIRST, LAST = "Ordinarily", "easier."  # words that appear nowhere else on the measured pages
WAIT = 0.1  # seconds before the first word
PAUSE = 0.015  # between two words


ARTICLE = Article("post/half-a-minute", "Half a minute", "## How long\n\n" + " ".join(SENTENCES))


def words(text: str) -> list[str]:
    """A text in pieces, as a bot streams them."""
    return re.findall(r"\S+\s*", text)


def paced(text: str) -> Iterator[str]:
    """The words of a text, each when it is due."""
    due = time.monotonic() + WAIT
    for word in words(text):
        time.sleep(max(0.0, due - time.monotonic()))
        yield word
        due += PAUSE


@dataclass
class ScriptedBot:
    """The part of Bot that the server uses, with a fixed answer."""

    config: BotConfig = field(default_factory=BotConfig)
    known_article: Article = ARTICLE

    def stream(self, question: str, history: Sequence[Turn] = (), *, page: str = "") -> Iterator[Event]:  # noqa: ARG002
        """The script, word by word, then as an answer with a citation for each sentence."""
        text = " ".join(f"{sentence} [{number}]" for number, sentence in enumerate(SENTENCES, 1))
        for word in paced(text):
            yield Token(word)
        cited = tuple(self._cited(number, sentence) for number, sentence in enumerate(SENTENCES, 1))
        yield Answer(question, question, text, cited, "answered", 0.9, ())

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        *_, last = self.stream(question, history)
        assert isinstance(last, Answer)
        return last

    def article(self, article_id: str) -> Article:
        if article_id != self.known_article.id:
            raise NotInIndex("There is only one article here.")
        return self.known_article

    def generation(self) -> str:
        return "script"

    def examples(self, n: int = 3, page: str = "") -> tuple[str, ...]:  # noqa: ARG002
        return ("How often should it be done?", "Who should leave it?", "What comes after it?")[:n]

    def health(self) -> SimpleNamespace:
        return SimpleNamespace(articles=1, chunks=1, index="script", ready=True, problem="", live_since=None)

    def warm(self, *, suggestions: bool = False) -> None:
        """There is nothing to load."""

    def _cited(self, number: int, quote: str) -> Citation:
        text = self.known_article.text
        chunk = Chunk(self.known_article.id, 0, ("How long",), text, 0, len(text))
        start = text.index(quote)
        return Citation(
            number, Passage(chunk, self.known_article.title, "", 0.9), quote, start, start + len(quote), None
        )
