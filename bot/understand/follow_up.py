"""Rewrite a follow-up and its conversation to a question that is complete without it.

The conversation is worked through from its beginning: each question of the reader is completed with the one before, so
that "how long?", "and how often?" after "How do I do the seated stretch?" are both about the seated stretch. In order:
choices from a list ("the second one", "and the other one?"), a name that replaces a similar one ("what about the seated
one?"), and questions that need the one before ("why?", "how often should I do that?").

History comes from the client. The reader's turns give words to search with; an assistant's turn gives none: it only
selects among the names and sentences that the blog has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.text.english import AUXILIARIES, either
from bot.text.subjects import NO_SUBJECT, Subject
from bot.text.tokens import WORD, content_stems, fold, stem, stems
from bot.types import Turn
from bot.understand.blog_names import BlogNames, topic_stems
from bot.understand.clean import without_chat_words
from bot.understand.noun_phrases import (
    head_of,
    lower_first,
    pronoun_replaced,
    runs,
    with_article,
)
from bot.understand.replies import load_replies
from bot.understand.selection import choice, label_of, place_replaced
from bot.understand.substitution import ASKS, PREPOSITIONS, Substitution, with_subject_replaced
from ingest.article import Article

_TURNS = 12  # as BotConfig.max_history
_READER, _ASSISTANT = 400, 4000  # characters of a turn that are looked at
_LONGEST_WORD, _MOST_ADDED = 30, 8
_PART = 2  # words that may name a topic, in what only replaces a part of a question
_PRONOUNS = frozenset("it its that those these this they them their he she him her".split())
_ANAPHORS = frozenset("one ones same other others another else".split())
_HERE = re.compile(
    r"\b(?:this|that|these|those) (?:blog|post|article|page|site)\b"
    r"|\b(?:is|are|was) (?:it|there) (?:\w+ )?(?:\w+ (?:to|that|if|when|for me to|for you to)\b|a\b|an\b|any\b)",
    re.IGNORECASE,
)
# "no, I meant ...", "... I mean": what follows replaces a part of the question before.
CORRECTS = re.compile(
    r"^(?:(?:no|nope|sorry|oops|actually|wait|not (?:that|this|those|it)(?: one)?)\b[,.!]?\s+)*(?:(?:i|we) (?:actually |really )?mean[t]?\s+(?:to ask (?:about )?)?|(?:no|actually)\b[,.]?\s+(?=(?:the|my|not|for|with|on|in)\b))"
    r"|(?<![,\s])[,\s]+(?:sorry|(?:i|we) mean[t]?)\W*$",
    re.IGNORECASE,
)
_NEW_TOPIC = re.compile(r"^(?:ok(?:ay)?|fine|all ?right|anyway|thanks|wait)\b", re.IGNORECASE)
_ABOUT = re.compile(r"^\W*\w+\W+(?:what|how) about\b", re.IGNORECASE)
_WHAT_IF = re.compile(r"^(?:and |but |so |ok(?:ay)?,? )*(?:what if|why (?:no|not|only))\b", re.IGNORECASE)
_OF_A_PHRASE = re.compile(
    rf"^(?:and |but |or |what about |how about )?{either(PREPOSITIONS)} ", re.IGNORECASE
)
_DEFINITE = re.compile(r"\b[Tt]he ([a-z]\w*)")
_THE_ONE = re.compile(r"\b(?:the|that|this) (?P<which>\w+(?: \w+)?) ones?\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"^(?:and |but |so |ok(?:ay)? )?(?:what|who)(?:'s|’s| is| are| was| were) (?:an? |the )?(?P<what>[^?]+)\W*$"
    r"|^(?:define|explain) (?P<it>[^?]+)\W*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:and |but |so |ok(?:ay)?,? )*(why|how|when|where|how come|who)(?: (?:is|does) (?:that|so|it))?\W*$",
    re.IGNORECASE,
)
_YESNO = re.compile(rf"^{either(AUXILIARIES)}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Complete:
    """A question of the reader that needs no conversation.

    Attributes:
        text: The question.
        topic: The words that name what it is about.
        noun: What a pronoun in the next question refers to, if one can tell.
        chosen: What was chosen from a list ("the second one") and is in the text.
        item: The listed sentence of the blog that is asked for and no more: it is the answer.
        alternative: What the question may mean instead; "": nothing.
    """

    text: str
    topic: str
    noun: str = ""
    chosen: str = ""
    item: str = ""
    alternative: str = ""

    @property
    def asked(self) -> str:
        """The text without the words in parentheses that the conversation added."""
        return self.text.split(" (", 1)[0]


def completed(
    question: str,
    history: Sequence[Turn],
    *,
    names: BlogNames | None = None,
    articles: Mapping[str, Article] | None = None,
    subject: Subject = NO_SUBJECT,
) -> Complete:
    """Complete a question; it stays as it is if nothing in the history helps.

    "how long?" becomes "how long? (seated hamstring stretch)", "where does it hurt?" becomes "where does IT band
    syndrome hurt?".

    Args:
        question: Tidy and correctly spelt.
        history: The turns before it, oldest first.
        names: What the blog has names for; without it only the reader's own words are used.
        articles: The blog's articles by their ids.
        subject: Its "second stretch" is one of the items that an answer lists.
    """
    conversation = _Conversation(names or BlogNames(), articles or {}, subject)
    before: Complete | None = None
    answers: list[str] = []
    for turn in history[-_TURNS:]:
        if turn.role == "assistant":
            answers.append(turn.content[:_ASSISTANT])
        elif text := reader_text(turn):
            before = conversation.complete(text, before, answers)
    return conversation.complete(question, before, answers)


def reader_text(turn: Turn) -> str:
    """The words of a reader's turn; "" for an assistant's turn, small talk, or no content words."""
    if turn.role != "user":
        return ""
    plain = re.sub(r"<[^>]*>", " ", turn.content[:_READER])
    kept = [w for w in plain.split() if len(w) <= _LONGEST_WORD]
    text = without_chat_words(" ".join("".join(c for c in word if c.isprintable()) for word in kept))
    kind = load_replies().find(text)
    return "" if not content_stems(text) or (kind and not kind.otherwise and not kind.mood) else text


def needs_context(question: str, names: BlogNames | None = None) -> bool:
    """Does the question need the one before?

    It does if it has a pronoun and little else, or at most one word that could name a topic and that word is no
    name on this blog.
    """
    known = names or BlogNames()
    topic = topic_stems(question)
    if (whole := _WHOLE.match(question)) and _names_alone(
        question[: whole.start("what")], whole["what"] or whole["it"]
    ):
        return False
    if _NEW_TOPIC.match(question) and (len(topic) == 2 or (topic and _ABOUT.match(question))):
        return False
    if len(topic) == 1 and _OF_A_PHRASE.match(question):
        return True
    if _HERE.search(question) or len(topic) > 2:
        return bool(re.search(r"\b(?:other|same) ones?\W*$", question, re.IGNORECASE))
    words = {fold(m[0]) for m in WORD.finditer(question) if m[0] != "IT"}
    if words & _PRONOUNS or (words & _ANAPHORS and len(topic) < 2):
        return True
    if _WHAT_IF.match(question):
        return True
    name = known.find(topic) if topic else None
    if name is None:
        return len(topic) < 2 or _has_definite(topic, question)
    return len(topic) == 1 < len(topic_stems(name.text)) and _has_definite(topic, question)


def _may_be_alone(question: str) -> bool:
    """May a question that has little to look up be complete all the same ("who do I complain to?")?"""
    pointing = {fold(m[0]) for m in WORD.finditer(question) if m[0] != "IT"} & (
        _PRONOUNS | _ANAPHORS | {"its"}
    )
    return bool(topic_stems(question)) and not pointing and ASKS.match(question) is not None


def _names_alone(before: str, text: str) -> bool:
    """Does "what is ..." name something without a pronoun? "the it band" does, "it good for" does not."""
    first = WORD.search(text)
    pronoun = first is None or fold(first[0]) in _PRONOUNS
    return bool(topic_stems(text)) and (not pronoun or before.lower().endswith((" the ", " a ", " an ")))


def _has_definite(topic: Sequence[str], question: str) -> bool:
    """Does one of these follow "the", as something that is known already does ("should the leg be bent?")?"""
    return any(stem(fold(m[1])) in topic for m in _DEFINITE.finditer(question))


@dataclass(frozen=True, slots=True)
class _Conversation:
    names: BlogNames
    articles: Mapping[str, Article]
    subject: Subject

    @property
    def _substitution(self) -> Substitution:
        return Substitution(self.names, self.articles, self.subject)

    def complete(self, question: str, before: Complete | None, answers: Sequence[str]) -> Complete:
        """The question, completed with the one before; answers: the assistant's turns, as the client sent them."""
        if before and (corrected := CORRECTS.sub("", question)) and corrected != question:
            if not ASKS.match(corrected) and len(topic_stems(corrected)) <= _PART:
                return self._corrected(corrected, before, answers)
            question = corrected  # "I meant how to do it": a question of its own
        if before and (placed := place_replaced(question, before.asked)):
            return self._chosen(placed, before, answers) or self._as_complete(placed)
        if chosen := self._chosen(question, before, answers):
            return chosen
        if before is None:
            return self._as_complete(question)
        if swapped := self._substitution.swapped(question, before.text):
            return self._as_complete(swapped)
        if (one := _THE_ONE.search(question)) and (name := self.names.find(topic_stems(one["which"]))):
            return self._as_complete(f"{question[: one.start()]}{name.phrase}{question[one.end() :]}")
        if not needs_context(question, self.names):
            return self._as_complete(question)
        if (bare := _BARE.match(question)) and _YESNO.match(before.text):
            return Complete(f"{bare[1].capitalize()} {lower_first(before.text)}", before.topic, before.noun)
        put = pronoun_replaced(question, before.noun) if before.noun else ""
        replaced = put or question
        own = set(stems(replaced))
        # Words of the topic that the question does not have; with the noun in place, those beside the noun.
        added = [w for w in before.topic.split() if not own & set(stems(w))][:_MOST_ADDED]
        text = f"{replaced} ({' '.join(added)})" if added else replaced
        if put:
            return self._as_complete(text)
        mine = [w for run in runs(question) for w in run.split() if topic_stems(w)]
        kept = before.noun.split() if mine and before.noun else before.topic.split()
        alternative = question if _may_be_alone(question) else with_subject_replaced(question, before.asked)
        return Complete(
            text,
            " ".join([*mine, *kept][:_MOST_ADDED]),
            before.noun,
            alternative=alternative if added else "",
        )

    def _corrected(self, part: str, before: Complete, answers: Sequence[str]) -> Complete:
        """ "no, I meant the standing one": the question before with this instead, or beside it."""
        question = f"what about {part}"
        if chosen := self._chosen(question, before, answers):
            return chosen
        return self._as_complete(
            self._substitution.swapped(question, before.text) or f"{before.text} ({part})"
        )

    def _as_complete(self, text: str) -> Complete:
        about = [(run, stems) for run in runs(text) if (stems := topic_stems(run))]
        # One word counts as a name only if it is the whole name, and not a word of a heading.
        named = [
            (len(stems), run)
            for run, stems in about
            if (name := self.names.find(stems)) and (len(stems) > 1 or len(topic_stems(name.text)) == 1)
        ]
        noun = max(named, key=lambda pair: pair[0])[1] if named else about[0][0] if len(about) == 1 else ""
        noun = head_of(noun, text)
        words = " ".join(run for run, _ in about).split()
        return Complete(text, " ".join(words[:_MOST_ADDED]), with_article(text, noun))

    def _chosen(self, question: str, before: Complete | None, answers: Sequence[str]) -> Complete | None:
        """The question with what "the second one" or "the other one" chooses; None if it chooses nothing."""
        found = choice(
            question,
            answers,
            before.text if before else "",
            names=self.names,
            articles=self.articles,
            subject=self.subject,
        )
        if found is None:
            return None
        item, head, tail = found.item, found.before, found.after
        name = self.names.find(topic_stems(item))
        is_name = name is not None and name.text == item
        label = name.phrase if name and is_name else label_of(item)
        if (
            found.alone and before and before.chosen and not before.item
        ):  # "and the second?" after "how is the first one treated?"
            return replace(
                self._as_complete(before.text.replace(before.chosen, label or item)), chosen=label or item
            )
        if not is_name and not found.asks_more:
            return replace(self._as_complete(f"{question} ({item})"), chosen=label or item, item=item)
        if not label:  # a sentence of the blog, too long to insert
            return replace(self._as_complete(f"{question} ({item})"), chosen=item)
        if (
            found.alone
            and before
            and name
            and is_name
            and (swapped := self._substitution.replace_similar(name, before.text, listed=True))
        ):
            return self._as_complete(swapped)
        return replace(self._as_complete(f"{head}{label}{tail}"), chosen=label)
