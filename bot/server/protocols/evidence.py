"""What a program needs to check an answer's citations itself: the generation, and the hash of each cited text."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.types import Answer, Citation
from ingest.article import Article
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.pipeline import Bot
    from bot.server.answer_json import ToPayload


def text_sha256(article: Article) -> str:
    """Of the stored text in UTF-8, as GET /api/articles/{id} gives it; hexadecimal."""
    return sha256(article.text.encode("utf-8", "replace")).hexdigest()


def with_evidence(bot: Bot, answer: Answer, to_payload: ToPayload) -> dict[str, Any]:
    """The answer as /api/ask gives it, with "generation", and "text_sha256" in each citation.

    A hash is null if the article has changed between the answer and now, so that the quote is not at its offsets.
    """
    body = to_payload(answer)
    hashes: dict[str, tuple[Article, str] | None] = {}
    for citation, written in zip(answer.citations, body["citations"], strict=True):
        article_id = citation.passage.chunk.article_id
        if article_id not in hashes:
            hashes[article_id] = _hashed(bot, article_id)
        found = hashes[article_id]
        written["text_sha256"] = found[1] if found and _is_quoted(citation, found[0]) else None
    return {**body, "generation": _generation(bot)}


def _is_quoted(citation: Citation, article: Article) -> bool:
    return article.text[citation.start : citation.end] == citation.quote


def _hashed(bot: Bot, article_id: str) -> tuple[Article, str] | None:
    try:
        article = bot.article(article_id)
    except NotInIndex:
        return None
    return article, text_sha256(article)


def _generation(bot: Bot) -> str:
    """Urgent messages are answered without an index, too."""
    try:
        return bot.generation()
    except FootnoteError:
        return ""
