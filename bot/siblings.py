"""Which of several alike things a question is about: "the seated one" is not the standing one.

Headings, list items and posts often stand side by side for things of one kind ("1. Standing Hamstring
Stretch", "2. Seated ..."). What tells them apart is read off their own names: the words that one
has and another has not. If a question names one of them, what stands under the others is no
answer to it, however well it fits otherwise. Beside the names there is a small table of postures and
aids, because readers say "on my back" where a blog says "lying".

What this file does not know: how sentences were judged, and how an answer is put together (quote.py).
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.keywords import STOPWORDS, fold, stem, stems, words
from bot.reader import Reading, Scored, load_reader
from ingest.article import Article
from ingest.blocks import Block, blocks, sections

# Everyday words -> the posture they name. Two different ones contradict each other.
_POSTURES = {
    **dict.fromkeys(["sit", "sitting", "seated", "seat"], "sit"),
    **dict.fromkeys(["stand", "standing", "upright"], "stand"),
    **dict.fromkeys(["lie", "lying", "lay", "laying", "laid", "supine", "reclined", "reclining"], "lie"),
    **dict.fromkeys(["kneel", "kneeling"], "kneel"),
    **dict.fromkeys(["prone"], "prone"),
    **dict.fromkeys(["squat", "squatting"], "squat"),
}
_ON_BACK = re.compile(
    r"\b(?:(?:lying|lie|laying|lay|flat)(?: down)? )?on (?:my|your|the|one'?s) back\b", re.I
)
_ON_FRONT = re.compile(
    r"\b(?:(?:lying|lie|laying|lay|flat)(?: down)? )?on (?:my|your|the) (?:stomach|belly|front|tummy)\b", re.I
)
_AIDS = {
    **dict.fromkeys(["strap", "towel", "belt", "rope", "scarf", "band"], "strap"),
    **dict.fromkeys(["chair", "stool", "bench"], "chair"),
    **dict.fromkeys(["wall", "doorway", "door"], "wall"),
}
_GENERIC = frozenset(
    "one ones version variation variant type kind it stretch exercise pose position move way".split()
)
_BETWEEN = frozenset(
    "while when done you do i i'm im is are be that which in on the a down up it if we being lying".split()
)
_LASTING = frozenset("all too for long hours around behind still most so much".split())  # "sitting all day"
_ORDINALS = {
    name: number
    for number, names in enumerate(("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th"), 1)
    for name in names.split()
} | {"last": -1, "final": -1}  # fmt: skip
_NUMBERED = re.compile(r"(?:step |part |no\.? |#)?\d{1,2}[.):]?\s*[-–—:]?\s+", re.IGNORECASE)
_AFTER_HEAD = re.compile(
    r"\s+(?:with|for|on|in|of|to|at|from|using|against|by|without|and)\s|[(:,]|\s[-–—]\s", re.IGNORECASE
)
_ASKS = re.compile(r"(?:what|how|why|where|when|which|who|is|are|do|does|can|should)\b", re.IGNORECASE)
_LEAD = re.compile(r"([^.:!?–—]{2,60}?)(?::\s|\s[–—-]\s|\s(?:is|are)\s)")
_EVERYWHERE = frozenset("introduction conclusion summary overview faq faqs references sources".split())
_LONGEST_NAME = 9  # words; what is longer is a sentence, no name
_POINTING = re.compile(r"\b(?:with|where|using|against|that|which|uses|needs)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """What one of several alike things is called. words: its content stems, postures in one form.

    article_id, start, end: the text that is about it. number: as the blog counts it, else 0.
    """

    text: str
    words: frozenset[str]
    head: str
    article_id: str
    start: int
    end: int
    number: int = 0


Group = tuple[Name, ...]  # alike things, two or more


@dataclass(frozen=True, slots=True)
class Named:
    """A group of which some are meant. by: the words that say so. rivals: the words of each other's own."""

    group: Group
    meant: tuple[Name, ...]
    by: frozenset[str]
    rivals: tuple[frozenset[str], ...]

    def allows(self, article: Article, path: Sequence[str], start: int, text: str) -> bool:
        """Is a sentence not about one of the others? By where it stands, or else by its headings."""
        here = [n for n in self.group if n.article_id == article.id and n.start <= start < n.end]
        if here:
            inner = max(n.start for n in here)
            return any(n in self.meant for n in here if n.start == inner) or _told(self.by, text)
        told = _words(" ".join((article.title, *path)))
        if self.by & (told | _words(text)):
            return True
        return not any(rival <= told for rival in self.rivals)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question names among alike things, and on which side of the body."""

    named: tuple[Named, ...]
    side: str = ""

    def allows(self, article: Article, path: Sequence[str], start: int, end: int) -> bool:
        """Is a sentence, by its place and words, not about something else than what is named?"""
        text = article.text[start:end]
        if self.side and _sides(text) and self.side not in _sides(text):
            return False
        return all(one.allows(article, path, start, text) for one in self.named)


def only_asked(question: str, reading: Reading, articles: Mapping[str, Article]) -> Reading:
    """The reading without sentences about something else than the one of alike things that is named."""
    names = asked(question, articles_of(reading, articles))
    kept = tuple(s for s in reading.sentences if allowed(names, s, articles))
    if len(kept) == len(reading.sentences):
        return reading
    if not kept:
        return Reading((), 0.0)
    return Reading(kept, load_reader().answerable(np.array([s.logit for s in kept], np.float32)))


def articles_of(reading: Reading, articles: Mapping[str, Article]) -> list[Article]:
    """The articles that were read, that of the best sentence first."""
    return [articles[i] for i in dict.fromkeys(s.passage.chunk.article_id for s in reading.sentences)]


def allowed(names: Asked, one: Scored, articles: Mapping[str, Article]) -> bool:
    chunk, sentence = one.passage.chunk, one.sentence
    return names.allows(articles[chunk.article_id], chunk.path, sentence.start, sentence.end)


def asked(question: str, articles: Iterable[Article]) -> Asked:
    """What the question names among the alike things of these articles."""
    kept = tuple(articles)
    groups = [group for article in kept for group in _groups(article)] + list(_titles(kept))
    texts = {article.id: article.text for article in kept}
    titles = {article.id: _words(article.title) for article in kept}
    # What stands in parentheses at the end comes from the conversation; the reader's own words go first.
    own = re.sub(r"\s*\([^()]*\)\s*$", "", question) or question
    named = []
    for group in groups:
        # What the post is about as a whole tells none of its parts from the others.
        inside = {n.article_id for n in group}
        topics = titles[inside.pop()] if len(inside) == 1 else frozenset[str]()
        found = _meant(own, group, texts, topics)
        if found is None and own != question:
            found = _meant(question, group, texts, topics)
        if found is not None and len(found[0]) < len(group):
            named.append(Named(group, *found, tuple(_rivals(group, found[0]))))
    sides = _sides(own)
    return Asked(tuple(named), next(iter(sides)) if len(sides) == 1 else "")


def _meant(
    question: str, group: Group, texts: Mapping[str, str], topics: frozenset[str]
) -> tuple[tuple[Name, ...], frozenset[str]] | None:
    """The names of a group that a question means, and the words it does so by; None if it names none."""
    heads = {n.head for n in group if n.head}
    postures = frozenset(_postures(question, heads))
    said = (_words(question) - set(_POSTURES.values())) | postures
    varying = _varying(group, topics)
    hits = {n: said & varying[n] for n in group}
    if all(n.number < 0 for n in group):  # what an item begins with is said in full or not at all
        every = set(stems(question))
        hits = {n: n.words if set(stems(n.text)) <= every else frozenset[str]() for n in group}
    best = [n for n in group if hits[n] and not any(hits[n] < hits[m] for m in group)]
    if best:
        return tuple(best), frozenset(w for n in best for w in hits[n])
    if (number := _ordinal(question, heads)) and any(n.number for n in group):
        place = number - 1 if number > 0 else len(group) - 1
        return group[place : place + 1], frozenset()
    if aids := {_AIDS[w] for w, _, _ in words(_without_it_band(question)) if w in _AIDS} - said:
        with_aid = [n for n in group if aids & n.words]
        if with_aid:
            return tuple(with_aid), frozenset(aids)
    if told := _by_what_it_says(question, group, texts):
        return told
    rivals = [n for n in group if n.words & set(_POSTURES.values())]
    if postures and len(rivals) >= 2:
        return tuple(n for n in group if n not in rivals), postures
    return None


def _by_what_it_says(
    question: str, group: Group, texts: Mapping[str, str]
) -> tuple[tuple[Name, ...], frozenset[str]] | None:
    """ "The one where a foot goes on a chair": a word that only one of them has in its text."""
    pointing = _POINTING.search(question)
    if (
        not pointing
        or (not any(n.head in _words(question[: pointing.start()]) for n in group)
        and not re.search(
            r"\b(?:one|stretch|exercise|pose|version)\b", question[: pointing.start()], re.IGNORECASE
        ))
    ):
        return None
    said = _words(question[pointing.end() :])
    bodies = {n: _words(texts[n.article_id][n.start : n.end]) for n in group}
    telling = {w for w in said if sum(w in body for body in bodies.values()) == 1}
    meant = tuple(n for n in group if telling & bodies[n])
    return (meant, frozenset(telling)) if len(meant) == 1 else None


def _words(text: str) -> frozenset[str]:
    """Content stems; a posture in its one form."""
    plain = _ON_FRONT.sub(" prone ", _ON_BACK.sub(" lying ", text))
    return frozenset(_POSTURES.get(w) or stem(w) for w, _, _ in words(plain) if w not in STOPWORDS)


def _told(by: frozenset[str], text: str) -> bool:
    """Does a sentence name what is asked by a word of its own? A posture may be a mere circumstance."""
    return bool((by - set(_POSTURES.values())) & _words(text))


def _varying(group: Group, topics: frozenset[str]) -> dict[Name, frozenset[str]]:
    """For each name the words that tell it from most of the others."""
    uses = Counter(w for n in group for w in n.words)
    telling = {w for w, count in uses.items() if count <= len(group) / 2 and w not in topics}
    return {n: (n.words & telling) - {n.head} or n.words & telling for n in group}


def _rivals(group: Group, meant: Sequence[Name]) -> Iterator[frozenset[str]]:
    """What tells each of the others from all else: two words of its own, or one and what kind it is."""
    for n in group:
        own = n.words - frozenset(w for m in group if m is not n for w in m.words)
        if n not in meant and own and n.number >= 0:
            yield own if len(own) > 1 else own | {n.head}


def _postures(question: str, heads: set[str]) -> Iterator[str]:
    """The postures that name a thing ("the seated stretch"), not those that happen ("sitting all day")."""
    plain = _ON_FRONT.sub(" prone ", _ON_BACK.sub(" lying ", question))
    said = [w for w, _, _ in words(plain)]
    things = heads | {stem(w) for w in _GENERIC}
    for i, word in enumerate(said):
        posture = _POSTURES.get(word)
        if posture is None or (said[i + 1 : i + 2] and said[i + 1] in _LASTING):
            continue
        ahead, behind = said[i + 1 : i + 4], said[max(0, i - 4) : i][::-1]
        if _reaches(ahead, things, lambda w: w not in STOPWORDS or w in ("down", "up")) or _reaches(behind, things, lambda w: w in _BETWEEN) or (
            (behind[:1] == ["the"]
            and not ahead[:1])
            or (ahead[:1] in (["down"], ["up"])
            and behind[:1] == ["the"])
        ):
            yield posture


def _reaches(said: Sequence[str], things: set[str], passes: object) -> bool:
    """Is one of the things the first of these words that does not just stand between?"""
    for word in said:
        if stem(word) in things:
            return True
        if not passes(word):  # type: ignore[operator]
            return False
    return False


def _ordinal(question: str, heads: set[str]) -> int:
    """The place asked for ("the second stretch", "stretch 2"), -1 for the last, 0 for none."""
    said = [w for w, _, _ in words(question)]
    things = heads | {stem(w) for w in _GENERIC - {"it", "way", "kind", "type"}}
    for i, word in enumerate(said):
        after = said[i + 1 : i + 3]
        if (
            word in _ORDINALS
            and after
            and (
                (stem(after[0]) in things
                and not after[0].endswith("s"))
                or (len(after) > 1 and stem(after[1]) in things and stem(after[0]) not in _COUNTS)
            )
        ):
            return _ORDINALS[word]
        if (
            word.isdecimal()
            and i
            and 0 < int(word) < 30
            and (stem(said[i - 1]) in things or said[i - 1] in ("number", "no"))
        ):
            return int(word)
    return 0


_COUNTS = frozenset("one two three four five six seven few".split())


def _without_it_band(text: str) -> str:
    return re.sub(r"\b(?:IT|iliotibial|it|ITB)[ -]bands?\b", " ", text)


def _sides(text: str) -> set[str]:
    """ "left", "right" where a text tells sides of the body apart."""
    part = r"(?:hand )?(?:side|leg|foot|arm|hand|knee|hip|shoulder|ankle|wrist|glute|hamstring|thigh|calf|elbow|heel|buttock)s?"
    return {m[1].lower() for m in re.finditer(rf"\b(left|right)[ -]{part}\b", text, re.IGNORECASE)}


@functools.lru_cache(maxsize=4096)
def _groups(article: Article) -> tuple[Group, ...]:
    """The alike things of one article: headings of one level under one parent, items of one list."""
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
            names.append(_name(article, article.text[h.start : h.end], h.start, end))
        found += _alike(names, {n.start: frozenset(children.get(n.start, ())) for n in names})
    return tuple(found + list(_items(article)))


def _items(article: Article) -> Iterator[Group]:
    """Lists whose items begin with what they are about: "Warm up first: ...", "The seated stretch is ..."."""
    for part in sections(article.text):
        run: list[Name] = []
        for block in [*blocks(article.text, part.start, part.end), None]:
            if block is not None and block.is_item:
                if m := _LEAD.match(article.text, block.start, block.end):
                    run.append(_name(article, m[1], block.start, block.end, colon=":" in m[0]))
                continue
            colons = [n for n in run if n.number < 0 and n.words]
            if len(colons) >= 2:
                yield tuple(colons)
            elif len(run) >= 2:
                heads = [n.head for n in run]
                if any(heads.count(h) >= 2 for h in heads):
                    yield tuple(run)
            run = []


def _name(article: Article, text: str, start: int, end: int, *, colon: bool = False) -> Name:
    bare = _NUMBERED.sub("", text, count=1) if _NUMBERED.match(text) else text
    number = int(re.search(r"\d+", text)[0]) if bare != text else 0  # type: ignore[index]
    front = [w for w, _, _ in words(_AFTER_HEAD.split(bare)[0]) if w not in STOPWORDS]
    head = stem(front[-1]) if front and not _ASKS.match(bare) else ""
    return Name(bare, _words(bare), head, article.id, start, end, -1 if colon else number)


def _alike(names: Sequence[Name], children: Mapping[int, frozenset[str]]) -> Iterator[Group]:
    """Groups among sibling headings: counted ones, those of one head noun, those built alike."""
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


def _titles(articles: Sequence[Article]) -> Iterator[Group]:
    """Posts that are alike: "Seated stretch" and "Standing stretch", or guides built from the same headings."""
    named = [_name(a, a.title, 0, len(a.text)) for a in articles]
    short = [
        n
        for n in named
        if n.head and len(n.words) > 0 and len(n.text.split()) <= 7 and ":" not in n.text and n.number == 0
    ]
    for head in dict.fromkeys(n.head for n in short):
        same = [n for n in short if n.head == head]
        if len(same) >= 2:
            yield tuple(same)
    built = {a.id: _built(a) for a in articles}
    like = [
        n
        for n in short
        if any(_similar(built[n.article_id], built[m.article_id]) for m in short if m is not n)
    ]
    if len(like) >= 2 and len({n.head for n in like}) > 1:
        yield tuple(like)


@functools.lru_cache(maxsize=4096)
def _built(article: Article) -> frozenset[str]:
    headings = (article.text[b.start : b.end].casefold() for b in blocks(article.text) if b.kind == "heading")
    return frozenset(h for h in headings if fold(h) not in _EVERYWHERE)


def _similar(one: frozenset[str], other: frozenset[str]) -> bool:
    """Do two posts share half of their headings, and at least two?"""
    both = len(one & other)
    return both >= 2 and both >= 0.5 * min(len(one), len(other))


def apart(a: Scored, b: Scored, articles: Mapping[str, Article]) -> bool:
    """Are two sentences about different ones of alike things, by where they stand or by their headings?"""
    both = [articles[i] for i in dict.fromkeys(s.passage.chunk.article_id for s in (a, b))]
    groups = [group for article in both for group in _groups(article)] + list(_titles(both))
    for group in groups:
        mine, yours = (_of(s, group, articles) for s in (a, b))
        if mine and yours and not mine & yours:
            return True
    return False


def _of(one: Scored, group: Group, articles: Mapping[str, Article]) -> set[Name]:
    """Which of a group a sentence is about; none if one cannot tell."""
    chunk, at = one.passage.chunk, one.sentence.start
    here = {n for n in group if n.article_id == chunk.article_id and n.start <= at < n.end}
    if here:
        return here
    told = _words(" ".join((articles[chunk.article_id].title, *chunk.path)))
    words_of = _varying(group, frozenset())
    return {n for n in group if words_of[n] and words_of[n] <= told and n.head in told}
