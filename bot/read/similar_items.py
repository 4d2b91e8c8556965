"""Items of one kind that a blog has side by side, by what tells their names apart.

Headings of one level ("1. Standing Hamstring Stretch", "2. Seated ..."), items of one list that begin with what
they are about, and posts built in the same way.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.read.descriptors import content_words
from bot.text.english import AUXILIARIES, QUESTION_WORDS, either
from bot.text.subjects import Subject
from bot.text.tokens import STOPWORDS, fold, stem, words
from ingest.article import Article, Block, blocks, sections

_NUMBERED = re.compile(r"(?:step |part |no\.? |#)?\d{1,2}[.):]?\s*[-–—:]?\s+", re.IGNORECASE)
_AFTER_HEAD = re.compile(
    r"\s+(?:with|for|on|in|of|to|at|from|using|against|by|without|and)\s|[(:,]|\s[-–—]\s", re.IGNORECASE
)
_ASKS = re.compile(rf"{either([*QUESTION_WORDS, *AUXILIARIES])}\b", re.IGNORECASE)
_LEAD = re.compile(r"([^.:!?–—]{2,60}?)(?::\s|\s[–—-]\s|\s(?:is|are)\s)")
_COMMON = frozenset("introduction conclusion summary overview faq faqs references sources".split())
_LONGEST_NAME = 9  # words; what is longer is a sentence


@dataclass(frozen=True, slots=True)
class ItemName:
    """What one of several similar items is called. words: its content stems, postures in one form.

    head: the stem of the word that says what kind of thing it is. article_id, start, end: the text
    that is about it. number: its place as the blog counts it, else 0. label: an item begins with it, before a
    colon; it is chosen only by all its words.
    """

    text: str
    words: frozenset[str]
    head: str
    article_id: str
    start: int
    end: int
    number: int = 0
    label: bool = False


Group = tuple[ItemName, ...]  # similar items, two or more


def varying(group: Group, topics: frozenset[str]) -> dict[ItemName, frozenset[str]]:
    """For each name the words that tell it from most of the others."""
    uses = Counter(w for n in group for w in n.words)
    telling = {w for w, count in uses.items() if count <= len(group) / 2 and w not in topics}
    return {n: (n.words & telling) - {n.head} or n.words & telling for n in group}


@functools.lru_cache(maxsize=4096)
def groups_in(article: Article, subject: Subject) -> tuple[Group, ...]:
    """The similar items of one article: headings of one level under one parent, items of one list."""
    found: list[Group] = []
    levels: dict[tuple[int, tuple[str, ...]], list[tuple[Block, tuple[str, ...]]]] = {}
    headings = [b for b in blocks(article.text) if b.kind == "heading"]
    trail: list[Block] = []
    children: dict[int, set[str]] = {}
    for h in headings:
        trail = [*(b for b in trail if b.level < h.level), h]
        above = tuple(article.text[b.start : b.end] for b in trail[:-1])
        levels.setdefault((h.level, above), []).append((h, above))
        if len(trail) > 1:
            children.setdefault(trail[-2].start, set()).add(article.text[h.start : h.end].casefold())
    for (level, _), members in levels.items():
        names = []
        for h, _ in members:
            end = next(
                (b.line for b in headings if b.start > h.start and b.level <= level), len(article.text)
            )
            names.append(_name(article, article.text[h.start : h.end], h.start, end, subject))
        found += _similar_headings(names, {n.start: frozenset(children.get(n.start, ())) for n in names})
    return tuple(found + list(_items(article, subject)))


def _items(article: Article, subject: Subject) -> Iterator[Group]:
    """Lists whose items begin with what they are about: "Warm up first: ...", "The seated stretch is ..."."""
    for part in sections(article.text):
        run: list[ItemName] = []
        for block in [*blocks(article.text, part.start, part.end), None]:
            if block is not None and block.is_item:
                if m := _LEAD.match(article.text, block.start, block.end):
                    name = _name(article, m[1], block.start, block.end, subject)
                    run.append(replace(name, number=len(run) + 1, label=":" in m[0]))
                continue
            labelled = [n for n in run if n.label and n.words]
            if len(labelled) >= 2:
                yield tuple(labelled)
            elif len(run) >= 2:
                heads = [n.head for n in run]
                if any(heads.count(h) >= 2 for h in heads):
                    yield tuple(run)
            run = []


def _name(article: Article, text: str, start: int, end: int, subject: Subject) -> ItemName:
    bare = _NUMBERED.sub("", text, count=1) if _NUMBERED.match(text) else text
    number = int(re.search(r"\d+", text)[0]) if bare != text else 0  # type: ignore[index]
    front = [w for w, _, _ in words(_AFTER_HEAD.split(bare)[0]) if w not in STOPWORDS]
    head = stem(front[-1]) if front and not _ASKS.match(bare) else ""
    return ItemName(bare, content_words(bare, subject), head, article.id, start, end, number)


def _similar_headings(names: Sequence[ItemName], children: Mapping[int, frozenset[str]]) -> Iterator[Group]:
    """Groups among sibling headings: counted ones, those of one head noun, those with the same subheadings."""
    short = [n for n in names if n.words and len(n.text.split()) <= _LONGEST_NAME]
    counted = [n for n in short if n.number > 0]
    if len(counted) >= 2:
        yield tuple(counted)
    rest = [n for n in short if n.number == 0 and n.head]
    for head in dict.fromkeys(n.head for n in rest):
        same = [n for n in rest if n.head == head]
        if len(same) >= 2:
            yield tuple(same)
    built = [n for n in rest if any(children[n.start] & children[m.start] for m in rest if m is not n)]
    if len(built) >= 2 and len({n.head for n in built}) > 1:
        yield tuple(built)


def groups_among(articles: Sequence[Article], subject: Subject) -> Iterator[Group]:
    """Posts that are similar: "Seated stretch" and "Standing stretch", or guides built from the same headings."""
    named = [_name(a, a.title, 0, len(a.text), subject) for a in articles]
    short = [
        n
        for n in named
        if n.head and len(n.words) > 0 and len(n.text.split()) <= 7 and ":" not in n.text and n.number == 0
    ]
    for head in dict.fromkeys(n.head for n in short):
        same = [n for n in short if n.head == head]
        if len(same) >= 2:
            yield tuple(same)
    built = {a.id: _headings(a) for a in articles}
    like = [
        n
        for n in short
        if any(_share_headings(built[n.article_id], built[m.article_id]) for m in short if m is not n)
    ]
    if len(like) >= 2 and len({n.head for n in like}) > 1:
        yield tuple(like)


@functools.lru_cache(maxsize=4096)
def _headings(article: Article) -> frozenset[str]:
    headings = (article.text[b.start : b.end].casefold() for b in blocks(article.text) if b.kind == "heading")
    return frozenset(h for h in headings if fold(h) not in _COMMON)


def _share_headings(one: frozenset[str], other: frozenset[str]) -> bool:
    """Do two posts share half of their headings, and at least two?"""
    both = len(one & other)
    return both >= 2 and both >= 0.5 * min(len(one), len(other))
