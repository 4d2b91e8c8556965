"""Compare quotes with the articles as they are now, and find what is nearest to one that has changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from rapidfuzz import fuzz, process

from bot.answer import link
from bot.quote_check.find import Quote
from ingest.article import Article, blocks, sentences
from ingest.urls import address_key

CHANGED = (
    0.6  # from this similarity on, a sentence is taken for the quote in other words; below, the quote is gone
)
LONGEST = 4000  # characters of a quote that are compared with sentences
_RANGE = 6000  # characters between the first and the last words of a fragment
_SPACE = re.compile(r"\s+")
Status = Literal["verbatim", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Nearest:
    """What the article has now in place of a quote: a slice of it. similarity: 0 to 1 (normalised edit distance)."""

    quote: str
    start: int
    end: int
    similarity: float
    link: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one quote.

    Attributes:
        quote: As it was found.
        status: `verbatim`, `changed` (then `nearest` is what the article has instead) or `gone`.
        article: Its article now; None if there is none.
        start: Offset into the article's text, where it is verbatim in full; else None.
        end: Likewise.
        nearest: The nearest text in the article, if one is similar enough.
        in_text: Whether the answer's own text shows this quote.
    """

    quote: Quote
    status: Status
    article: Article | None = None
    start: int | None = None
    end: int | None = None
    nearest: Nearest | None = None
    in_text: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """The findings, in the order of the quotes."""

    findings: tuple[Finding, ...]

    def count(self, status: Status) -> int:
        """How many quotes have this status."""
        return sum(finding.status == status for finding in self.findings)

    @property
    def holds(self) -> bool:
        """Whether every quote is still verbatim in its article."""
        return all(finding.status == "verbatim" for finding in self.findings)


@dataclass(frozen=True, eq=False)
class _Text:
    """An article's text, folded and cut into sentences once for all quotes."""

    article: Article

    @cached_property
    def flat(self) -> str:
        return _flat(self.article.text)

    @cached_property
    def folded(self) -> str:
        return _folded(self.article.text)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        text = self.article.text
        return [span for block in blocks(text) for span in sentences(text, block.start, block.end)]

    @cached_property
    def folded_sentences(self) -> list[str]:
        return [_folded(self.article.text[start:end]) for start, end in self.sentences]

    def windows(self, size: int) -> tuple[list[tuple[int, int]], list[str]]:
        """Runs of so many sentences: their offsets, and their folded text."""
        starts = range(len(self.sentences) - size + 1)
        return (
            [(self.sentences[n][0], self.sentences[n + size - 1][1]) for n in starts],
            [" ".join(self.folded_sentences[n : n + size]) for n in starts],
        )


def check_quotes(quotes: Iterable[Quote], articles: Mapping[str, Article]) -> Report:
    """Compare quotes with the articles that the index holds.

    Args:
        quotes: As find_quotes() gives them.
        articles: By id.

    Returns:
        A finding for each quote.
    """
    by_address = {address_key(article.url): article for article in articles.values() if article.url}
    texts: dict[str, _Text] = {}
    findings = []
    for quote in quotes:
        article = _article_of(quote, articles, by_address)
        if article is None:
            findings.append(Finding(quote, "gone", in_text=quote.in_text))
        else:
            findings.append(_check(quote, texts.setdefault(article.id, _Text(article))))
    return Report(tuple(findings))


def _article_of(
    quote: Quote, articles: Mapping[str, Article], by_address: Mapping[str, Article]
) -> Article | None:
    found = articles.get(quote.article_id) or articles.get(quote.url)
    return found or (by_address.get(address_key(quote.url)) if quote.url else None)


def _check(quote: Quote, text: _Text) -> Finding:
    if not quote.text:
        return Finding(quote, "verbatim", text.article, in_text=quote.in_text)
    return _check_range(quote, text) if quote.ranges else _check_whole(quote, text)


def _check_whole(quote: Quote, text: _Text) -> Finding:
    """A quote in full."""
    article, words = text.article, quote.text
    is_there = quote.start >= 0 and article.text.startswith(words, quote.start)
    at = quote.start if is_there else article.text.find(words)
    if at >= 0:
        return Finding(quote, "verbatim", article, at, at + len(words), in_text=quote.in_text)
    if _flat(words) in text.flat:
        return Finding(quote, "verbatim", article, in_text=quote.in_text)
    nearest = _nearest(words, text)
    return Finding(quote, "changed" if nearest else "gone", article, nearest=nearest, in_text=quote.in_text)


def _check_range(quote: Quote, text: _Text) -> Finding:
    """A quote by a fragment; the words that the answer shows for it have precedence over the fragment."""
    article = text.article
    shown = _folded(quote.shown)
    if len(quote.ranges) == 1:
        shown = _between(shown, quote.ranges[0]) or shown
    if shown and shown in text.folded:
        return Finding(quote, "verbatim", article)
    if shown and (nearest := _nearest(shown, text)):
        return Finding(quote, "changed", article, nearest=nearest)
    if all(_between(text.folded, part) for part in quote.ranges):
        return Finding(quote, "verbatim", article, in_text=not shown)
    nearest = _nearest(" ".join(" ".join(part) for part in quote.ranges), text)
    return Finding(quote, "changed" if nearest else "gone", article, nearest=nearest)


def _between(folded: str, part: tuple[str, str]) -> str:
    """The folded text from the first to the last words of a range; "" if it has none such."""
    first, last = _folded(part[0]), _folded(part[1])
    start = folded.find(first)
    while start >= 0:
        if not last:
            return first
        end = folded.find(last, start + len(first))
        if end < 0:
            return ""
        if end - start <= _RANGE:
            return folded[start : end + len(last)]
        start = folded.find(first, max(start + 1, end - _RANGE))
    return ""


def _nearest(words: str, text: _Text) -> Nearest | None:
    """The sentences of the article that are most similar to some words; None if none are similar enough."""
    wanted = _folded(words[:LONGEST])
    how_many = max(1, len(sentences(words, 0, min(len(words), LONGEST))))
    best, span = 100 * CHANGED, None
    for size in sorted({max(1, how_many - 1), how_many, how_many + 1}):
        spans, texts = text.windows(size)
        found = process.extractOne(wanted, texts, scorer=fuzz.ratio, score_cutoff=best)
        if found is not None and (span is None or found[1] > best):
            best, span = found[1], spans[found[2]]
    if span is None:
        return None
    article, (start, end) = text.article, span
    return Nearest(article.text[start:end], start, end, round(best / 100, 3), link(article, start, end))


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _folded(text: str) -> str:
    """As a browser compares the words of a fragment: without accents, in one case, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return _flat("".join(c for c in decomposed if not unicodedata.combining(c)))


def report_json(report: Report, generation: str = "") -> dict[str, Any]:
    """A report for programs. generation: name of the index's generation that was compared with."""
    return {
        "holds": report.holds,
        **{status: report.count(status) for status in ("verbatim", "changed", "gone")},
        "generation": generation,
        "quotes": [_finding_json(finding) for finding in report.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    quote, article, nearest = finding.quote, finding.article, finding.nearest
    return {
        "number": quote.number or None,
        "status": finding.status,
        "quote": quote.text,
        "article_id": article.id if article else quote.article_id or None,
        "title": article.title if article else quote.title or None,
        "url": article.url if article else quote.url or None,
        "article_found": article is not None,
        "start": finding.start,
        "end": finding.end,
        "in_text": finding.in_text,
        "nearest": nearest
        and {
            "quote": nearest.quote,
            "start": nearest.start,
            "end": nearest.end,
            "similarity": nearest.similarity,
            "link": nearest.link,
        },
    }
