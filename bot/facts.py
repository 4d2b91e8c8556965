"""What a sentence commits itself to, and whether another text bears it out: the part that logic can see.

Amounts, sides, postures, order, opposites, negations, strong words, and who does what to whom. A
claim that differs from its source in one of these is false however alike the two sound, which is
what vectors cannot see. Rules over words, stems and clauses (synonyms.toml has the words); English only.

What this file does not know: which sentences of a passage are the source, and whether the rest of
the claim's words are borne out (support.py).
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

from bot.keywords import STOPWORDS, fold, stem
from bot.quantities import Quantity, quantities

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLOSE = re.compile(r"[,;:.!?()–—]|\s-\s")  # ends a clause
_PARTING = frozenset(
    "and but or so then because since as while when if which that than who before after until unless although"
    " though whether except plus".split()
)
_SCOPE_ENDS = _PARTING - {"and", "or", "that", "than", "as"}
_SCOPE = 4  # content words that a negation reaches
_NOT = frozenset(
    "not no never none nobody nothing neither nor without cannot cant dont doesnt isnt arent wont didnt hardly barely"
    " seldom rarely avoid lack lacks lacking except unable refrain skip fewer".split()
) - {"fewer"}
_NOT_PHRASES = re.compile(
    r"\b(?:instead of|rather than|other than|free of|stay away from|keep away from|steer clear of|far from)\b"
    r"|\b(?:keep|keeps|keeping|save|saves|saving|spare|spares)(?: \w+){1,4}? from (?=\w+ing\b)"
)
_NO_NEGATION = re.compile(
    r"\b(?:not only|no (?:longer|more|less|fewer|later) than|not (?:more|less|longer) than|nothing but|no doubt)\b"
    r"|\bno (?:longer|more)(?=\s*(?:[,.;:!?)]|$))|\bwhy not\b"
)
_SENSES = frozenset("theone onepart lowerpart upperpart inhal exhal up~ rear".split())
_HEDGES = frozenset("can may might could sometimes tend tends likely perhaps possibly".split())
_PHRASAL = frozenset(
    "get got gets getting stand stood stands sit sat sits sitting lie lies lying warm warms warming set make makes made come comes"
    " give gives take takes build end ends slow slows follow sign pick write fill mix wake woke grow live sew open".split()
)
_POSTURES = frozenset("sit sits lie lies stand stands".split())
_PLACED = re.compile(r"(?:along|between|behind|under|below|beneath|above|near|next to)\b")
_COUNTED = re.compile(
    r"\d|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|thousand)\b"
)
_PARTS = re.compile(
    r"(?:back|spine|body|leg|legs|limb|limbs|half|abdomen|part|thigh|arm|arms|trunk|jaw|lip|end|side)\b"
)
_BODY = re.compile(
    r"(?:leg|arm|foot|feet|hand|side|knee|hip|shoulder|ankle|eye|ear|elbow|wrist|thumb|calf|thigh|buttock|lung|lobe|heel|toe|half)s?\b"
)


def _with_stems(text: str) -> frozenset[str]:
    words = text.replace('"', " ").split()
    return frozenset(words) | frozenset(map(stem, words))


# Words that need little bearing out, and words that need none: what they say is said by what is around them.
_LIGHT = _with_stems(
    "help become bring give take turn thing way kind person people someone anyone let put use try go goes group version range"
    " difference notice case example fact deal bit work happen find seem mean feel choose include involve allow enable consist"
    " able ability lead want need recommend suggest thought make makes possible certain different various specific overall"
    " leave show know come keep begin start see look call act perform state level process effect manner result repeat side follow apply manage set sets drop something anything author writer affect serve good long last cover serve"
)
_EMPTY = _with_stems(
    "also even while during without still yet very quite rather too such those like just enough own since because although"
    " though through throughout between across along after before out off away actually really simply according where until till"
    " around about roughly approximately nearly almost alone once again already always never ever often usually sometimes per"
    " toward towards onto upon within among amongst whether either neither both however therefore thus hence indeed instead"
    " otherwise somewhere anywhere else etc due ought above below under over beside next future gone ahead later soon now today"
    " therefore meanwhile besides despite unlike versus via apart together perhaps maybe likely able today every everyone do done doing yourself oneself itself themselves straight mostly way"
)
# Forms that the stemmer does not bring together.
_IRREGULAR = {
    form: word
    for word, forms in (
        ("bring", "brought"), ("take", "took taken"), ("give", "gave given"), ("make", "made"), ("keep", "kept"), ("hold", "held"),
        ("feel", "felt"), ("find", "found"), ("show", "shown"), ("do", "done did"), ("come", "came"), ("lead", "led"),
        ("mean", "meant"), ("begin", "began begun"), ("lose", "lost"), ("sit", "sat"), ("stand", "stood"), ("run", "ran"),
        ("foot", "feet"), ("tooth", "teeth"), ("woman", "women"), ("man", "men"), ("child", "children"), ("wear", "wore worn"),
        ("break", "broke broken"), ("shrink", "shrank shrunk"), ("sleep", "slept"), ("eat", "ate eaten"), ("drink", "drank drunk"),
        ("fall", "fell fallen"), ("rise", "rose risen"), ("grow", "grew grown"), ("draw", "drew drawn"), ("write", "wrote written"),
        ("get", "got gotten"), ("go", "went gone"), ("see", "saw seen"), ("say", "said"), ("tell", "told"), ("think", "thought"),
        ("know", "knew known"), ("choose", "chose chosen"), ("win", "won"), ("tear", "tore torn"), ("build", "built"), ("buy", "bought"),
        ("spend", "spent"), ("catch", "caught"), ("drive", "drove driven"), ("speak", "spoke spoken"), ("swell", "swollen"),
        ("knife", "knives"), ("half", "halves"), ("calf", "calves"), ("strike", "struck"), ("swim", "swam swum"), ("teach", "taught"),
    )
    for form in forms.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One word. text: folded. clause: number of its clause. negated: is it in a negation's reach?"""

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
        idle = self.text in STOPWORDS or self.text in _NOT or self.text in _EMPTY or self.stem in _EMPTY
        return not idle and len(self.text) > 1 and self.stem[-1:] != "~"

    @property
    def light(self) -> bool:
        return self.text in _LIGHT or self.stem in _LIGHT


@dataclass(frozen=True, slots=True)
class Said:
    """A text, read: its words in order, what each negation denies, its amounts.

    doubled: does one negation stand in the reach of another?
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


@functools.lru_cache(maxsize=4096)
def read_text(text: str) -> Said:
    """The words, negations and amounts of a sentence or a few."""
    raw = [(fold(m[0]).replace("'", ""), m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
    breaks = {m.start() for m in _CLOSE.finditer(text)}
    cues = _cues(text, raw)
    words: list[Word] = []
    scopes: list[list[Word]] = []
    clause, reach, before, doubled = 0, 0, 0, False
    for at, (word, shown, start, end) in enumerate(raw):
        stopped = any(before <= b <= start for b in breaks) and bool(at)
        clause += stopped or word in _PARTING
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
            reach = _SCOPE
    return Said(tuple(words), tuple(tuple(s) for s in scopes), tuple(quantities(text)), doubled)


def _cues(text: str, raw: Sequence[tuple[str, str, int, int]]) -> set[int]:
    """Where negations begin."""
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
    """The stem of a word, or a name for its sense where one spelling has several that matter here."""
    word, _, _, end = raw[at]
    rest = text[end : end + 24].lstrip(" -")
    before = raw[at - 1][0] if at else ""
    if word in ("lower", "upper") and _PARTS.match(rest.lower()):
        return f"{word}part"
    if word in ("up", "down") and (
        before in _PHRASAL or not before or text[raw[at][2] - 1 : raw[at][2]] == "-"
    ):
        return f"{word}~"
    if word in ("in", "out") and (before.startswith("breath") or re.match(r"breath", rest.lower())):
        return "inhal" if word == "in" else "exhal"
    if word in _POSTURES and _PLACED.match(rest.lower()):
        return f"{word}~"
    if word == "longer" and before == "no":
        return "longer~"
    if word == "one" and _BODY.match(rest.lower()):
        return "onepart"
    if word == "one" and before == "the" and not rest.lower().startswith("of "):
        return "theone"
    if word == "every" and _COUNTED.match(rest.lower()):
        return "every~"
    if word == "all" and before == "at":
        return "all~"
    if word == "all" and re.match(r"(?:you|it|this|that)\b", rest.lower()):
        return "all~"
    if word in ("left", "right") and not _BODY.match(rest.lower()):
        return f"{word}~"
    if word == "back" and re.match(r"of\b|at the\b", rest.lower()):
        return "rear"
    if word in ("most", "least") and before == "at":
        return f"{word}~"
    return _key(word)


# --- words that mean the same, or the opposite


@dataclass(frozen=True, slots=True)
class _Lexicon:
    same: dict[str, frozenset[int]]
    sides: dict[str, tuple[tuple[int, int], ...]]
    needs: tuple[tuple[frozenset[str], frozenset[str]], ...]


_GRADED = frozenset(
    "big broad bright calm cheap clean clear cold cool cosy damp dark deep dense dry early easy fast firm fine flat full gentle great"
    " happy hard healthy heavy high hot kind large late lazy light long loose loud low mild narrow near neat new nice old plain poor"
    " quick quiet rare rich rough safe sharp short simple slow small smooth soft steady steep stiff straight strong sweet tall tense"
    " thick thin tight tiny tough warm weak wet wide wild wise young".split()
)


@functools.lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    """The stem that a word is compared by: regular and irregular forms together, "steadier" with "steady"."""
    if word in _SENSES:
        return word
    for ending in ("er", "est"):
        base = word.removesuffix(ending)
        if base != word:
            plain = (
                base,
                f"{base}e",
                base[:-1] + "y" if base.endswith("i") else base,
                base[:-1] if base[-2:-1] == base[-1:] else base,
            )
            if graded := next((one for one in plain if one in _GRADED), None):
                return stem(graded)
    return stem(_IRREGULAR.get(word, word))


@functools.lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    read = tomllib.loads((Path(__file__).parent / "synonyms.toml").read_text(encoding="utf-8"))
    same: dict[str, set[int]] = {}
    sides: dict[str, list[tuple[int, int]]] = {}
    groups = [*read["same"], *(side for pair in read["opposite"] for side in pair)]
    for number, group in enumerate(groups):
        for word in group.split():
            same.setdefault(_key(word), set()).add(number)
    for number, pair in enumerate(read["opposite"]):
        for side, group in enumerate(pair):
            for word in group.split():
                sides.setdefault(_key(word), []).append((number, side))
    needs = tuple(
        (frozenset(map(_key, left.split())), frozenset(map(_key, right.split())))
        for left, right in (one.split(" = ") for one in read["needs"])
    )
    return _Lexicon(
        {k: frozenset(v) for k, v in same.items()}, {k: tuple(v) for k, v in sides.items()}, needs
    )


def alike(one: str, other: str) -> bool:
    """Do two stems stand for the same: equal, synonyms, or forms of one word ("length", "lengthen")?"""
    if one == other:
        return True
    same = _lexicon().same
    if same.get(one, frozenset()) & same.get(other, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) - len(short) <= 4 and long.startswith(short)


def any_alike(one: str, others: Iterable[str]) -> bool:
    return any(alike(one, other) for other in others)


# --- the checks

_MEASURED = ("time", "months", "length", "mass")


def contradiction(claim: Said, source: Said, near: Said, around: Said) -> str:
    """Why the claim cannot rest on the source, in a word or two; "" if nothing speaks against it.

    source: the sentences that it is said to rest on. near: the same with the heading right above
    them; around: with the title and all headings.
    """
    for check in (_amounts, _needs):
        if why := check(claim, around):
            return why
    if why := _opposites(claim, near, around):
        return why
    for check in (_directions, _negations, _order, _sided, _exchanged):
        if why := check(claim, source):
            return why
    return ""


def _amounts(claim: Said, source: Said) -> str:
    for one in claim.amounts:
        if one.kind == "one":
            continue
        if _is_elliptic(one, source):
            continue
        if not any(_same_amount(one, other) for other in source.amounts):
            return f"amount {one.low:g} {one.kind} {one.noun}".rstrip()
        rivals = [o for o in source.amounts if o.noun and o.noun == one.noun and o.kind == one.kind]
        bare = [o for o in source.amounts if not o.noun]
        if one.noun and rivals and not any(_same_amount(one, o) for o in (*rivals, *bare)):
            return f"amount of {one.noun}"
    return _units(claim, source)


_LONG_UNITS = frozenset("minute minutes hour hours day days week weeks month months year years".split())


def _units(claim: Said, source: Said) -> str:
    """Amounts swapped between units: "2 to 3 seconds, 20 times" for "20 seconds, 2 to 3 times"."""
    for one in claim.amounts:
        if (
            one.kind not in ("count", "one")
            and not _is_elliptic(one, source)
            and not any(
                _same_amount(one, o) and o.kind in (one.kind, "one", "count", "times") for o in source.amounts
            )
        ):
            return f"unit {one.kind}"
    for word in claim.words:
        if word.text in _LONG_UNITS and not _of_time(claim, word) and word.stem not in source.stems:
            return f"unit {word.text}"
    return ""


def _is_elliptic(one: Quantity, source: Said) -> bool:
    """ "explained in three minutes and last for twenty": a number whose unit was said before."""
    bare = [o for o in source.amounts if o.kind in ("count", "one") and not o.noun]
    sizes = {o.size for o in source.amounts if o.kind == one.kind} | (
        {86_400.0} if one.low == 86_400.0 else set()
    )
    return one.kind in _MEASURED and any(
        _near(o.low * size, one.low) and _near(o.high * size, one.high) for o in bare for size in sizes
    )


def _same_amount(one: Quantity, other: Quantity) -> bool:
    loose = {"count", "times", "one"}
    if one.kind != other.kind and not (one.kind in loose and other.kind in loose):
        return False
    if not (_near(one.low, other.low) and _near(one.high, other.high)):
        inside = other.low < other.high and one.low == one.high
        return inside and (
            (one.bound == "least" and _near(one.low, other.low))
            or (one.bound == "most" and _near(one.low, other.high))
        )
    return _same_bound(one, other)


def _same_bound(one: Quantity, other: Quantity) -> bool:
    if one.bound == other.bound:
        return True
    if "after" in (one.bound, other.bound):
        return {one.bound, other.bound} <= {"", "over", "after"}
    if not one.bound:
        return other.bound in ("least", "most") or one.kind == "length"
    ranged = other.low < other.high
    if not other.bound:
        return (one.bound == "most" and ranged) or (one.bound == "over" and one.kind == "count")
    return {one.bound, other.bound} in ({"least", "over"}, {"most", "under"})


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1e-6)


def _needs(claim: Said, source: Said) -> str:
    has = source.stems
    for names, enough in _lexicon().needs:
        for word in claim.words:
            if word.text == "will" and not any(w.text in _HEDGES for w in source.words):
                continue
            if word.stem in names and not has & enough and not _of_time(claim, word):
                return f"nothing says {word.text}"
    return ""


def _of_time(claim: Said, word: Word) -> bool:
    """Is this "every" part of "every day", which is an amount?"""
    return any(a.start <= word.start < a.end for a in claim.amounts)


def _sides(word: Word) -> tuple[tuple[int, int], ...]:
    """(pair, side) of the opposites a word belongs to."""
    return _lexicon().sides.get(word.stem, ())


def _opposites(claim: Said, near: Said, around: Said) -> str:
    """A word of the claim whose opposite stands in the source, and it does not.

    Denied, a word can bear out its opposite, but it says nothing against itself here: that is for
    _negations. Where the source has both, what stands around each decides.
    """
    for word in claim.words:
        if word.negated:
            continue
        verdicts = []
        for pair, side in _sides(word):
            for said in (near, around):
                mine, theirs = _with_side(said, pair, side), _with_side(said, pair, 1 - side)
                if mine or theirs:
                    verdicts.append(_is_opposed(claim, word, said, mine, theirs))
                    break
        if verdicts and all(verdicts):
            return f"opposite of {word.text}"
    return ""


def _with_side(said: Said, pair: int, side: int) -> list[Word]:
    return [
        w for w in said.words for p, s in _sides(w) if p == pair and s == (1 - side if w.negated else side)
    ]


def _is_opposed(claim: Said, word: Word, source: Said, mine: Sequence[Word], theirs: Sequence[Word]) -> bool:
    theirs = [w for w in theirs if not w.negated]
    if not theirs or not mine:
        return bool(theirs)
    near = _around(claim, word)
    return _shared(near, source, theirs) > _shared(near, source, mine) + 1


def _directions(claim: Said, source: Said) -> str:
    """More of something in the claim, less of it in the source, or the other way round."""
    mine, theirs = _signs(claim), _signs(source)
    for thing, signs in mine.items():
        known = theirs.get(thing) or next((t for other, t in theirs.items() if alike(thing, other)), None)
        if known and not signs & known:
            return f"direction of {thing}"
    return ""


_MORE = frozenset(
    map(
        stem,
        "more increase greater extra add raise higher boost additional worsen aggravate exacerbate gain".split(),
    )
)
_LESS = frozenset(
    map(
        stem,
        "less reduce decrease lessen fewer ease relieve diminish relief alleviate cut prevent avoid cure soothe".split(),
    )
)


def _signs(said: Said) -> dict[str, set[int]]:
    """Stem -> is there more (+1) or less (-1) of it?"""
    found: dict[str, set[int]] = {}
    for at, word in enumerate(said.words):
        sign = 1 if word.stem in _MORE else -1 if word.stem in _LESS else 0
        if word.text in ("lowers", "lowered", "lowering"):
            sign = -1
        if word.text.endswith("er") and word.stem != stem(word.text) and not word.negated:
            found.setdefault(word.stem, set()).add(1)  # "steadier" is more steady
        if word.text in ("take", "takes", "taking") and _in_clause(said, at, ("off", "away")):
            sign = -1
        if word.text in ("put", "puts", "putting", "place", "places", "placing") and _in_clause(
            said, at, ("on",)
        ):
            sign = 1
        if not sign or word.negated:
            continue
        for thing in _objects(said, at):
            found.setdefault(thing, set()).add(sign)
    return found


def _in_clause(said: Said, at: int, texts: Sequence[str]) -> bool:
    clause = said.words[at].clause
    return any(w.text in texts for w in said.words[at + 1 : at + 6] if w.clause == clause)


def _objects(said: Said, at: int) -> list[str]:
    """What a verb or adjective of amount is about: the words after it, or before it in a passive."""
    marks = _MORE | _LESS
    after: list[str] = []
    for word in said.words[at + 1 : at + 8]:
        if word.stem in marks or word.text in _PARTING - {"and", "or"}:
            break
        if word.content and not word.light and word.stem not in ("lowerpart", "upperpart"):
            after.append(word.stem)
    clause = said.words[at].clause
    if not after:
        after = [w.stem for w in said.words[:at] if w.clause == clause and w.content and not w.light][-2:]
    return after[:3]


def _around(said: Said, word: Word) -> list[str]:
    return [w.stem for w in said.words if w.content and w.clause == word.clause and w.start != word.start]


def _shared(near: Sequence[str], source: Said, words: Sequence[Word]) -> float:
    return max((sum(any_alike(s, _around(source, w)) for s in near) for w in words), default=0)


def _negations(claim: Said, source: Said) -> str:
    if claim.doubled and not source.doubled:
        return "denies twice"
    asserted = [w.stem for w in source.words if w.content and not w.negated]
    for scope in claim.scopes:
        if not _may_deny(scope, claim, source, asserted):
            return "denies what is not denied"
    plain = [w for w in claim.words if w.content and not w.negated]
    denied = [w.stem for scope in claim.scopes for w in scope]
    if why := _unless(claim, source):
        return why
    for scope in source.scopes:
        if any(any_alike(w.stem, denied) for w in scope[:3]):
            continue
        for head in (w for w in scope[:2] if not w.light or w.text in _TELLING):
            said = [w for w in plain if alike(w.stem, head.stem)]
            if head.stem not in asserted and said and not _denied_otherwise(said, head, claim):
                return f"does not deny {head.text}"
    return ""


_TELLING = ("begin", "begins", "start", "starts", "stop", "stops")  # light, but a negation is about them
_KEPT_AWAY = frozenset(
    map(stem, "prevent avoid stop away protect keep without less reduce fewer last instead".split())
)


def _may_deny(scope: Sequence[Word], claim: Said, source: Said, asserted: Sequence[str]) -> bool:
    """Is what the claim denies denied by the source, or told by an opposite?"""
    first = [w for w in scope if not w.light][:2] or list(scope[:1])
    if any(any_alike(w.stem, (o.stem for o in other[:4])) for w in first for other in source.scopes):
        return True
    if any(w.text in ("unless", "except") for w in source.words):
        return True
    if source.stems & _KEPT_AWAY and _avoids(claim, scope):
        return True
    if first and any_alike(first[0].stem, asserted):
        return False
    return _told_by_opposite(first, source) or len(claim.scopes) <= len(source.scopes)


def _avoids(claim: Said, scope: Sequence[Word]) -> bool:
    """Is it denied by "avoid", "lack" or "no longer", which a source may put as "prevent" or "stop"?"""
    before = [w for w in claim.words if scope and w.start < scope[0].start]
    return any(w.text in ("avoid", "lack") or w.stem == "longer~" for w in before)


def _unless(claim: Said, source: Said) -> str:
    """ "Rub it, unless it is fresh" does not say "rub it if it is fresh"."""
    at = next((i for i, w in enumerate(source.words) if w.text == "unless"), None)
    if at is None or claim.scopes or any(w.text == "unless" for w in claim.words):
        return ""
    excepted = [w.stem for w in source.words[at:] if w.content][:_SCOPE]
    said = sum(any_alike(s, claim.stems) for s in excepted)
    return "leaves out unless" if said >= 2 else ""


def _told_by_opposite(scope: Sequence[Word], source: Said) -> bool:
    """ "without bending it" rests on "straight"."""
    wanted = {(pair, 1 - side) for w in scope for pair, side in _lexicon().sides.get(w.stem, ())}
    return any(set(_sides(w)) & wanted for w in source.words if not w.negated)


def _denied_otherwise(said: Sequence[Word], head: Word, claim: Said) -> bool:
    """Does the claim deny by a word of its own ("avoid", "keep away") or by an opposite?"""
    opposite = {(pair, 1 - side) for pair, side in _lexicon().sides.get(head.stem, ())}
    return any(set(_sides(w)) & opposite for w in claim.words if w not in said and not w.negated)


def _order(claim: Said, source: Said) -> str:
    """ "A before B" and "A after B", "more X than Y" and "more Y than X", told apart."""
    for ahead, behind in ((("before", "then", "followed", "follow"), ("after",)), (("than",), ())):
        mine, theirs = _ordered(claim, ahead, behind), _ordered(source, ahead, behind)
        if not mine or not theirs:
            continue
        straight = sum(any_alike(s, theirs[i]) for i in (0, 1) for s in mine[i])
        crossed = sum(any_alike(s, theirs[1 - i]) for i in (0, 1) for s in mine[i])
        if crossed > straight or (ahead == ("than",) and _turned_round(mine, theirs)):
            return "order"
    return ""


def _turned_round(mine: list[list[str]], theirs: list[list[str]]) -> bool:
    """Is what comes after "than" in each what comes before it in the other?"""
    right, other = mine[1][:2], theirs[1][:2]
    crossed = any(any_alike(s, theirs[0]) for s in right) and any(any_alike(s, mine[0]) for s in other)
    return crossed and not any(any_alike(s, other) for s in right)


def _ordered(said: Said, ahead: Sequence[str], behind: Sequence[str]) -> list[list[str]]:
    for joint in (*ahead, *behind):
        if parts := _parted(said, joint, 3 if joint in ("then", "followed", "follow") else 8):
            return parts[::-1] if joint in behind else parts
    return []


def _parted(said: Said, joint: str, reach: int) -> list[list[str]]:
    """The content stems next to a joint word, on its left and on its right; [] if it is not there."""
    places = [
        i
        for i, w in enumerate(said.words)
        if w.text in (joint, f"{joint}wards") and not any(0 <= a.start - w.end <= 3 for a in said.amounts)
    ]
    if len(places) != 1:
        return []
    at = places[0]
    left = [w.stem for w in said.words[:at] if w.content and not _of_time(said, w)][-reach:]
    right = [w.stem for w in said.words[at + 1 :] if w.content and not _of_time(said, w)][:reach]
    return [left, right] if left and right else []


def _sided(claim: Said, source: Said) -> str:
    """ "the left knee" where the source has the right one."""
    known = _pairs(source)
    for side, part in _pairs(claim):
        other = "right" if side == "left" else "left"
        if (other, part) in known and (side, part) not in known:
            return f"{side} {part}"
    return ""


def _pairs(said: Said) -> set[tuple[str, str]]:
    return {(a.text, b.stem) for a, b in pairwise(said.words) if a.stem in ("left", "right")}


def _exchanged(claim: Said, source: Said) -> str:
    """Two words of the claim that have changed places with regard to what stands around them."""
    mine = _contexts(claim)
    theirs = _contexts(source)
    both = [s for s in mine if s in theirs]
    for one, other in combinations(both, 2):
        rest = {one, other}
        if alike(one, other) or _are_listed(claim, rest) or _are_listed(source, rest):
            continue
        a, b = mine[one] - rest, mine[other] - rest
        c, d = theirs[one] - rest, theirs[other] - rest
        if a == b or c == d:
            continue
        straight = _common(a, c) + _common(b, d)
        crossed = _common(a, d) + _common(b, c)
        if crossed >= straight + 2 and min(_common(a, d), _common(b, c)) >= 1:
            return f"{one} and {other} changed places"
    return ""


def _are_listed(said: Said, pair: set[str]) -> bool:
    """Are the two parts of one enumeration ("a strap or a towel", "walking, bending and lifting")?"""
    places = [i for i, w in enumerate(said.words) if w.stem in pair]
    for left, right in pairwise(places):
        between = said.words[left + 1 : right]
        apart = said.words[left].stem != said.words[right].stem and len(between) <= 4
        if apart and any(w.text in ("and", "or", "nor") for w in between):
            return True
    return False


def _contexts(said: Said) -> dict[str, frozenset[str]]:
    """What stands in the same clause as each word; a clause of a word or two goes with the one before."""
    clauses: list[list[Word]] = []
    for word in said.words:
        if not word.content or word.light or _of_time(said, word):
            continue
        if clauses and (clauses[-1][-1].clause == word.clause):
            clauses[-1].append(word)
        else:
            clauses.append([word])
    joined: list[list[Word]] = []
    for one in clauses:
        if joined and len(one) <= 2:
            joined[-1] += one
        else:
            joined.append(list(one))
    found: dict[str, set[str]] = {}
    for one in joined:
        for word in one:
            found.setdefault(word.stem, set()).update(w.stem for w in one)
    return {k: frozenset(v) for k, v in found.items()}


def _common(one: frozenset[str], other: frozenset[str]) -> int:
    return sum(any_alike(s, other) for s in one)
