"""Questions about the page that the reader is on: "summarise this article", "who wrote this?".

A summary is quoted: the first sentences of the post, then the first one of each of its sections. Without a known page
the reader is asked which post is meant. A question that names nothing ("how long does it take?") is about that page, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.answer import phrases
from bot.answer.about.blog import entry_line
from bot.answer.about.post import metadata_lines, topic_of, wanted
from bot.answer.addresses import article_at
from bot.answer.citations import Evidence, Line
from bot.retrieve import of_article
from bot.text.tokens import WORD, content_stems, fold
from bot.types import Passage, Query, Question
from bot.understand import topic_stems
from ingest.article import Article, Chunk, blocks, sentences

_PAGE = r"(?:(?:blog )?(?:post|article|entry)|page|piece|guide|recipe|story|text|tutorial)"
_THIS = (
    rf"(?:(?:this|that)(?: \w+)?|the) {_PAGE}(?: here| (?:that )?i(?:['’]m| am) (?:on|reading|looking at))?"
)
_SUMMARY = re.compile(
    r"\b(?:summar(?:y|i[sz]e[ds]?|i[sz]ing|ies)|tl;?\s?dr|(?:sum|wrap) (?:it|this|that) up|(?:the )?gist|recap|nutshell"
    r"|(?:main|key|most important) (?:points?|ideas?|messages?|takeaways?)|take-?aways?|short version|overview)\b",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(
    rf"\W*(?:(?:so|and|ok|okay|please|tell me|hi|hey|hello)\W+)*what(?:['’]?s| is| does| are)? (?P<what>{_THIS}|this|it)"
    r"(?: is)?(?: all| mostly| mainly| really)?(?: (?:about|say|saying|cover|covering|discuss|tell|teach|explain)(?: (?:me|us))?)\W*",
    re.IGNORECASE,
)
# What may accompany "summary" and the page without naming anything else.
_BESIDE = re.compile(
    rf"\b(?:{_THIS}|this|that|it|here|please|thanks|can|could|would|will|you|i|me|us|give|make|write|want|need|get|short|quick|brief|briefly"
    r"|sentences?|words?|bullet|points?|what|are|is|a|an|the|of|from|in|for|to|do|one|two|three|few|just|so|ok|okay|hi|hello)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\b(?:it|its|this|that|these|those|they|them|here)\b", re.IGNORECASE)
_BLOG = re.compile(r"\b(?:blog(?! post)|site|website)\b", re.IGNORECASE)
_OPENING_SENTENCES = 2
_MAX_SECTIONS = 5
_MIN_WORDS = 4  # of a sentence that says something
_NAMED_POSTS = 3  # from which the reader may choose


def about_the_page(
    question: str, page: str, articles: Mapping[str, Article], chunks: Sequence[Chunk]
) -> list[Line] | None:
    """The lines that answer a question about the page that the reader is on; None for other questions.

    Args:
        question: As it was asked.
        page: The address of the page; "" if it is not known.
        articles: By id.
        chunks: Of all articles.
    """
    may_concern_it = page and (asks_for_summary(question, is_page_known=True) or wanted(question))
    article = article_at(page, articles.values()) if may_concern_it else None
    if asks_for_summary(question, is_page_known=article is not None):
        if article is not None:
            return summary(article, chunks)
        newest = sorted(articles.values(), key=lambda a: phrases.age(a.published))[:_NAMED_POSTS]
        listed = [entry_line(phrases.title(a), a, chunks) for a in newest]
        return [Line("note", (), text=phrases.WHICH_POST), *listed] if listed else None
    what = wanted(question)
    if article is None or what is None or _BLOG.search(question) or topic_of(question):
        return None
    return metadata_lines([article], what, question, chunks)


def page_meant(query: Query, page: str, articles: Mapping[str, Article], vocabulary: Collection[str]) -> str:
    """The id of the article at an address, if the answer to a query may depend on it; else "".

    Args:
        query: What is asked.
        page: The address of the page that the reader is on; "" if it is not known.
        articles: By id.
        vocabulary: Every word of the passages, folded.
    """
    questions = [question.text for question in (query.whole, *query.parts)] if page else []
    if not any(
        names_no_subject(one, vocabulary) or asks_for_summary(one, is_page_known=True) or wanted(one)
        for one in questions
    ):
        return ""
    article = article_at(page, articles.values())
    return "" if article is None else article.id


def names_no_subject(question: str, vocabulary: Collection[str]) -> bool:
    """Does a question ("how long does it take?") lack any word that the blog writes, besides generic ones?

    Args:
        question: Complete without the conversation.
        vocabulary: Every word of the passages, folded.
    """
    return not any(fold(m[0]) in vocabulary and topic_stems(m[0]) for m in WORD.finditer(question))


def points(question: str) -> bool:
    """Does a question point at something instead of naming it?"""
    return _POINTS.search(question) is not None


def on_the_page(question: Question, article: Article) -> Question:
    """A question without a subject of its own, with the title of the page as its subject."""
    return replace(question, plain=f"{question.plain.rstrip(' ?!.')} ({article.title})?")


def asks_for_summary(question: str, *, is_page_known: bool) -> bool:
    """Whether the whole page is asked about, and nothing that it or another post says of a topic."""
    if found := _WHAT_ABOUT.fullmatch(question):
        return is_page_known or len(found["what"].split()) > 1
    if not _SUMMARY.search(question):
        return False
    rest = _BESIDE.sub(" ", _SUMMARY.sub(" ", question))
    return not content_stems(rest)


def summary(article: Article, chunks: Sequence[Chunk]) -> list[Line] | None:
    """The first sentences of a post and the first one of each of its sections; None if it has none."""
    own = of_article(chunks, article.id)
    found = list(blocks(article.text))
    top = min((block.level for block in found if block.kind == "heading"), default=0)
    opening: list[Evidence] = []
    sections: list[Line] = []
    before_headings, open_section = True, False
    for block in found:
        if block.kind == "heading":
            before_headings, open_section = False, open_section or block.level == top
        if block.kind != "paragraph" or not (before_headings or open_section):
            continue
        spans = sentences(article.text, block.start, block.end)
        quotes = [
            quote
            for start, end in spans
            if _is_statement(article.text[start:end]) and (quote := _evidence(article, own, start, end))
        ]
        if before_headings:
            opening.extend(quotes[: _OPENING_SENTENCES - len(opening)])
        elif quotes:
            sections.append(Line("bullet", tuple(quotes[:1])))
            open_section = False
    if not opening and not sections:
        return None
    lead = [Line("note", (), text=phrases.source(article))]
    return [*lead, *([Line("prose", tuple(opening))] if opening else []), *sections[:_MAX_SECTIONS]]


def _is_statement(sentence: str) -> bool:
    return len(sentence.split()) >= _MIN_WORDS and not sentence.rstrip().endswith((":", "?"))


def _evidence(article: Article, chunks: Sequence[Chunk], start: int, end: int) -> Evidence | None:
    chunk = next((c for c in chunks if c.start <= start and end <= c.end), None)
    return Evidence(Passage(chunk, article.title, article.url, 0.0), start, end) if chunk else None
