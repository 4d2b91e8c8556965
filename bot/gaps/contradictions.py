"""Posts that contradict each other: other numbers about the same thing, found over the whole blog.

Two sentences of different posts contradict each other if they say the same but for an amount of one kind. That two posts
differ is the rule (two recipes, two weeks of a diary), so what is one post's own is left out: fields such as "Time: 40
minutes", what somebody did on a day, and instructions for what the other post is not about. It is a hint for the owner,
who looks at both; it changes no answer.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.text.english import CARDINALS, either
from bot.text.quantities import Quantity, quantities
from bot.text.tokens import content_stems, stem
from bot.text.units import UNITS
from ingest.article import Article, blocks, sentences
from ingest.embedder import Embedder

MOST_SENTENCES = 1_500  # that are compared, those of the newest posts first
MOST_FOUND = 20
_KINDS = frozenset(
    "time months per mass ounces pounds length inches miles volume degrees percent euros dollars pence".split()
)
_LEAST_WORDS = 3  # that both sentences have, numbers and units apart
_SHARED = 0.6  # share of the content words of the longer sentence that the other has, too
_NEARLY_ALL = 0.75  # the same, of sentences that need no common topic
_SIMILAR = 0.75  # cosine of their vectors
_RARE = 0.1  # share of the posts that have a word which says what a post is about
_FEW = 3  # posts, of a small blog
_PAUSE = 0.01  # seconds between two sentences that are embedded: readers' questions go first
# Words that make a sentence one of a day, a person or a case: it is true beside another number.
_OWN = re.compile(
    r"\b(?:i|i['’]\w+|my|me|mine|he|she|his|today|yesterday|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday|ago|last|this|next|another|other|second|third|week\s+(?:\d+|"
    rf"{either(CARDINALS)})|for example|e\.g|if|unless|instead|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_FIELD = re.compile(r"[^.!?]{0,40}:\s")
_INSTRUCTION = re.compile(r"(?:then|now|next|first|finally|gently|slowly)?[,\s]*([a-z]+)\b", re.IGNORECASE)
_SUBJECT = frozenset(
    "the a an this that these those it its you your we our they their there most many some all both each every no one"
    " people adults children runners patients".split()
)
_UNIT_STEMS = frozenset(stem(word) for word in (*UNITS, *CARDINALS) if word.isalpha())


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
    """A sentence with amounts. words: its stems without amounts. topic: those of title and heading. instructs: it tells what to
    do. is_step: in a numbered list.
    """

    article: Article
    sentence: str
    words: frozenset[str]
    topic: frozenset[str]
    instructs: bool
    is_step: bool
    values: Mapping[str, Sequence[Quantity]]


def find_contradictions(articles: Sequence[Article], embedder: Embedder) -> list[Contradiction]:
    """The contradictions of a blog, the most similar pairs first, at most MOST_FOUND."""
    newest = sorted(articles, key=lambda article: article.published or "", reverse=True)
    claims = [claim for article in newest for claim in _claims(article)][:MOST_SENTENCES]
    pairs = _candidates(claims, _rare_words(articles))
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
    found, heading = [], ""
    for block in blocks(article.text):
        if block.kind == "heading":
            heading = article.text[block.start : block.end]
        if block.kind not in ("paragraph", "bullet", "number"):
            continue
        topic = _words(f"{article.title} {heading}")
        for start, end in sentences(article.text, block.start, block.end):
            sentence = article.text[start:end]
            if not sentence.endswith((".", "!")) or _FIELD.match(sentence) or _OWN.search(sentence):
                continue
            values: dict[str, list[Quantity]] = defaultdict(list)
            for one in quantities(sentence):
                if one.kind in _KINDS:
                    values[one.kind].append(one)
            words = _words(sentence)
            if values and len(words) >= _LEAST_WORDS - 1:
                step = block.kind == "number"
                found.append(_Claim(article, sentence, words, topic, _instructs(sentence), step, values))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(
        word for word in content_stems(text) if word not in _UNIT_STEMS and not any(c.isdigit() for c in word)
    )


def _instructs(sentence: str) -> bool:
    """Whether a sentence may be an instruction: it begins with no subject."""
    first = _INSTRUCTION.match(sentence)
    return first is not None and first[1].lower() not in _SUBJECT and not first[1].lower().endswith("s")


def _rare_words(articles: Sequence[Article]) -> frozenset[str]:
    """The words that few posts have."""
    count = Counter(word for article in articles for word in _words(f"{article.title}\n{article.text}"))
    most = max(_FEW, _RARE * len(articles))
    return frozenset(word for word, number in count.items() if number <= most)


def _candidates(claims: Sequence[_Claim], rare: frozenset[str]) -> list[tuple[int, int]]:
    """Pairs of different posts that say the same with other values."""
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
            longer = max(len(claim.words), len(against.words))
            enough = count >= _SHARED * longer and (count >= _LEAST_WORDS or count == longer)
            if (
                enough
                and claim.article.id != against.article.id
                and _differ(claim, against)
                and _same_topic(claim, against, rare)
            ):
                pairs.append((other, number))
    return pairs


def _same_topic(one: _Claim, other: _Claim, rare: frozenset[str]) -> bool:
    """Whether both speak of what one of the posts is about, by a word that not every post has."""
    mine, yours, common = one.topic - other.topic, other.topic - one.topic, one.words & other.words
    if one.topic & other.topic and mine and yours and not (mine | yours) & common:
        return False  # of two things of a kind, such as "Elbow pain" and "Knee pain"
    named = common & rare
    if one.is_step or other.is_step:  # a step belongs to its post
        return bool(named & one.topic & other.topic)
    if named & (one.topic | other.topic):
        return True
    ratio = len(common) / max(len(one.words), len(other.words))
    return not (one.instructs or other.instructs) and ratio >= _NEARLY_ALL and bool(named)


def _differ(one: _Claim, other: _Claim) -> bool:
    """Do they give values of the same kinds, of which one kind differs in all of them and the others agree?"""
    if one.values.keys() != other.values.keys():
        return False
    apart = [
        [a.high < b.low or b.high < a.low for a in one.values[kind] for b in other.values[kind]]
        for kind in one.values
    ]
    return sum(all(kind) for kind in apart) == 1 and all(all(kind) or not any(kind) for kind in apart)


def _stated(claim: _Claim) -> Statement:
    article = claim.article
    return Statement(article.title, article.url, (article.published or "")[:10], claim.sentence)
