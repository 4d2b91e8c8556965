"""Parse a sentence: words with senses and clauses, scopes of negation, amounts. Rules over words; English only."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.text.english import NEGATIONS, cardinals, either
from bot.text.quantities import Quantity, quantities
from bot.text.tokens import STOPWORDS, fold, stem
from bot.write.verify.synonyms import key

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLOSE = re.compile(r"[,;:.!?()–—]|\s-\s")  # ends a clause
CLAUSE_BREAKS = frozenset(
    "and but or so then because since as while when if which that than who before after until unless although"
    " though whether except plus".split()
)
_SCOPE_ENDS = CLAUSE_BREAKS - {"and", "or", "that", "than", "as"}
SCOPE = 4  # content words that a negation reaches
_NOT = NEGATIONS | frozenset(
    "hardly barely seldom rarely avoid lack lacks lacking except unable refrain skip".split()
)
_NOT_PHRASES = re.compile(
    r"\b(?:instead of|rather than|other than|free of|short of|stay away from|keep away from|steer clear of|far from)\b"
    r"|\b(?:keep|keeps|keeping|save|saves|saving|spare|spares)(?: \w+){1,4}? from (?=\w+ing\b)"
)
_NO_NEGATION = re.compile(
    r"\b(?:not only|no (?:longer|more|less|fewer|later) than|not (?:more|less|longer) than|nothing but|no doubt)\b"
    r"|\bno (?:longer|more)(?=\s*(?:[,.;:!?)]|$))|\bwhy not\b"
)
_PHRASAL = frozenset(
    "get got gets getting stand stood stands sit sat sits sitting lie lies lying warm warms warming set make makes made"
    " give gives take takes build end ends slow slows follow sign pick write fill mix wake woke grow live sew open".split()
)
_BODY_SIDES = frozenset("back front stomach side belly".split())
_POSTURES = frozenset("sit sits lie lies stand stands".split())
_PLACED = re.compile(r"(?:along|between|behind|under|below|beneath|above|near|next to)\b")
_COUNTED = re.compile(rf"\d|(?:{either(cardinals(2, 12))}|\w+teen|\w+ty|hundred|thousand)\b")
_PARTS = re.compile(
    r"(?:back|spine|body|leg|legs|limb|limbs|half|abdomen|part|thigh|arm|arms|trunk|jaw|lip|end|side)\b"
)
_BODY = re.compile(
    r"(?:leg|arm|foot|feet|hand|side|knee|hip|shoulder|ankle|eye|ear|elbow|wrist|thumb|calf|thigh|buttock|lung|lobe|heel|toe|half)s?\b"
)


def _with_stems(text: str) -> frozenset[str]:
    words = text.replace('"', " ").split()
    return frozenset(words) | frozenset(map(stem, words))


# Words that need little support, and words that need none: the words around them carry the meaning.
_LITTLE_SUPPORT_NEEDED = _with_stems(
    "help become bring give take turn thing way kind person people someone anyone let put use try go goes group version range"
    " difference notice case example fact deal bit work happen find seem mean feel choose include involve allow enable consist"
    " able ability lead want need recommend suggest thought make makes possible certain different various specific overall"
    " leave show know come keep begin start see look call act perform state level process effect manner result repeat side follow apply manage set sets drop something anything author writer affect serve good long last cover serve"
)
_NO_SUPPORT_NEEDED = _with_stems(
    "also even while during without still yet very quite rather too such those like just enough own since because although"
    " though through throughout between across along after before out off away actually really simply according where until till unless except whether if plus"
    " around about roughly approximately nearly almost alone once again already always never ever often usually sometimes per"
    " toward towards onto upon within among amongst whether either neither both however therefore thus hence indeed instead"
    " otherwise somewhere anywhere else etc due ought above below under over beside next future gone ahead later soon now today"
    " therefore meanwhile besides despite unlike versus via apart together perhaps maybe likely able today every everyone do done doing yourself oneself itself themselves straight mostly way"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word. text: folded. clause: number of its clause. negated: is it in the scope of a negation?"""

    text: str
    stem: str
    start: int
    end: int
    clause: int
    negated: bool
    name: bool

    @property
    def content(self) -> bool:
        if self.stem in ("inhal", "exhal"):
            return True
        idle = (
            self.text in STOPWORDS
            or self.text in _NOT
            or self.text in _NO_SUPPORT_NEEDED
            or self.stem in _NO_SUPPORT_NEEDED
        )
        return not idle and len(self.text) > 1 and self.stem[-1:] != "~"

    @property
    def light(self) -> bool:
        return self.text in _LITTLE_SUPPORT_NEEDED or self.stem in _LITTLE_SUPPORT_NEEDED


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A parsed text: its words in order, the scope of each negation, its amounts.

    doubled: is one negation in the scope of another?
    """

    words: tuple[Word, ...]
    scopes: tuple[tuple[Word, ...], ...]
    amounts: tuple[Quantity, ...]
    doubled: bool

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(w.stem for w in self.words)

    @property
    def content(self) -> list[Word]:
        return [w for w in self.words if w.content]

    def in_amount(self, word: Word) -> bool:
        """Is this word part of an amount, as "every" is in "every day"?"""
        return any(a.start <= word.start < a.end for a in self.amounts)


@functools.lru_cache(maxsize=4096)
def parse_text(text: str) -> ParsedText:
    """Parse one sentence or a few."""
    raw = [(fold(m[0]).replace("'", ""), m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
    breaks = {m.start() for m in _CLOSE.finditer(text)}
    cues = _cues(text, raw)
    words: list[Word] = []
    scopes: list[list[Word]] = []
    clause, reach, before, doubled = 0, 0, 0, False
    for at, (word, shown, start, end) in enumerate(raw):
        stopped = any(before <= b <= start for b in breaks) and bool(at)
        clause += stopped or word in CLAUSE_BREAKS
        if stopped or word in _SCOPE_ENDS:
            reach = 0
        name = shown[:1].isupper() and len(shown) > 1 and not _begins_sentence(text, start)
        one = Word(word, _sense(text, raw, at), start, end, clause, reach > 0, name)
        words.append(one)
        before = end
        if reach and one.content:
            scopes[-1].append(one)
            reach -= 1
        if start in cues and not (word == "from" and reach):
            doubled = doubled or reach > 0
            scopes.append([])
            reach = SCOPE
    return ParsedText(tuple(words), tuple(tuple(s) for s in scopes), tuple(quantities(text)), doubled)


def _cues(text: str, raw: Sequence[tuple[str, str, int, int]]) -> set[int]:
    """Offsets at which negations begin."""
    low = text.lower()
    idle = [(m.start(), m.end()) for m in _NO_NEGATION.finditer(low)]
    found = {s for word, _, s, _ in raw if word in _NOT or (word.endswith("nt") and _is_contraction(text, s))}
    found |= {m.start() + m[0].rstrip().rindex(" ") + 1 for m in _NOT_PHRASES.finditer(low)}
    return {s for s in found if not any(a <= s < b for a, b in idle)}


def _is_contraction(text: str, start: int) -> bool:
    return bool(re.match(r"[a-z]+n['’]t\b", text[start : start + 12], re.IGNORECASE))


def _begins_sentence(text: str, start: int) -> bool:
    head = text[:start].rstrip(" \"'“‘(*_")
    return not head or head[-1] in ".!?:\n…"


def _sense(text: str, raw: Sequence[tuple[str, str, int, int]], at: int) -> str:
    """The stem of a word, or an id of its sense where one spelling has several."""
    word, _, start, end = raw[at]
    rest = text[end : end + 24].lstrip(" -").lower()
    before = raw[at - 1][0] if at else ""
    if _is_uninformative(word, before, rest) or (word in ("up", "down") and text[start - 1 : start] == "-"):
        return f"{word}~"
    if word in _BODY_SIDES and before in ("your", "the", "their") and at > 1 and raw[at - 2][0] == "on":
        return f"on{word}"
    if word in ("lower", "upper") and _PARTS.match(rest):
        return f"{word}part"
    if word in ("in", "out") and (before.startswith("breath") or rest.startswith("breath")):
        return "inhal" if word == "in" else "exhal"
    if word == "one" and _BODY.match(rest):
        return "onepart"
    if word == "one" and before == "the" and not rest.startswith("of "):
        return "theone"
    return "rear" if word == "back" and re.match(r"of\b|at the\b", rest) else key(word)


def _is_uninformative(word: str, before: str, rest: str) -> bool:
    """Is this word, which often is a side, posture, number or strong word, none here?"""
    match word:
        case "up" | "down":
            return before in _PHRASAL or not before
        case "left" | "right":
            return not _BODY.match(rest)
        case "most" | "least":
            return before == "at"
        case "longer":
            return before == "no"
        case "every":
            return bool(_COUNTED.match(rest))
        case "all":
            return before == "at" or bool(re.match(r"(?:you|it|this|that)\b", rest))
    return word in _POSTURES and bool(_PLACED.match(rest))
