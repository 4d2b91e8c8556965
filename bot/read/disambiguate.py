"""Which of several similar items a question is about: "the seated one" is not the standing one.

Headings, list items and posts often come in groups of one kind ("1. Standing Hamstring Stretch", "2. Seated ...").
What tells them apart is read off their own names: the words that one has and another has not. If a question names
one of them, what is under the others is no answer to it, however well it fits otherwise. Beside the names there are
the postures and aids of the blog's subject, because readers say "on my back" where a blog says "lying", and names with
numbers: what is about week 5 or B6 does not answer a question about week 4 or B12.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.read import descriptors
from bot.read.descriptors import content_words
from bot.read.reading import Reading, ScoredSentence
from bot.read.similar_items import Group, ItemName, groups_among, groups_in, varying
from bot.text.numbered_names import Name, codes, names
from bot.text.subjects import Subject
from bot.text.tokens import WORD, fold, stem, stems
from bot.types import Passage
from ingest.article import Article

_POINTING = re.compile(r"\b(?:with|where|using|against|that|which|uses|needs)\b", re.IGNORECASE)
_PRAISE = frozenset(
    map(stem, "best good great better top easy simple new ultimate complete quick favorite basic".split())
)
_POINTED = ("one", "version")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A group of which some items are meant. by: the words that say so. rivals: the words of each other item."""

    group: Group
    meant: tuple[ItemName, ...]
    by: frozenset[str]
    rivals: tuple[frozenset[str], ...]
    subject: Subject

    def allows(self, article: Article, path: Sequence[str], start: int, text: str) -> bool:
        """Is a sentence not about one of the others? By its place, or else by its headings."""
        here = [n for n in self.group if n.article_id == article.id and n.start <= start < n.end]
        if here:
            inner = max(n.start for n in here)
            return any(n in self.meant for n in here if n.start == inner) or _names(
                self.by, text, self.subject
            )
        headed = content_words(" ".join((article.title, *path)), self.subject)
        if self.by & (headed | content_words(text, self.subject)):
            return True
        return not any(rival <= headed for rival in self.rivals)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a question names among similar items, and on which side of the body."""

    chosen: tuple[Chosen, ...]
    side: str
    subject: Subject
    numbered: frozenset[Name] = frozenset()

    def allows(self, article: Article, path: Sequence[str], start: int, end: int) -> bool:
        """Is a sentence, by its place and words, about what is named?"""
        text = article.text[start:end]
        if self.side and (sides := descriptors.sides(text, self.subject)) and self.side not in sides:
            return False
        if self.numbered and _names_another(self.numbered, (text, *reversed(path), article.title)):
            return False
        return all(one.allows(article, path, start, text) for one in self.chosen)


def disambiguate(
    question: str, reading: Reading, articles: Mapping[str, Article], subject: Subject
) -> Reading:
    """The reading without sentences about other items than the question names."""
    selection = select(question, articles_of(reading, articles), subject)
    kept = [s for s in reading.sentences if _allowed(selection, s, articles)]
    asked = selection.numbered
    left = [s for s in kept if not _in_another(asked, s.passage)] if asked else kept
    # The best sentence is about another one, and nothing is about the one that is asked for.
    dropped = not kept or kept[0] is not reading.sentences[0]
    if asked and dropped and not any(_may_name(asked, s, articles) for s in left):
        return reading.only([])
    return reading.only(left)


def _may_name(asked: frozenset[Name], one: ScoredSentence, articles: Mapping[str, Article]) -> bool:
    """Does a sentence, its headings or its title have one of these names? The header of a row may, too."""
    chunk, sentence = one.passage.chunk, one.sentence
    article = articles[chunk.article_id]
    text = "\n".join((article.text[sentence.start : sentence.end], *chunk.path, article.title))
    return sentence.kind == "row" or bool(asked & names(text, {kind for kind, _ in asked}))


def _in_another(asked: frozenset[Name], passage: Passage) -> bool:
    """Is a whole passage about others of the codes that are asked for? A week or a day may be named by the way."""
    in_one_word = frozenset(name for name in asked if name[0] in codes(passage.chunk.text))
    return bool(in_one_word) and _names_another(in_one_word, (passage.chunk.text,))


def _names_another(asked: frozenset[Name], texts: Sequence[str]) -> bool:
    """Does the first text with a name of an asked kind (the sentence, its headings, its title) have none of those asked?"""
    for kind in {kind for kind, _ in asked}:
        wanted = {name for name in asked if name[0] == kind}
        for text in texts if kind != "weekday" else texts[:1]:
            mine = {name for name in names(text, {kind}) if name[0] == kind}
            if mine & wanted:
                break
            if mine:
                return True
    return False


def articles_of(reading: Reading, articles: Mapping[str, Article]) -> list[Article]:
    """The articles that were read, that of the best sentence first."""
    return [articles[i] for i in dict.fromkeys(s.passage.chunk.article_id for s in reading.sentences)]


def _allowed(selection: Selection, one: ScoredSentence, articles: Mapping[str, Article]) -> bool:
    chunk, sentence = one.passage.chunk, one.sentence
    return selection.allows(articles[chunk.article_id], chunk.path, sentence.start, sentence.end)


def select(question: str, articles: Iterable[Article], subject: Subject) -> Selection:
    """What the question names among the similar items of these articles."""
    kept = tuple(articles)
    groups = _groups(kept, subject)
    texts = {article.id: article.text for article in kept}
    titles = {article.id: content_words(article.title, subject) for article in kept}
    # Parentheses at the end come from the conversation; the reader's own words go first.
    own = re.sub(r"\s*\([^()]*\)\s*$", "", question) or question
    chosen = []
    for group in groups:
        # What the post is about as a whole tells none of its parts from the others.
        inside = {n.article_id for n in group}
        topics = titles[inside.pop()] if len(inside) == 1 else frozenset[str]()
        found = _meant(own, group, texts, topics, subject)
        if found is None and own != question:
            found = _meant(f"{question.rstrip(' )')} one)", group, texts, topics, subject)
        if found is not None and len(found[0]) < len(group):
            chosen.append(Chosen(group, *found, tuple(_rivals(group, found[0])), subject))
    sides = descriptors.sides(own, subject)
    side = next(iter(sides)) if len(sides) == 1 else ""
    kinds = {kind for article in kept for kind in codes(f"{article.title} {article.text}")} - {"a", "i"}
    return Selection(tuple(chosen), side, subject, _unpaired(names(own, kinds) or names(question, kinds)))


def _unpaired(found: frozenset[Name]) -> frozenset[Name]:
    """Without the halves of pairs: a question about L4/L5 is not one about each L5."""
    halves = {half for kind, value in found if kind == "pair" for half in value.split("/")}
    return frozenset(name for name in found if "".join(name) not in halves)


def _groups(articles: Sequence[Article], subject: Subject) -> list[Group]:
    inside = [group for article in articles for group in groups_in(article, subject)]
    return inside + list(groups_among(articles, subject))


def _meant(
    question: str, group: Group, texts: Mapping[str, str], topics: frozenset[str], subject: Subject
) -> tuple[tuple[ItemName, ...], frozenset[str]] | None:
    """The names of a group that a question means, and the words it does so by; None if it names none."""
    heads = {n.head for n in group if n.head}
    postures = frozenset(descriptors.postures(question, heads, subject))
    asked_words = (content_words(question, subject) - descriptors.all_postures(subject)) | postures
    tell = varying(group, topics)
    hits = {n: asked_words & tell[n] for n in group}
    if all(n.label for n in group):
        every = set(stems(question))
        hits = {n: n.words if set(stems(n.text)) <= every else frozenset[str]() for n in group}
    best = [n for n in group if hits[n] and not any(hits[n] < hits[m] for m in group)]
    if best:
        return tuple(best), frozenset(w for n in best for w in hits[n])
    if (number := descriptors.ordinal(question, heads, subject)) and any(n.number > 0 for n in group):
        place = number - 1 if number > 0 else len(group) - 1
        there = group[place : place + 1]
        return there, frozenset(w for n in there for w in tell[n])
    if aids := descriptors.aids(question, subject) - asked_words:
        with_aid = [n for n in group if aids & n.words]
        if with_aid:
            return tuple(with_aid), frozenset(aids)
    if pointed := _by_its_text(question, group, texts, subject):
        return pointed
    rivals = [n for n in group if n.words & descriptors.all_postures(subject)]
    if postures and len(rivals) >= 2:  # a posture that none of them is named after
        return tuple(
            n for n in group if postures & content_words(texts[n.article_id][n.start : n.end], subject)
        ), postures
    return None


def _by_its_text(
    question: str, group: Group, texts: Mapping[str, str], subject: Subject
) -> tuple[tuple[ItemName, ...], frozenset[str]] | None:
    """ "The one where a foot goes on a chair": a word that only one of them has in its text."""
    pointing = _POINTING.search(question)
    before = question[: pointing.start()] if pointing else ""
    pointed = {fold(m[0]) for m in WORD.finditer(before)} & {*_POINTED, *subject.items}
    if pointing is None or not (pointed or {n.head for n in group} & content_words(before, subject)):
        return None
    asked_words = content_words(question[pointing.end() :], subject)
    bodies = {n: content_words(texts[n.article_id][n.start : n.end], subject) for n in group}
    telling = {w for w in asked_words if sum(w in body for body in bodies.values()) == 1}
    meant = tuple(n for n in group if telling & bodies[n])
    return (meant, frozenset(telling)) if len(meant) == 1 else None


def _names(by: frozenset[str], text: str, subject: Subject) -> bool:
    """Does a sentence name the chosen item by a word of its own? A posture may be a mere circumstance."""
    return bool((by - descriptors.all_postures(subject)) & content_words(text, subject))


def _rivals(group: Group, meant: Sequence[ItemName]) -> Iterator[frozenset[str]]:
    """What tells each of the others from all else: two words of its own, or one and what kind it is."""
    for n in group:
        own = n.words - frozenset(w for m in group if m is not n for w in m.words)
        if n not in meant and own and not n.label:
            yield own if len(own) > 1 else own | {n.head}


def differ_in_item(
    a: ScoredSentence, b: ScoredSentence, articles: Mapping[str, Article], subject: Subject
) -> bool:
    """Are two sentences about different items of a group, by their places or by their headings?"""
    both = [articles[i] for i in dict.fromkeys(s.passage.chunk.article_id for s in (a, b))]
    for group in _groups(both, subject):
        mine, yours = (_of(s, group, articles, subject) for s in (a, b))
        if mine and yours and not mine & yours:
            return True
    return False


def _of(
    one: ScoredSentence, group: Group, articles: Mapping[str, Article], subject: Subject
) -> set[ItemName]:
    """Which of a group a sentence is about; none if that is unclear, or if no word of its own tells it apart."""
    chunk, at = one.passage.chunk, one.sentence.start
    own = {n: words - _PRAISE for n, words in varying(group, frozenset()).items()}
    here = {n for n in group if n.article_id == chunk.article_id and n.start <= at < n.end}
    headed = content_words(" ".join((articles[chunk.article_id].title, *chunk.path)), subject)
    return {n for n in here if own[n]} or {
        n for n in group if own[n] and own[n] <= headed and n.head in headed
    }
