"""Posts: the list, what was read from each, reading one again, and taking one out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from bot.server.desk.reading import read_again
from bot.server.desk.tab import HIDDEN, QUIET, Desk, html_block, note, panel, shown_day, words_of
from bot.server.desk.tabs import adding
from bot.server.desk.words import mark
from bot.server.gradio_window import import_gradio
from bot.server.window import render_text
from ingest.article import sections
from ingest.errors import IndexMissing, NotInIndex, SourceError
from ingest.urls import is_web

if TYPE_CHECKING:
    from bot.server.desk.tab import Request
    from bot.server.window import Translations
    from ingest.article import Article
    from ingest.index import Head

PAGE = 20  # posts that are listed at a time
_SECTIONS = 60  # headings that are listed of a post


def build(desk: Desk) -> None:
    """Add the list with its search, the post that is chosen, and what adds posts."""
    gr = import_gradio()
    with gr.Row(elem_id="posts-search-row"):
        search = gr.Textbox(label=mark("posts_search"), elem_id="posts-search", scale=1)
        read_all = gr.Button(mark("posts_read_all"), elem_id="posts-read-all", scale=0)
    progress = panel("posts-progress")
    page = gr.State(0)
    with gr.Row(elem_id="posts-body"):
        with gr.Column(elem_id="posts-list", scale=2):
            listed = gr.Radio([], label=mark("posts_list"), elem_id="posts-choice")
            count = panel("posts-count")
            with gr.Row(visible=False) as pager:
                earlier = gr.Button(mark("posts_back"), elem_id="posts-back")
                later = gr.Button(mark("posts_on"), elem_id="posts-on")
        with gr.Column(elem_id="posts-one", scale=3):
            shown = panel("posts-shown")
            with gr.Row(visible=False) as tools:
                again = gr.Button(mark("posts_again"), elem_id="posts-again")
                out = gr.Button(mark("posts_out"), elem_id="posts-out")
            with gr.Row(visible=False) as asking:
                panel("posts-sure", html_block(f"<p>{mark('posts_sure')}</p>"))
                sure = gr.Button(mark("posts_yes"), elem_id="posts-yes", variant="stop")
                unsure = gr.Button(mark("posts_no"), elem_id="posts-no")
            done = panel("posts-done")
    view = _List(desk)
    changed = adding.build(desk)
    lists = [listed, count, page, pager]
    chosen = [shown, tools, asking, done]
    handler = desk.handler
    gr.on(
        [desk.page.load, search.submit, search.change, changed.change], handler(view.first, 4, 1), search, lists,
        queue=False, trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    earlier.click(handler(view.earlier, 4, 1), [search, page], lists, queue=False, **QUIET)
    later.click(handler(view.later, 4, 1), [search, page], lists, queue=False, **QUIET)
    listed.input(handler(view.show, 4), listed, chosen, queue=False, **QUIET)
    out.click(lambda: gr.update(visible=True), None, asking, queue=False, **QUIET)
    unsure.click(lambda: gr.update(visible=False), None, asking, queue=False, **QUIET)
    sure.click(handler(view.take_out, 9, 7), [listed, search, changed], [*lists, *chosen, changed], **HIDDEN)
    again.click(handler(view.read_one), listed, done, **QUIET).then(
        handler(view.show_text), listed, shown, queue=False, **QUIET
    )
    read_all.click(handler(view.read_all), None, progress, **QUIET).then(
        handler(view.first, 4, 1), search, lists, queue=False, **QUIET
    )


class _List:
    """The handlers of the tab."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def first(self, search: str, request: Request) -> tuple[Any, str, int, Any]:
        return self._page(search, 0, words_of(request))

    def earlier(self, search: str, page: int, request: Request) -> tuple[Any, str, int, Any]:
        return self._page(search, page - 1, words_of(request))

    def later(self, search: str, page: int, request: Request) -> tuple[Any, str, int, Any]:
        return self._page(search, page + 1, words_of(request))

    def show(self, article_id: str, request: Request) -> tuple[str, Any, Any, str]:
        gr = import_gradio()
        return self.show_text(article_id, request), gr.update(visible=True), gr.update(visible=False), ""

    def show_text(self, article_id: str | None, request: Request) -> str:
        if not article_id:
            return ""
        try:
            return post_html(self.desk.bot.article(article_id), words_of(request))
        except NotInIndex:
            return note(words_of(request)("posts_gone"), "bad")

    def take_out(self, article_id: str, search: str, changes: int, request: Request) -> tuple[Any, ...]:
        words, gr = words_of(request), import_gradio()
        head = next((head for head in self.desk.bot.heads() if head.id == article_id), None)
        if head is None:
            raise NotInIndex(words("posts_gone"))
        self.desk.bot.forget(article_id)
        self.desk.own.take_out(article_id, head.title, head.origin)
        hidden = gr.update(visible=False)
        return (
            *self._page(search, 0, words), "", hidden, hidden, note(words("posts_taken_out", title=head.title)),
            changes + 1,
        )  # fmt: skip

    def read_one(self, article_id: str, request: Request) -> Iterator[str]:
        words = words_of(request)
        head = next((head for head in self.desk.bot.heads() if head.id == article_id), None)
        if head is not None and self.desk.own.is_own(head.origin):
            yield from read_again(self.desk, str(self.desk.own.folder), words)
        elif head is not None and is_web(article_id):
            yield from read_again(self.desk, article_id, words)
        elif head is not None:  # a file of the owner's folders
            yield from read_again(self.desk, None, words)
        else:
            raise SourceError(words("posts_gone"))

    def read_all(self, request: Request) -> Iterator[str]:
        yield from read_again(self.desk, None, words_of(request))

    def _page(self, search: str, page: int, words: Translations) -> tuple[Any, str, int, Any]:
        try:
            heads = matching(self.desk.bot.heads(), search)
        except IndexMissing:
            heads = []
        last = max(0, (len(heads) - 1) // PAGE)
        page = min(max(page, 0), last)
        some = heads[page * PAGE : (page + 1) * PAGE]
        line = words("posts_none") if not some else words(
            "posts_count", first=page * PAGE + 1, last=page * PAGE + len(some), n=len(heads)
        )  # fmt: skip
        gr = import_gradio()
        update = gr.update(choices=[(label(head, words.locale), head.id) for head in some], value=None)
        return update, html_block(f'<p role="status">{escape(line)}</p>'), page, gr.update(visible=last > 0)


def matching(heads: Sequence[Head], search: str | None) -> list[Head]:
    """The posts whose title or address has each word of the search."""
    wanted = (search or "").casefold().split()
    return [
        head
        for head in heads
        if all(word in f"{head.title} {head.url or head.id}".casefold() for word in wanted)
    ]


def label(head: Head, locale: str) -> str:
    """A post in the list."""
    return f"{head.title} · {shown_day(head.published, locale)}" if head.published else head.title


def post_html(article: Article, words: Translations) -> str:
    """What was read from a post: where and when it appeared, its headings, its text."""
    facts = [
        (words("post_author"), escape(article.author or "")),
        (words("post_date"), escape(shown_day(article.published or "", words.locale))),
    ]
    if article.url and is_web(article.url):
        address = escape(article.url)
        facts.insert(0, (words("post_address"), f'<a href="{address}" rel="noreferrer">{address}</a>'))
    facts.append((words("post_length"), words("post_words", n=len(article.text.split()))))
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{text}</dd></div>" for name, text in facts if text)
    headings = [section.path for section in sections(article.text) if section.path]
    items = "".join(f"<li>{escape(' › '.join(path))}</li>" for path in headings[:_SECTIONS])
    title = words("post_sections", n=len(headings))
    outline = f"<details><summary>{escape(title)}</summary><ul>{items}</ul></details>" if headings else ""
    text = words("post_text")
    return html_block(
        f'<h2>{escape(article.title)}</h2><dl class="desk-facts">{listed}</dl>{outline}<h3>{escape(text)}</h3>',
        f'<div class="desk-text" tabindex="0" role="region" aria-label="{escape(text)}">{render_text(article.text)}</div>',
    )
