"""Adding to the posts: a pasted text, uploaded files, addresses to follow; and undoing what was taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.own_posts import UPLOADS
from bot.server.desk.reading import read_again
from bot.server.desk.tab import QUIET, Desk, html_block, note, panel, words_of
from bot.server.desk.words import mark
from bot.server.gradio_window import import_gradio
from ingest.errors import SourceError

if TYPE_CHECKING:
    from bot.server.desk.tab import Request, State
    from bot.server.window import Translations


def build(desk: Desk) -> State:
    """Add the forms; returns a number that changes whenever the posts do."""
    gr = import_gradio()
    handlers = _Adding(desk)
    handler = desk.handler
    changed = gr.State(0)
    result = panel("adding-result")
    with gr.Accordion(mark("add_text"), open=False):
        title = gr.Textbox(label=mark("add_title"), elem_id="add-title", max_length=300)
        text = gr.Textbox(label=mark("add_body"), elem_id="add-body", lines=8, max_lines=20)
        url = gr.Textbox(label=mark("add_url"), elem_id="add-url", max_length=2000)
        paste = gr.Button(mark("add_paste"), elem_id="add-paste", variant="primary")
    with gr.Accordion(mark("add_files"), open=False):
        upload = gr.File(
            label=mark("add_files_label"),
            file_count="multiple",
            file_types=list(UPLOADS),
            elem_id="add-upload",
            height=140,
        )
        take = gr.Button(mark("add_take"), elem_id="add-take", variant="primary")
    with gr.Accordion(mark("add_sources"), open=False):
        sources = panel("add-sources")
        with gr.Row():
            address = gr.Textbox(label=mark("add_address"), elem_id="add-address", max_length=2000, scale=1)
            follow = gr.Button(mark("add_follow"), elem_id="add-follow", variant="primary", scale=0)
        with gr.Row():
            followed = gr.Dropdown([], label=mark("add_followed"), elem_id="add-followed", scale=1)
            unfollow = gr.Button(mark("add_unfollow"), elem_id="add-unfollow", scale=0)
    with gr.Accordion(mark("add_taken_out"), open=False), gr.Row():
        taken = gr.Dropdown([], label=mark("add_taken"), elem_id="add-taken", scale=1)
        back = gr.Button(mark("add_back"), elem_id="add-put-back", scale=0)
    lists = [sources, followed, taken]
    for button, function, inputs, cleared in (
        (paste, handlers.paste, [title, text, url], [title, text, url]),
        (take, handlers.take, [upload], [upload]),
        (follow, handlers.follow, [address], [address]),
        (unfollow, handlers.unfollow, [followed], []),
        (back, handlers.put_back, [taken], []),
    ):
        button.click(handler(function, 1 + len(cleared)), inputs, [result, *cleared], **QUIET).then(
            handler(handlers.refresh, 4), changed, [*lists, changed], queue=False, **QUIET
        )
    desk.page.load(handler(handlers.lists, 3), None, lists, queue=False, **QUIET)
    changed.change(handler(handlers.lists, 3), None, lists, queue=False, **QUIET)
    return changed  # type: ignore[no-any-return]


class _Adding:
    """The handlers of the forms."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def paste(self, title: str, text: str, url: str, request: Request) -> Iterator[tuple[str, ...]]:
        words = words_of(request)
        self.desk.own.add_text(title or "", text or "", url or "")
        for shown in self._read_folder(words):
            yield shown, "", "", ""

    def take(self, uploads: Sequence[str] | None, request: Request) -> Iterator[tuple[str, None]]:
        words = words_of(request)
        if not uploads:
            raise SourceError(words("add_no_files"))
        added, refused = 0, []
        for upload in map(Path, uploads):
            try:
                self.desk.own.add_file(upload, upload.name)
                added += 1
            except SourceError as error:
                refused.append(f"{upload.name}: {error}")
            finally:
                upload.unlink(missing_ok=True)
        listed = "".join(note(reason, "bad") for reason in refused)
        if not added:
            yield listed, None
            return
        for shown in self._read_folder(words):
            yield listed + shown, None

    def follow(self, address: str, request: Request) -> Iterator[tuple[str, str]]:
        words = words_of(request)
        added = self.desk.own.add_address(address or "")
        for shown in read_again(self.desk, added, words):
            yield shown, ""

    def unfollow(self, address: str | None, request: Request) -> str:
        words = words_of(request)
        if not address:
            raise SourceError(words("add_choose"))
        self.desk.own.remove_address(address)
        return note(words("add_unfollowed", address=address))

    def put_back(self, article_id: str | None, request: Request) -> Iterator[str]:
        words = words_of(request)
        if not article_id:
            raise SourceError(words("add_choose"))
        self.desk.own.put_back(article_id)
        yield from read_again(self.desk, None, words)

    def lists(self, request: Request) -> tuple[str, Any, Any]:
        gr, own = import_gradio(), self.desk.own
        taken = [(title, article_id) for article_id, title in own.taken_out().items()]
        return (
            sources_html(self.desk, words_of(request)),
            gr.update(choices=list(own.addresses()), value=None),
            gr.update(choices=taken, value=None),
        )

    def refresh(self, before: int, request: Request) -> tuple[str, Any, Any, int]:
        return (*self.lists(request), before + 1)

    def _read_folder(self, words: Translations) -> Iterator[str]:
        yield from read_again(self.desk, str(self.desk.own.folder), words)


def sources_html(desk: Desk, words: Translations) -> str:
    """What each round by the clock reads."""
    fixed, own = desk.config.follow, desk.own.sources()
    items = [f"<li>{escape(source)} ({escape(words('sources_setting'))})</li>" for source in fixed]
    items += [f"<li>{escape(source)}</li>" for source in own if source != str(desk.own.folder)]
    if str(desk.own.folder) in own:
        items.append(f"<li>{escape(words('sources_added'))}</li>")
    if not items:
        return html_block(f"<p>{escape(words('sources_none'))}</p>")
    return html_block(f"<ul>{''.join(items)}</ul>")
