"""Questions about a post itself: who wrote it, when it was published.

Answered from what the post says of itself, citing the post as such. Deliberately narrow: "who
wrote this?" is answered with a name, "is the author a doctor?" is not.

What this file does not know: the text of posts.
"""

from __future__ import annotations

import re
from datetime import date

from bot.cite import escape
from ingest.article import Article

_THING = r"(?:this|that|these|the|your)?\s*(?:blog|post|article|piece|page|guide|text|site|thing|it|one)s?"
_AUTHOR = re.compile(
    rf"\bwho(?:'?s| is| was)?\s+(?:wrote|written|writes|write|made|authored|penned)\b"
    rf"|\bwho(?:'?s|’s| is| are| was)?\s+(?:the |this |your )?(?:author|writer|blogger)s?\b\W*(?:of\b.*)?$"
    rf"|\b(?:name of the (?:author|writer)|(?:author|writer)(?:'s|’s)? name)\b"
    rf"|\b{_THING} (?:was |is )?(?:written|wrote|authored) by\b|\bwritten by who|^(?:the )?(?:author|writer)\??$",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\bwhen (?:was|were|is|did)\b.*\b(?:publish\w*|posted|written|wrote|write|released?|come out|put up|go up)\b"
    rf"|\b(?:what|which) (?:date|day|month|year)\b.*\b(?:publish\w*|post(?:ed)?|written|article|blog)\b"
    rf"|\b(?:publication|publishing|publish|published|posting|post) date\b|^(?:date )?published(?: when| date)?\??$"
    rf"|\bdate (?:of|on) {_THING}\b|^(?:date )?(?:posted|published)\b\W*(?:when|date)?\W*$|\bhow (?:old|recent|new) is {_THING}\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"\b(?:updated?|edited|changed|revised|modified)\b", re.IGNORECASE)


def wanted(question: str) -> str | None:
    """ "author" or "published" if that is what is asked, else None."""
    if _UPDATED.search(question):
        return None  # when a post was last changed is not recorded; the date it came out is no answer
    if _AUTHOR.search(question):
        return "author"
    return "published" if _DATE.search(question) else None


def sentence(article: Article, what: str, question: str = "") -> str | None:
    """One sentence of Markdown, without marker; None if the post does not say.

    A post dated without a year ("Jun 9") does not say in which year it came out.
    """
    if re.search(r"\byear\b", question, re.IGNORECASE) and not re.search(r"\d{4}", article.published or ""):
        return None
    title = f"“{escape(article.title)}”"
    if what == "author" and article.author:
        return f"{title} was written by {escape(article.author)}."
    if what == "published" and article.published:
        return f"{title} was published on {escape(_spoken(article.published))}."
    return None


def _spoken(published: str) -> str:
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published
    return f"{day.day} {day:%B %Y}"
