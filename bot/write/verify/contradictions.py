"""Contradictions between a claim and its source that rules can find and vectors cannot.

Amounts, sides, postures, strong words, opposites, directions; negation, order and roles are relations. A claim
that differs from its source in one of these is false however similar the two are.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.quantities import Quantity
from bot.text.tokens import stem
from bot.write.verify.relations import negation_changed, order_reversed, roles_exchanged, sides_changed
from bot.write.verify.sentence import CLAUSE_BREAKS, ParsedText, Word
from bot.write.verify.synonyms import any_similar, lexicon, sides, similar

_HEDGES = frozenset("can may might could sometimes tend tends likely perhaps possibly".split())
_MEASURED = ("time", "months", "length", "mass")


def contradiction(claim: ParsedText, source: ParsedText, near: ParsedText, around: ParsedText) -> str:
    """The reason in a few words why the claim contradicts the source, or "".

    source: the sentences that support it. near: the same with the heading right above them; around: with the
    title and all headings.
    """
    for check in (_amount_changed, _strong_word_added):
        if why := check(claim, around):
            return why
    if why := _opposite_used(claim, near, around):
        return why
    for check in (_direction_changed, negation_changed, order_reversed, sides_changed, roles_exchanged):
        if why := check(claim, source):
            return why
    return ""


def _amount_changed(claim: ParsedText, source: ParsedText) -> str:
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
    return _unit_changed(claim, source)


_LONG_UNITS = frozenset("minute minutes hour hours day days week weeks month months year years".split())


def _unit_changed(claim: ParsedText, source: ParsedText) -> str:
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
        if word.text in _LONG_UNITS and not claim.in_amount(word) and word.stem not in source.stems:
            return f"unit {word.text}"
    return ""


def _is_elliptic(one: Quantity, source: ParsedText) -> bool:
    """ "explained in three minutes and last for twenty": a number whose unit precedes it elsewhere."""
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


def _strong_word_added(claim: ParsedText, source: ParsedText) -> str:
    has = source.stems
    for names, enough in lexicon().needs:
        for word in claim.words:
            if word.text == "after" and any(0 <= a.start - word.end <= 3 for a in claim.amounts):
                continue  # "after four months" means "in four months"
            if word.text == "will" and not any(w.text in _HEDGES for w in source.words):
                continue
            if word.stem in names and not has & enough and not claim.in_amount(word):
                return f"{word.text} is not in the source"
    return ""


def _opposite_used(claim: ParsedText, near: ParsedText, around: ParsedText) -> str:
    """A word of the claim whose opposite is in the source, and it is not.

    A negated word can support its opposite; negation itself is checked elsewhere. Where the source has both,
    the words around each decide.
    """
    for word in claim.words:
        if word.negated:
            continue
        verdicts = []
        for pair, side in sides(word.stem):
            for parsed in (near, around):
                mine, theirs = _with_side(parsed, pair, side), _with_side(parsed, pair, 1 - side)
                if mine or theirs:
                    verdicts.append(_is_opposed(claim, word, parsed, mine, theirs))
                    break
        if verdicts and all(verdicts):
            return f"opposite of {word.text}"
    return ""


def _with_side(parsed: ParsedText, pair: int, side: int) -> list[Word]:
    return [
        w
        for w in parsed.words
        for p, s in sides(w.stem)
        if p == pair and s == (1 - side if w.negated else side)
    ]


def _is_opposed(
    claim: ParsedText, word: Word, source: ParsedText, mine: Sequence[Word], theirs: Sequence[Word]
) -> bool:
    theirs = [w for w in theirs if not w.negated]
    if not theirs or not mine:
        return bool(theirs)
    near = _around(claim, word)
    return _shared(near, source, theirs) > _shared(near, source, mine) + 1


def _direction_changed(claim: ParsedText, source: ParsedText) -> str:
    """More of something in the claim, less of it in the source, or the other way round."""
    mine, theirs = _signs(claim), _signs(source)
    for thing, signs in mine.items():
        known = theirs.get(thing) or next((t for other, t in theirs.items() if similar(thing, other)), None)
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


def _signs(parsed: ParsedText) -> dict[str, set[int]]:
    """Stem -> more (+1) or less (-1) of it."""
    found: dict[str, set[int]] = {}
    for at, word in enumerate(parsed.words):
        sign = 1 if word.stem in _MORE else -1 if word.stem in _LESS else 0
        if word.text in ("lowers", "lowered", "lowering"):
            sign = -1
        if word.text.endswith("er") and word.stem != stem(word.text) and not word.negated:
            found.setdefault(word.stem, set()).add(1)  # "steadier" is more steady
        if word.text in ("take", "takes", "taking") and _in_clause(parsed, at, ("off", "away")):
            sign = -1
        if word.text in ("put", "puts", "putting", "place", "places", "placing") and _in_clause(
            parsed, at, ("on",)
        ):
            sign = 1
        if not sign or word.negated:
            continue
        for thing in _objects(parsed, at):
            found.setdefault(thing, set()).add(sign)
    return found


def _in_clause(parsed: ParsedText, at: int, texts: Sequence[str]) -> bool:
    clause = parsed.words[at].clause
    return any(w.text in texts for w in parsed.words[at + 1 : at + 6] if w.clause == clause)


def _objects(parsed: ParsedText, at: int) -> list[str]:
    """The stems that a verb or adjective of amount applies to: after it, or before it in a passive."""
    marks = _MORE | _LESS
    after: list[str] = []
    for word in parsed.words[at + 1 : at + 8]:
        if word.stem in marks or word.text in CLAUSE_BREAKS - {"and", "or"}:
            break
        if word.content and not word.light and word.stem not in ("lowerpart", "upperpart"):
            after.append(word.stem)
    clause = parsed.words[at].clause
    if not after:
        after = [w.stem for w in parsed.words[:at] if w.clause == clause and w.content and not w.light][-2:]
    return after[:3]


def _around(parsed: ParsedText, word: Word) -> list[str]:
    return [w.stem for w in parsed.words if w.content and w.clause == word.clause and w.start != word.start]


def _shared(near: Sequence[str], source: ParsedText, words: Sequence[Word]) -> float:
    return max((sum(any_similar(s, _around(source, w)) for s in near) for w in words), default=0)
