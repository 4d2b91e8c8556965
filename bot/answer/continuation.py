"""Answers about the last answer: more of it, less of it, the same again, or what another post says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.answer import phrases
from bot.answer.about import about_line, metadata_lines, summary, wanted
from bot.answer.citations import Evidence, Line
from bot.retrieve import of_article
from bot.types import Passage
from ingest.article import Article, Block, Chunk, blocks, sentences

_MORE = 3  # sentences or items
_STATEMENT = 3  # words
_OF_A_POST = (
    (re.compile(r"\b(?:who|author|writer|wrote|written by)\b", re.IGNORECASE), "author"),
    (re.compile(r"\b(?:when|date|year)\b", re.IGNORECASE), "published"),
)


def continued(
    lines: Sequence[Line],
    then: Sequence[str],
    asked: str,
    articles: Mapping[str, Article],
    chunks: Sequence[Chunk],
    of_others: Callable[[frozenset[str]], Sequence[Line]],
) -> list[Line]:
    """The lines that answer what was typed after an answer.

    Args:
        lines: Of the answer.
        then: What was typed after it, in order: "more", "shorter", "summary", "again", "about" (its post) or "other".
        asked: The last of that, as it was typed.
        articles: By id.
        chunks: Of all articles.
        of_others: The lines that answer the same question without these articles.

    Returns:
        No lines where nothing is left to say.
    """
    shown = list(lines)
    for kind in then:
        if kind == "more":
            shown = _more(shown, articles, chunks)
        elif kind == "summary" and not _quotes(shown):
            shown = _summary_of_first(shown, articles, chunks)
        elif kind in ("shorter", "summary"):
            shown = _shorter(shown)
        elif kind == "about":
            shown = _about_post(shown, asked, articles, chunks)
        elif kind == "other":
            shown = list(of_others(frozenset(e.passage.chunk.article_id for e in _quotes(shown))))
    return shown


def item_line(item: str, articles: Mapping[str, Article], chunks: Sequence[Chunk]) -> Line | None:
    """The line that quotes a listed sentence of the blog; None if no passage has it."""
    for chunk in chunks:
        if (at := chunk.text.find(item)) < 0:
            continue
        article = articles[chunk.article_id]
        start, end = chunk.start + at, chunk.start + at + len(item)
        if text := article.text[end : end + 1]:
            end += text in ".!?"
        return Line("prose", (Evidence(Passage(chunk, article.title, article.url, 0.0), start, end),))
    return None


def _quotes(lines: Sequence[Line]) -> list[Evidence]:
    return [evidence for line in lines for evidence in line.evidence if evidence.end]


def _summary_of_first(
    lines: Sequence[Line], articles: Mapping[str, Article], chunks: Sequence[Chunk]
) -> list[Line]:
    """The summary of the first post that is listed; no lines where none is."""
    listed = [evidence.passage.chunk.article_id for line in lines for evidence in line.evidence]
    return (summary(articles[listed[0]], chunks) or []) if listed else []


def _about_post(
    lines: Sequence[Line], asked: str, articles: Mapping[str, Article], chunks: Sequence[Chunk]
) -> list[Line]:
    """Who wrote the first post that is cited, when, or which it is."""
    cited = (evidence for line in lines for evidence in line.evidence)
    article = next((articles[evidence.passage.chunk.article_id] for evidence in cited), None)
    if article is None:
        return []
    what = wanted(asked) or next((what for of, what in _OF_A_POST if of.search(asked)), "")
    return (metadata_lines([article], what, asked, chunks) if what else None) or [
        about_line(f"{phrases.title(article)}.", article, chunks)
    ]


def _shorter(lines: Sequence[Line]) -> list[Line]:
    """The sentence that was surest of what was quoted."""
    quoted = [line for line in lines if line.kind in ("prose", "bullet", "number") and _quotes([line])]
    if not quoted:
        return list(lines)
    best = max(_quotes(quoted), key=lambda evidence: evidence.score)
    return [Line("prose", (best,))]


def _more(lines: Sequence[Line], articles: Mapping[str, Article], chunks: Sequence[Chunk]) -> list[Line]:
    """What follows in the post of the first quote after the last one of that post."""
    quotes = _quotes(lines)
    if not quotes:
        return []
    article_id = quotes[0].passage.chunk.article_id
    article = articles[article_id]
    after = max(e.end for e in quotes if e.passage.chunk.article_id == article_id)
    own = [chunk for chunk in of_article(chunks, article_id) if chunk.end > after]
    found: list[Line] = []
    for block in blocks(article.text, after):
        if block.kind == "heading" and found:
            break
        for start, end in _statements(article.text, block):
            chunk = next((c for c in own if c.start <= start and end <= c.end), None)
            if chunk is None:
                continue
            evidence = Evidence(Passage(chunk, article.title, article.url, 0.0), start, end)
            if found and block.kind == "paragraph" == found[-1].kind.replace("prose", "paragraph"):
                found[-1] = replace(found[-1], evidence=(*found[-1].evidence, evidence))
            else:
                found.append(Line("bullet" if block.is_item else "prose", (evidence,)))
            if len(_quotes(found)) == _MORE:
                return found
    return found


def _statements(text: str, block: Block) -> Iterator[tuple[int, int]]:
    if block.is_item:
        yield block.start, block.end
    elif block.kind == "paragraph":
        for start, end in sentences(text, block.start, block.end):
            if len(text[start:end].split()) >= _STATEMENT and not text[start:end].rstrip().endswith(":"):
                yield start, end
