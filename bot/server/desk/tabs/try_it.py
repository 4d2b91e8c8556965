"""Try it: an answer beside the passages it was made from, and wrong answers kept as test cases."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from bot.server.desk.tab import HIDDEN, QUIET, Desk, html_block, note, panel, words_of
from bot.server.desk.words import mark
from bot.server.gradio_window import import_gradio
from ingest.errors import IndexMissing, SourceError
from ingest.urls import is_web

if TYPE_CHECKING:
    from bot.server.desk.tab import Request
    from bot.server.window import Translations
    from bot.types import Answer, Passage

_PASSAGES = 12  # as many as are read for a question
_SNIPPET = 280  # characters of a passage that are shown
_AT_ONCE = 4  # passages that are shown before "more" is opened
_CASES = 100  # that are listed
_LOOK_SECONDS = 0.5  # between two looks at a run


def build(desk: Desk) -> None:
    """Add the question, its answer, the passages, and the test cases."""
    gr = import_gradio()
    with gr.Row(elem_id="try-ask"):
        question = gr.Textbox(
            label=mark("try_question"), elem_id="try-question", max_length=desk.config.max_question, scale=1
        )
        ask = gr.Button(mark("try_ask"), elem_id="try-send", variant="primary", scale=0)
    state = panel("try-state")
    answer = gr.Markdown(elem_id="try-answer", container=False, latex_delimiters=[])
    passages = panel("try-passages")
    asked = gr.State("")
    with gr.Column(visible=False, elem_id="try-wrong") as wrong:
        panel("try-wrong-lead", html_block(f"<h2>{mark('try_wrong')}</h2><p>{mark('try_wrong_lead')}</p>"))
        with gr.Row():
            expected = gr.Textbox(
                label=mark("try_expected"), elem_id="try-expected", max_length=2000, scale=1
            )
            keep = gr.Button(mark("try_keep"), elem_id="try-keep", scale=0)
    with gr.Accordion(mark("try_cases"), open=False):
        cases = panel("try-cases")
        run = gr.Button(mark("try_run"), elem_id="try-run", variant="primary")
        result = panel("try-result")
    kept = panel("try-kept")
    handlers, handler = _Trying(desk), desk.handler
    gr.on(
        [question.submit, ask.click],
        handler(handlers.ask, 6),
        question,
        [state, answer, passages, asked, wrong, kept],
        **HIDDEN,
    )
    keep.click(handler(handlers.keep, 3), [asked, expected], [kept, expected, cases], queue=False, **QUIET)
    run.click(handler(handlers.run), None, result, **QUIET)
    desk.page.load(handler(handlers.listed), None, cases, queue=False, **QUIET)


class _Trying:
    """The handlers of the tab."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def ask(self, question: str, request: Request) -> tuple[Any, ...]:
        """Asked of the bot itself: the owner's own questions are not counted, and wait for no reader."""
        words, gr = words_of(request), import_gradio()
        answer = self.desk.bot.ask(question or "")
        try:
            found = (
                self.desk.bot.passages(question, k=_PASSAGES)
                if answer.status in ("answered", "abstained")
                else []
            )
        except IndexMissing:
            found = []
        shown = (
            state_html(answer, self.desk.config.threshold, words),
            answer.text,
            passages_html(found, answer, words),
        )
        return (*shown, question, gr.update(visible=True), "")

    def keep(self, question: str, expected: str, request: Request) -> tuple[str, str, str]:
        words, desk = words_of(request), self.desk
        posts = [desk.bot.article(head.id) for head in desk.bot.heads()] if (expected or "").strip() else []
        desk.cases.add(question, expected or "", posts)
        return note(words("try_kept")), "", self.listed(request)

    def listed(self, request: Request) -> str:
        words = words_of(request)
        try:
            return cases_html(list(self.desk.cases.rows()), self.desk.cases.results.is_file(), words)
        except SourceError as error:
            return note(str(error), "bad")

    def run(self, request: Request) -> Iterator[str]:
        words, cases = words_of(request), self.desk.cases
        if not list(cases.rows()):
            raise SourceError(words("try_no_cases"))
        running = cases.run(self.desk.config)
        while not running.done():
            yield _progress(*cases.progress, words)
            time.sleep(_LOOK_SECONDS)
        yield grades_html(running.result(), words)


def state_html(answer: Answer, threshold: float, words: Translations) -> str:
    """What kind of answer it is, and how certain, as a bar."""
    status = words(f"try_{answer.status}")
    if answer.status not in ("answered", "abstained"):
        return note(status)
    sure, least = round(100 * answer.answerable), round(100 * threshold)
    label = escape(words("try_certainty", n=sure, least=least))
    return html_block(
        f'<p class="desk-note desk-good" role="status">{escape(status)}</p><p class="desk-meter"><meter min="0" max="100" '
        f'low="{least}" value="{sure}" aria-label="{label}"></meter> {label}</p>'
    )


def passages_html(passages: Sequence[Passage], answer: Answer, words: Translations) -> str:
    """The passages that were read, best first, and which of them the answer quotes."""
    if not passages:
        return ""
    quoted: dict[str, list[str]] = {}
    for citation in answer.citations:
        quoted.setdefault(citation.passage.chunk.id, []).append(f"[{citation.number}]")
    items = [_passage_item(one, " ".join(quoted.get(one.chunk.id, ())), words) for one in passages]
    parts = [f"<h2>{escape(words('try_passages'))}</h2>", _listed(items[:_AT_ONCE], 1)]
    if more := items[_AT_ONCE:]:
        opens = escape(words("and_more", n=len(more)))
        parts.append(f"<details><summary>{opens}</summary>{_listed(more, _AT_ONCE + 1)}</details>")
    return html_block(*parts)


def _listed(items: Sequence[str], first: int) -> str:
    return f'<ol class="desk-cards" start="{first}">{"".join(items)}</ol>'


def _passage_item(passage: Passage, marks: str, words: Translations) -> str:
    name = escape(" › ".join((passage.title, *passage.chunk.path)))
    if passage.url and is_web(passage.url):
        name = f'<a href="{escape(passage.url)}" rel="noreferrer">{name}</a>'
    text = " ".join(line for line in passage.chunk.text.splitlines() if not line.startswith("#"))
    text = text if len(text) <= _SNIPPET else f"{text[:_SNIPPET]}…"
    badge = f' <span class="desk-badge">{escape(words("try_quoted"))} {marks}</span>' if marks else ""
    return f"<li><p><strong>{name}</strong>{badge}</p><p>{escape(text)}</p></li>"


def cases_html(rows: Sequence[tuple[str, str]], has_results: bool, words: Translations) -> str:
    """The test cases, the latest first, with a link to the sheet."""
    if not rows:
        return html_block(f"<p>{escape(words('try_no_cases'))}</p>")
    body = "".join(
        f"<li><p><strong>{escape(question)}</strong></p><p>{_expected(expected, words)}</p></li>"
        for question, expected in reversed(rows[-_CASES:])
    )
    title, sheet = escape(words("try_cases_count", n=len(rows))), escape(words("try_sheet"))
    results = f" · {_results_link(words)}" if has_results else ""
    return html_block(
        f'<p>{title} · <a href="download/cases">{sheet}</a>{results}</p>',
        f'<ul class="desk-cards">{body}</ul>',
    )


def _expected(expected: str, words: Translations) -> str:
    return escape(f"{words('try_expects')}: {expected}" if expected else words("try_silent"))


def grades_html(grades: Counter[str], words: Translations) -> str:
    """How many cases came out how."""
    items = "".join(
        f"<li>{escape(words('grade_' + grade.replace(' ', '_')))}: <strong>{number}</strong></li>"
        for grade, number in grades.most_common()
    )
    return html_block(f'<ul role="status">{items}</ul><p>{_results_link(words)}</p>')


def _results_link(words: Translations) -> str:
    return f'<a href="download/results" target="_blank">{escape(words("try_results"))}</a>'


def _progress(done: int, total: int, words: Translations) -> str:
    label = escape(words("try_running"))
    bar = f' value="{done}" max="{total}"' if total else ""
    far = f": {done} / {total}" if total else ""
    return html_block(
        f'<p class="desk-progress">{label}{far}</p><progress aria-label="{label}"{bar}></progress>'
    )
