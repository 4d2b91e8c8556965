"""Which words of a message are negated: "no fever, numbness or weakness", "my bladder is fine".

After NegEx (Chapman et al., J Biomed Inform 2001): a negator reaches forward to the end of its
clause, or over a list; words such as "is fine" reach back. Some phrases look like a negation and
are none ("not sure", "no better").
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.safety.normalize import Word

_FARTHEST = 12  # words that a negator reaches
_NEGATORS = frozenset("no not never without nor neither none deny denied denies zero minus".split())
_LISTS = frozenset("no without never nor neither deny denied denies zero".split())
_OPENS_LIST = frozenset(
    "have had has any get got gotten feel notice suffer experience having seen see".split()
)
# Before these a negator negates nothing.
_IDLE_AFTER = frozenset(
    "sure know normal just only sleep sleeping better improve improving go going long idea reason matter joke "
    "one doubt relief position been being myself respond appetite help helping helped good well great fun "
    "yet nice right ok okay really much so enough worse want wanting longer stop stopping mention work "
    "working clue energy way point hope future change fall tell like can could able until sense let take "
    "insurance money doctor gp appointment exercise heal healing healed wait safe answer use even "
    "stretch trauma explanation obvious apparent known cause".split()
)
_BREAKS = frozenset(
    "but however although except though yet apart because since until so then now whereas while if when".split()
)
_SUBJECT = frozenset(
    "i my he she we they it his her our their the this there now today also then can could have has is are am "
    "just still feel getting suddenly lost both please what how should do does only last yesterday".split()
)
_STATE = frozenset(
    "is are was were seem all still feel both work function control look stay remain been be completely totally perfectly absolutely quite very just strength sensation feeling movement thankfully".split()
)
_FINE = frozenset("fine ok okay normal good great perfect alright unaffected intact clear well fully".split())
_TAGS = frozenset("normal ok okay alright".split())
_PASSED = frozenset(
    "gone resolved cleared disappeared stopped passed settled better healed none negative absent away vanished recovered".split()
)
_PASSING = frozenset(
    "has have had is are went go all now completely since been never was cleared did it".split()
)
_ASKING = frozenset("is are can could does do should would why what when how was".split())


def negated(words: Sequence[Word], within_phrases: Collection[int]) -> list[bool]:
    """For each word, whether a negator before it reaches it.

    within_phrases: places of negators that belong to a phrase ("can not", "no feeling").
    """
    reached = [False] * len(words)
    for at, word in enumerate(words):
        if word.text not in _NEGATORS or at in within_phrases or _idle(words, at):
            continue
        for i in range(at + 1, _end(words, at)):
            reached[i] = True
    return reached


def _idle(words: Sequence[Word], at: int) -> bool:
    following = words[at + 1].text if at + 1 < len(words) else ""
    if words[at].text == "never":  # "never had back pain before": there is pain now
        return any(
            w.text in ("before", "until") and w.sentence == words[at].sentence for w in words[at : at + 8]
        )
    if words[at].text in ("without", "deny", "denied"):
        return False
    if following in _IDLE_AFTER:
        return True
    return words[at].text == "no" and at + 1 < len(words) and words[at + 1].clause != words[at].clause


def _end(words: Sequence[Word], at: int) -> int:
    """The place after the last word that the negator at `at` reaches."""
    after = words[at + 1].text if at + 1 < len(words) else ""
    is_list = words[at].text in _LISTS or after in _OPENS_LIST
    for i in range(at + 1, min(len(words), at + 1 + _FARTHEST)):
        word, before = words[i], words[i - 1]
        if word.sentence != words[at].sentence or word.text in _BREAKS:
            return i
        turn = word.clause != before.clause or before.text == "and"
        if turn and (not is_list or word.text in _SUBJECT):
            return i
        if word.text == "and" and not is_list:
            return i
    return min(len(words), at + 1 + _FARTHEST)


def reported_fine(words: Sequence[Word], start: int, end: int, *, fades: bool) -> bool:
    """Whether words[start:end] is reported to be well: "… is fine", or, if it fades, "… has gone"."""
    opening = words[start].opening
    if opening < start and words[opening].text in _ASKING:
        return False
    for i in range(end, min(len(words), end + 5)):
        word = words[i]
        if word.sentence != words[end - 1].sentence or (word.clause != words[end - 1].clause and i > end):
            return False
        if word.text in _FINE:
            return not _compared_or_asked(words, i, end)
        if fades and word.text in _PASSED:
            return True
        if word.text not in _STATE and not (fades and word.text in _PASSING):
            return False
    return False


def _compared_or_asked(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether "normal" reports nothing: "less than normal", "ok to …", or a tag question: "…, normal?"."""
    if words[end - 1].text == "than":
        return True
    if (
        at + 1 < len(words)
        and words[at + 1].text in ("to", "if", "for")
        and words[at].clause != words[end - 1].clause
    ):
        return True
    last = at + 1 == len(words) or words[at + 1].sentence != words[at].sentence
    is_tag = at == end and words[at].clause != words[end - 1].clause
    return last and is_tag and words[at].text in _TAGS
