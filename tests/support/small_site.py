"""A web site on loopback whose pages a test may change while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Reply:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """url: without a slash at its end. asked: (path, status) of each request, in order."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def put(
        self,
        path: str,
        body: str | bytes,
        *,
        kind: str = "text/html; charset=utf-8",
        status: int = 200,
        etag: str | None = None,
        **headers: str,
    ) -> None:
        """Serve a body; `{}` in a text is replaced by the site's address."""
        data = body.replace("{}", self.url).encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        tag = {"ETag": f'"{etag}"'} if etag else {}
        self.replies[path] = Reply(data, status, {"Content-Type": kind, **tag, **named})

    def post(
        self, name: str, *paragraphs: str, title: str = "", head: str = "", etag: str | None = None
    ) -> str:
        """Serve a post at /name/; its address."""
        text = "".join(f"<p>{words}</p>" for words in paragraphs)
        heading = title or f"All about {name}"
        self.put(f"/{name}/", _POST.format(title=heading, head=head, text=text), etag=etag)
        return f"{self.url}/{name}/"

    def sitemap(self, *paths: str, at: str = "/sitemap.xml", lastmod: str = "") -> str:
        date = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
        entries = "".join(f"<url><loc>{self.url}/{path}</loc>{date}</url>" for path in paths)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        self.put(
            at, f'<?xml version="1.0"?><urlset xmlns="{space}">{entries}</urlset>', kind="application/xml"
        )
        return self.url + at

    def feed(self, *items: str, at: str = "/feed") -> str:
        """An RSS feed of <item>s; `{}` in them is replaced by the site's address."""
        space = "http://purl.org/rss/1.0/modules/content/"
        body = "".join(f"<item>{item}</item>" for item in items)
        xml = f'<rss version="2.0" xmlns:content="{space}"><channel><title>B</title>{body}</channel></rss>'
        self.put(at, xml, kind="application/rss+xml")
        return self.url + at

    def home(self, head: str = "", body: str = "<h1>My blog</h1>", at: str = "/") -> str:
        self.put(
            at, f"<!doctype html><html><head><title>My blog</title>{head}</head><body>{body}</body></html>"
        )
        return self.url + at


_POST = (
    "<!doctype html><html><head><title>{title}</title><meta property='og:type' content='article'>{head}</head>"
    "<body><header><nav><a href='/'>Home</a></nav></header><article><h1>{title}</h1>{text}</article></body></html>"
)


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = site.replies.get(
                self.path, Reply(b"<h1>Not here</h1>", 404, {"Content-Type": "text/html"})
            )
            tag = reply.headers.get("ETag")
            same = tag is not None and self.headers.get("If-None-Match") == tag
            status, body = (304, b"") if same else (reply.status, reply.body)
            site.asked.append((self.path, status))
            self.send_response(status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
