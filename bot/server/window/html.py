"""Answers, questions and sources as HTML for the chat window.

Every piece of text that comes from a reader, an article or a model goes through `_escape`; the
tags around it are this file's own. Each result is one line: the window's Markdown component takes
a line that begins with a block tag as HTML and leaves what is inside alone.

A footnote is a pair of ids: the marker `ref-G-N` in answer number G leads to `fn-G-N`, the quote
in its place. What this file does not know: Gradio, and the bot that answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.problems import Problem
from bot.server.window.article_html import Inline, escape, flow
from bot.server.window.how_to import Step, howtos
from bot.server.window.own_sentences import in_their_words, urgent_first
from bot.server.window.sources import panel, sources
from bot.server.window.translations import Words
from bot.text.markdown import unescape
from bot.types import Answer, Citation
from ingest.article import blocks, without_towers
from ingest.urls import is_web

__all__ = [
    "actions", "answer", "copied", "foot", "header", "panel", "partial", "problem", "question", "sources", "welcome",
]  # fmt: skip

_MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_BOLD = re.compile(r"(?<!\\)\*\*")
_UNFINISHED = re.compile(r"\s?\[\d{0,3}$")
_LINES = '<span class="fn-line"></span>' * 3  # where the answer will stand
_TO_EDIT = ("question_too_long", "bad_question")  # asking the same again would not help


def question(text: str) -> str:
    return f'<h2 class="fn-question" dir="auto">{escape(without_towers(text), breaks=True)}</h2>'


def answer(given: Answer, group: int, words: Words, known_as: str = "") -> str:
    """A finished answer: its markers lead to its sources, its suggestions can be asked.

    known_as: its id in the server's memory, under which feedback.js asks about it.
    """
    numbers = {citation.number for citation in given.citations}
    told = replace(given, text=in_their_words(given.text, words, [c.quote for c in given.citations]))
    body = _body(told, group, lambda number: _marker(number, group, words) if number in numbers else None)
    body = _said_first(given.text, words, urgent=given.status == "urgent") + body
    return (
        f'<div class="fn-answer fn-{given.status}" id="answer-{group}" dir="auto">{body}'
        f"{actions(given, words, known_as)}{_suggestions(given, words)}</div>"
    )


def actions(given: Answer, words: Words, known_as: str = "") -> str:
    """What can be done with one answer; the script finds the answer by the id around it."""
    if given.status == "chat":
        return ""
    look = copy = ""
    if count := len(given.citations):
        label = escape(words("show_sources", n=count))
        look = f'<button class="fn-action fn-show" type="button">{label}</button>'
    if given.status != "abstained":
        copy = f'<button class="fn-action fn-copy" type="button">{_say(words, "copy")}</button>'
        lines = "<br>".join(escape(line) for line in copied(given).split("\n"))  # empty ones, too
        copy += f'<div class="fn-plain" hidden>{lines}</div>'
    known = f' id="given-{escape(known_as)}"' if known_as else ""
    return f'<div class="fn-actions"{known}>{look}{copy}</div>' if look or copy or known else ""


def partial(text: str, words: Words, *, stopped: bool = False, urgent: bool = False) -> str:
    """An answer on its way (or broken off): its citations are not known yet, so nothing links."""
    if not text.strip() and not stopped:
        late = f'<span class="fn-late">{_say(words, "still_waiting")}</span>'
        soon = f'<span class="fn-soon">{_say(words, "waiting")}</span>'
        return f'<div class="fn-answer fn-waiting"><p>{soon}{late}</p>{_LINES}</div>'
    told = in_their_words(_UNFINISHED.sub("", text), words)
    body = _prose(told, lambda number: f'<sup class="fn-ref">{number}</sup>')
    body = _said_first(text, words, urgent=urgent) + body
    note = f'<p class="fn-note">{_say(words, "stopped")}</p>' if stopped else ""
    kind = "fn-partial" + " fn-urgent" * urgent + " fn-stopped" * stopped
    return f'<div class="fn-answer {kind}" dir="auto">{body}{note}</div>'


def _said_first(text: str, words: Words, *, urgent: bool) -> str:
    """An urgent message in the reader's language, before what was written in the blog's."""
    told = urgent_first(text, words) if urgent else ""
    if not told:
        return ""
    original = f'<p class="fn-note">{_say(words, "in_english")}</p>'
    return f'<div class="fn-told">{_prose(told, lambda _: None)}</div>{original}'


def problem(told: Problem, group: int, words: Words) -> str:
    """What went wrong, in the reader's language, and what can be done; the script counts down."""
    key = f"problem_{told.code}"
    said = words(key) if key in words.said else told.message
    kind, key = ("fn-edit", "edit_question") if told.code in _TO_EDIT else ("fn-again", "try_again")
    wait = f" fn-wait-{told.retry_after}" if told.retry_after and kind == "fn-again" else ""
    button = (
        f'<button class="fn-button {kind}{wait}" id="again-{group}" type="button">{_say(words, key)}</button>'
    )
    return f'<div class="fn-answer fn-problem" dir="auto"><p>{escape(said)}</p>{button}</div>'


def welcome(examples: Sequence[str], words: Words, trouble: str = "") -> str:
    """What stands in an empty window: what this is, what can be asked, what it is not."""
    lead = f'<h2 class="fn-lead">{_say(words, "welcome")}</h2>'
    if trouble:
        return f'<div class="fn-welcome">{lead}<p class="fn-trouble">{escape(trouble)}</p></div>'
    what = f"<p>{_say(words, 'welcome_note')}</p>"
    care = f'<p class="fn-care">{_say(words, "welcome_care")}</p>'
    return f'<div class="fn-welcome">{lead}{what}{_chips(examples)}{care}</div>'


def foot(words: Words, most: int) -> str:
    """most: characters of a question; the script counts them."""
    return f'<p class="fn-note fn-most-{most}"><span>{_say(words, "note")}</span></p>'


def header(title: str, words: Words) -> str:
    skip = f'<button class="fn-skip" type="button">{_say(words, "skip")}</button>'
    return f'<header class="fn-header">{skip}<h1 dir="auto">{escape(title)}</h1></header>'


def copied(given: Answer) -> str:
    """An answer as plain text with its sources, to be pasted elsewhere; ui.js makes the rich form of it.

    The last block, if there are sources, has a line for each: number, title and section, a comma, link.
    """
    lines = [
        f"[{c.number}] {_titled(c)}{f', {link}' if is_web(link) else ''}"
        for c in given.citations
        for link in (c.link or c.passage.url or "",)
    ]
    said = unescape(_BOLD.sub("", given.text))
    return "\n\n".join(filter(None, (said, "\n".join(lines))))


def _titled(citation: Citation) -> str:
    """The post's title and the sections that a quote stands in."""
    path = citation.passage.chunk.path if citation.quote else ()
    return " › ".join(" ".join(name.split()) for name in (citation.passage.title, *path))


# --- answers


def _body(given: Answer, group: int, marker: Callable[[int], str | None]) -> str:
    """An answer's blocks; the steps of a how-to as cards."""
    text = given.text
    inline = _inline(text, marker)
    found = list(blocks(text))
    cards = howtos(given, found)
    out, at, plain = "", 0, 0
    while at < len(found):
        steps = cards.get(found[at].start)
        if steps is None:
            at += 1
            continue
        out += flow(text, found[plain:at], inline) + _cards(text, steps, group, inline)
        at = plain = at + sum(1 + len(step.below) for step in steps)
    return out + flow(text, found[plain:], inline)


def _cards(text: str, steps: Sequence[Step], group: int, inline: Inline) -> str:
    """A list; what the script makes timers and ticks of are empty elements that tell numbers."""
    tag = "ol" if steps[0].block.kind == "number" else "ul"
    out = ""
    for step in steps:
        number = re.match(r"\s*(\d{1,3})", text[step.block.line : step.block.start])
        value = f' value="{int(number[1])}"' if number else ""
        tools = ""
        if step.hold:
            tools += f'<span class="fn-hold fn-from-{step.hold.least} fn-to-{step.hold.most}"></span>'
        if often := step.repetitions:
            row = f"fn-rows-{often.rows}{f' fn-per-{often.row}' if often.row else ''}"
            tools += f'<span class="fn-reps fn-from-{often.least} fn-to-{often.most} {row}"></span>'
        said = f'<div class="fn-said">{inline(step.block.start, step.block.end)}</div>'
        below = flow(text, step.below, inline)
        out += f'<li class="fn-step" id="step-{group}-{step.number}"{value}>{said}{below}{tools}</li>'
    return f'<{tag} class="fn-steps">{out}</{tag}>'


def _prose(text: str, marker: Callable[[int], str | None]) -> str:
    return flow(text, list(blocks(text)), _inline(text, marker))


def _inline(text: str, marker: Callable[[int], str | None]) -> Inline:
    def inline(start: int, end: int) -> str:
        out, at = "", start
        for found in _MARKER.finditer(text, start, end):
            if (made := marker(int(found[1]))) is not None:
                out += _styled(text[at : found.start()]) + made
                at = found.end()
        return out + _styled(text[at:end])

    return inline


def _styled(markdown: str) -> str:
    """The two marks that answers use beside lists: bold for a heading's words, and escapes."""
    pieces = _BOLD.split(markdown)
    if len(pieces) % 2 == 0:  # a mark that nothing closes is no mark
        pieces[-2:] = ["**".join(pieces[-2:])]
    parts = [escape(unescape(part), breaks=True) for part in pieces]
    return "".join(f"<strong>{part}</strong>" if i % 2 else part for i, part in enumerate(parts))


def _marker(number: int, group: int, words: Words) -> str:
    link = f'class="fn-marker" role="button" id="ref-{group}-{number}" href="#fn-{group}-{number}"'
    named = f'<span class="fn-hidden">{_say(words, "source")} </span>{number}'
    return f'\u2060<sup class="fn-ref"><a {link}>{named}</a></sup>'


def _suggestions(given: Answer, words: Words) -> str:
    if not given.suggestions:
        hint = f'<p class="fn-note">{_say(words, "abstained_hint")}</p>'
        return hint if given.status == "abstained" else ""
    lead = _say(words, "does_answer" if given.status == "abstained" else "ask_also")
    return f'<p class="fn-note">{lead}</p>{_chips(given.suggestions)}'


def _chips(questions: Sequence[str]) -> str:
    items = "".join(
        f'<li><button class="fn-chip" type="button" dir="auto">{escape(q)}</button></li>' for q in questions
    )
    return f'<ul class="fn-chips">{items}</ul>' if items else ""


def _say(words: Words, key: str) -> str:
    return escape(words(key))
