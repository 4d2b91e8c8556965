"""What a blog has names for: its titles and headings ("Seated hamstring stretch") and their main parts.

With these "the seated one" and "the second one" of a list find their name. What the assistant is claimed to have
answered comes from the client: it only selects among these names and among sentences that the blog has.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bot.text.english import QUESTION_WORDS
from bot.text.tokens import STOPWORDS, WORD, fold, stem, words
from ingest.article import Article

# Words that ask, do or measure, and so name nothing on their own; as stems.
GENERIC_STEMS = frozenset(
    stem(word)
    for word in """long often many much time times day days week weeks daily need needs hurt hurts help helps work
    works hold holds cause causes caused use uses feel feels happen happens mean means tell find give show explain
    think start stop begin want try safe bad good better best worse worst ok okay okey normal dangerous true right
    wrong next last first second third fourth fifth step steps kind kinds type types else main thing way ways reason
    reasons bring brings equipment instead answer question sure case put keep take takes different example examples
    detail details between during now still able name located difference differences like""".split()
)
_PLAIN_HEADINGS = frozenset(
    "introduction conclusion summary overview steps faq faqs benefits tips references resources contents sources".split()
)
_OPENS = frozenset([*QUESTION_WORDS, *"is are am can do does should in".split()])
_NUMBERING = re.compile(r"^\s*(?:step\s+)?(?:\d{1,2}|[ivx]{1,4})[.):]\s+", re.IGNORECASE)
_PARTS = re.compile(r"\s*[:|–—]\s*|\s+-\s+")
_ARTICLE = re.compile(r"^(?:the|an?|your|my)\s+", re.IGNORECASE)
_PREPOSITION = re.compile(r"\s+(?:with|for|of|in|on|from|at|during|without)\s+", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[\d{1,3}\]")
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+(.+)$", re.MULTILINE)
_LONGEST_NAME = 6  # words
_MOST_ITEMS = 20
_LOOKED_THROUGH = 50  # articles that have a name in a heading, for how their sentences write it


@dataclass(frozen=True, slots=True)
class Name:
    """A title, a heading or the main part of one.

    Attributes:
        text: As it reads in a sentence.
        stems: Of its words, in order.
        phrase: The text, with "the" if its article writes it with "the".
    """

    text: str
    stems: tuple[str, ...]
    phrase: str


@dataclass(frozen=True, slots=True)
class BlogNames:
    """The names of a blog, by each of their stems that is no stop word; the shortest first."""

    by_stem: Mapping[str, tuple[Name, ...]] = field(default_factory=dict)

    def find(self, wanted: Collection[str]) -> Name | None:
        """The shortest name that has all these stems; None if nothing is wanted or none has."""
        first = next(iter(wanted), "")
        return next((n for n in self.by_stem.get(first, ()) if set(wanted) <= set(n.stems)), None)

    def find_in(self, text: str) -> list[Name]:
        """The names in a text, in order, each once; the longest where several overlap."""
        text_stems = [stem(word) for word, _, _ in words(text)]
        found: dict[tuple[str, ...], Name] = {}
        at = 0
        while at < len(text_stems):
            here = [
                n
                for n in self.by_stem.get(text_stems[at], ())
                if tuple(text_stems[at : at + len(n.stems)]) == n.stems
            ]
            if here:
                found.setdefault(here[-1].stems, here[-1])
            at += len(here[-1].stems) if here else 1
        return list(found.values())


def names_of(articles: Iterable[Article], paths: Iterable[tuple[str, Sequence[str]]]) -> BlogNames:
    """The names of a blog; headings that several articles share ("Steps") name nothing.

    paths: of each passage its article's id and heading trail.
    """
    owned = {article.id: article for article in articles}
    texts = {key: article.text.lower() for key, article in owned.items()}
    owners: dict[str, dict[str, None]] = {}
    parts: dict[str, str] = {}
    trails = dict.fromkeys((article_id, tuple(trail)) for article_id, trail in paths)  # chunks share them
    for article_id, trail in [*((a.id, (a.title,)) for a in owned.values()), *trails]:
        for line in trail:
            for part in _parts(line):
                owners.setdefault(part.casefold(), {})[article_id] = None
                parts.setdefault(part.casefold(), part)
    found: dict[tuple[str, ...], Name] = {}
    for key, part in parts.items():
        if len(owners[key]) > 1 and len(_content(part)) < 2:
            continue
        some = islice((texts[owner] for owner in owners[key] if owner in texts), _LOOKED_THROUGH)
        with_the = any(f"the {key}" in text for text in some)
        if name := _name(part, with_the):
            found[name.stems] = name
    by_stem: dict[str, list[Name]] = {}
    for name in sorted(found.values(), key=lambda n: (len(n.stems), n.text)):
        for one in {name.stems[0], *(s for s in name.stems if s not in _STOP_STEMS)}:
            by_stem.setdefault(one, []).append(name)
    return BlogNames({one: tuple(found) for one, found in by_stem.items()})


def topic_stems(text: str) -> list[str]:
    """The stems of a text that may name something: neither stop words nor generic. "IT" in capitals counts."""
    return [
        stem(fold(m[0]))
        for m in WORD.finditer(text)
        if is_content_word(m[0]) and stem(fold(m[0])) not in GENERIC_STEMS
    ]


def is_content_word(word: str) -> bool:
    """Is it no stop word? "IT" in capitals is the iliotibial band or the trade, not "it"."""
    return word == "IT" or fold(word) not in STOPWORDS


def listed_items(answer: str, names: BlogNames, articles: Mapping[str, Article]) -> list[str]:
    """What an assistant's turn lists, in order: items, else names in a sentence; in the blog's own words.

    An item counts as the name in it, or as itself if the blog has this very sentence; any other is listed as "", so
    that the others keep their positions.
    """
    plain = _MARKER.sub("", answer)
    items = [m[1].strip() for m in _ITEM.finditer(plain)]
    if len(items) >= 2:
        return [_known(item, names, articles) for item in items[:_MOST_ITEMS]]
    return [name.text for name in names.find_in(plain)]


def _known(item: str, names: BlogNames, articles: Mapping[str, Article]) -> str:
    found = names.find_in(item)
    if found and item.count(" ") > 0 and set(found[0].stems) & set(topic_stems(" ".join(item.split()[:4]))):
        return found[0].text
    if len(item) >= 12 and any(item in article.text for article in articles.values()):
        return item.rstrip(".")
    return found[0].text if found else ""


def _parts(line: str) -> Iterator[str]:
    """A heading, the text before and after its colon, and the text before its first preposition."""
    bare = _NUMBERING.sub("", line).strip(" .?!")
    for part in dict.fromkeys([bare, *_PARTS.split(bare)]):
        sides = _PREPOSITION.split(part, maxsplit=1)
        yield from (_ARTICLE.sub("", one) for one in dict.fromkeys([part, *sides]))


def _name(part: str, with_the: bool) -> Name | None:
    words = [m[0] for m in WORD.finditer(part)]
    content = [w for w in _content(part) if stem(fold(w)) not in GENERIC_STEMS]
    if not words or not content or len(words) > _LONGEST_NAME or fold(words[0]) in _OPENS:
        return None
    if len(words) == 1 and fold(words[0]) in _PLAIN_HEADINGS:
        return None
    text = _in_sentence(part)
    return Name(text, tuple(stem(fold(w)) for w in words), f"the {text}" if with_the else text)


def _content(part: str) -> list[str]:
    return [m[0] for m in WORD.finditer(part) if is_content_word(m[0])]


def _in_sentence(part: str) -> str:
    """ "Standing Hamstring Stretch" -> "standing hamstring stretch"; "IT band" stays."""
    long = [m[0] for m in WORD.finditer(part) if len(m[0]) >= 4]
    titled = len(long) > 1 and all(w[0].isupper() for w in long)
    first = WORD.search(part)
    start = first.start() if first else 0
    return WORD.sub(
        lambda m: m[0].lower() if (titled or m.start() == start) and m[0][1:].islower() else m[0], part
    )


_STOP_STEMS = frozenset(stem(word) for word in STOPWORDS)
