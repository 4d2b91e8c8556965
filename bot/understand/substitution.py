"""Put what a follow-up names in place of what is like it in the question before: "and valerian?", "what about the seated one?"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.text.english import AUXILIARIES, QUESTION_WORDS, either
from bot.text.subjects import Subject
from bot.text.tokens import WORD, fold, stem
from bot.understand.blog_names import GENERIC_STEMS, BlogNames, Name, topic_stems
from bot.understand.noun_phrases import runs
from ingest.article import Article

ASKS = re.compile(rf"^(?:{either([*QUESTION_WORDS, *AUXILIARIES])}|whats|hows)\b", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^(?:and|or|but|so|what about|how about|what if|also|then|ok(?:ay)?|why|how)\b", re.IGNORECASE
)
_INSTEAD = re.compile(
    r"^(?:(?:and|or|but|so|ok(?:ay)?|then)\s+)*(?:(?:what|how)\s+about\s+|and\s+)?(?:for|with|on|in|of|about)?\s*(?P<what>(?:\w[\w'’-]*\s*){1,5}?)(?:\s+(?:then|too|instead))?\W*$",
    re.IGNORECASE,
)
# Before the subject of a question: "who is ...", "does ...".
_SUBJECT = (
    rf"(?:(?:what|who|where|when|how)(?:[’']?s| is| are| was| were)|{either(AUXILIARIES)}) (?:the |an? |my )?"
)
LEADS = re.compile(
    r"^(?:(?:and|or|but|so|then|wait|ok(?:ay)?|what about|how about)\b[,.]?\s*)+", re.IGNORECASE
)
_ASKED = rf"(?:{either(QUESTION_WORDS)} )?{either(AUXILIARIES)} "
_ARTICLE = re.compile(r"(?<= )(?:the|an?|my) $", re.IGNORECASE)
_NUMBERED_WORDS = 3  # of a follow-up that only names another number
_BARE = re.compile(r"^(?:the|an?|your|my)\s+|\s+ones?$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:\b(?P<of>[a-z]+) )?\b(?P<n>\d+)\b", re.IGNORECASE)
PREPOSITIONS = "for with without in on at after before during of from to by".split()
_PHRASE = re.compile(
    rf"^(?:and|or|but|what about|how about|ok(?:ay)?)\b[,.]?\s+(?:what about\s+)?(?P<which>{either(PREPOSITIONS)})\s+(?P<what>\w[\w'’-]*(?:\s+\w[\w'’-]*){{0,3}})\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Substitution:
    """Replaces in a question what a follow-up names otherwise.

    Attributes:
        names: What the blog has names for.
        articles: By id; names that one paragraph has are of a kind.
        subject: Its postures are of a kind.
    """

    names: BlogNames
    articles: Mapping[str, Article]
    subject: Subject

    def swapped(self, question: str, before: str) -> str:
        """The question before with what this one names in place of its like; "" if it names nothing like it."""
        ways = (
            _with_number_replaced,
            self._with_posture_replaced,
            self._with_name_replaced,
            self._with_thing_replaced,
            _with_phrase_replaced,
        )
        return next((swapped for way in ways if (swapped := way(question, before))), "")

    def _with_posture_replaced(self, question: str, before: str) -> str:
        """ "and lying down?": the question before with this in place of its posture; "" if it has none."""
        if not (what := _continued(question)):
            return ""
        postures = self.subject.postures
        mine = next((postures[w] for m in WORD.finditer(what) if (w := fold(m[0])) in postures), "")
        old = next((m for m in WORD.finditer(before) if postures.get(fold(m[0]), mine) != mine), None)
        if not mine or not old or not set(topic_stems(what)) <= {"down", "up", *map(stem, postures)}:
            return ""
        return f"{before[: old.start()]}{_BARE.sub('', what)}{before[old.end() :]}"

    def _with_thing_replaced(self, question: str, before: str) -> str:
        """ "and valerian?": the question before with this in place of the only thing that it is about; else ""."""
        what, asked = _continued(question), before.split(" (", 1)[0]
        things = [run for run in runs(asked) if topic_stems(run)]
        if (
            len(things) == 1
            and topic_stems(what)
            and re.match(_SUBJECT + re.escape(things[0]), asked, re.IGNORECASE)
        ):
            return before.replace(things[0], what, 1)
        return ""

    def _with_name_replaced(self, question: str, before: str) -> str:
        """ "what about the seated one?": the question before, with this name instead of a similar one; else ""."""
        match = _INSTEAD.match(question)
        wanted = topic_stems(match["what"]) if match and not ASKS.match(match["what"]) else []
        name = self.names.find(wanted) if wanted else None
        leads = bool(_CONTINUES.match(question)) or bool(re.search(r"\bones?\W*$", question, re.IGNORECASE))
        return self.replace_similar(name, before, listed=False) if name and leads else ""

    def replace_similar(self, name: Name, before: str, *, listed: bool) -> str:
        for run in sorted(runs(before), key=lambda r: -len(topic_stems(r))):
            old = self.names.find(topic_stems(run))
            if old is None or set(topic_stems(run)) <= set(name.stems):
                continue
            if listed or set(old.stems) & set(name.stems) - GENERIC_STEMS or self._appear_together(old, name):
                return re.sub(
                    rf"\b(?:(?:the|an?|my|this|that) )?{re.escape(run)}\b",
                    lambda m: name.phrase,
                    before,
                    count=1,
                )
        return ""

    def _appear_together(self, one: Name, other: Name) -> bool:
        """Does one paragraph or list of the blog have both? Then they are of a kind."""
        a, b = one.text.lower(), other.text.lower()
        texts = (article.text.lower() for article in self.articles.values())
        return any(
            a in block and b in block
            for text in texts
            if a in text and b in text
            for block in text.split("\n\n")
        )


def with_subject_replaced(question: str, before: str) -> str:
    """ "and the nurse?": "what did the nurse say about it" after "what did the doctor say about it"; "" for others."""
    what = _continued(question)
    for run in runs(before) if what else ():
        if found := re.match(rf"({_ASKED}(?:the |an? |my )?){re.escape(run)}\b", before, re.IGNORECASE):
            return f"{_ARTICLE.sub('', found[1])}{what}{before[found.end() :]}"
    return ""


def _continued(question: str) -> str:
    """What a follow-up names after "and" or "what about", if that is all that it says; else ""."""
    match = _INSTEAD.match(question)
    if not match or not _CONTINUES.match(question) or ASKS.match(match["what"]):
        return ""
    return match["what"].strip()


def _with_number_replaced(question: str, before: str) -> str:
    """ "and week 6?", "and 2023?": the question before with this number in place of that of the same thing; else ""."""
    rest = LEADS.sub("", question).strip(" ?.!")
    mine = _NUMBERED.search(rest)
    if not mine or mine.end() < len(rest) or len(rest.split()) > _NUMBERED_WORDS:
        return ""
    of = (mine["of"] or "").lower()
    same = [m for m in _NUMBERED.finditer(before) if (m["of"] or "").lower() == of or not of]
    if len(same) != 1 or same[0]["n"] == mine["n"]:
        return ""
    return f"{before[: same[0].start('n')]}{mine['n']}{before[same[0].end('n') :]}"


def _with_phrase_replaced(question: str, before: str) -> str:
    """ "and for me?": the question before with this in place of its phrase with the same preposition; "" if it has none."""
    mine = _PHRASE.match(question)
    asked, _, added = before.partition(" (")
    if not mine:
        return ""
    same = list(
        re.finditer(
            rf"\b{mine['which']}\s+(?:(?!{either(PREPOSITIONS)}\b)[\w'’-]+(?:\s+|(?=\W*$)))+",
            asked,
            re.IGNORECASE,
        )
    )
    if len(same) != 1 or ASKS.match(mine["what"]):
        return ""
    tail = asked[same[0].end() :]
    new = f"{asked[: same[0].start()]}{mine['which']} {mine['what']}{' ' if tail[:1].isalnum() else ''}{tail}"
    return f"{new} ({added}" if added else new
