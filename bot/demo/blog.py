"""A small blog that embeds Footnote by its one line: `footnote demo`, for trying it out and for tests.

Its posts are the sample articles and guides; its looks and its texts are files of this project. It is a site of its
own, on a port of its own, so that the chat is as foreign to it as it is to a real blog.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.config import content_folder, sample_sources
from ingest.article import blocks

FILES = content_folder() / "demo"
_WORDS_A_MINUTE = 200


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the blog. markdown: its text without the title."""

    slug: str
    title: str
    markdown: str
    published: str
    tags: tuple[str, ...]

    @property
    def excerpt(self) -> str:
        """The first paragraph, cut after some words: what teasers show."""
        first = next((b for b in blocks(self.markdown) if b.kind == "paragraph"), None)
        words = self.markdown[first.start : first.end].split() if first else []
        return " ".join(words[:22]) + ("…" if len(words) > 22 else "")


def load_posts(sources: Sequence[str] = ()) -> tuple[Post, ...]:
    """The posts of some folders, by default the sample's, newest first. Raises SourceError if one is not there."""
    from ingest.article import Article
    from ingest.sources import load

    found = [
        item for source in sources or sample_sources() for item in load(source) if isinstance(item, Article)
    ]
    made = [
        Post(urlsplit(a.url or a.id).path.rsplit("/", 1)[-1], a.title, a.text, a.published or "", a.tags)
        for a in found
    ]
    return tuple(sorted(made, key=lambda post: post.published, reverse=True))


def footnote_line(chat: str, title: str) -> str:
    """The line that puts the chat on a page."""
    return f'<script src="{escape(chat.rstrip("/"))}/widget.js" data-title="{escape(title)}" defer></script>'


def create_blog(chat: str | None, written: Sequence[Post]) -> Starlette:
    """The blog as an ASGI app. chat: address of the Footnote server it embeds; None: of none."""
    site = _Site.read(chat, tuple(written))
    routes = [
        Route("/", partial(_page, make=site.front)),
        Route("/about", partial(_page, make=site.about)),
        Route("/post/{slug}", partial(_page, make=site.post)),
        Route("/sitemap.xml", partial(_listed, site=site)),
        Route("/robots.txt", _robots),
        Route("/feed.xml", partial(_feed, site=site)),
        Route("/style.css", _style),
        Mount("/pictures", StaticFiles(directory=FILES / "pictures")),
    ]
    return Starlette(routes=routes, exception_handlers={404: partial(_missing, site=site)})


def demo_title() -> str:
    """What the chat of the demo blog is called."""
    return f"Ask {_words()['name']}"


def _words() -> dict[str, Any]:
    return tomllib.loads((FILES / "blog.toml").read_text(encoding="utf-8"))


# --- its pages


@dataclass(frozen=True, slots=True)
class _Site:
    words: dict[str, Any]
    layout: Template
    post_page: Template
    front_page: Template
    footnote: str
    written: tuple[Post, ...]

    @classmethod
    def read(cls, chat: str | None, written: tuple[Post, ...]) -> _Site:
        words = _words()
        layout, post, front = (
            Template((FILES / f"{name}.html").read_text(encoding="utf-8"))
            for name in ("layout", "post", "front")
        )
        line = footnote_line(chat, f"Ask {words['name']}") if chat else ""
        return cls(words, layout, post, front, line, written)

    def around(self, title: str, main: str, *, description: str = "", head: str = "", at: str = "") -> str:
        """A page: what every page of the blog has, around its own."""
        current = {f"at_{page}": ' aria-current="page"' if page == at else "" for page in ("home", "about")}
        return self.layout.substitute(
            current,
            title=escape(title), main=main, description=escape(description), head=head,
            footnote=self.footnote, name=escape(self.words["name"]), tagline=escape(self.words["tagline"]),
        )  # fmt: skip

    def front(self, _: Request) -> str:
        name, tagline = self.words["name"], self.words["tagline"]
        cards = "".join(_card(post, "h2") for post in self.written)
        main = self.front_page.substitute(name=escape(name), tagline=escape(tagline), cards=cards)
        return self.around(name, main, description=tagline, at="home")

    def about(self, _: Request) -> str:
        name = self.words["name"]
        text = _html(self.words["about"])
        main = f'<main class="page"><h1>About {escape(name)}</h1>{text}</main>'
        return self.around(f"About · {name}", main, at="about")

    def missing(self) -> str:
        main = '<main class="page"><h1>There is no such page</h1><p><a href="/">All posts</a> are here.</p></main>'
        return self.around("Not found", main, head='<meta name="robots" content="noindex">\n')

    def post(self, request: Request) -> str:
        """One post in the page that surrounds posts. Raises HTTPException 404."""
        slug = request.path_params["slug"]
        post = next((post for post in self.written if post.slug == slug), None)
        if post is None:
            raise HTTPException(404)
        body, headings = _with_anchors(_html(post.markdown))
        picture = self.words["pictures"].get(slug, {"alt": "", "caption": ""})
        address = str(request.url.replace(query="", fragment=""))
        main = self.post_page.substitute(
            slug=slug, title=escape(post.title), writer=escape(self.words["writer"]),
            tags="".join(f"<li>{escape(tag)}</li>" for tag in post.tags),
            published=escape(post.published), date=_spelt(post.published),
            minutes=max(1, round(len(post.markdown.split()) / _WORDS_A_MINUTE)),
            alt=escape(picture["alt"]), caption=escape(picture["caption"]),
            contents="".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in headings),
            body=body, mail_subject=quote(post.title),
            related="".join(_card(other, "h3") for other in [p for p in self.written if p is not post][:3]),
            comments="".join(map(_comment, self.words["comments"])),
        )  # fmt: skip
        head = (
            f'<link rel="canonical" href="{escape(address)}">\n<meta property="og:type" content="article">\n'
        )
        head += f'<meta property="article:published_time" content="{escape(post.published)}">\n'
        head += f'<meta name="author" content="{escape(self.words["writer"])}">\n'
        return self.around(f"{post.title} · {self.words['name']}", main, description=post.excerpt, head=head)


def _card(post: Post, heading: str) -> str:
    return (
        f'<li class="card"><img src="/pictures/{post.slug}.svg" alt="" width="720" height="360" loading="lazy"><div>'
        f'<{heading}><a href="/post/{post.slug}">{escape(post.title)}</a></{heading}>'
        f'<p>{escape(post.excerpt)}</p><time datetime="{escape(post.published)}">{_spelt(post.published)}</time>'
        "</div></li>"
    )


def _comment(comment: dict[str, str]) -> str:
    who, when, text = (escape(comment[key]) for key in ("who", "when", "said"))
    return f'<li><p class="comment-meta"><strong>{who}</strong>, {when}</p><p>{text}</p></li>'


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    made: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    return made


def _with_anchors(body: str) -> tuple[str, list[tuple[str, str]]]:
    """The body with an id on each heading, and (id, HTML) of those of the second level."""
    found: list[tuple[str, str]] = []

    def anchored(heading: re.Match[str]) -> str:
        anchor = re.sub(r"\W+", "-", heading[2].lower()).strip("-")
        if heading[1] == "2":
            found.append((anchor, heading[2]))
        return f'<h{heading[1]} id="{anchor}">{heading[2]}</h{heading[1]}>'

    return re.sub(r"<h([2-6])>(.*?)</h\1>", anchored, body), found


def _spelt(published: str) -> str:
    """A date as a blog writes it: June 9, 2025."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return ""
    return f"{day:%B} {day.day}, {day.year}"


# --- its routes


async def _page(request: Request, *, make: Any) -> Response:
    return HTMLResponse(make(request))


async def _missing(_: Request, __: Exception, *, site: _Site) -> Response:
    return HTMLResponse(site.missing(), 404)


async def _style(_: Request) -> Response:
    return FileResponse(FILES / "style.css")


async def _robots(request: Request) -> Response:
    text = f"User-agent: *\nAllow: /\nSitemap: {request.base_url}sitemap.xml\n"
    return Response(text, media_type="text/plain")


async def _listed(request: Request, *, site: _Site) -> Response:
    rows = "".join(
        f"<url><loc>{escape(str(request.base_url))}post/{quote(post.slug)}</loc>"
        f"<lastmod>{escape(post.published[:10])}</lastmod></url>"
        for post in site.written
    )
    xmlns = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Response(f'<urlset xmlns="{xmlns}">{rows}</urlset>', media_type="application/xml")


async def _feed(request: Request, *, site: _Site) -> Response:
    base = escape(str(request.base_url))
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{base}post/{quote(post.slug)}</link>"
        f"<description>{escape(post.excerpt)}</description></item>"
        for post in site.written
    )
    channel = f"<title>{escape(site.words['name'])}</title><link>{base}</link><description>{escape(site.words['tagline'])}</description>"
    return Response(
        f'<rss version="2.0"><channel>{channel}{items}</channel></rss>', media_type="application/rss+xml"
    )
