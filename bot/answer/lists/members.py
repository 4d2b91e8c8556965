"""The lists of a post that have a name: the headings or items under a heading or title that names what they are."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answer.lists.names import AskedName
from bot.text.english import cardinals, either
from bot.text.tokens import stem, stems, words
from ingest.article import Article, Block, blocks, sections

_NUMBERED_HEADING = re.compile(r"\d{1,2}[.):]\s")
_COUNTS = cardinals(2, 20)
_COUNTED = re.compile(
    rf"\b(\d{{1,2}}|{either(_COUNTS)})(?:[ -]{{1,3}}\w[\w’']*){{0,4}}? \w+s\b", re.IGNORECASE
)
_AFTER_NOUN = re.compile(
    r"\s+(?:with|for|on|in|of|to|at|from|against|by|without|and|that|which|you|your|who|when|we|i)\s|[(:,?!.]|\s[-–—]\s",
    re.IGNORECASE,
)
_PLAIN_NAMES = frozenset(map(stem, ("need", "causes")))  # "What you need", "What causes it"
_NO_MEMBERS = re.compile(
    r"(?:introduction|intro|conclusions?|summary|final (?:thoughts|words)|in short|faqs?|references|sources|about .*|wrap.*)\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list and what it is called.

    Attributes:
        name: The stem of the noun that says what its members are, and of a plain name.
        words: All stems of the heading or title that names it.
        headed: All stems of the headings over it and of its post's title.
        members: Headings or items, in order.
        counted: Does its name say how many there are ("Five exercises")?
    """

    name: frozenset[str]
    words: frozenset[str]
    headed: frozenset[str]
    members: tuple[Block, ...]
    counted: bool


def members_named(asked: AskedName, article: Article) -> tuple[Block, ...]:
    """The headings or items of the first list of a post that is what is asked for; () if it has none."""
    for one in _named_lists(article):
        if asked.counts and not one.counted:
            continue
        if not asked.rest and not (asked.usual or (one.counted and asked.noun)):
            continue
        called = asked.names & (one.words if asked.usual else one.name)
        if (called or (asked.usual and _name_themselves(asked, one, article))) and asked.rest <= one.headed:
            return one.members
    return ()


def _name_themselves(asked: AskedName, one: NamedList, article: Article) -> bool:
    own = " ".join(article.text[m.start : m.end] for m in one.members)
    return one.members[0].kind == "heading" and bool(asked.names & set(stems(own)))


@functools.lru_cache(maxsize=1024)
def _named_lists(article: Article) -> tuple[NamedList, ...]:
    return tuple(_found(article))


def _found(article: Article) -> Iterator[NamedList]:
    """Headings that are counted in their numbers or over them, then items right under a heading, then further below."""
    found = list(blocks(article.text))
    headings = [b for b in found if b.kind == "heading"]
    top = min((h.level for h in headings), default=0)
    text = article.text
    places = [("", [h for h in headings if h.level == top], 0, len(text))]
    for h in headings:
        end = next((b.line for b in headings if b.start > h.start and b.level <= h.level), len(text))
        inside = [b for b in headings if h.start < b.start < end]
        level = min((b.level for b in inside), default=0)
        places.append((text[h.start : h.end], [b for b in inside if b.level == level], h.end, end))
    trail = {s.path[-1]: s.path for s in sections(text) if s.path}
    lists = [(name, children, _items(found, start, end)) for name, children, start, end in places]
    for name, children, _ in lists:
        if members := _headed(text, name or article.title, children):
            yield _named(article, name, trail, members)
    for near in (True, False):
        for (name, children, items), (_, _, start, _) in zip(lists, places, strict=True):
            first = children[0].start if children else len(text)
            mine = [b for b in items if b.start < first] if near else items
            complete = counted(name or article.title) == len(mine)
            if len(mine) >= 2 and mine[0].start >= start and (name or complete):
                yield _named(article, name, trail, mine)


def _items(found: Sequence[Block], start: int, end: int) -> list[Block]:
    return [b for b in found if b.is_item and start <= b.start < end]


def _headed(text: str, name: str, children: Sequence[Block]) -> list[Block]:
    """The headings that are a list: those with a number, or as many as the name over them says."""
    numbered = [h for h in children if _NUMBERED_HEADING.match(text[h.start : h.end])]
    if len(numbered) >= 2:
        return numbered
    plain = [h for h in children if not _NO_MEMBERS.fullmatch(text[h.start : h.end])]
    count = counted(name)
    return next((some for some in (list(children), plain, plain[:count]) if len(some) == count > 1), [])


def counted(name: str) -> int:
    """How many things of a kind a text says there are ("Five exercises"); 0 if it says none."""
    m = _COUNTED.search(name)
    return 0 if m is None else int(m[1]) if m[1].isdecimal() else _COUNTS[m[1].lower()]


def _named(
    article: Article, heading: str, trail: dict[str, tuple[str, ...]], members: Sequence[Block]
) -> NamedList:
    name = heading or article.title
    count = _COUNTED.search(name)
    front = [w for w, _, _ in words(_AFTER_NOUN.split(name[count.start() if count else 0 :], maxsplit=1)[0])]
    noun = {stem(front[-1])} if front else set()
    every = frozenset(stems(name))
    over = " ".join((article.title, *trail.get(heading, ())))
    return NamedList(
        frozenset(noun | (every & _PLAIN_NAMES)),
        every,
        frozenset(stems(over)),
        tuple(members),
        count is not None,
    )
