"""Posts that contradict each other: other numbers about the same thing, found over the whole blog.

Two sentences of different posts contradict each other if they are close in meaning, share words, and each gives a time, a
rate or an amount of one kind, and none of these agree. It is a hint for the owner, who looks at both; it changes no answer.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.text.quantities import Quantity, quantities
from bot.text.tokens import content_stems
from ingest.article import Article, blocks, sentences
from ingest.embedder import Embedder

MOST_SENTENCES = 1_500  # that are compared, those of the newest posts first
MOST_FOUND = 20
_KINDS = ("time", "months", "per", "mass", "length", "temperature", "volume")
_SHARED = 0.6  # share of the content words of the shorter sentence that the other has, too
_SIMILAR = 0.72  # cosine of their vectors
_LEAST_WORDS = 3
_PAUSE = 0.01  # seconds between two sentences that are embedded: readers' questions go first


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a post. day: when the post was published (ISO 8601), or ""."""

    post: str
    url: str | None
    day: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of different posts that do not agree, the newer one first."""

    newer: Statement
    older: Statement


@dataclass(frozen=True, slots=True)
class _Claim:
    article: Article
    sentence: str
    words: frozenset[str]
    values: Mapping[str, Sequence[Quantity]]


def find_contradictions(articles: Sequence[Article], embedder: Embedder) -> list[Contradiction]:
    """The contradictions of a blog, the most similar pairs first, at most MOST_FOUND."""
    newest = sorted(articles, key=lambda article: article.published or "", reverse=True)
    claims = [claim for article in newest for claim in _claims(article)][:MOST_SENTENCES]
    pairs = _candidates(claims)
    vectors: dict[int, np.ndarray] = {}
    for number in sorted({one for pair in pairs for one in pair}):
        vectors[number] = np.asarray(embedder.embed_query(claims[number].sentence), np.float32)
        time.sleep(_PAUSE)
    scored = sorted(((float(vectors[a] @ vectors[b]), a, b) for a, b in pairs), reverse=True)
    found: list[Contradiction] = []
    used: set[int] = set()
    for similarity, a, b in scored:
        if similarity < _SIMILAR or len(found) == MOST_FOUND:
            break
        if not {a, b} & used:
            used |= {a, b}
            newer, older = sorted((_stated(claims[a]), _stated(claims[b])), key=lambda s: s.day, reverse=True)
            found.append(Contradiction(newer, older))
    return found


def _claims(article: Article) -> list[_Claim]:
    found = []
    for block in blocks(article.text):
        if article.text.startswith("|", block.start):  # a row of a table means nothing without its header
            continue
        for start, end in sentences(article.text, block.start, block.end):
            sentence = article.text[start:end]
            values: dict[str, list[Quantity]] = defaultdict(list)
            for one in quantities(sentence):
                if one.kind in _KINDS:
                    values[one.kind].append(one)
            words = frozenset(word for word in content_stems(sentence) if not any(c.isdigit() for c in word))
            if values and len(words) >= _LEAST_WORDS:
                found.append(_Claim(article, sentence, words, values))
    return found


def _candidates(claims: Sequence[_Claim]) -> list[tuple[int, int]]:
    """Pairs of different posts that share words and whose values differ."""
    by_word: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for number, claim in enumerate(claims):
        shared: dict[int, int] = defaultdict(int)
        for word in claim.words:
            for other in by_word[word]:
                shared[other] += 1
            by_word[word].append(number)
        for other, count in shared.items():
            against = claims[other]
            enough = count >= max(_LEAST_WORDS - 1, _SHARED * min(len(claim.words), len(against.words)))
            elsewhere = claim.article.id != against.article.id
            if enough and elsewhere and _differ(claim, against) and not _are_of_items(claim, against):
                pairs.append((other, number))
    return pairs


def _are_of_items(one: _Claim, other: _Claim) -> bool:
    """Are the posts about two things of a kind, each with a title of its own ("Elbow pain" and "Knee pain")?"""
    mine, yours = (set(content_stems(claim.article.title)) for claim in (one, other))
    return bool(mine & yours and mine - yours and yours - mine)


def _differ(one: _Claim, other: _Claim) -> bool:
    """Do they give values of one kind, and does none agree?"""
    common = one.values.keys() & other.values.keys()
    pairs = [(a, b) for kind in common for a in one.values[kind] for b in other.values[kind]]
    return bool(pairs) and all(a.high < b.low or b.high < a.low for a, b in pairs)


def _stated(claim: _Claim) -> Statement:
    article = claim.article
    return Statement(article.title, article.url, (article.published or "")[:10], claim.sentence)
