"""Gaps: what readers asked and the blog does not say, kept after two clicks and a sentence on privacy."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from bot.gaps import GapList
from bot.server.desk.tab import HIDDEN, QUIET, Desk, words_of
from bot.server.desk.words import mark
from bot.server.gradio_window import import_gradio
from bot.server.window import Translations

if TYPE_CHECKING:
    from bot.server.desk.tab import Request


def build(desk: Desk) -> None:
    """Add the list, the switch, the purge and the digest."""
    gr = import_gradio()
    shown = gr.Markdown(elem_id="gaps", container=False)
    with gr.Row():
        switch = gr.Button(mark("gaps_switch"), elem_id="gaps-switch")
        remove = gr.Button(mark("gaps_purge"), elem_id="gaps-purge")
    with gr.Column(visible=False) as sure:
        question = gr.Markdown(elem_id="gaps-sure", container=False)
        with gr.Row():
            yes, no = gr.Button(mark("desk_yes"), elem_id="gaps-yes"), gr.Button(mark("desk_no"))
    wanted = gr.State("")
    outputs = [shown, sure, question, wanted]

    def show(request: Request) -> list[Any]:
        return [_rendered(desk, words_of(request)), gr.update(visible=False), "", ""]

    def ask_switch(request: Request) -> list[Any]:
        words = words_of(request)
        is_on = desk.settings.current().gaps
        return [
            gr.skip(),
            gr.update(visible=True),
            words("gaps_off_sure" if is_on else "gaps_on_sure"),
            "switch",
        ]

    def ask_purge(request: Request) -> list[Any]:
        return [gr.skip(), gr.update(visible=True), words_of(request)("gaps_purge_sure"), "purge"]

    def do(what: str, request: Request) -> list[Any]:
        if what == "switch":
            desk.settings.change({"gaps": "false" if desk.settings.current().gaps else "true"})
        elif what == "purge" and desk.gaps:
            desk.gaps.purge()
        return show(request)

    desk.page.load(desk.handler(show), None, outputs, queue=False, **QUIET)
    switch.click(desk.handler(ask_switch), None, outputs, **HIDDEN)
    remove.click(desk.handler(ask_purge), None, outputs, **HIDDEN)
    yes.click(desk.handler(do), wanted, outputs, **HIDDEN)
    no.click(desk.handler(show), None, outputs, **HIDDEN)


def _rendered(desk: Desk, words: Translations) -> str:
    """The list as HTML; what readers wrote is escaped."""
    is_on = desk.settings.current().gaps
    found = desk.gaps.store.list() if desk.gaps else GapList()
    problem = desk.gaps.store.problem if desk.gaps else ""
    lines = [f"<p>{escape(words('gaps_is_on' if is_on else 'gaps_is_off'))}</p>"]
    lines += [f"<p>{escape(problem)}</p>"] if problem else []
    lines.append(f"<h2>{escape(words('gaps_open'))}</h2>")
    lines += [_group(group, words) for group in found.groups]
    lines += [] if found.groups else [f"<p>{escape(words('gaps_none'))}</p>"]
    if found.closed:
        lines.append(f"<h2>{escape(words('gaps_closed'))}</h2>")
        closed = (
            f"<li>{escape(one.question)} → {_post(one.post, one.url)} ({one.day})</li>"
            for one in found.closed
        )
        lines.append(f"<ul>{''.join(closed)}</ul>")
    digest = escape(words("gaps_digest"))
    lines.append(
        f'<p><a href="download/digest">{digest} (HTML)</a> · <a href="download/digest-markdown">{digest} (Markdown)</a></p>'
    )
    return "".join(lines)


def _group(group: Any, words: Translations) -> str:
    near = f" {escape(words('gaps_nearest'))} {_post(group.post, group.url)}." if group.post else ""
    times = escape(words("gaps_times", n=group.count))
    example = "".join(f"<li>{escape(one)}</li>" for one in group.examples)
    more = f"<ul>{example}</ul>" if example else ""
    return f"<h3>{escape(group.title)}</h3><p>{times}{near}</p>{more}"


def _post(title: str, url: str | None) -> str:
    if url and url.startswith(("https://", "http://")):
        return f'<a href="{escape(url)}">{escape(title)}</a>'
    return escape(title)
