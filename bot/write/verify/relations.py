"""Relations in a claim and in its source compared: negation, order, side, roles. Rules over words and clauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from bot.text.tokens import stem
from bot.write.verify.sentence import SCOPE, ParsedText, Word
from bot.write.verify.synonyms import any_similar, sides, similar
from bot.write.verify.wordnet import is_entailed


def _same(one: str, others: Iterable[str]) -> bool:
    """As any_similar, and by WordNet: "forbidden" for "banned"."""
    there = list(others)
    return any_similar(one, there) or is_entailed(one, there)


def negation_changed(claim: ParsedText, source: ParsedText) -> str:
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
        for head in (w for w in scope[:2] if not w.light or w.text in _ASPECTUAL):
            parsed = [w for w in plain if similar(w.stem, head.stem)]
            if head.stem not in asserted and parsed and not _denied_otherwise(parsed, head, claim):
                return f"does not deny {head.text}"
    return ""


_ASPECTUAL = ("begin", "begins", "start", "starts", "stop", "stops")  # light, but a negation is about them
_ADVICE_AGAINST = frozenset(
    {("bad", "idea"), ("last", "thing"), ("off", "limits"), ("big", "mistake"), ("no", "good")}
)
_UNWISE = frozenset("unwise taboo forbidden inadvisable".split())
_PREVENTION = frozenset(
    map(stem, "prevent avoid stop away protect keep without less reduce fewer last instead".split())
)


def _may_deny(scope: Sequence[Word], claim: ParsedText, source: ParsedText, asserted: Sequence[str]) -> bool:
    """Does the source deny it too, or imply the denial by an opposite?"""
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
    if source.stems & _PREVENTION and _avoids(claim, scope):
        return True
    if first and any_similar(first[0].stem, asserted):
        return False
    return _implied_by_opposite(first, source) or len(claim.scopes) <= len(source.scopes)


def _warns(parsed: ParsedText) -> bool:
    """Does it advise against something without a "not" ("... is a bad idea")?"""
    texts = [w.text for w in parsed.words]
    return any(pair in _ADVICE_AGAINST for pair in pairwise(texts)) or bool(_UNWISE & set(texts))


def _avoids(claim: ParsedText, scope: Sequence[Word]) -> bool:
    """Is it negated by "avoid", "lack" or "no longer", which a source may phrase as "prevent" or "stop"?"""
    before = [w for w in claim.words if scope and w.start < scope[0].start]
    return any(w.text in ("avoid", "lack") or w.stem == "longer~" for w in before)


def _unless(claim: ParsedText, source: ParsedText) -> str:
    """ "Rub it, unless it is fresh" does not say "rub it if it is fresh"."""
    at = next((i for i, w in enumerate(source.words) if w.text == "unless"), None)
    if at is None or claim.scopes or any(w.text == "unless" for w in claim.words):
        return ""
    excepted = [w.stem for w in source.words[at + 1 :] if w.content][:SCOPE]
    parsed = sum(any_similar(s, claim.stems) for s in excepted)
    return "leaves out unless" if excepted and parsed >= min(2, len(excepted)) else ""


def _implied_by_opposite(scope: Sequence[Word], source: ParsedText) -> bool:
    """ "without bending it" is implied by "straight"."""
    wanted = {(pair, 1 - side) for w in scope for pair, side in sides(w.stem)}
    return any(set(sides(w.stem)) & wanted for w in source.words if not w.negated)


def _denied_otherwise(parsed: Sequence[Word], head: Word, claim: ParsedText) -> bool:
    """Does the claim deny it with an opposite?"""
    opposite = {(pair, 1 - side) for pair, side in sides(head.stem)}
    return any(set(sides(w.stem)) & opposite for w in claim.words if w not in parsed and not w.negated)


def order_reversed(claim: ParsedText, source: ParsedText) -> str:
    """Compare "A before B" with "A after B", "more X than Y" with "more Y than X"."""
    for ahead, behind in ((("before", "then", "followed", "follow"), ("after",)), (("than",), ())):
        mine, theirs = _ordered(claim, ahead, behind), _ordered(source, ahead, behind)
        if not mine or not theirs:
            continue
        straight = sum(any_similar(s, theirs[i]) for i in (0, 1) for s in mine[i])
        crossed = sum(any_similar(s, theirs[1 - i]) for i in (0, 1) for s in mine[i])
        if crossed > straight or (ahead == ("than",) and _is_reversed(mine, theirs)):
            return "order"
    return ""


def _is_reversed(mine: list[list[str]], theirs: list[list[str]]) -> bool:
    """Does what follows "than" in each text precede it in the other?"""
    right, other = mine[1][:2], theirs[1][:2]
    crossed = any(any_similar(s, theirs[0]) for s in right) and any(any_similar(s, mine[0]) for s in other)
    return crossed and not any(any_similar(s, other) for s in right)


def _ordered(parsed: ParsedText, ahead: Sequence[str], behind: Sequence[str]) -> list[list[str]]:
    for connective in (*ahead, *behind):
        if parts := _split_at(parsed, connective, 3 if connective in ("then", "followed", "follow") else 8):
            return parts[::-1] if connective in behind else parts
    return []


def _split_at(parsed: ParsedText, connective: str, reach: int) -> list[list[str]]:
    """The content stems on the left and on the right of a connective; [] if it is absent or ambiguous."""
    places = [
        i
        for i, w in enumerate(parsed.words)
        if w.text in (connective, f"{connective}wards")
        and not any(0 <= a.start - w.end <= 3 for a in parsed.amounts)
    ]
    if len(places) != 1:
        return []
    at = places[0]
    left = [w.stem for w in parsed.words[:at] if w.content and not parsed.in_amount(w)][-reach:]
    right = [w.stem for w in parsed.words[at + 1 :] if w.content and not parsed.in_amount(w)][:reach]
    return [left, right] if left and right else []


def sides_changed(claim: ParsedText, source: ParsedText) -> str:
    """ "the left knee" where the source has the right one."""
    known = _pairs(source)
    for side, part in _pairs(claim):
        other = "right" if side == "left" else "left"
        if (other, part) in known and (side, part) not in known:
            return f"{side} {part}"
    return ""


def _pairs(parsed: ParsedText) -> set[tuple[str, str]]:
    return {(a.text, b.stem) for a, b in pairwise(parsed.words) if a.stem in ("left", "right")}


def roles_exchanged(claim: ParsedText, source: ParsedText) -> str:
    """Two words of the claim that have changed places relative to the words around them."""
    mine = _contexts(claim)
    theirs = _contexts(source)
    both = [s for s in mine if s in theirs]
    for one, other in combinations(both, 2):
        rest = {one, other}
        if similar(one, other) or _are_listed(claim, rest) or _are_listed(source, rest):
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


def _are_listed(parsed: ParsedText, pair: set[str]) -> bool:
    """Are the two parts of one enumeration ("a strap or a towel", "walking, bending and lifting")?"""
    places = [i for i, w in enumerate(parsed.words) if w.stem in pair]
    for left, right in pairwise(places):
        between = parsed.words[left + 1 : right]
        apart = parsed.words[left].stem != parsed.words[right].stem and len(between) <= 4
        if apart and any(w.text in ("and", "or", "nor") for w in between):
            return True
    return False


def _contexts(parsed: ParsedText) -> dict[str, frozenset[str]]:
    """Stem -> stems in the same clause; a clause of one or two words is merged with the one before."""
    clauses: list[list[Word]] = []
    for word in parsed.words:
        if not word.content or word.light or parsed.in_amount(word):
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
    return sum(any_similar(s, other) for s in one)
