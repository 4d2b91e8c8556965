"""What can be seen of a question and the sentences that may answer it, as numbers.

For each sentence (or list item) of the retrieved passages: how well its words, by late interaction over token
vectors, by stems and as a whole, cover the question's, alone, with its headings and with its passage; where it is;
and whether it holds the kind of thing that is asked for (a duration, a number, a cause ...).

Late interaction: for each word of the question its best cosine among the contextual token vectors of the text
(Khattab & Zaharia, "ColBERT", SIGIR 2020), here with the embedding model's own vectors.

NAMES, its order and every pattern below are frozen with the trained weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.retrieve import Corpus, EmbeddedQuestion
from bot.text.tokens import STOPWORDS, overlap, stem, stems, words
from bot.types import Passage
from ingest.article import Kind, blocks, embedding_text, sentences
from ingest.embedder import Floats
from ingest.token_vectors import TokenVectors

Ints = NDArray[np.int64]
_NEAR = 25  # tokens before and after a sentence that count as its context
MOST_QUESTION_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or list item that may be quoted. passage: its place among the passages read.

    start, end: offsets into the article's text. own, context: rows of the passage's token matrix.
    """

    passage: int
    start: int
    end: int
    kind: Kind
    own: Ints
    context: Ints


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """All that the readers look at for one question.

    Attributes:
        question: (n, d), its token vectors.
        texts: For each passage its (t, d) token vectors.
        heads: The rows of each that are title and headings.
        sentences: What may be quoted.
        features: (sentences, len(NAMES)) float32.
        exact: (n, sentences, 4): is the stem of the question's token in the sentence, in its headings, in its
            passage, anywhere on the blog?
    """

    question: Floats
    texts: tuple[Floats, ...]
    heads: tuple[Ints, ...]
    sentences: tuple[Sentence, ...]
    features: Floats
    exact: Floats


def _kind(asked: str, given: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(asked, re.IGNORECASE), re.compile(given, re.IGNORECASE)


_UNIT = r"second|minute|hour|day|week|month|year|sec|min"
_COUNT = r"one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|half|dozen|once|twice"
# What is asked for -> what a sentence holds that gives it. Two features each: it fits, it is missing.
KINDS: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "duration": _kind(
        rf"how (?:long|many (?:{_UNIT})s)|\b(?:seconds|minutes|hours|weeks|months|duration)\b",
        rf"\b(?:{_UNIT})s?\b",
    ),
    "number": _kind(
        r"how (?:many|much)|number of|\btimes\b|\brep(?:s|etitions?)\b|percent", rf"\d|\b(?:{_COUNT})\b"
    ),
    "frequency": _kind(
        r"how (?:often|frequen|regular)|every ?day|daily|(?:a|per) (?:day|week)\b",
        r"\b(?:daily|weekly|every|each|once|twice|times|routine|regular(?:ly)?|per|often|habit)\b",
    ),
    "cause": _kind(
        r"\bwhy\b|how come|reason|cause|what makes",
        r"\b(?:because|due|caus\w+|lead(?:s|ing)?|result\w*|since|so|therefore|affect\w*|when|forc\w+|increas\w+"
        r"|contribut\w+|pull\w*|reduc\w+|prevent\w*)\b",
    ),
    "definition": _kind(
        r"^what(?:'s|’s|s| is| are| does)|meaning|mean\b|defin",
        r"\b(?:is|are|occurs?|means?|refers?|known|called)\b",
    ),
    "place": _kind(
        r"\bwhere\b|what part|which part",
        r"\b(?:in|on|at|along|near|under|behind|between|inside|outside|top|bottom|side|from|to|into|around)\b",
    ),
    "people": _kind(
        r"\bwho\b|which people|what (?:kind|sort|type)s? of (?:people|person)",
        r"\b(?:people|person|anyone|everyone|those|who|men|women|adults?|children|athletes?|\w+ers)\b",
    ),
    "time": _kind(
        r"\bwhen\b|what time", r"\b(?:when|while|before|after|during|until|morning|night|evening|\d+)\b"
    ),
}
_YESNO = re.compile(
    r"(?:^|[,.;:!?] *|\band )(?:is|are|can|could|do|does|did|will|would|should|has|have|am)\b", re.IGNORECASE
)
_HOWTO = re.compile(
    r"\bhow (?:do|to|can|should|would|could)\b|\bsteps?\b|instructions?|walk me|show me", re.IGNORECASE
)
_LIST = re.compile(r"\blist\b|\ball\b|what are|which .*s\b|tips|ways|benefits|steps", re.IGNORECASE)

_SCORES = (
    "own mean", "own+head mean", "own weakest", "own+head weakest", "passage mean", "passage weakest", "head mean",
    "own+before mean", "own stems", "own+head stems", "passage stems", "own cosine", "own+head cosine",
    "head cosine", "passage cosine", "bm25", "rank",
)  # fmt: skip
_SHAPE = (
    "first", "item", "numbered", "log length", "is question", "yes/no", "howto", "list", "question words",
    "words not on the blog", "share on the blog",
)  # fmt: skip
_RELATIVE = tuple(_SCORES.index(n) for n in _SCORES[:2] + _SCORES[4:5] + _SCORES[8:13] + _SCORES[14:15])
NAMES = (
    _SCORES
    + _SHAPE
    + tuple(f"{kind} {what}" for kind in KINDS for what in ("fits", "missing"))
    + tuple(f"{_SCORES[i]} below best" for i in _RELATIVE)
)


def gather(question: EmbeddedQuestion, passages: Sequence[Passage], *, corpus: Corpus) -> ReaderInput:
    """Everything that the readers need of a question and its passages."""
    wanted = _Wanted.of(question, corpus)
    blobs = corpus.store.tokens([p.chunk.id for p in passages])
    scored = corpus.keywords.scores(question.text)
    bm25 = scored / max(float(scored.max(initial=0.0)), 1e-6)
    texts, heads, found, rows, exact = [], [], [], [], []
    for number, passage in enumerate(passages):
        page = _Page.of(passage, TokenVectors.from_bytes(blobs[passage.chunk.id]), corpus)
        texts.append(page.vectors)
        heads.append(page.head)
        mine = page.sentences(number)
        found += mine
        context = (float(bm25[corpus.numbers[passage.chunk.id]]), number / max(len(passages), 1))
        rows += _rows(wanted, page, mine, context)
        exact += _exact(wanted, page, mine)
    scores = np.array(rows, np.float32).reshape(len(found), -1)
    if len(found):
        relative = scores[:, _RELATIVE] - scores[:, _RELATIVE].max(axis=0)
        scores = np.hstack([scores, relative])
    count = len(wanted.each)
    same = np.array(exact, np.float32).reshape(len(found), count, 4).transpose(1, 0, 2)
    return ReaderInput(
        question.tokens.vectors[:count], tuple(texts), tuple(heads), tuple(found), scores, same
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A question: its text, vector, the stems of its content words, and each such word's tokens."""

    text: str
    vector: Floats
    stems: tuple[str, ...]
    groups: tuple[Ints, ...]
    vectors: Floats
    kinds: tuple[bool, ...]
    each: tuple[str, ...]
    on_blog: frozenset[str]

    @staticmethod
    def of(question: EmbeddedQuestion, corpus: Corpus) -> _Wanted:
        text, tokens = question.text, question.tokens
        spoken = [w for w in words(text) if w[0] not in STOPWORDS and len(w[0]) > 1] or words(text)
        pairs = []
        for word, start, end in spoken:
            group = np.flatnonzero((tokens.starts >= start) & (tokens.ends <= end))
            if len(group):
                pairs.append((stem(word), group))
        if not pairs:
            pairs = [("", np.arange(len(tokens.vectors)))]
        kinds = tuple(bool(asked.search(text)) for asked, _ in KINDS.values())
        each = _stem_of_each(text, tokens)
        postings = corpus.keywords.postings
        on_blog = frozenset(s for s in {*each, *(p[0] for p in pairs)} if s in postings)
        groups = tuple(p[1] for p in pairs)
        content = tuple(p[0] for p in pairs)
        return _Wanted(text, question.vector, content, groups, tokens.vectors, kinds, each, on_blog)

    def similarity(self, vectors: Floats) -> Floats:
        """(words, t): cosine of each content word (the mean over its tokens) with each token."""
        each = self.vectors @ vectors.T
        return np.stack([each[group].mean(axis=0) for group in self.groups])


def _stem_of_each(text: str, tokens: TokenVectors) -> tuple[str, ...]:
    """The stem of the word that each of the question's tokens is part of; "" for punctuation."""
    found = [""] * min(len(tokens.starts), MOST_QUESTION_TOKENS)
    for word, start, end in words(text):
        for i in np.flatnonzero((tokens.starts >= start) & (tokens.ends <= end)):
            if i < len(found):
                found[i] = stem(word)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Page:
    """A passage with its token vectors, and where its tokens are in the article."""

    passage: Passage
    text: str
    indexed: str
    vectors: Floats
    starts: Ints
    head: Ints
    body: Ints

    @staticmethod
    def of(passage: Passage, tokens: TokenVectors, corpus: Corpus) -> _Page:
        indexed, shift = embedding_text(passage.title, passage.chunk)
        head_end = indexed.index("\n")
        is_head = tokens.starts < head_end
        starts = tokens.starts.astype(np.int64) + shift
        article = corpus.articles[passage.chunk.article_id]
        rows = np.arange(len(starts))
        return _Page(passage, article.text, indexed, tokens.vectors, starts, rows[is_head], rows[~is_head])

    def sentences(self, number: int) -> list[Sentence]:
        """The sentences that have tokens: what the model did not read cannot be judged."""
        found = []
        for start, end, kind in spans(self.text, self.passage.chunk.start, self.passage.chunk.end):
            own = self.body[(self.starts[self.body] >= start) & (self.starts[self.body] < end)]
            if len(own):
                near = self.body[(self.body >= own[0] - _NEAR) & (self.body <= own[-1] + _NEAR)]
                context = near[(near < own[0]) | (near > own[-1])]
                found.append(Sentence(number, start, end, kind, own, context))
        return found


def spans(text: str, start: int, end: int) -> list[tuple[int, int, Kind]]:
    """What may be quoted of text[start:end]: sentences of paragraphs, whole items, table rows."""
    found: list[tuple[int, int, Kind]] = []
    for block in blocks(text, start, end):
        if block.is_item or block.kind == "row":
            found.append((block.start, block.end, block.kind))
        elif block.kind == "paragraph":
            found += [(s, e, block.kind) for s, e in sentences(text, block.start, block.end)]
    return found


def _rows(
    wanted: _Wanted, page: _Page, mine: Sequence[Sentence], context: tuple[float, float]
) -> list[list[float]]:
    if not mine:
        return []
    similar = wanted.similarity(page.vectors)
    head = similar[:, page.head].max(axis=1) if len(page.head) else np.full(len(similar), -1.0, np.float32)
    whole = np.maximum(similar[:, page.body].max(axis=1), head) if len(page.body) else head
    head_stems, all_stems = set(stems(page.indexed.split("\n", 1)[0])), set(stems(page.indexed))
    head_vector = _pooled(page.vectors, page.head)
    shared = (float(whole.mean()), float(whole.min()), float(head.mean()))
    passage_cosine = float(wanted.vector @ _pooled(page.vectors, np.arange(len(page.vectors))))
    rows, before = [], np.full(len(similar), -1.0, np.float32)
    for place, sentence in enumerate(mine):
        text = page.text[sentence.start : sentence.end]
        own = similar[:, sentence.own].max(axis=1)
        with_head = np.maximum(own, head)
        own_stems = set(stems(text))
        vector = _pooled(page.vectors, sentence.own)
        mixed = 0.75 * vector + 0.25 * head_vector
        rows.append(
            [
                *(float(x) for x in (own.mean(), with_head.mean(), own.min(), with_head.min())),
                *shared,
                float(np.maximum(own, before).mean()),
                overlap(wanted.stems, own_stems),
                overlap(wanted.stems, own_stems | head_stems),
                overlap(wanted.stems, all_stems),
                float(vector @ wanted.vector),
                float(mixed @ wanted.vector / max(float(np.linalg.norm(mixed)), 1e-6)),
                float(head_vector @ wanted.vector),
                passage_cosine,
                *context,
                *_shape(wanted, sentence, text, place),
                *_fits(wanted, text),
            ]
        )
        before = own
    return rows


def _exact(
    wanted: _Wanted, page: _Page, mine: Sequence[Sentence]
) -> list[list[tuple[bool, bool, bool, bool]]]:
    head, whole = set(stems(page.indexed.split("\n", 1)[0])), set(stems(page.indexed))
    rows = []
    for sentence in mine:
        own = set(stems(page.text[sentence.start : sentence.end]))
        rows.append([(s in own, s in head, s in whole, s in wanted.on_blog) for s in wanted.each])
    return rows


def _shape(wanted: _Wanted, sentence: Sentence, text: str, place: int) -> list[float]:
    return [
        float(place == 0),
        float(sentence.kind in ("bullet", "number", "row")),
        float(sentence.kind == "number"),
        math.log1p(len(text.split())),
        float(text.endswith("?")),
        float(bool(_YESNO.search(wanted.text))),
        float(bool(_HOWTO.search(wanted.text))),
        float(bool(_LIST.search(wanted.text))),
        float(len(wanted.stems)),
        float(sum(s not in wanted.on_blog for s in wanted.stems)),
        overlap(wanted.stems, wanted.on_blog),
    ]


def _fits(wanted: _Wanted, text: str) -> list[float]:
    values: list[float] = []
    for asked, (_, given) in zip(wanted.kinds, KINDS.values(), strict=True):
        holds = bool(given.search(text)) if asked else False
        values += [float(asked and holds), float(asked and not holds)]
    return values


def _pooled(vectors: Floats, rows: Ints) -> Floats:
    if not len(rows):
        return np.zeros(vectors.shape[1], np.float32)
    mean = vectors[rows].mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), np.float32)
