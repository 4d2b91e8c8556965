"""A small blog on a port of its own, and a scripted bot whose answers quote it: for tests of the widget.

Blog and chat are different origins and different sites (127.0.0.1 and localhost), as on the web.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from fake_bot import HOSTILE, STRETCHES, FakeBot
from patience import PATIENCE

from bot.answer.citations import link
from bot.types import Answer, Citation, Event, Turn
from ingest.article import Article, blocks

FILLER = "<p>On other days this blog is about bicycles, bread and the weather by the sea.</p>" * 30


class BlogBot(FakeBot):
    """The fake bot, but its article is on our blog: links lead there and mark the quote."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        page: str = "",
        instead: Iterator[Event] | None = None,
    ) -> Iterator[Event]:
        for event in super().stream(question, history, page=page, instead=instead):
            if isinstance(event, Answer):
                yield replace(event, citations=tuple(map(self._placed, event.citations)))
            else:
                yield event

    def article(self, article_id: str) -> Article:
        return self.articles[0] if article_id == STRETCHES.id else super().article(article_id)

    def _placed(self, citation: Citation) -> Citation:
        if citation.passage.chunk.article_id != STRETCHES.id:
            return citation
        here = self.articles[0]
        passage = replace(citation.passage, url=here.url)
        return replace(citation, passage=passage, link=link(here, citation.start, citation.end))


@dataclass
class Blog:
    """address: of the blog. chat: where the widget comes from. page: what goes into <head> and <body>.

    pages: by their paths, those that are not made by page(). bot: answers in the chat.
    """

    address: str
    chat: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    bot: BlogBot = field(default_factory=BlogBot)

    @property
    def wix_frames(self) -> str:
        """Another address of the same server, and another site: where Wix serves its HTML elements from."""
        return self.address.replace("127.0.0.1", "www-your-blog-com.filesusr.localhost")

    def page(self, path: str, query: dict[str, list[str]]) -> str:
        """?tag=…: attributes of the script, ?twice, ?head=…, ?body=… are put in as they stand."""
        if path in self.pages:
            return self.pages[path]
        tag = f'<script src="{self.chat}/widget.js" defer {query.get("tag", [""])[0]}></script>'
        tags = "" if "none" in query else tag * (2 if "twice" in query else 1)
        head = query.get("head", [""])[0]
        body = query.get("body", [""])[0]
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Blog</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f"<style>body{{max-width:42rem;margin:0 auto;padding:1rem;font:1.1rem/1.6 Georgia,serif}}</style>{head}"
            f"</head><body><h1>{html.escape(path)}</h1>{body}{FILLER}{_article(path)}{FILLER}{tags}</body></html>"
        )


def _article(path: str) -> str:
    if path != "/post/stretches":
        return '<p><a href="/post/stretches" id="next">Stretches</a></p>'
    return "".join(
        f"<p>{html.escape(STRETCHES.text[b.start : b.end].strip())}</p>" for b in blocks(STRETCHES.text)
    )


@contextmanager
def blog_server() -> Iterator[Blog]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = blog.page(parts.path, parse_qs(parts.query, keep_blank_values=True)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for policy in parse_qs(parts.query).get("csp", ()):
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    blog = Blog(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield blog
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def bot_of(blog: Blog, **settings: object) -> BlogBot:
    url = f"{blog.address}/post/stretches"
    return BlogBot(articles=(replace(STRETCHES, url=url), HOSTILE))
