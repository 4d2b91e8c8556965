"""Hold times and repetitions found in the text of a step. English only.

"Hold for 20 to 30 seconds" is a hold time; "after 6 weeks", "sit for 8 hours a day" and "hold off for
two days" are not. "Repeat three times on each leg" are repetitions; "three times a day" are not.
In doubt nothing is found: the reader sees the step's own words in any case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.text.english import negation
from bot.text.quantities import Quantity, quantities
from ingest.article import sentences

SHORTEST, LONGEST = 2.0, 900.0  # seconds for which a timer is useful
MOST_TICKS = 20  # in a row; more would not be ticked off


@dataclass(frozen=True, slots=True)
class HoldTime:
    """least to most seconds, equal where the step gives no range; sides: 2 if it is held on both."""

    least: int
    most: int
    sides: int = 1


@dataclass(frozen=True, slots=True)
class Repetitions:
    """least to most times, in `rows` rows: one for each side or set."""

    least: int
    most: int
    rows: int = 1
    row_kind: Literal["", "side", "set"] = ""


_VERB = (
    r"(?P<verb>(?:hold|stay|remain|maintain|pause|keep|balance|brace|squeeze)(?:ing)?"
    r"|(?P<soft>stretch|lie|relax|breathe|rest|press|lean|hang|sit|kneel|squat|stand))\b"
)
# Words between the beginning of a clause and its command: "Then try to gently hold …".
_LEAD = (
    r"(?:(?:and|then|now|gently|slowly|just|simply|please|try|aim|to|you|can|could|may|should|must|also|next|again"
    r"|still|but|or|finally|once there|here|there|deeply)\s+){0,5}"
)
_COMMAND = re.compile(rf"(?:^\W*|[,;:.(–—]\W*|\b(?:and|then|or|but|to|,)\s+){_LEAD}{_VERB}", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\s+(?:off|away|back from|your phone|in mind|on to your|onto your|a record|track|going)\b", re.IGNORECASE
)
_FOR = re.compile(
    r"\b(?:for|to|of|about|around|approximately|roughly|another|at least|up to|at most|it|this|that|here|there"
    r"|position|stretch|pose|each|counting|maximum|minimum|no (?:more|longer|less) than|between)\W*$",
    re.IGNORECASE,
)
_JUST_FOR = re.compile(
    r"\bfor\W+(?:about |around |at least |up to |another |between |roughly )*$", re.IGNORECASE
)
_CROSSES = re.compile(
    r"\b(?:then|before|after|until|every|within|walk\w*|run\w*|swim\w*|cycle|drive|ride|wait\w*|stop|which|because)\b",
    re.IGNORECASE,
)
_NOT = re.compile(negation("avoid", "without", "no longer", "cannot", "stop", "no need to"), re.IGNORECASE)
_IF = re.compile(
    r"\b(?:if|when|whenever|after|once|until|unless|while|before|people|patients|participants|study|studies|those who)\b"
    r"[^,;:.]*$",
    re.IGNORECASE,
)
_A_HOLD = re.compile(r"[\s-]*(?:hold|pause|stretch hold)s?\b", re.IGNORECASE)
_PER_DAY = re.compile(
    r"\W*(?:a|per|each|every)\s+(?:\w+\s+)?(?:day|week|morning|evening|night|hour|month)\b|\W*(?:daily|in total)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:repeat\w*|do|does|perform|complete|try|aim for|go for|work up to|start with|practise|practice|make|give)\b[^.;:!?]*$",
    re.IGNORECASE,
)
# What has two sides: "each leg", "switch sides".
_SIDED = r"(?:side|leg|arm|foot|feet|hand|hip|knee|shoulder|ankle|direction|way)s?"
_EACH = re.compile(rf"\b(?:each|both|per|either)\s+(?:\w+\s+)?{_SIDED}\b", re.IGNORECASE)
# That a hold is done on both sides. "Keep both feet on the floor" does not say so.
_BOTH_SIDES = re.compile(
    rf"\b(?:switch(?:ing)?|chang(?:e|ing)|swap(?:ping)?|alternat(?:e|ing))\b[^.;:!?]{{0,30}}?\b{_SIDED}\b"
    rf"|\b(?:repeat\w*|then|do|same|and)\b[^.;:!?]{{0,30}}?\b(?:other|opposite|second) {_SIDED}\b"
    rf"|\b(?:each|per|either) (?:\w+ )?{_SIDED}\b|\bboth (?:sides|directions|ways)\b",
    re.IGNORECASE,
)
_SETS = re.compile(r"\W*(?:sets?|rounds?)\b", re.IGNORECASE)
_OF = re.compile(r"\W*(?:sets?|rounds?)\W+of\W+(?:about\W+)?$", re.IGNORECASE)
_REPS = re.compile(r"\brep(?:etition)?s?\b", re.IGNORECASE)


def find_hold_time(text: str) -> HoldTime | None:
    """The first hold time in the text of a step, or None."""
    for start, end in sentences(text, 0, len(text)):
        sentence = text[start:end]
        for amount in quantities(sentence):
            if _is_hold(sentence, amount):
                least, most = round(amount.low), round(amount.high)
                return HoldTime(least, most, 2 if is_for_both_sides(text) else 1)
    return None


def is_for_both_sides(text: str) -> bool:
    """Whether the text says to do something on both sides: "then switch legs", "on each side"."""
    return _BOTH_SIDES.search(text) is not None


def find_repetitions(text: str) -> Repetitions | None:
    """The first repetitions in the text of a step, or None."""
    for start, end in sentences(text, 0, len(text)):
        sentence = text[start:end]
        amounts = quantities(sentence)
        for n, amount in enumerate(amounts):
            following = amounts[n + 1] if n + 1 < len(amounts) else None
            if found := _sets(sentence, amount, following) or _times(sentence, amount, amounts[n + 1 :]):
                return found
    return None


def _is_hold(sentence: str, amount: Quantity) -> bool:
    if amount.kind != "time" or amount.bound in ("over", "under", "after"):
        return False
    if not SHORTEST <= amount.low <= amount.high <= LONGEST or amount.high != int(amount.high):
        return False
    before, after = sentence[: amount.start], sentence[amount.end :]
    if _A_HOLD.match(after) and not _NOT.search(before):
        return True
    commands = list(_COMMAND.finditer(before))
    if not commands:
        return False
    last = commands[-1]
    ahead, gap = before[: last.start("verb")], before[last.end("verb") :]
    if _NOT.search(ahead) or _IF.search(ahead) or _OTHERWISE.match(gap) or _CROSSES.search(gap):
        return False
    if last["soft"]:
        return bool(_JUST_FOR.search(gap)) and not _PER_DAY.match(after)
    return (len(gap.split()) <= 1 or bool(_FOR.search(gap))) and not _PER_DAY.match(after)


def _sets(sentence: str, amount: Quantity, following: Quantity | None) -> Repetitions | None:
    """ "2 sets of 10": a row for each set."""
    after = sentence[amount.end :]
    if amount.kind != "count" or not _SETS.match(after) or amount.low != amount.high:
        return None
    if following and _OF.fullmatch(sentence[amount.end : following.start]) and amount.high <= 6:
        return (
            _repetitions(following, rows=int(amount.high), row_kind="set")
            if following.kind != "time"
            else None
        )
    return _repetitions(amount)


def _times(sentence: str, amount: Quantity, later: list[Quantity]) -> Repetitions | None:
    """ "three times on each leg", "10 reps"; neither a frequency nor a comparison."""
    if amount.kind != "times":
        return None
    before, after = sentence[: amount.start], sentence[amount.end :]
    counted = _REPS.search(sentence[amount.start : amount.end]) is not None
    if _NOT.search(before) or _PER_DAY.match(after) or (later and _is_frequency(sentence, amount, later[0])):
        return None
    if not counted and not _AGAIN.search(before):
        return None
    if re.match(r"\s+(?:as|more|less|the|better|stronger|faster)\b", after):
        return None
    sides = _EACH.search(after[:60]) or _EACH.search(before[-60:])
    return _repetitions(amount, rows=2, row_kind="side") if sides else _repetitions(amount)


def _is_frequency(sentence: str, amount: Quantity, following: Quantity) -> bool:
    return following.kind == "per" and len(sentence[amount.end : following.start].split()) <= 3


def _repetitions(
    amount: Quantity, rows: int = 1, row_kind: Literal["", "side", "set"] = ""
) -> Repetitions | None:
    least, most = int(amount.low), int(amount.high)
    if (least, most) != (amount.low, amount.high) or least < 1 or not 2 <= most <= MOST_TICKS:
        return None
    return Repetitions(least, most, rows, row_kind)
