"""Concepts in a message, and patterns of concepts: what "can't > urinate" means and where it matches.

A concept is a list of phrases ("pass water", "go to? the? loo|toilet"): `|` separates alternatives,
`?` follows an optional word, `=` precedes a word that takes no endings. A pattern joins concepts:

    a > b     b follows a within the sentence, at most three words of substance between them
    a ~ b     both in one sentence, in any order, at most nine words of substance between them
    a & b     both somewhere in the message
    & !b      and b nowhere in the message;   ~ !b  and b not in the same sentence

Only what is not negated counts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.safety.negation import negated, reported_fine
from bot.safety.normalize import Vocabulary, Word

_MOST = 3  # places of one concept that are kept, from either end of the message
_REACH = {">": 3, "~": 9}
# Words that put no distance between two others.
_LIGHT = frozenset(
    "i me my we he she it his her our their they them you your a an the to of in on at for be am is are was were been being have has had "
    "do does did just really even very so properly anymore any more at all can could able get got getting seem feel like feeling and that this "
    "with from by or much well quite completely totally suddenly also all since not now still too own whole entire still bit some up out off".split()
)
# Words that may come between two words of a phrase.
_FILLERS = frozenset(
    "just really very so completely totally suddenly also all now still quite always actually even literally basically "
    "constantly is are was were has have had been be being".split()
)
_FEELING = frozenset(("feel", "have", "get", "notice"))
_JOIN = re.compile(r"([>~&])")
_NAME = re.compile(r"!?[a-z][a-z0-9_]*")
Join = Literal["", ">", "~", "&"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a message: words[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    join: Join
    name: str
    absent: bool


Pattern = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The words of a message, and the places of each concept that is not negated."""

    words: tuple[Word, ...]
    hits: Mapping[str, tuple[Hit, ...]]
    weight: tuple[int, ...]  # words of substance before each place


def parse_pattern(text: str) -> Pattern:
    """A pattern from its text. Raises ValueError that says what is wrong with it."""
    pieces = [piece.strip() for piece in _JOIN.split(text)]
    terms: list[Term] = []
    join = ""
    for i, piece in enumerate(pieces):
        if i % 2:
            join = piece
            continue
        if not _NAME.fullmatch(piece):
            raise ValueError(f"{text!r} is not concepts joined by >, ~ or &")
        terms.append(Term(join, piece.lstrip("!"), piece.startswith("!")))  # type: ignore[arg-type]
    if terms[0].absent or any(t.absent and t.join == ">" for t in terms):
        raise ValueError(f"{text!r}: what must be absent comes at the end, after & or ~")
    return tuple(terms)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase: any of these words, or none if it is optional."""

    words: frozenset[str]
    optional: bool


def parse_phrase(text: str) -> tuple[Slot, ...]:
    """A phrase from its text. Raises ValueError that says what is wrong with it."""
    slots: list[Slot] = []
    for part in text.split():
        options = part.rstrip("?").split("|")
        if not all(re.fullmatch(r"=?[a-z0-9.]+", option) for option in options):
            raise ValueError(f"{text!r}: a phrase is made of plain lower-case words, with | and ? and =")
        slots.append(Slot(frozenset(options), part.endswith("?")))
    if all(slot.optional for slot in slots):
        raise ValueError(f"{text!r}: at least one word must be there")
    return tuple(slots)


class Lexicon:
    """All concepts of the rules, to be found in a message in one pass."""

    def __init__(
        self,
        concepts: Mapping[str, Sequence[str]],
        derived: Mapping[str, Sequence[Pattern]],
        fades: Iterable[str],
        felt: Iterable[str] = (),
    ) -> None:
        written = [(name, parse_phrase(text)) for name, texts in concepts.items() for text in texts]
        self.vocabulary = Vocabulary({w for _, slots in written for slot in slots for w in slot.words})
        self.derived = dict(derived)
        self._fades = frozenset(fades)
        self._felt = frozenset(felt)
        self._starting: dict[str, list[tuple[str, tuple[Slot, ...]]]] = {}
        for name, slots in written:
            self._add(name, tuple(Slot(frozenset(map(self._base, s.words)), s.optional) for s in slots))

    def _base(self, word: str) -> str:
        return self.vocabulary.lookup(word.lstrip("="))

    def _add(self, name: str, slots: tuple[Slot, ...]) -> None:
        """List the phrase under each word it may begin with."""
        for at, slot in enumerate(slots):
            for word in slot.words:
                self._starting.setdefault(word, []).append((name, slots[at + 1 :]))
            if not slot.optional:
                return

    def find(self, words: Sequence[Word]) -> Found:
        """Every concept of the message that is not negated there."""
        raw: dict[str, list[Hit]] = {}
        spans: set[tuple[int, int]] = set()
        for start in range(len(words)):
            for name, end in self._at(words, start):
                places = raw.setdefault(name, [])
                longest = end
                if places and places[-1].start == start:
                    longest = max(end, places.pop().end)
                places.append(Hit(start, longest))
                spans.add((start, end))
        reached = negated(words, self._within_phrases(words, spans, raw))
        hits = {
            name: tuple(
                hit
                for hit in _few(places)
                if not reached[hit.start]
                and not reported_fine(words, hit.start, hit.end, fades=name in self._fades)
            )
            for name, places in raw.items()
        }
        weight = tuple(itertools.accumulate((w.text not in _LIGHT for w in words), initial=0))
        found = Found(tuple(words), {k: v for k, v in hits.items() if v}, weight)
        return self._with_derived(found)

    def _within_phrases(
        self, words: Sequence[Word], spans: Iterable[tuple[int, int]], raw: Mapping[str, Sequence[Hit]]
    ) -> set[int]:
        """Places of negators that belong to a phrase: "can not", "no feeling"; not that of "not feel numb"."""
        felt = {hit.start for name in self._felt for hit in raw.get(name, ())}
        return {
            i
            for start, end in spans
            if not (words[end - 1].text in _FEELING and felt & {end, end + 1, end + 2})
            for i in _inner(words, start, end)
        }

    def _at(self, words: Sequence[Word], start: int) -> Iterator[tuple[str, int]]:
        """The concepts whose phrases begin at a word, each with the place after its end."""
        for name, slots in self._starting.get(words[start].text, ()):
            if end := _reach(words, start + 1, slots):
                yield name, end

    def _with_derived(self, found: Found) -> Found:
        """The named patterns, in the order of the file, as further concepts."""
        hits = dict(found.hits)
        seen = Found(found.words, hits, found.weight)
        for name, patterns in self.derived.items():
            places = [hit for pattern in patterns for hit in match(pattern, seen)]
            if places:
                hits[name] = tuple(_few(sorted(set(places), key=lambda h: (h.start, h.end))))
        return seen


def match(pattern: Pattern, found: Found) -> list[Hit]:
    """The places where a pattern matches."""
    hits = found.hits
    if any((t.name not in hits) != t.absent for t in pattern if t.join != "~" or not t.absent):
        return []
    spans = list(hits[pattern[0].name])
    for term in pattern[1:]:
        others = hits.get(term.name, ())
        if term.join == "&":
            if not term.absent:
                spans = [Hit(min(s.start, o.start), max(s.end, o.end)) for s in spans[:1] for o in others[:1]]
        elif term.absent:
            spans = [s for s in spans if not any(_same_sentence(found, s, o) for o in others)]
        else:
            spans = [
                Hit(min(s.start, o.start), max(s.end, o.end))
                for s in spans
                for o in others
                if _joined(found, s, o, term.join)
            ]
        spans = _few(list(dict.fromkeys(spans)))
    return spans


def _inner(words: Sequence[Word], start: int, end: int) -> range:
    """The places of a phrase in which a negator negates nothing outside it: "can not", "no feeling"."""
    able = end - start == 2 and words[start].text in ("can", "could", "will", "would")
    return range(start, end if able else end - 1)


def _reach(words: Sequence[Word], at: int, slots: tuple[Slot, ...], *, fillers: int = 2) -> int:
    """The place after the longest way to fill the slots from `at` on, or 0 if there is none.

    Two fillers may come between two slots: "the feeling has just gone", "it simply runs out".
    """
    if not slots:
        return at
    best = 0
    if at < len(words) and words[at].text in slots[0].words and words[at].sentence == words[at - 1].sentence:
        best = _reach(words, at + 1, slots[1:])
    elif (
        fillers
        and at + 1 < len(words)
        and words[at].text in _FILLERS
        and words[at].sentence == words[at - 1].sentence
    ):
        best = _reach(words, at + 1, slots, fillers=fillers - 1)
    if slots[0].optional:
        best = max(best, _reach(words, at, slots[1:], fillers=fillers))
    return best


def _joined(found: Found, a: Hit, b: Hit, join: str) -> bool:
    if not _same_sentence(found, a, b):
        return False
    if join == ">":
        return b.start >= a.end and found.weight[b.start] - found.weight[a.end] <= _REACH[join]
    first, second = (a, b) if a.start <= b.start else (b, a)
    return second.start < first.end or found.weight[second.start] - found.weight[first.end] <= _REACH[join]


def _same_sentence(found: Found, a: Hit, b: Hit) -> bool:
    return found.words[a.start].sentence == found.words[b.start].sentence


def _few(places: Sequence[Hit]) -> list[Hit]:
    return list(places) if len(places) <= 2 * _MOST else [*places[:_MOST], *places[-_MOST:]]
