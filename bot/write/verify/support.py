"""Is this sentence supported by this passage, and by which of its sentences?

Two questions, both of which must be answered with yes. Is every word of the claim borne out: does it
stand in the source, or a synonym, or a word that late interaction finds close (the claim's token
vectors against the passage's stored ones)? And does nothing contradict: amounts, sides, order,
negations (facts.py)? The source is at most three sentences of the passage, those that bear out most.

It errs towards no: a faithful sentence that is refused costs a quote in its place, a false one that
passes costs trust. What this file does not know: chat models, markers, streams.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.read.features import spans
from bot.text.tokens import stems
from bot.types import Passage
from bot.write.verify.contradictions import contradiction
from bot.write.verify.sentence import Said, Word, read_text
from bot.write.verify.synonyms import alike, any_alike
from bot.write.verify.wordnet import are_siblings, is_borne_out
from ingest.article import Article, Kind, embedding_text
from ingest.embedder import Floats, TokenVectors

MOST_SOURCES = 3
LEAST_MEAN, LEAST_WORD = 0.80, 0.42  # set on the tuned half of data/eval/claims, see LOG.md
_CLOSE, _STEEP = 0.54, 14.0  # cosine at which a word counts half, and how fast that changes
_SYNONYM = 0.95
_WORTH_ADDING = 1.3  # words that a second or third sentence must bear out anew; one alone would be picked out of its place
_WORTH_A_NEIGHBOUR, _MOSTLY = 0.8, 0.6
_LONG_ENOUGH = 4  # words that need bearing out, for one of them to go without
_LIGHT = 0.3  # weight of a word such as "help"
_REFERS = re.compile(r"\b(?:it|its|they|them|their|this|these|those|both)\b", re.IGNORECASE)
_TO_A_MODEL = re.compile(
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
class Ground:
    """A passage, ready to be compared with claims. head: its title and headings."""

    passage: Passage
    head: str
    head_vectors: Floats
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """supported: may the claim be shown? sources: what it rests on, in reading order, () if not.

    score: how much of it is borne out, 0 to 1. why: what is wrong with it, for whoever looks into it.
    """

    supported: bool
    score: float
    sources: tuple[Source, ...]
    why: str = ""


def ground(passage: Passage, tokens: TokenVectors, article: Article) -> Ground:
    """tokens: the passage's stored ones. A sentence that speaks to a model is no source."""
    indexed, shift = embedding_text(passage.title, passage.chunk)
    head = indexed.partition("\n")[0]
    is_head = tokens.ends <= len(head)
    starts = tokens.starts.astype(np.int64) + shift
    found = []
    for start, end, kind in spans(article.text, passage.chunk.start, passage.chunk.end):
        own = ~is_head & (starts >= start) & (starts < end)
        text = article.text[start:end]
        if own.any() and not _TO_A_MODEL.search(text):
            found.append(Source(passage, start, end, text, kind, tokens.vectors[own]))
    return Ground(passage, head, tokens.vectors[is_head], tuple(found))


def judge(claim: str, tokens: TokenVectors, grounds: Sequence[Ground]) -> Verdict:
    """Is the claim borne out by these passages taken together? tokens: the claim's own."""
    said = read_text(claim)
    wanted = [w for w in said.content if not said.in_amount(w)]
    if not wanted or not any(g.sources for g in grounds):
        return Verdict(False, 0.0, (), "nothing to compare")
    weights = np.array([_LIGHT if w.light else 1.0 for w in wanted], np.float32)
    heads = _borne_out_by_heads(wanted, tokens, grounds)
    table = [row for g in grounds for row in _table(wanted, tokens, g)]
    chosen, worth = _choose(said, table, heads, weights)
    sources = tuple(
        sorted((table[i][0] for i in chosen), key=lambda s: (s.passage.chunk.article_id, s.start))
    )
    score = float((worth * weights).sum() / weights.sum())
    if why := _unknown_name(said, sources, grounds) or _uncovered(wanted, worth, score):
        return Verdict(False, score, (), why)
    text = " ".join(s.text if s.text[-1:] in ".!?" else f"{s.text}." for s in sources)
    trail = ". ".join(dict.fromkeys(g.head for g in grounds))
    above = ". ".join(dict.fromkeys(" ".join(s.passage.chunk.path[-1:]) for s in sources))
    near, around = read_text(f"{above}. {text}"), read_text(f"{trail}. {text}")
    if why := contradiction(said, read_text(text), near, around):
        return Verdict(False, score, (), why)
    return Verdict(True, score, sources)


def _table(wanted: Sequence[Word], tokens: TokenVectors, one: Ground) -> list[tuple[Source, Floats]]:
    """Each sentence with how far it bears out each word. "Let them sink" also says what the one before named."""
    rows: list[tuple[Source, Floats]] = []
    before = np.zeros(len(wanted), np.float32)
    for source in one.sources:
        own = _borne_out(wanted, tokens, source.text, source.vectors)
        lent = np.where(before >= 1.0, _SYNONYM, 0.0) if _REFERS.search(source.text) else 0.0
        rows.append((source, np.maximum(own, lent).astype(np.float32)))
        before = own
    return rows


def _choose(
    said: Said, table: Sequence[tuple[Source, Floats]], heads: Floats, weights: Floats
) -> tuple[list[int], Floats]:
    """The sentences that together bear out most, the best first; each further one must add to it."""
    amounts = [{(round(a.low, 3), round(a.high, 3)) for a in read_text(s.text).amounts} for s, _ in table]
    needed = {(round(a.low, 3), round(a.high, 3)) for a in said.amounts if a.kind != "one"}
    chosen: list[int] = []
    worth, met = heads, set[tuple[float, float]]()
    for _ in range(MOST_SOURCES):
        gains = [
            float(((np.maximum(worth, row) - worth) * weights).sum()) + len((needed & amounts[i]) - met) * (_WORTH_ADDING if met else 1.0)
            + (0.01 * float((row * weights).sum()) if not chosen else 0.0)
            for i, (_, row) in enumerate(table)
        ]  # fmt: skip
        gains = [
            g if not chosen or g >= _least_gain(said, i, chosen, table) else -1.0 for i, g in enumerate(gains)
        ]
        best = int(np.argmax(gains))
        if chosen and gains[best] < 0:
            break
        chosen.append(best)
        worth = np.maximum(worth, table[best][1])
        met |= needed & amounts[best]
    return chosen, worth


def _least_gain(
    said: Said, number: int, chosen: Sequence[int], table: Sequence[tuple[Source, Floats]]
) -> float:
    """How much a further sentence must bear out anew. One word alone is easily picked out of its place, so
    that is enough only of a sentence that goes on from another one, or says little beside the claim.
    """
    source = table[number][0]
    if source.kind in ("paragraph", "number") and {number - 1, number + 1} & set(chosen):
        return _WORTH_A_NEIGHBOUR
    own = [w.stem for w in read_text(source.text).content]
    if sum(any_alike(s, said.stems) for s in own) >= _MOSTLY * len(own):
        return _WORTH_A_NEIGHBOUR
    return _WORTH_ADDING


def _borne_out_by_heads(wanted: Sequence[Word], tokens: TokenVectors, grounds: Sequence[Ground]) -> Floats:
    rows = [_borne_out(wanted, tokens, g.head, g.head_vectors) for g in grounds]
    return np.asarray(np.max(rows, axis=0), np.float32)


def _borne_out(wanted: Sequence[Word], tokens: TokenVectors, text: str, vectors: Floats) -> Floats:
    """For each word how far the text bears it out: 1 if it stands there, by its cosine if not."""
    said = read_text(text)
    there = said.stems
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
        if any(are_siblings(word.stem, w.stem) for w in said.content):
            cosine = 0.0  # "leg" is near "arm" to a vector, and no word for it
        close = 1.0 / (1.0 + math.exp(-_STEEP * (cosine - _CLOSE)))
        known = any_alike(word.stem, there) or is_borne_out(word.stem, there)
        found.append(max(close, _SYNONYM) if known else close)
    return np.array(found, np.float32)


def _uncovered(wanted: Sequence[Word], worth: Floats, score: float) -> str:
    heavy = [(float(v), w) for v, w in zip(worth, wanted, strict=True) if not w.light]
    missing = [word for value, word in heavy if value < LEAST_WORD]
    # One participle may be the writer's own ("compiled by"): what is made up comes as a noun or an adjective.
    if len(missing) == 1 and missing[0].text.endswith("ed") and len(heavy) > _LONG_ENOUGH:
        missing = []
    if missing:
        return f"nothing bears out {missing[0].text}"
    return f"only {score:.2f} is borne out" if score < LEAST_MEAN else ""


def _unknown_name(said: Said, sources: Sequence[Source], grounds: Sequence[Ground]) -> str:
    """A name must stand in the source itself, or a form of it ("China" for "Chinese")."""
    there = {s for text in (*(s.text for s in sources), *(g.head for g in grounds)) for s in stems(text)}
    for word in said.words:
        if word.name and word.content and not any(_form(word.stem, s) for s in there):
            return f"unknown name {word.text}"
    return ""


def _form(one: str, other: str) -> bool:
    return alike(one, other) or (len(one) >= 4 and len(other) >= 4 and one[:4] == other[:4])
