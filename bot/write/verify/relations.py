"""What is denied, in which order, on which side, and who does what to whom: two texts compared.

Rules over words and clauses. What this file does not know: amounts, opposites (facts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from bot.text.tokens import stem
from bot.write.verify.sentence import SCOPE, Said, Word
from bot.write.verify.synonyms import alike, any_alike, sides
from bot.write.verify.wordnet import is_borne_out


def _same(one: str, others: Iterable[str]) -> bool:
    """As any_alike, and by WordNet: what is forbidden may have been banned."""
    there = list(others)
    return any_alike(one, there) or is_borne_out(one, there)


def negations(claim: Said, source: Said) -> str:
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
    if _warns(source) and not claim.scopes and not _warns(claim):
        return "leaves out a warning"
    for scope in source.scopes:
        if any(_same(w.stem, denied) for w in scope[:3]):
            continue
        for head in (w for w in scope[:2] if not w.light or w.text in _TELLING):
            said = [w for w in plain if alike(w.stem, head.stem)]
            if head.stem not in asserted and said and not _denied_otherwise(said, head, claim):
                return f"does not deny {head.text}"
    return ""


_TELLING = ("begin", "begins", "start", "starts", "stop", "stops")  # light, but a negation is about them
_AGAINST = frozenset(
    {("bad", "idea"), ("last", "thing"), ("off", "limits"), ("big", "mistake"), ("no", "good")}
)
_UNWISE = frozenset("unwise taboo forbidden inadvisable".split())
_KEPT_AWAY = frozenset(
    map(stem, "prevent avoid stop away protect keep without less reduce fewer last instead".split())
)


def _may_deny(scope: Sequence[Word], claim: Said, source: Said, asserted: Sequence[str]) -> bool:
    """Is what the claim denies denied by the source, or told by an opposite?"""
    first = [w for w in scope if not w.light][:2] or list(scope[:1])
    if any(_same(w.stem, (o.stem for o in other[:4])) for w in first for other in source.scopes):
        return True
    texts = {w.text for w in source.words}
    if (
        texts & {"unless", "except"}
        or ("only" in texts and texts & {"when", "if", "once", "after"})
        or _warns(source)
    ):
        return True
    if source.stems & _KEPT_AWAY and _avoids(claim, scope):
        return True
    if first and any_alike(first[0].stem, asserted):
        return False
    return _told_by_opposite(first, source) or len(claim.scopes) <= len(source.scopes)


def _warns(said: Said) -> bool:
    """Does it advise against something without a "not" ("... is a bad idea")?"""
    texts = [w.text for w in said.words]
    return any(pair in _AGAINST for pair in pairwise(texts)) or bool(_UNWISE & set(texts))


def _avoids(claim: Said, scope: Sequence[Word]) -> bool:
    """Is it denied by "avoid", "lack" or "no longer", which a source may put as "prevent" or "stop"?"""
    before = [w for w in claim.words if scope and w.start < scope[0].start]
    return any(w.text in ("avoid", "lack") or w.stem == "longer~" for w in before)


def _unless(claim: Said, source: Said) -> str:
    """ "Rub it, unless it is fresh" does not say "rub it if it is fresh"."""
    at = next((i for i, w in enumerate(source.words) if w.text == "unless"), None)
    if at is None or claim.scopes or any(w.text == "unless" for w in claim.words):
        return ""
    excepted = [w.stem for w in source.words[at + 1 :] if w.content][:SCOPE]
    said = sum(any_alike(s, claim.stems) for s in excepted)
    return "leaves out unless" if excepted and said >= min(2, len(excepted)) else ""


def _told_by_opposite(scope: Sequence[Word], source: Said) -> bool:
    """ "without bending it" rests on "straight"."""
    wanted = {(pair, 1 - side) for w in scope for pair, side in sides(w.stem)}
    return any(set(sides(w.stem)) & wanted for w in source.words if not w.negated)


def _denied_otherwise(said: Sequence[Word], head: Word, claim: Said) -> bool:
    """Does the claim deny by a word of its own ("avoid", "keep away") or by an opposite?"""
    opposite = {(pair, 1 - side) for pair, side in sides(head.stem)}
    return any(set(sides(w.stem)) & opposite for w in claim.words if w not in said and not w.negated)


def order(claim: Said, source: Said) -> str:
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
    left = [w.stem for w in said.words[:at] if w.content and not said.in_amount(w)][-reach:]
    right = [w.stem for w in said.words[at + 1 :] if w.content and not said.in_amount(w)][:reach]
    return [left, right] if left and right else []


def sided(claim: Said, source: Said) -> str:
    """ "the left knee" where the source has the right one."""
    known = _pairs(source)
    for side, part in _pairs(claim):
        other = "right" if side == "left" else "left"
        if (other, part) in known and (side, part) not in known:
            return f"{side} {part}"
    return ""


def _pairs(said: Said) -> set[tuple[str, str]]:
    return {(a.text, b.stem) for a, b in pairwise(said.words) if a.stem in ("left", "right")}


def exchanged(claim: Said, source: Said) -> str:
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
        if not word.content or word.light or said.in_amount(word):
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
