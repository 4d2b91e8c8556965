"""Questions made from the headings of a blog. Whether the blog answers them is found by asking."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.text.english import AUXILIARIES, QUESTION_WORDS, cardinals, either
from bot.text.subjects import Subject
from bot.text.tokens import content_stems, stem
from bot.understand import topic_stems
from ingest.article import Article, Chunk, blocks

_LONGEST = 90  # characters of a heading that still makes a question one reads at a glance
# Headings that name no subject; under one, a how-to is named after its article.
_EMPTY = re.compile(
    r"(?:introduction|intro|overview|conclusion|summary|in (?:short|summary|conclusion)|final thoughts|wrap(?:ping)? up"
    r"|(?:key )?takeaways?|faqs?|(?:frequently asked )?questions|the bottom line|background|what you(?:'ll|’ll)? need|materials|ingredients"
    r"|how often|where to begin|getting started|references|sources|about (?:the author|me|us)|(?:table of )?contents|notes?"
    r"|disclaimer|related posts|recent posts|comments|read more|share(?: this)?|subscribe|contact(?: us)?)\W*",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"(?:the )?(?:steps|instructions|method|directions|how to do it|step by step)\W*", re.IGNORECASE
)
_STEP = re.compile(r"\W*(?:step|day|week|phase|stage)\s*#?\d+\b", re.IGNORECASE)
_ENUMERATED = re.compile(
    r"\s*(?:#?\d{1,2}\s*[.):–—-]|#\d{1,2}|[QA]:|[ivx]{1,4}[.):]|(?:part|chapter|section|no\.?|tip|number)\s*#?\d{1,2}\s*[.):–—-]?)\s+",
    re.IGNORECASE,
)
_PREFACE = re.compile(
    r"(?:understanding|introducing|introduction to|about|all about|more (?:on|about)|a (?:quick )?(?:look|word|note) (?:at|on)):?\s+",
    re.IGNORECASE,
)
_MANY = rf"(\d{{1,2}}|{either(cardinals(2, 12))})"
_VERB = re.compile(
    r"(?:help|work|hurt|make|ease|cause|can|do|may|will|should|need|matter|relieve|improve|reduce|prevent|build|keep)\b",
    re.I,
)
_PLURALS = (
    "benefits tips causes symptoms signs mistakes reasons ways types kinds risks steps habits advantages drawbacks rules"
    " myths alternatives options treatments precautions conditions"
).split()
_TURNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"how to (.+)", re.I), "How do I {0}?"),
    (re.compile(r"what (.+) (is|are)", re.I), "What {1} {0}?"),
    (re.compile(r"what (.+) does", re.I), "What does {0} do?"),
    (re.compile(r"what (.+) do", re.I), "What do {0} do?"),
    (re.compile(r"who (.+)", re.I), "Who {0}?"),
    (re.compile(r"why you should(n['’]t| not)? (.+)", re.I), "Why should I{0} {1}?"),
    (re.compile(r"(how|why|when|where) (.+) (can|should|may|will) (.+)", re.I), "{0} {2} {1} {3}?"),
    (re.compile(r"(kinds|types|sorts) of (.+)", re.I), "Which {0} of {1} are there?"),
)
_POINTS = re.compile(r"\b(?:it|they|them|this|these|those|my|our|next)\b", re.IGNORECASE)
_ASKS = re.compile(
    rf"(?:how (?:long|often|much|many)|{either(QUESTION_WORDS)}) {either(AUXILIARIES)}\b"
    rf"|{either(AUXILIARIES)} (?:i|you|we|the|a|an|your|my)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\s+(?:with|for|on|in|of|to|at|from|using|against|by)\s|[(:]|\s[–—-]\s", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BODY_WORD = re.compile(r"\w+(?:['’]\w+)*")
_APOSTROPHE = re.compile("['’]")
_INSIDE_WORD = re.compile(r"(?<=[a-z,] )\w+(?:['’]\w+)*")
_MAX_APOSTROPHES = 2  # in one word: "rock'n'roll"
_TELL_ME, _LONGEST_NAMED = "Can you tell me ", 140
_NAMELESS = frozenset(stem(word) for word in [*cardinals(1, 12), "blog"])
_WH = re.compile(rf"{either(QUESTION_WORDS)}\b", re.IGNORECASE)


@functools.lru_cache(maxsize=8)
def _plural(subject: Subject) -> re.Pattern[str]:
    """Matches a heading that ends with a word for several things."""
    return re.compile(rf"\b{either([*_PLURALS, 'side effects', *subject.plural_items])}\W*$", re.IGNORECASE)


@functools.lru_cache(maxsize=8)
def _action(subject: Subject) -> re.Pattern[str]:
    """Matches the name of something that one can do; there is none without a subject."""
    return re.compile(rf"\b{either(subject.actions)}$" if subject.actions else r"(?!)", re.IGNORECASE)


def heading_questions(
    chunks: Iterable[Chunk],
    articles: Mapping[str, Article],
    *,
    subject: Subject,
    asked: str = "",
    english: bool = True,
) -> Iterator[tuple[str, Chunk]]:
    """A question for each section that lends itself to one, in the order given; none twice.

    asked: what the reader asked, which is not offered again. english: is the blog in English? Else
    a heading is offered as it is, for no English sentence fits around it.
    """
    seen = {frozenset(content_stems(asked))}
    casings: dict[str, _Casing] = {}
    for piece in chunks:
        article = articles[piece.article_id]
        casing = casings.get(article.id) or casings.setdefault(article.id, _casing(article))
        question = _question(piece, article, casing, subject, english=english)
        if question and english:
            question = _with_subject(question, article)
        if question and (words := frozenset(content_stems(question))) not in seen:
            seen.add(words)
            yield question, piece


def says_its_subject(heading: str) -> bool:
    """Does a heading say what its section is about? "Steps" and "In short" do not."""
    return not (_EMPTY.fullmatch(heading) or _STEPS.fullmatch(heading))


def _question(
    piece: Chunk, article: Article, casing: _Casing, subject: Subject, *, english: bool
) -> str | None:
    heading = _plain(piece.path[-1]) if piece.path else ""
    if not heading or _EMPTY.fullmatch(heading) or len(heading) > _LONGEST or _STEP.match(heading):
        return None
    if not english:
        return heading if len(heading.split()) > 1 or not heading.isascii() else None
    title = _plain(article.title)
    if _STEPS.fullmatch(heading):
        steps = sum(block.kind == "number" for block in blocks(piece.text))
        return (
            f"How do I do the {casing.in_sentence(title)}?" if steps >= 2 and not _WH.match(title) else None
        )
    bare = _ENUMERATED.sub("", heading, count=1) if _ENUMERATED.match(heading) else heading
    if not any(c.isalpha() for c in bare) or _EMPTY.fullmatch(bare):
        return None
    if any(m[0] != "IT" for m in _POINTS.finditer(bare if not bare.isupper() else bare.lower())):
        return None  # "Where it hurts" asks about something that is named elsewhere
    if bare.endswith("?") or _ASKS.match(bare):
        return _upper(casing.in_sentence(bare.rstrip("?"))).rstrip() + "?"
    for pattern, form in _TURNS:
        if m := pattern.fullmatch(bare.rstrip(".:!")):
            return _upper(form.format(*(casing.in_sentence(g or "") for g in m.groups())))
    if _WH.match(bare):
        if not content_stems(bare):
            return None  # "Why not"
        return f"{_TELL_ME}{casing.in_sentence(bare)}?"
    if _action(subject).search(_HEAD.split(bare)[0]) and any(block.is_item for block in blocks(piece.text)):
        return f"How do I do the {casing.in_sentence(bare)}?"
    if bare != heading and not _plural(subject).search(
        bare
    ):  # "3. Drink Water": perhaps a command, which fits in no sentence
        return f"What does the blog say about “{_upper(casing.in_sentence(bare))}”?"
    return _about(bare, casing, subject)


def _with_subject(question: str, article: Article) -> str | None:
    """A question that names what it is about: "What helps?" does only with its post's title.

    It does by itself with a word that could name a topic; one of the post's title or tags, or two, where it asks for "I".
    """
    own = set(topic_stems(question)) - _NAMELESS
    enough = 2 if re.search(r"\bI\b", question) else 1  # "When can I run again?" has its verb alone
    if len(own) >= enough or own & set(topic_stems(" ".join([article.title, *article.tags]))):
        return question
    title = _plain(article.title)
    bare = question.removeprefix(_TELL_ME)
    named = f"About “{title}”: {bare if bare.startswith('I ') else bare[:1].lower() + bare[1:]}"
    return named if title and len(named) <= _LONGEST_NAMED else None


def _about(heading: str, casing: _Casing, subject: Subject) -> str | None:
    """A question for a heading that is a phrase: "Four stretches that help", "Hamstring Stretch Benefits"."""
    before, colon, after = heading.partition(": ")
    if colon and len(after.split()) >= 2 and len(before.split()) <= 3:
        heading = after  # "Related Conditions: IT Band Syndrome and ..."
    heading = _PREFACE.sub("", heading, count=1) if len(_PREFACE.sub("", heading).split()) else heading
    phrase = re.sub(r",? explained$", "", casing.in_sentence(heading))
    if m := re.fullmatch(
        rf"(?:the )?(?:top |best )?{_MANY} (?:best |top |simple |easy )?(.+?) (?:that|which) (.+)",
        phrase,
        re.IGNORECASE,
    ):
        if _VERB.match(m[3]):
            return f"Which {m[1]} {m[2]} {m[3]}?"
        return f"What are the {m[1]} {m[2]} that {m[3]}?"
    if re.match(
        rf"(?:the )?(?:top |best )?{_MANY} (?:[\w’'-]+ ){{0,3}}?\w+s\b", phrase, re.IGNORECASE
    ) or _plural(subject).search(phrase):
        return f"What are {_the(phrase)}?"
    return f"What does the blog say about {phrase}?"


def _the(phrase: str) -> str:
    return phrase if re.match(r"(?:the|your|my|our|some|these)\b", phrase, re.IGNORECASE) else f"the {phrase}"


def _plain(heading: str) -> str:
    """A heading without emoji and other signs at its ends or between its words."""
    kept = "".join(
        " " if unicodedata.category(c) in ("So", "Sk", "Cs", "Co", "Cn", "Cf") or c == "\ufe0f" else c
        for c in heading
    )
    return (
        " ".join(kept.split())
        .strip("*_~•·|-–—>» ")
        .lstrip("# " if not re.match(r"\W*#\d", heading) else "")
        .strip()
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Casing:
    """How the sentences of an article write its words.

    words: all of them. inside: those behind a small letter or a comma and a space.
    """

    words: frozenset[str]
    inside: frozenset[str]

    def in_sentence(self, phrase: str) -> str:
        """A heading's words as they read inside a sentence: its capitals go unless they are a name's.

        A word keeps its capitals if it is all capitals ("IT") in a heading that is not, or if the article's
        sentences write it with a capital and never without one ("Achilles").
        """
        shouted = phrase.isupper() and len(phrase.split()) > 1
        return _WORD.sub(lambda m: self._cased(m[0], shouted), phrase.rstrip(".:!"))

    def _cased(self, word: str, shouted: bool) -> str:
        if not word[0].isupper() or word == "I":
            return word
        named = word.lower() not in self.words
        if shouted:
            written = next((w for w in (word, word.title()) if named and w in self.inside), None)
            return written or word.lower()
        if word.isupper() and len(word) > 1:
            return word
        return word if named and word in self.inside else word[0].lower() + word[1:]


def _casing(article: Article) -> _Casing:
    body = " ".join(article.text[b.start : b.end] for b in blocks(article.text) if b.kind != "heading")
    words, inside = set(_BODY_WORD.findall(body)), set(_INSIDE_WORD.findall(body))
    return _Casing(
        frozenset(run for word in words for run in _runs(word)),
        frozenset(run for word in inside for run in _runs(word) if word.startswith(run)),
    )


def _runs(word: str) -> Iterator[str]:
    """A word with apostrophes holds others: "rock'n'roll" is rock, rock'n, n'roll ... too."""
    yield word
    if not _APOSTROPHE.search(word):
        return
    starts = [0, *(m.end() for m in _APOSTROPHE.finditer(word))]
    ends = [*(start - 1 for start in starts[1:]), len(word)]
    for i, start in enumerate(starts):
        yield from (word[start:end] for end in ends[i : i + _MAX_APOSTROPHES + 1])
