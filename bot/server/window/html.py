"""Questions, answers, problems and the empty window as HTML.

Text of readers, articles and models goes through `escape`; only this room's own tags surround it.
Each result is one line: Gradio's Markdown takes a line that begins with a block tag as HTML and
leaves its inside alone. A footnote is a pair of ids: the marker `ref-G-N` in answer number G leads
to `fn-G-N`, the quote in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.problems import Problem
from bot.server.window.article_html import (
    Inline,
    Marker,
    escape,
    inline_markdown,
    render_blocks,
    render_markdown,
)
from bot.server.window.how_to import Step, find_how_tos
from bot.server.window.own_sentences import translate_own_sentences
from bot.server.window.translations import Translations
from bot.server.window.urgent import render_urgent, split_urgent
from bot.text.markdown import plain
from bot.types import Answer, Citation
from ingest.article import blocks, without_towers
from ingest.urls import is_web

_INCOMPLETE_MARKER = re.compile(r"\s?\[\d{0,3}$")
_PLACEHOLDER_LINES = '<span class="fn-line"></span>' * 3
_NEEDS_EDITING = ("question_too_long", "bad_question")  # problems that a second try does not solve


def render_question(text: str) -> str:
    return f'<h2 class="fn-question" dir="auto">{escape(without_towers(text), breaks=True)}</h2>'


def render_answer(
    answer: Answer,
    exchange: int,
    texts: Translations,
    answer_id: str = "",
    language: str = "",
    link: str = "",
) -> str:
    """A complete answer with links to its sources, actions and suggestions.

    Args:
        answer: what the bot answered.
        exchange: its number; makes the ids of this answer unique in the page.
        texts: the window's texts in the reader's language.
        answer_id: under which the server accepts feedback on the answer.
        language: of the quotes, ISO 639-1, for the voice that reads them; "" if it is not known.
        link: path of the answer's own page; "" if it has none.
    """
    cited = {citation.number for citation in answer.citations}
    quotes = [c.quote for c in answer.citations]
    urgent, text = split_urgent(answer.text) if answer.status == "urgent" else ("", answer.text)
    translated = replace(answer, text=translate_own_sentences(text, texts, quotes))
    body = _body(translated, exchange, lambda n: _marker(n, exchange, texts) if n in cited else None)
    body = render_urgent(urgent, texts) + body
    kind = f"fn-{answer.status}" + (f" fn-quotes-{escape(language)}" if language else "")
    return (
        f'<div class="fn-answer {kind}" id="answer-{exchange}" dir="auto">{body}'
        f"{_actions(answer, texts, answer_id, link)}{_suggestions(answer, texts)}</div>"
    )


def _actions(answer: Answer, texts: Translations, answer_id: str, link: str) -> str:
    """The buttons below an answer; the script finds the answer by the id around them."""
    if answer.status == "chat":
        return ""
    show = copy = ""
    if count := len(answer.citations):
        label = escape(texts("show_sources", n=count))
        show = f'<button class="fn-action fn-show" type="button">{label}</button>'
    if answer.status != "abstained":
        copy = f'<button class="fn-action fn-copy" type="button">{_text(texts, "copy")}</button>'
        lines = "<br>".join(escape(line) for line in plain_text(answer).split("\n"))  # empty ones, too
        copy += f'<div class="fn-plain" hidden>{lines}</div>'
    if link:  # the script makes a button of it
        copy += f'<div class="fn-address" hidden>{escape(link)}</div>'
    short, _, signed = answer_id.partition(".")
    row_id = f' id="given-{escape(short)}"' if short else ""
    if signed:  # the script votes with it, and shows it to another server to have the conversation back
        copy += f'<div class="fn-signed" hidden>{escape(answer_id)}</div>'
    return f'<div class="fn-actions"{row_id}>{show}{copy}</div>' if show or copy or row_id else ""


def render_partial(
    text: str, texts: Translations, *, is_stopped: bool = False, is_urgent: bool = False
) -> str:
    """An incomplete answer; its citations are not known yet, so nothing links."""
    if not text.strip() and not is_stopped:
        late = f'<span class="fn-late">{_text(texts, "still_waiting")}</span>'
        soon = f'<span class="fn-soon">{_text(texts, "waiting")}</span>'
        return f'<div class="fn-answer fn-waiting"><p>{soon}{late}</p>{_PLACEHOLDER_LINES}</div>'
    urgent, text = split_urgent(text) if is_urgent else ("", text)
    translated = translate_own_sentences(_INCOMPLETE_MARKER.sub("", text), texts)
    body = render_markdown(translated, lambda number: f'<sup class="fn-ref">{number}</sup>')
    body = render_urgent(urgent, texts) + body
    note = f'<p class="fn-note">{_text(texts, "stopped")}</p>' if is_stopped else ""
    kind = "fn-partial" + " fn-urgent" * is_urgent + " fn-stopped" * is_stopped
    return f'<div class="fn-answer {kind}" dir="auto">{body}{note}</div>'


def render_problem(problem: Problem, exchange: int, texts: Translations) -> str:
    """What failed, in the reader's language, and a button for the next step; the script counts down."""
    key = f"problem_{problem.code}"
    message = texts(key) if key in texts.texts and not problem.own else problem.message
    kind, key = ("fn-edit", "edit_question") if problem.code in _NEEDS_EDITING else ("fn-again", "try_again")
    wait = f" fn-wait-{problem.retry_after}" if problem.retry_after and kind == "fn-again" else ""
    label = _text(texts, key)
    button = f'<button class="fn-button {kind}{wait}" id="again-{exchange}" type="button">{label}</button>'
    return f'<div class="fn-answer fn-problem" dir="auto"><p>{escape(message)}</p>{button}</div>'


def render_welcome(
    examples: Sequence[str],
    texts: Translations,
    trouble: str = "",
    advice: str = "",
    command: str = "",
    *,
    greeting: str = "",
    is_worded: bool = False,
) -> str:
    """The empty window: what the chat is, what can be asked, what it is not.

    Or why it cannot answer, with advice for the owner and the command that it is about. greeting: the owner's own.
    is_worded: whether a chat model words the answers.
    """
    lead = f'<h2 class="fn-lead" dir="auto">{escape(greeting) or _text(texts, "welcome")}</h2>'
    if trouble:
        typed = f" <code>{escape(command)}</code>" if command else ""
        owner = f'<p class="fn-owner">{escape(advice)}{typed}</p>' if advice else ""
        return f'<div class="fn-welcome">{lead}<p class="fn-trouble">{escape(trouble)}</p>{owner}</div>'
    note = f"<p>{_text(texts, 'welcome_note_model' if is_worded else 'welcome_note')}</p>"
    care = f'<p class="fn-care">{_text(texts, "welcome_care")}</p>'
    return f'<div class="fn-welcome">{lead}{note}{_chips(examples)}{care}</div>'


def render_footer(
    texts: Translations,
    max_question: int,
    *,
    notice: str = "",
    is_worded: bool = False,
    keeps_questions: bool = False,
) -> str:
    """The note below the question box; its class carries the limit in characters, which the script counts.

    It always says that a program answers, as the EU's AI Act asks in article 50. notice: the owner's own words for that.
    is_worded: whether a chat model words the answers. keeps_questions: whether unanswered questions are kept.
    """
    shown = escape(notice) or _text(texts, "notice_model" if is_worded else "notice")
    privacy = f" {_text(texts, 'notice_gaps')}" if keeps_questions else ""
    line = f'{_text(texts, "note")} <span class="fn-notice" dir="auto">{shown}</span>{privacy}'
    return f'<p class="fn-note fn-most-{max_question}"><span>{line}</span></p>'


def render_header(title: str, texts: Translations) -> str:
    skip = f'<button class="fn-skip" type="button">{_text(texts, "skip")}</button>'
    return f'<header class="fn-header">{skip}<h1 dir="auto">{escape(title)}</h1></header>'


def plain_text(answer: Answer) -> str:
    """An answer with its sources as plain text for the clipboard; the script makes rich text of it.

    The last block, if there are sources, has a line for each: number, title and section, a comma, link.
    """
    lines = [
        f"[{c.number}] {_title_and_section(c)}{f', {link}' if is_web(link) else ''}"
        for c in answer.citations
        for link in (c.link or c.passage.url or "",)
    ]
    body = plain(answer.text)
    return "\n\n".join(filter(None, (body, "\n".join(lines))))


def _title_and_section(citation: Citation) -> str:
    path = citation.passage.chunk.path if citation.quote else ()
    return " › ".join(" ".join(name.split()) for name in (citation.passage.title, *path))


def _body(answer: Answer, exchange: int, marker: Marker) -> str:
    """An answer's blocks; the steps of a how-to as cards."""
    text = answer.text
    inline = inline_markdown(text, marker)
    found = list(blocks(text))
    how_tos = find_how_tos(answer, found)
    out, at, plain = "", 0, 0
    while at < len(found):
        steps = how_tos.get(found[at].start)
        if steps is None:
            at += 1
            continue
        out += render_blocks(text, found[plain:at], inline) + _step_cards(text, steps, exchange, inline)
        at = plain = at + sum(1 + len(step.below) for step in steps)
    return out + render_blocks(text, found[plain:], inline)


def _step_cards(text: str, steps: Sequence[Step], exchange: int, inline: Inline) -> str:
    """Steps as a numbered list; the script makes timers and ticks of the empty elements whose classes carry numbers."""
    out = ""
    for step in steps:
        listed = re.match(r"\s*(\d{1,3})", text[step.block.line : step.block.start])
        value = f' value="{int(listed[1])}"' if listed else ""
        sentence = f'<div class="fn-step-text">{inline(step.block.start, step.block.end)}</div>'
        below = render_blocks(text, step.below, inline)
        out += (
            f'<li class="fn-step" id="step-{exchange}-{step.citation}"{value}>{sentence}{below}'
            f"{_timer(step)}{_ticks(step)}</li>"
        )
    return f'<ol class="fn-steps">{out}</ol>'


def _timer(step: Step) -> str:
    if (hold := step.hold_time) is None:
        return ""
    sides = f" fn-sides-{hold.sides}" if hold.sides > 1 else ""
    return f'<span class="fn-hold fn-from-{hold.least} fn-to-{hold.most}{sides}"></span>'


def _ticks(step: Step) -> str:
    if (repeat := step.repetitions) is None:
        return ""
    rows = f"fn-rows-{repeat.rows}{f' fn-per-{repeat.row_kind}' if repeat.row_kind else ''}"
    return f'<span class="fn-reps fn-from-{repeat.least} fn-to-{repeat.most} {rows}"></span>'


def _marker(citation: int, exchange: int, texts: Translations) -> str:
    link = f'class="fn-marker" role="button" id="ref-{exchange}-{citation}" href="#fn-{exchange}-{citation}"'
    label = f'<span class="fn-hidden">{_text(texts, "source")} </span>{citation}'
    return f'\u2060<sup class="fn-ref"><a {link}>{label}</a></sup>'


def _suggestions(answer: Answer, texts: Translations) -> str:
    if not answer.suggestions:
        hint = f'<p class="fn-note">{_text(texts, "abstained_hint")}</p>'
        return hint if answer.status == "abstained" else ""
    lead = _text(texts, "does_answer" if answer.status == "abstained" else "ask_also")
    return f'<p class="fn-note">{lead}</p>{_chips(answer.suggestions)}'


def _chips(questions: Sequence[str]) -> str:
    items = "".join(
        f'<li><button class="fn-chip" type="button" dir="auto">{escape(q)}</button></li>' for q in questions
    )
    return f'<ul class="fn-chips">{items}</ul>' if items else ""


def _text(texts: Translations, key: str) -> str:
    return escape(texts(key))
