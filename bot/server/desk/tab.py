"""What a tab of the desk is, and what it is given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import wraps
from html import escape
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.problems import explain
from bot.server.desk.words import desk_languages
from bot.server.gradio_window import import_gradio, report_problems
from bot.server.window import Translations, choose_language
from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from gradio import Blocks, Markdown, Request, State

    from bot.config import BotConfig, OwnerSettings
    from bot.gaps import GapRecorder
    from bot.own_posts import OwnPosts
    from bot.pipeline import Bot
    from bot.server.desk.cases import Cases
    from bot.server.feedback import DailyCounts
    from bot.server.question_queue import QuestionQueue
    from bot.server.reingest import Scheduler

__all__ = [
    "HIDDEN",
    "QUIET",
    "Desk",
    "Request",
    "State",
    "Tab",
    "html_block",
    "note",
    "panel",
    "shown_day",
    "words_of",
]

HIDDEN: dict[str, Any] = {
    "api_visibility": "private"
}  # for every event: the desk has no interface for programs
QUIET: dict[str, Any] = {**HIDDEN, "show_progress": "hidden"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tabs show and change.

    Attributes:
        scheduler: Re-ingests; None in a server that does not.
        page: The whole page, whose load event fills the tabs.
        settings: What the owner changes.
        gaps: Keeps what the blog does not answer, if anything does.
        counts: Of each day's questions.
        own: What the owner added and took out.
        cases: Her test cases.
    """

    bot: Bot
    queue: QuestionQueue
    scheduler: Scheduler | None
    page: Blocks
    settings: OwnerSettings
    gaps: GapRecorder | None
    counts: DailyCounts
    own: OwnPosts
    cases: Cases

    @property
    def config(self) -> BotConfig:
        """The settings as of now: the owner may change some while the server runs."""
        return self.bot.config

    def handler(self, function: Callable[..., Any], outputs: int = 1, at: int = 0) -> Callable[..., Any]:
        """A handler for an event, whose errors are shown to the owner as a sentence in one of its outputs.

        function: its last parameter is `request: Request`, from which words_of() has the owner's language. outputs: how
        many there are; with 0, Gradio shows the sentence for some seconds. at: which of them, a panel(), shows it.
        """
        reported = report_problems(function, self._sentence)
        return _in_place(reported, outputs, at) if outputs else reported

    def _sentence(self, error: Exception) -> str:
        """An error of our own as it is, since it says what the owner is to do."""
        if isinstance(error, FootnoteError):
            return str(error)
        return explain(error, in_full=self.config.log_questions).message


def _in_place(handler: Callable[..., Any], outputs: int, at: int) -> Callable[..., Any]:
    """A handler whose Gradio error becomes a note: as an error Gradio shows it for seconds, or not at all without a queue."""
    gr = import_gradio()

    def shown(error: Any) -> Any:
        sentence = note(str(error.message), "bad")
        return sentence if outputs == 1 else [sentence if n == at else gr.skip() for n in range(outputs)]

    @wraps(handler)
    def call(*inputs: Any) -> Any:
        try:
            return handler(*inputs)
        except gr.Error as error:
            return shown(error)

    @wraps(handler)
    def iterate(*inputs: Any) -> Iterator[Any]:
        try:
            yield from handler(*inputs)
        except gr.Error as error:
            yield shown(error)

    return iterate if inspect.isgeneratorfunction(handler) else call


@dataclass(frozen=True, slots=True)
class Tab:
    """name: the key of its label. build: adds its components and handlers to the tab that is open."""

    name: str
    build: Callable[[Desk], None]


def panel(name: str, value: str = "") -> Markdown:
    """A component that shows what html_block() gives; name: its id."""
    gr = import_gradio()
    return gr.Markdown(value, elem_id=name, container=False, sanitize_html=False, latex_delimiters=[])  # type: ignore[no-any-return]


def html_block(*parts: str) -> str:
    """HTML, whose texts are escaped already, as Gradio shows it untouched: without a blank line it is no Markdown."""
    return f"<div>{''.join(parts)}</div>".replace("\r", "").replace("\n", "&#10;")


def note(text: str, kind: str = "good") -> str:
    """A sentence on how something went, which a screen reader says at once. kind: good, bad."""
    return html_block(f'<p class="desk-note desk-{kind}" role="status">{escape(text)}</p>')


def shown_day(day: str, locale: str) -> str:
    """A day (ISO 8601) in the owner's language, on one line; as it is if it is none."""
    try:
        return format_date(date.fromisoformat(day[:10]), "medium", locale=locale).replace(" ", "\u00a0")
    except ValueError:
        return day


def words_of(request: Request) -> Translations:
    """The texts in the language of a request: that of the page's address, else of the browser."""
    asked = request.query_params.get("lang", "")
    return choose_language(asked, request.headers.get("accept-language", ""), desk_languages())
