"""Gaps: what readers asked and the blog does not say, kept after two clicks and a sentence on privacy."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from bot.gaps import GapGroup, GapList, month_name
from bot.server.desk.tab import HIDDEN, QUIET, Desk, html_block, note, panel, shown_day, words_of
from bot.server.desk.words import mark
from bot.server.gaps import digest_months
from bot.server.gradio_window import import_gradio
from bot.server.window import Translations

if TYPE_CHECKING:
    from bot.server.desk.tab import Request


def build(desk: Desk) -> None:
    """Add the list, the switch, the purge and the digests."""
    gr = import_gradio()
    shown = panel("gaps")
    with gr.Row():
        switch = gr.Button(mark("gaps_keep"), elem_id="gaps-switch")
        remove = gr.Button(mark("gaps_purge"), elem_id="gaps-purge", visible=False)
    with gr.Column(visible=False) as sure:
        question = panel("gaps-sure")
        with gr.Row():
            yes = gr.Button(mark("desk_yes"), elem_id="gaps-yes", variant="primary")
            no = gr.Button(mark("desk_no"), elem_id="gaps-no")
    digests = panel("gaps-digests")
    wanted = gr.State("")
    outputs = [shown, switch, remove, digests, sure, question, wanted]

    def show(request: Request) -> list[Any]:
        words = words_of(request)
        is_on = desk.settings.current().gaps
        found = desk.gaps.store.list() if desk.gaps else GapList()
        return [
            list_html(found, words, is_on=is_on, problem=desk.gaps.store.tables.problem if desk.gaps else ""),
            gr.update(value=words("gaps_stop" if is_on else "gaps_keep"), variant="secondary" if is_on else "primary"),
            gr.update(visible=is_on or bool(found.groups or found.closed)),
            digests_html(digest_months(desk.config, found), words),
            gr.update(visible=False), "", "",
        ]  # fmt: skip

    def asking(sentence: str, what: str) -> list[Any]:
        return [*[gr.skip()] * 4, gr.update(visible=True), note(sentence), what]

    def ask_switch(request: Request) -> list[Any]:
        is_on = desk.settings.current().gaps
        return asking(words_of(request)("gaps_off_sure" if is_on else "gaps_on_sure"), "switch")

    def ask_purge(request: Request) -> list[Any]:
        return asking(words_of(request)("gaps_purge_sure"), "purge")

    def do(what: str, request: Request) -> list[Any]:
        if what == "switch":
            desk.settings.change({"gaps": "false" if desk.settings.current().gaps else "true"})
        elif what == "purge" and desk.gaps:
            desk.gaps.purge()
        return show(request)

    desk.page.load(desk.handler(show, 7), None, outputs, queue=False, **QUIET)
    switch.click(desk.handler(ask_switch, 7), None, outputs, **HIDDEN)
    remove.click(desk.handler(ask_purge, 7), None, outputs, **HIDDEN)
    yes.click(desk.handler(do, 7), wanted, outputs, **HIDDEN)
    no.click(desk.handler(show, 7), None, outputs, **HIDDEN)


def list_html(found: GapList, words: Translations, *, is_on: bool, problem: str = "") -> str:
    """The list; what readers wrote is escaped."""
    parts = [note(words("gaps_is_on")) if is_on else f"<p>{escape(words('gaps_is_off'))}</p>"]
    parts += [note(problem, "bad")] if problem else []
    if is_on or found.groups:
        parts.append(f"<h2>{escape(words('gaps_open'))}</h2>")
        parts.append(f'<ol class="desk-cards">{"".join(_group(group, words) for group in found.groups)}</ol>')
        parts += [] if found.groups else [f"<p>{escape(words('gaps_none'))}</p>"]
    if found.closed:
        parts.append(f"<h2>{escape(words('gaps_closed'))}</h2>")
        closed = (
            f"<li>{escape(one.question)} → {_post(one.post, one.url)} ({escape(shown_day(one.day, words.locale))})</li>"
            for one in found.closed
        )
        parts.append(f"<ul>{''.join(closed)}</ul>")
    return html_block(*parts)


def digests_html(months: Sequence[str], words: Translations) -> str:
    """Links to the digest of each month, as a page and as Markdown."""
    items = "".join(
        f'<li><a href="{digest_address(month, words)}">{escape(month_name(month, words.locale))}</a>'
        f' · <a href="{digest_address(month, words, markdown=True)}">Markdown</a></li>'
        for month in months
    )
    lead = escape(words("gaps_digests_lead"))
    return html_block(f"<h2>{escape(words('gaps_digests'))}</h2><p>{lead}</p><ul>{items}</ul>")


def digest_address(month: str, words: Translations, *, markdown: bool = False) -> str:
    """Where the digest of a month is, from the desk's page."""
    return f"download/digest{'-markdown' if markdown else ''}?month={month}&amp;lang={words.code}"


def _group(group: GapGroup, words: Translations) -> str:
    near = f" {escape(words('gaps_nearest'))} {_post(group.post, group.url)}." if group.post else ""
    times = escape(words("gaps_times", n=group.count))
    example = "".join(f"<li>{escape(one)}</li>" for one in group.examples)
    more = f"<ul>{example}</ul>" if example else ""
    return f"<li><p><strong>{escape(group.title)}</strong></p><p>{times}{near}</p>{more}</li>"


def _post(title: str, url: str | None) -> str:
    if url and url.startswith(("https://", "http://")):
        return f'<a href="{escape(url)}">{escape(title)}</a>'
    return escape(title)
