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
        ways = (self._with_name_replaced, self._with_part_replaced)
        return next((swapped for way in ways if (swapped := way(question, before))), "")

    def _with_part_replaced(self, question: str, before: str) -> str:
        """ "and lying down?", "and valerian?": the question before with this in place of its like; else "".

        Its like is another posture, or the only thing that it is about ("does magnesium help?").
        """
        match = _INSTEAD.match(question)
        if not match or not _CONTINUES.match(question) or ASKS.match(match["what"]):
            return ""
        what = match["what"].strip()
        postures = self.subject.postures
        mine = next((postures[w] for m in WORD.finditer(what) if (w := fold(m[0])) in postures), "")
        old = next((m for m in WORD.finditer(before) if postures.get(fold(m[0]), mine) != mine), None)
        if mine and old and set(topic_stems(what)) <= {"down", "up", *map(stem, postures)}:
            return f"{before[: old.start()]}{what}{before[old.end() :]}"
        asked = before.split(" (", 1)[0]
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
        name = self.names.find(topic_stems(match["what"])) if match and topic_stems(match["what"]) else None
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
