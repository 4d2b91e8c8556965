"""The two places where readers meet the chat: its own window, and the widget on a blog of another site.

`facing` serves a bot, opens one of them on a narrow screen and tells of it as a Face, on which questions
are asked and notes are left. What this file does not know: what is looked for on a page (attack_watch.py).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import quote, urlencode

from attack_blog import Quoter
from attack_watch import PARTS, Page, Seen, census, clear, look, put, watched
from blog import blog_server
from browsing import serving
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from widget_pages import BUTTON, FRAME, wait

from bot.pipeline import Bot
from bot.server import create_app
from bot.server.feedback import FeedbackStore, VotesFile
from bot.text.printable import printable

FACES = ("window", "widget")


@dataclass(frozen=True, slots=True)
class WithoutPolicy:
    """Takes the content security policy off every response."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def bare(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(k, v) for k, v in message["headers"] if k.lower() != b"content-security-policy"]
                message = {**message, "headers": kept}
            await send(message)

        await self.app(scope, receive, bare)


@dataclass
class Face:
    """page: what the reader's tab shows. chat: the same, or the frame in it. blog: where the widget is."""

    page: Page
    chat: Page
    seen: Seen
    store: FeedbackStore
    blog: str = ""
    before: dict[str, int] = field(default_factory=dict)  # of the chat, and
    around: dict[str, int] = field(default_factory=dict)  # of the blog's page
    notes: int = 0

    def rest(self) -> None:
        """Take the census of a page on which nothing is wrong, with an answer on it."""
        put(self.chat, "an ordinary question")
        self.before = census(self.chat)
        self.around = census(self.page)

    def look(self, where: str, *, more: Sequence[str] = (), parts: Sequence[str] = PARTS) -> None:
        """Note what is wrong in the chat and around it. more: elements that should be there now, too."""
        known = {tag: n + more.count(tag) for tag, n in self.before.items()}
        look(self.chat, self.seen, known, where=where, parts=parts)
        if self.blog:
            look(self.page, self.seen, self.around, where=f"{where}, around", parts=("h1", FRAME))

    def sheet(self, where: str) -> None:
        """Open the sources as a phone has them, and close them."""
        if not self.chat.locator(".fn-show").count():
            return
        self.chat.click(".fn-show")
        self.chat.wait_for_selector(".fn-sheet[open] .fn-copy-of")
        self.look(f"sheet of {where}", parts=(".fn-sheet-title", ".fn-sheet-body"))
        self.chat.click(".fn-sheet-close")

    def note(self, text: str, thumb: str, where: str) -> None:
        """Leave a note with a thumb under the answer that is shown, and see how the owner gets it."""
        self.notes += 1
        address = f"10.{self.notes >> 16 & 255}.{self.notes >> 8 & 255}.{self.notes & 255}"
        self.page.context.set_extra_http_headers({"X-Forwarded-For": address})  # one reader may leave few
        self.chat.click(f".fn-thumb-{thumb}")
        told = self.chat.locator(".fn-feedback-status")
        wait(self.chat, lambda: told.count() and told.inner_text())
        if not self.chat.locator(".fn-feedback").count():
            self.seen.broken.append(f"no vote under {where}: {told.inner_text()!r}")
            return
        self.chat.fill(".fn-feedback textarea", text)
        self.look(f"note under {where}", more=("form", "textarea"))
        self.chat.click(".fn-feedback-send")
        wait(self.chat, lambda: not self.chat.locator(".fn-feedback-send:disabled").count())
        if self.chat.locator(".fn-feedback").count():
            self.seen.broken.append(f"note under {where}: {text[:80]!r} is answered {told.inner_text()!r}")
            self.chat.click(".fn-feedback-skip")
        self.look(f"after a note under {where}")
        kept = [row.note for row in self.store.rows()]
        if [printable(note) for note in kept] != kept or "".join(kept).strip() == "":
            self.seen.altered.append(f"note under {where}: {text[:80]!r} is kept as {kept!r}")
        self.store.purge()

    def arrive(self, texts: Sequence[str], where: str) -> None:
        """Come to a page of the blog whose address, title and greeting are the strings."""
        clear(self.chat)
        said = html.escape("\n".join(texts))
        place = "/".join(quote(text, safe="") for text in texts)[:1500].rpartition("%")[0]
        tag = f'data-title="{said}" data-greeting="{said}"'
        self.page.goto(_blog_page(self.blog, place, texts[0], tag), wait_until="load")
        # It was open on the page before, so it opens without a press; a press now could close it again.
        self.chat = chat_in(self.page)
        self.look(where, parts=("#fn-top", "#fn-form", ".fn-welcome"))


def _blog_page(blog: str, place: str, named: str, tag: str = "") -> str:
    """named: the path of the page's canonical address."""
    head = f'<link rel="canonical" href="{blog}/{html.escape(named)}"><style>h1{{overflow-wrap:anywhere}}</style>'
    return f"{blog}/{place}?{urlencode({'tag': tag, 'head': head})}"


def chat_in(page: Page) -> Page:
    """The widget's frame, once it is open and can be asked."""
    frame = page.wait_for_selector(FRAME).content_frame()
    frame.wait_for_selector(".fn-embed .fn-welcome .fn-chip")
    return frame


@contextmanager
def facing(chromium: Any, face: str, bot: Quoter, *, policy: bool) -> Iterator[Face]:
    """One of FACES over the bot, with nothing asked yet but an ordinary question."""
    seen = Seen()
    with blog_server() as blog:
        config = replace(
            bot.config,
            allowed_origins=(blog.address,),
            trusted_proxies=("127.0.0.1/32",),
            rate=(),
            rate_total=(),
        )
        app: ASGIApp = create_app(cast(Bot, bot), config)
        with serving(app if policy else WithoutPolicy(app)) as address:
            blog.chat = address.replace("127.0.0.1", "localhost").rstrip("/")
            homes = (address, blog.chat, blog.address)
            assert config.feedback_file is not None
            store = FeedbackStore(VotesFile(config.feedback_file))
            with watched(chromium, homes, seen) as page:
                if face == "window":
                    page.goto(address, wait_until="domcontentloaded")
                    page.wait_for_selector(".fn-welcome .fn-chip")
                    shown = Face(page, page, seen, store)
                else:
                    page.goto(_blog_page(blog.address, "post", "post"), wait_until="load")
                    page.click(BUTTON)
                    shown = Face(page, chat_in(page), seen, store, blog.address)
                shown.rest()
                yield shown
