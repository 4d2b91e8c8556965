"""Is this sentence supported by this passage, and by which of its sentences?

Two conditions. Every word of the claim is supported: it is in the source, or a synonym, or a word that late
interaction finds close (the claim's token vectors against the passage's stored ones). And nothing contradicts
it. The source is at most three sentences of the passage, those that support most.

Precision comes before recall: a true sentence that is refused is replaced by a quote, a false one that passes
costs trust.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.read import spans
from bot.text.tokens import stems
from bot.types import Passage
from bot.write.verify.contradictions import contradiction
from bot.write.verify.sentence import ParsedText, Word, parse_text
from bot.write.verify.synonyms import any_similar, similar
from bot.write.verify.wordnet import are_siblings, is_entailed
from ingest.article import Article, Kind, embedding_text
from ingest.embedder import Floats
from ingest.token_vectors import TokenVectors

MAX_SOURCES = 3
MIN_MEAN, MIN_WORD = 0.80, 0.42  # set on the tuned half of data/eval/claims
_CLOSE, _STEEP = 0.54, 14.0  # cosine at which a word counts half, and how fast that changes
_SYNONYM = 0.95
_MIN_GAIN = 1.3  # words that a second or third sentence must newly support; a single word is too easily found out of context
_MIN_NEIGHBOUR_GAIN, _MOSTLY = 0.8, 0.6
_LONG_ENOUGH = 4  # words that need support, for one of them to lack it
_LITTLE_SUPPORT_NEEDED = 0.3  # weight of a word such as "help"
_REFERS = re.compile(r"\b(?:it|its|they|them|their|this|these|those|both)\b", re.IGNORECASE)
_INSTRUCTION_TO_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all|any|the|your|previous|prior|above)\b|\bsystem prompt\b"
    r"|\b(?:your|the) (?:response|reply|output|answers?)\b|\blanguage model\b|\bas an? (?:ai|assistant)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of a passage. start, end: offsets into its article. rows: of the token matrix."""

    passage: Passage
    start: int
    end: int
    text: str
    kind: Kind
    vectors: Floats


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage with the token vectors of its sentences. head: its title and headings."""

    passage: Passage
    head: str
    head_vectors: Floats
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim is supported.

    Attributes:
        supported: May the claim be shown?
        score: Weighted mean support of its words, 0 to 1.
        sources: The sentences that support it, in reading order; () if it is not supported.
        why: The reason why it is not supported, for debugging; "" otherwise.
    """

    supported: bool
    score: float
    sources: tuple[Source, ...]
    why: str = ""


def prepare(passage: Passage, tokens: TokenVectors, article: Article) -> PreparedPassage:
    """Split a passage into sentences with their token vectors; instructions to a language model are left out.

    Args:
        passage: The passage that a claim cites.
        tokens: Its token vectors, one row per token, unit length.
        article: The article that it belongs to.
    """
    indexed, shift = embedding_text(passage.title, passage.chunk)
    head = indexed.partition("\n")[0]
    is_head = tokens.ends <= len(head)
    starts = tokens.starts.astype(np.int64) + shift
    found = []
    for start, end, kind in spans(article.text, passage.chunk.start, passage.chunk.end):
        own = ~is_head & (starts >= start) & (starts < end)
        text = article.text[start:end]
        if own.any() and not _INSTRUCTION_TO_A_MODEL.search(text):
            found.append(Source(passage, start, end, text, kind, tokens.vectors[own]))
    return PreparedPassage(passage, head, tokens.vectors[is_head], tuple(found))


def judge(claim: str, tokens: TokenVectors, prepared: Sequence[PreparedPassage]) -> Verdict:
    """Decide whether the passages, taken together, support the claim.

    Args:
        claim: One sentence.
        tokens: The claim's token vectors, of the same model as those of the passages.
        prepared: The passages that it cites.

    Returns:
        The verdict with the supporting sentences.
    """
    parsed = parse_text(claim)
    wanted = [w for w in parsed.content if not parsed.in_amount(w)]
    if not wanted or not any(g.sources for g in prepared):
        return Verdict(False, 0.0, (), "nothing to compare")
    weights = np.array([_LITTLE_SUPPORT_NEEDED if w.light else 1.0 for w in wanted], np.float32)
    heads = _heading_support(wanted, tokens, prepared)
    table = [row for g in prepared for row in _table(wanted, tokens, g)]
    chosen, worth = _choose(parsed, table, heads, weights)
    sources = tuple(
        sorted((table[i][0] for i in chosen), key=lambda s: (s.passage.chunk.article_id, s.start))
    )
    score = float((worth * weights).sum() / weights.sum())
    if why := _unknown_name(parsed, sources, prepared) or _uncovered(wanted, worth, score):
        return Verdict(False, score, (), why)
    text = " ".join(s.text if s.text[-1:] in ".!?" else f"{s.text}." for s in sources)
    trail = ". ".join(dict.fromkeys(g.head for g in prepared))
    above = ". ".join(dict.fromkeys(" ".join(s.passage.chunk.path[-1:]) for s in sources))
    near, around = parse_text(f"{above}. {text}"), parse_text(f"{trail}. {text}")
    if why := contradiction(parsed, parse_text(text), near, around):
        return Verdict(False, score, (), why)
    return Verdict(True, score, sources)


def _table(wanted: Sequence[Word], tokens: TokenVectors, one: PreparedPassage) -> list[tuple[Source, Floats]]:
    """Each sentence with its support for each word; a sentence with a pronoun also inherits from the one before."""
    rows: list[tuple[Source, Floats]] = []
    before = np.zeros(len(wanted), np.float32)
    for source in one.sources:
        own = _word_support(wanted, tokens, source.text, source.vectors)
        lent = np.where(before >= 1.0, _SYNONYM, 0.0) if _REFERS.search(source.text) else 0.0
        rows.append((source, np.maximum(own, lent).astype(np.float32)))
        before = own
    return rows


def _choose(
    parsed: ParsedText, table: Sequence[tuple[Source, Floats]], heads: Floats, weights: Floats
) -> tuple[list[int], Floats]:
    """Greedy choice of the sentences that together support most; each further one must add enough."""
    amounts = [{(round(a.low, 3), round(a.high, 3)) for a in parse_text(s.text).amounts} for s, _ in table]
    needed = {(round(a.low, 3), round(a.high, 3)) for a in parsed.amounts if a.kind != "one"}
    chosen: list[int] = []
    worth, met = heads, set[tuple[float, float]]()
    for _ in range(MAX_SOURCES):
        gains = [
            float(((np.maximum(worth, row) - worth) * weights).sum()) + len((needed & amounts[i]) - met) * (_MIN_GAIN if met else 1.0)
            + (0.01 * float((row * weights).sum()) if not chosen else 0.0)
            for i, (_, row) in enumerate(table)
        ]  # fmt: skip
        gains = [
            g if not chosen or g >= _least_gain(parsed, i, chosen, table) else -1.0
            for i, g in enumerate(gains)
        ]
        best = int(np.argmax(gains))
        if chosen and gains[best] < 0:
            break
        chosen.append(best)
        worth = np.maximum(worth, table[best][1])
        met |= needed & amounts[best]
    return chosen, worth


def _least_gain(
    parsed: ParsedText, number: int, chosen: Sequence[int], table: Sequence[tuple[Source, Floats]]
) -> float:
    """The support that a further sentence must add: less if it follows a chosen one or says little beyond the claim."""
    source = table[number][0]
    if source.kind in ("paragraph", "number") and {number - 1, number + 1} & set(chosen):
        return _MIN_NEIGHBOUR_GAIN
    own = [w.stem for w in parse_text(source.text).content]
    if sum(any_similar(s, parsed.stems) for s in own) >= _MOSTLY * len(own):
        return _MIN_NEIGHBOUR_GAIN
    return _MIN_GAIN


def _heading_support(
    wanted: Sequence[Word], tokens: TokenVectors, prepared: Sequence[PreparedPassage]
) -> Floats:
    rows = [_word_support(wanted, tokens, g.head, g.head_vectors) for g in prepared]
    return np.asarray(np.max(rows, axis=0), np.float32)


def _word_support(wanted: Sequence[Word], tokens: TokenVectors, text: str, vectors: Floats) -> Floats:
    """Support for each word: 1 if the text has it, else by its cosine to the closest token."""
    parsed = parse_text(text)
    there = parsed.stems
    if not len(vectors) or not len(tokens.vectors):
        return np.array([1.0 if w.stem in there else 0.0 for w in wanted], np.float32)
    similar = (tokens.vectors @ vectors.T).max(axis=1)
    found = []
    for word in wanted:
        if word.stem in there:
            found.append(1.0)
            continue
        own = (tokens.starts >= word.start) & (tokens.ends <= word.end)
        cosine = float(similar[own].mean()) if own.any() else 0.0
        if any(are_siblings(word.stem, w.stem) for w in parsed.content):
            cosine = 0.0  # "leg" and "arm" have similar vectors and different meanings
        close = 1.0 / (1.0 + math.exp(-_STEEP * (cosine - _CLOSE)))
        known = any_similar(word.stem, there) or is_entailed(word.stem, there)
        found.append(max(close, _SYNONYM) if known else close)
    return np.array(found, np.float32)


def _uncovered(wanted: Sequence[Word], worth: Floats, score: float) -> str:
    heavy = [(float(v), w) for v, w in zip(worth, wanted, strict=True) if not w.light]
    missing = [word for value, word in heavy if value < MIN_WORD]
    # One participle may be the model's own ("compiled by"): invented facts are nouns or adjectives.
    if len(missing) == 1 and missing[0].text.endswith("ed") and len(heavy) > _LONG_ENOUGH:
        missing = []
    if missing:
        return f"{missing[0].text} is not supported"
    return f"only {score:.2f} is supported" if score < MIN_MEAN else ""


def _unknown_name(parsed: ParsedText, sources: Sequence[Source], prepared: Sequence[PreparedPassage]) -> str:
    """A name must be in the source itself, or a form of it ("China" for "Chinese")."""
    there = {s for text in (*(s.text for s in sources), *(g.head for g in prepared)) for s in stems(text)}
    for word in parsed.words:
        if word.name and word.content and not any(_form(word.stem, s) for s in there):
            return f"unknown name {word.text}"
    return ""


def _form(one: str, other: str) -> bool:
    return similar(one, other) or (len(one) >= 4 and len(other) >= 4 and one[:4] == other[:4])
