"""What the blog writes, for machines that read whole sites: /schemamap.xml names a file of schema.org articles.

The texts are not in it: each article's address is, and a machine that wants to know asks.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.server.answer_json import dumped
from bot.server.guard import server_address
from ingest.feeds import OWN_SCHEMA_MAP

if TYPE_CHECKING:
    from bot.pipeline import Bot
    from ingest.article import Article

ARTICLES = "schema/articles.jsonl"
DESCRIPTION = 300  # characters of a text that describe it
_MAP = """<?xml version="1.0" encoding="UTF-8"?>
{mark}
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:sf="http://schema.org/schemas/schemafeed/0.1">
  <url contentType="structuredData/schema.org">
    <loc>{address}</loc>
    <sf:contentType>structuredData/schema.org</sf:contentType>
  </url>
</urlset>
"""


def add_schema_routes(app: FastAPI, bot: Bot) -> None:
    """Serve the map and the file of articles."""

    @app.get("/schemamap.xml")
    async def schema_map(request: Request) -> Response:
        """Where the articles' structured data is."""
        address = escape(f"{server_address(request)}{ARTICLES}")
        return Response(_MAP.format(mark=OWN_SCHEMA_MAP, address=address), media_type="application/xml")

    @app.get(f"/{ARTICLES}")
    async def articles() -> Response:
        """The blog's posts that have an address: one schema.org Article a line."""
        return Response(await run_sync(_lines, bot), media_type="application/jsonl")


def _lines(bot: Bot) -> bytes:
    return b"".join(
        dumped(_structured(article)) + b"\n" for article in bot.stored_articles().values() if article.url
    )


def _structured(article: Article) -> dict[str, Any]:
    words = " ".join(article.text.split())
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": article.url,
        "url": article.url,
        "headline": article.title,
        "description": words if len(words) <= DESCRIPTION else words[:DESCRIPTION].rsplit(" ", 1)[0] + " …",
    }
    if article.author:
        data["author"] = {"@type": "Person", "name": article.author}
    if article.published:
        data["datePublished"] = article.published
    return data
