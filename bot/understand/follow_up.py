"""A follow-up and its conversation, to a question that stands alone.

The conversation is folded up from its beginning: each question of the reader is made to stand
alone with the one before, so that "how long?", "and how often?" after "How do I do the seated
stretch?" are both about the seated stretch. In order: what is picked from a list ("the second
one", "and the other one?"), what is put in place of its like ("what about the seated one?"), and
what leans on the question before ("why?", "how often should I do that?").

History comes from the client. The reader's turns give words to search with; an assistant's turn
gives none: it only chooses among the names and sentences that the blog has.

What this file does not know: the index's passages. A question that this file takes to stand alone
may lean on the conversation all the same; context.py sees to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.text.tokens import STOPWORDS, WORD, content_stems, fold, stem, stems
from bot.types import Turn
from bot.understand.blog_names import (
    GENERIC_STEMS,
    BlogNames,
    Name,
    is_content_word,
    listed_items,
    topic_stems,
)
from bot.understand.small_talk import small_talk
from ingest.article import Article

_TURNS = 12  # as BotConfig.max_history
_READER, _ASSISTANT = 400, 4000  # characters of a turn that are looked at
_LONGEST_WORD, _MOST_ADDED = 30, 8
_PRONOUNS = frozenset("it its that those these this they them their he she him her".split())
_ANAPHORS = frozenset("one ones same other others another else".split())
_HERE = re.compile(
    r"\b(?:this|that|these|those) (?:blog|post|article|page|site)\b"
    r"|\b(?:is|are|was) (?:it|there) (?:\w+ )?(?:\w+ (?:to|that|if|when|for me to|for you to)\b|a\b|an\b|any\b)",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(?:and|or|but|so|what about|how about|what if|also|then|ok(?:ay)?|why|how)\b", re.IGNORECASE
)
_WHAT_IF = re.compile(r"^(?:and |but |so |ok(?:ay)?,? )*what if\b", re.IGNORECASE)
_DEFINITE = re.compile(r"\b[Tt]he ([a-z]\w*)")
_THE_ONE = re.compile(r"\b(?:the|that|this) (?P<which>\w+(?: \w+)?) ones?\b", re.IGNORECASE)
_ONLY = re.compile(
    r"^(?:(?:and|or|but|so|then|ok(?:ay)?|what|how|about|for|with|on|in|of),?\s*)*$", re.IGNORECASE
)
_WHOLE = re.compile(
    r"^(?:and |but |so |ok(?:ay)? )?(?:what|who)(?:'s|’s| is| are| was| were) (?:an? |the )?(?P<what>[^?]+)\W*$"
    r"|^(?:define|explain) (?P<it>[^?]+)\W*$",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"^(?:(?:and|or|but|so|ok(?:ay)?|then)\s+)*(?:(?:what|how)\s+about\s+|and\s+)?(?:for|with|on|in|of|about)?\s*(?P<what>(?:\w[\w'’-]*\s*){1,5}?)(?:\s+(?:then|too|instead))?\W*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:and |but |so |ok(?:ay)?,? )*(why|how|when|where|how come|who)(?: (?:is|does) (?:that|so|it))?\W*$",
    re.IGNORECASE,
)
_YESNO = re.compile(r"^(?:is|are|can|could|do|does|did|will|would|should|has|have)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?P<it>it|they|them|that|those|these|this)\b(?!\s+(?P<next>one|ones)\b)", re.IGNORECASE
)
_LIKE = r"(?:one|ones|stretch|exercise|pose|move|condition|habit|item|point|tip|kind|type|option|way|benefit|reason|step|cause)"
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "last": -1}  # fmt: skip
_NTH = re.compile(
    rf"\b(?:the|that|your) (?P<nth>{'|'.join(_ORDINALS)})(?: {_LIKE}\b|(?=\W*$)|(?= (?:for|hurt|help|do|work|again)\b))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b(?:step|number|no\.?|point|tip) ?#?(?P<n>\d{1,2})\b", re.IGNORECASE)
_OTHER = re.compile(rf"\b(?:the )?other(?:s| {_LIKE})?(?=\W*$| (?:for|hurt|help|do|work)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Said:
    """A question of the reader, standing alone; what it is about; the words for a pronoun's place, if any."""

    text: str
    topic: str
    noun: str = ""


def rewrite(
    question: str,
    history: Sequence[Turn],
    *,
    names: BlogNames | None = None,
    articles: Mapping[str, Article] | None = None,
) -> str:
    """The question so that it stands alone; unchanged if it does, or nothing in the history helps.

    "how long?" becomes "how long? (seated hamstring stretch)", "where does it hurt?" becomes "where
    does IT band syndrome hurt?". names, articles: of the index; without them only the reader's own
    words are used.
    """
    follow = _Conversation(names or BlogNames(), articles or {})
    before: _Said | None = None
    answers: list[str] = []
    for turn in history[-_TURNS:]:
        if turn.role == "assistant":
            answers.append(turn.content[:_ASSISTANT])
        elif said := readers(turn):
            before = follow.up(said, before, answers)
    return follow.up(question, before, answers).text


def readers(turn: Turn) -> str:
    """What of a reader's turn is worth looking at; "" for an assistant's turn, thanks, or no words."""
    if turn.role != "user":
        return ""
    plain = re.sub(r"<[^>]*>", " ", turn.content[:_READER])
    kept = [w for w in plain.split() if len(w) <= _LONGEST_WORD]
    said = " ".join("".join(c for c in word if c.isprintable()) for word in kept)
    return "" if not content_stems(said) or small_talk(said) else said


def needs_context(question: str, names: BlogNames | None = None) -> bool:
    """Does the question lean on what was said before?

    It does if it points back and says little else, or has at most one word that could name a topic
    and that word is no name on this blog.
    """
    known = names or BlogNames()
    about = topic_stems(question)
    if _HERE.search(question) or len(about) > 2:
        return bool(re.search(r"\b(?:other|same) ones?\W*$", question, re.IGNORECASE))
    said = {fold(m[0]) for m in WORD.finditer(question) if m[0] != "IT"}
    if said & _PRONOUNS or (said & _ANAPHORS and len(about) < 2):
        return True
    if _WHAT_IF.match(question):
        return True
    if (whole := _WHOLE.match(question)) and topic_stems(whole["what"] or whole["it"] or ""):
        return False
    name = known.find(about) if about else None
    if name is None:
        return len(about) < 2 or _the(about, question)
    return len(about) == 1 < len(topic_stems(name.text)) and _the(about, question)


def _the(about: Sequence[str], question: str) -> bool:
    """Is one of these said with "the", as of something that is known already ("should the leg be bent?")?"""
    return any(stem(fold(m[1])) in about for m in _DEFINITE.finditer(question))


@dataclass(frozen=True, slots=True)
class _Conversation:
    names: BlogNames
    articles: Mapping[str, Article]

    def up(self, question: str, before: _Said | None, answers: Sequence[str]) -> _Said:
        """The question after what was said before; answers: what the assistant is said to have said."""
        if picked := self._picked(question, before, answers):
            return self._alone(picked)
        if before is None:
            return self._alone(question)
        if swapped := self._swapped(question, before):
            return self._alone(swapped)
        if (one := _THE_ONE.search(question)) and (name := self.names.find(topic_stems(one["which"]))):
            return self._alone(f"{question[: one.start()]}{name.said}{question[one.end() :]}")
        if not needs_context(question, self.names):
            return self._alone(question)
        if (bare := _BARE.match(question)) and _YESNO.match(before.text):
            return _Said(f"{bare[1].capitalize()} {_lower_first(before.text)}", before.topic, before.noun)
        put = _put(question, before.noun) if before.noun else ""
        said = put or question
        own = set(stems(said))
        # Of what the conversation is about: with the noun in its place, only what stood beside the noun.
        added = [w for w in before.topic.split() if not own & set(stems(w))][:_MOST_ADDED]
        text = f"{said} ({' '.join(added)})" if added else said
        if put:
            return self._alone(text)
        mine = [w for run in _runs(question) for w in run.split() if topic_stems(w)]
        kept = before.noun.split() if mine and before.noun else before.topic.split()
        return _Said(text, " ".join([*mine, *kept][:_MOST_ADDED]), before.noun)

    def _alone(self, text: str) -> _Said:
        runs = [(run, topic_stems(run)) for run in _runs(text)]
        about = [(run, stems) for run, stems in runs if stems]
        # One word is only taken for a name if it is a whole one: "terms" is none for standing in a heading.
        named = [
            (len(stems), run)
            for run, stems in about
            if (name := self.names.find(stems)) and (len(stems) > 1 or len(topic_stems(name.text)) == 1)
        ]
        noun = max(named, key=lambda pair: pair[0])[1] if named else about[0][0] if len(about) == 1 else ""
        words = " ".join(run for run, _ in about).split()
        return _Said(text, " ".join(words[:_MOST_ADDED]), _with_article(text, noun))

    def _picked(self, question: str, before: _Said | None, answers: Sequence[str]) -> str:
        """The question with "the second one" or "the other one" said by name; "" if it picks nothing."""
        nth, number, other = _NTH.search(question), _NUMBER.search(question), _OTHER.search(question)
        span, chosen = None, ""
        for answer in reversed(answers if nth or number or other else ()):
            offer = listed_items(answer, self.names, self.articles)
            if len(offer) < 2:
                continue
            if nth or number:
                span = nth or number
                at = _ORDINALS[nth["nth"].lower()] if nth else int(number["n"]) - 1 if number else 0
                chosen = offer[at] if -1 <= at < len(offer) else ""
            elif other and before:
                span = other
                said = set(topic_stems(before.text))
                rest = [one for one in offer if one and not set(topic_stems(one)) <= said]
                chosen = rest[0] if len(rest) == 1 < len(offer) else ""
            if chosen:
                break
        if not span or not chosen:
            return ""
        name = self.names.find(topic_stems(chosen))
        if name is None or name.text != chosen:  # a sentence of the blog, too long for the question's midst
            return f"{question} ({chosen})"
        head, tail = question[: span.start()], question[span.end() :]
        if (
            before
            and _ONLY.match(head)
            and not any(c.isalnum() for c in tail)
            and (swapped := self._in_place(name, before, listed=True))
        ):
            return swapped
        return f"{head}{name.said}{tail}"

    def _swapped(self, question: str, before: _Said) -> str:
        """ "what about the seated one?": the question before with this name in its like's place; "" if not so."""
        match = _INSTEAD.match(question)
        name = self.names.find(topic_stems(match["what"])) if match and topic_stems(match["what"]) else None
        leads = bool(_CONTINUES.match(question)) or bool(re.search(r"\bones?\W*$", question, re.IGNORECASE))
        return self._in_place(name, before, listed=False) if name and leads else ""

    def _in_place(self, name: Name, before: _Said, *, listed: bool) -> str:
        for run in sorted(_runs(before.text), key=lambda r: -len(topic_stems(r))):
            old = self.names.find(topic_stems(run))
            if old is None or set(topic_stems(run)) <= set(name.stems):
                continue
            if listed or set(old.stems) & set(name.stems) - GENERIC_STEMS or self._beside(old, name):
                return re.sub(
                    rf"\b(?:(?:the|an?|my|this|that) )?{re.escape(run)}\b",
                    lambda m: name.said,
                    before.text,
                    count=1,
                )
        return ""

    def _beside(self, one: Name, other: Name) -> bool:
        """Does the blog speak of both in one paragraph or list? Then they are of a kind."""
        a, b = one.text.lower(), other.text.lower()
        texts = (article.text.lower() for article in self.articles.values())
        return any(
            a in block and b in block
            for text in texts
            if a in text and b in text
            for block in text.split("\n\n")
        )


def _runs(text: str) -> Iterator[str]:
    """Words that may name something and follow each other: "seated stretch", "lower back"."""
    start = end = -1
    for m in WORD.finditer(text):
        is_part = is_content_word(m[0]) and stem(fold(m[0])) not in GENERIC_STEMS
        if is_part and start >= 0 and text[end : m.start()] in (" ", "-"):
            end = m.end()
            continue
        if start >= 0:
            yield text[start:end]
        start, end = (m.start(), m.end()) if is_part else (-1, -1)
    if start >= 0:
        yield text[start:end]


def _with_article(text: str, noun: str) -> str:
    """The noun with "the" or "my" if it has one in the text."""
    if not noun:
        return ""
    m = re.search(rf"\b(?:(?:the|my) )?{re.escape(noun)}", text, re.IGNORECASE)
    return m[0] if m else noun


def _lower_first(text: str) -> str:
    return text if text[1:2].isupper() else text[0].lower() + text[1:]


def _put(question: str, noun: str) -> str:
    """The question with the noun in its only pronoun's place; "" if there is none, or several."""
    found = [m for m in _PRONOUN.finditer(question) if m["it"] != "IT"]
    if len(found) != 1:
        return ""
    m = found[0]
    many = (
        stem(fold(noun)) != fold(noun)
        and fold(noun).endswith("s")
        and not fold(noun).endswith(("ss", "is", "us"))
    )
    if (m["it"].lower() in ("they", "them", "these", "those") and not many) or (
        m["it"].lower() == "it" and many
    ):
        return ""
    after = WORD.match(question[m.end() :].lstrip())
    points = m["it"].lower() in ("this", "that", "these", "those")
    if points and after and fold(after[0]) not in STOPWORDS and stem(fold(after[0])) not in GENERIC_STEMS:
        # "this stretch": a word for the noun, if it is the noun's own last word.
        if stem(fold(after[0])) != stem(fold(noun.rsplit(maxsplit=1)[-1])):
            return ""
        return question[: m.start()] + noun + question[m.end() :].lstrip()[after.end() :]
    return question[: m.start()] + noun + question[m.end() :]
